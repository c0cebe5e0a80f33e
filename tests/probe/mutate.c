// SPDX-License-Identifier: GPL-2.0-or-later
/* Spoils specs, weights, filters and the notes of markers, and has them parsed: mutate ROUNDS. What they say does not matter;
 * only that each is answered, and what is wrong with a reason. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sampler/probe.h"
#include "sampler/registers.h"
#include "tests/random.h"

static const char *const specs[] = {
	"sched:sched_switch", "tracepoint:syscalls:sys_enter_*", "raw_tp:sched_switch", "kprobe:vfs_read+0x10", "fentry:vfs_re*",
	"fexit:tcp_[a-c]*", "kretprobe:do_sys_open", "cycles:u", "[:[", "kprobe:s_next", "*:*", "a:b:c:d",
};
static const char *const weights[] = {
	"bytes", "bytes:arg1*arg2", "ns:prev_pid:s32*1000", "bytes:ret", "x:0x7fffffffffffffff", "n:di*si", "n:arg2:u8",
};
static const char *const filters[] = {
	"arg1 > 4096 && ret != -1", "!(prev_comm == \"bash\" || next_pid & 0x40)", "(arg1<1||arg2>=2)&&(arg3<=3||arg4==4)",
	"prev_comm != \"0123456789abcdef\"", "!!!((arg1 == 18446744073709551615))", "next_prio:u8 < -1", "ax == 1 && x0 == 2",
};
static const char *const notes[] = {
	"8@%rdi -4@-20(%rbp) 4@$5 1@%ah", "8@x0 4@[sp, 12] -4@[x29] 8@5", "8f@%xmm0 8@(%rax,%rdx,8) 8@foo(%rip)",
};

#define PICK(list) (list)[random_below(sizeof(list) / sizeof((list)[0]))]

/* A copy with some of its bytes changed, taken out, doubled, or cut off behind; owned. */
static char *
spoil(const char *text)
{
	static const char bytes[] = "()[]!&|<>=*?+-:,@$%\"\\ 0x19afr_";
	size_t len = strlen(text);
	char *s = malloc(2 * len + 64);

	strcpy(s, text);
	for (uint64_t n = random_below(4); n && len; n--) {
		size_t at = (size_t)random_below(len);

		switch (random_below(5)) {
		case 0: s[at] = bytes[random_below(sizeof(bytes) - 1)]; break;
		case 1: memmove(s + at, s + at + 1, len - at); break;
		case 2: memmove(s + at + 1, s + at, len - at + 1); break;
		case 3: s[at] = (char)(1 + random_below(255)); break;
		case 4: s[at] = 0; break;
		}
		len = strlen(s);
	}
	return s;
}

static void
check(int status, const struct err *err, const char *a, const char *b)
{
	if (!status == !err->text[0])
		return;
	printf("status %d, '%s' for '%s' and '%s'\n", status, err->text, a ? a : "", b ? b : "");
	exit(1);
}

static void
one_spec(const char *weight, const char *filter)
{
	struct probe_scope scope = {.max_probes = 20};
	char *text = spoil(PICK(specs));
	struct event_spec spec = {.text = text, .weight = weight, .filter = filter};
	struct probes all = {0};
	struct err err = {0};
	int status = probes_find(&all, &spec, &scope, &err);

	if (status)
		check(status, &err, text, weight);
	probes_free(&all);
	free(text);
}

static void
one_rule(const char *weight, const char *filter)
{
	char *note = spoil(PICK(notes));
	struct probe p = {
		.kind = (enum probe_kind)random_below(N_PROBE_KINDS),
		.name = "name", .symbol = "sched_switch", .system = "sched", .arguments = note,
	};
	struct event_operand o;
	struct err err = {0}, ignored;

	check(probe_rule(&p, weight, filter, &err), &err, weight, filter);
	for (unsigned n = 0; n < 6; n++)
		register_marker(n & 1 ? &registers_x86 : &registers_arm64, note, n / 2 + 1, &o, &ignored);
	free(note);
}

int
main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : 100;

	for (long i = 0; i < rounds; i++) {
		char *weight = random_below(3) ? spoil(PICK(weights)) : NULL;
		char *filter = random_below(3) ? spoil(PICK(filters)) : NULL;

		if (i % 10 == 0)
			one_spec(weight, filter);
		one_rule(weight, filter);
		free(weight);
		free(filter);
	}
	probes_forget();
	printf("%ld\n", rounds);
	return 0;
}
