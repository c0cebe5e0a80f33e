// SPDX-License-Identifier: GPL-2.0-or-later
/* The running kernel's symbols, asked for one by one. */
#include "sampler/ksym.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "bpf/ksym.h"
#include "ksym.skel.h"
#include "sampler/advice.h"

struct ksym_asker {
	struct ksym_bpf *skel;
};

struct ksym_asker *
ksym_open(struct err *err)
{
	struct ksym_asker *a = xcalloc(1, sizeof(*a));

	a->skel = ksym_bpf__open_and_load();
	if (a->skel)
		return a;
	advise_bpf(err, "loading the symbol program", errno);
	free(a);
	return NULL;
}

void
ksym_close(struct ksym_asker *a)
{
	if (!a)
		return;
	ksym_bpf__destroy(a->skel);
	free(a);
}

/* "vfs_read+0x10/0x360" or "nf_hook+0x1/0x20 [nf_tables]". Programs and trampolines of BPF bear no module. */
static bool
parse_answer(const char *text, uint64_t address, struct kernel_symbol *s)
{
	const char *plus = strrchr(text, '+');
	unsigned long long offset, size;
	int used = 0;

	s->module[0] = 0;
	if (!plus || plus == text || (size_t)(plus - text) >= sizeof(s->name) ||
	    sscanf(plus, "+0x%llx/0x%llx%n", &offset, &size, &used) != 2)
		return false;
	memcpy(s->name, text, (size_t)(plus - text));
	s->name[plus - text] = 0;
	sscanf(plus + used, " [%63[^]]]", s->module);
	if (!s->module[0] && !strncmp(s->name, "bpf_prog_", 9))
		strcpy(s->module, "bpf");
	s->start = address - offset;
	s->size = size;
	return true;
}

bool
ksym_find(struct ksym_asker *a, uint64_t address, struct kernel_symbol *found)
{
	struct ksym_question question = {.address = address};
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &question, .ctx_size_in = sizeof(question));
	char *text = a->skel->bss->answer.text;

	text[0] = 0;
	if (bpf_prog_test_run_opts(bpf_program__fd(a->skel->progs.ksym), &run))
		return false;
	text[sizeof(a->skel->bss->answer.text) - 1] = 0;
	return parse_answer(text, address, found);
}
