// SPDX-License-Identifier: GPL-2.0-or-later
/* The registers that the context of a kprobe or uprobe holds. */
#include "sampler/registers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 5, SLOTS = 8, REGISTER_BYTES = 8 };

/* A register's names: the kernel's, then those for its 8, 4, 2 and 1 low bytes. */
struct register_row {
	const char *names[COLUMNS];
};

/* What stands behind the '@' of a marker's argument. False: not understood. */
typedef bool place_parser(const struct register_file *rf, const char *text, size_t len, struct event_operand *o);

struct register_file {
	const struct register_row *rows; /* in the order of struct pt_regs */
	size_t n_rows;
	const char *arguments[SLOTS];
	const char *result;
	place_parser *place;
};

static const struct register_row x86_rows[] = {
	{{"r15", NULL, "r15d", "r15w", "r15b"}},
	{{"r14", NULL, "r14d", "r14w", "r14b"}},
	{{"r13", NULL, "r13d", "r13w", "r13b"}},
	{{"r12", NULL, "r12d", "r12w", "r12b"}},
	{{"bp", "rbp", "ebp", "bp", "bpl"}},
	{{"bx", "rbx", "ebx", "bx", "bl"}},
	{{"r11", NULL, "r11d", "r11w", "r11b"}},
	{{"r10", NULL, "r10d", "r10w", "r10b"}},
	{{"r9", NULL, "r9d", "r9w", "r9b"}},
	{{"r8", NULL, "r8d", "r8w", "r8b"}},
	{{"ax", "rax", "eax", "ax", "al"}},
	{{"cx", "rcx", "ecx", "cx", "cl"}},
	{{"dx", "rdx", "edx", "dx", "dl"}},
	{{"si", "rsi", "esi", "si", "sil"}},
	{{"di", "rdi", "edi", "di", "dil"}},
	{{"orig_ax"}},
	{{"ip", "rip", "eip"}},
	{{"cs"}},
	{{"flags", "rflags", "eflags"}},
	{{"sp", "rsp", "esp", "sp", "spl"}},
	{{"ss"}},
};

#define ARM_ROW(n) {{"x" #n, NULL, "w" #n}}

static const struct register_row arm64_rows[] = {
	ARM_ROW(0), ARM_ROW(1), ARM_ROW(2), ARM_ROW(3), ARM_ROW(4), ARM_ROW(5), ARM_ROW(6), ARM_ROW(7), ARM_ROW(8), ARM_ROW(9),
	ARM_ROW(10), ARM_ROW(11), ARM_ROW(12), ARM_ROW(13), ARM_ROW(14), ARM_ROW(15), ARM_ROW(16), ARM_ROW(17), ARM_ROW(18),
	ARM_ROW(19), ARM_ROW(20), ARM_ROW(21), ARM_ROW(22), ARM_ROW(23), ARM_ROW(24), ARM_ROW(25), ARM_ROW(26), ARM_ROW(27),
	ARM_ROW(28), {{"x29", "fp", "w29"}}, {{"x30", "lr", "w30"}}, {{"sp", NULL, "wsp"}}, {{"pc"}}, {{"pstate"}},
};

bool
register_find(const struct register_file *rf, const char *name, size_t len, struct event_operand *o)
{
	static const __u8 sizes[COLUMNS] = {8, 8, 4, 2, 1};

	for (size_t column = 0; column < COLUMNS; column++)
		for (size_t row = 0; row < rf->n_rows; row++) {
			const char *its = rf->rows[row].names[column];

			if (!its || strncmp(its, name, len) || its[len])
				continue;
			*o = (struct event_operand){
				.kind = OPERAND_CONTEXT,
				.size = sizes[column],
				.offset = (__u32)row * REGISTER_BYTES,
			};
			return true;
		}
	return false;
}

bool
register_argument(const struct register_file *rf, unsigned slot, struct event_operand *o)
{
	const char *name = slot < SLOTS ? rf->arguments[slot] : NULL;

	return name && register_find(rf, name, strlen(name), o);
}

void
register_result(const struct register_file *rf, struct event_operand *o)
{
	register_find(rf, rf->result, strlen(rf->result), o);
}

/* The whole number that text starts with; *end is where it ends, text itself when there is none. */
static long long
number(const char *text, const char **end)
{
	char *stop;
	long long n;

	*end = text;
	if (!strchr("0123456789-", *text) || !*text)
		return 0;
	errno = 0;
	n = strtoll(text, &stop, 0);
	if (!errno)
		*end = stop;
	return n;
}

static bool
constant(const char *text, size_t len, struct event_operand *o)
{
	const char *end;

	o->kind = OPERAND_CONSTANT;
	o->number = number(text, &end);
	return len && end == text + len;
}

/* The address is a register plus `displacement`; the size of what is there is set. */
static bool
memory(const struct register_file *rf, const char *name, size_t len, long long displacement, struct event_operand *o)
{
	struct event_operand base;

	if (!register_find(rf, name, len, &base) || base.size != REGISTER_BYTES)
		return false;
	o->kind = OPERAND_USER;
	o->offset = base.offset;
	o->number = displacement;
	return true;
}

/* A register's low bytes, as many as the argument has. */
static bool
low_bytes(const struct register_file *rf, const char *name, size_t len, struct event_operand *o)
{
	struct event_operand found;

	if (!register_find(rf, name, len, &found))
		return false;
	o->kind = OPERAND_CONTEXT;
	o->offset = found.offset;
	return true;
}

/* %rdi, -20(%rbp), (%rax), $5; not x(%rip), (%rax,%rdx,8), %xmm0. */
static bool
x86_place(const struct register_file *rf, const char *text, size_t len, struct event_operand *o)
{
	static const char *const high[] = {"%ah", "%bh", "%ch", "%dh"};
	const char *end;
	long long displacement;

	if (*text == '$')
		return constant(text + 1, len - 1, o);
	for (size_t i = 0; i < sizeof(high) / sizeof(high[0]); i++)
		if (len == 3 && o->size == 1 && !strncmp(text, high[i], 3)) {
			char low[2] = {text[1], 'x'};

			return low_bytes(rf, low, 2, o) && ++o->offset;
		}
	if (*text == '%')
		return low_bytes(rf, text + 1, len - 1, o);
	displacement = number(text, &end);
	if (end >= text + len || strncmp(end, "(%", 2) || text[len - 1] != ')' || !strncmp(end, "(%rip", 5))
		return false;
	return memory(rf, end + 2, (size_t)(text + len - 1 - end) - 2, displacement, o);
}

/* x0, w0, [sp], [x29, -8], 5. */
static bool
arm64_place(const struct register_file *rf, const char *text, size_t len, struct event_operand *o)
{
	const char *comma = memchr(text, ',', len);
	const char *end = text + len - 1, *at;
	long long displacement = 0;

	if (*text != '[')
		return low_bytes(rf, text, len, o) || constant(text, len, o);
	if (*end != ']')
		return false;
	if (comma) {
		at = comma + 1 + strspn(comma + 1, " ");
		displacement = number(at, &at);
		if (at != end || end[-1] == ',' || end[-1] == ' ')
			return false;
	}
	return memory(rf, text + 1, (size_t)((comma ? comma : end) - text) - 1, displacement, o);
}

const struct register_file registers_x86 = {
	.rows = x86_rows,
	.n_rows = sizeof(x86_rows) / sizeof(x86_rows[0]),
	.arguments = {"di", "si", "dx", "cx", "r8", "r9"},
	.result = "ax",
	.place = x86_place,
};

const struct register_file registers_arm64 = {
	.rows = arm64_rows,
	.n_rows = sizeof(arm64_rows) / sizeof(arm64_rows[0]),
	.arguments = {"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7"},
	.result = "x0",
	.place = arm64_place,
};

#ifdef __aarch64__
const struct register_file *const registers_native = &registers_arm64;
#else
const struct register_file *const registers_native = &registers_x86;
#endif

/* The n-th of the arguments, from 1: its begin, and *len; NULL if there are fewer. Blanks within [] are part of one. *had
 * is how many there are then. */
static const char *
nth_argument(const char *arguments, unsigned n, size_t *len, unsigned *had)
{
	const char *at = arguments;

	for (*had = 0; *(at += strspn(at, " ")); at += *len) {
		const char *bracket;

		*len = strcspn(at, " ");
		bracket = memchr(at, '[', *len);
		if (bracket && strchr(bracket, ']'))
			*len = (size_t)(strchr(bracket, ']') - at) + 1;
		if (++*had == n)
			return at;
	}
	return NULL;
}

/* A constant as its size and sign have it. */
static void
fit_constant(struct event_operand *o)
{
	unsigned unused = 64 - 8U * o->size;

	if (o->is_signed)
		o->number = (__s64)((unsigned long long)o->number << unused) >> unused;
	else
		o->number = (__s64)((unsigned long long)o->number << unused >> unused);
}

int
register_marker(const struct register_file *rf, const char *arguments, unsigned n, struct event_operand *o, struct err *err)
{
	size_t len;
	unsigned had;
	const char *text = nth_argument(arguments, n, &len, &had);
	const char *place = text ? memchr(text, '@', len) : NULL;
	const char *end;
	long long size;

	if (!text && !had)
		return err_set(err, "the marker has no arguments");
	if (!text)
		return err_set(err, "the marker has only %u argument%s", had, had == 1 ? "" : "s");
	size = number(text, &end);
	if (size < -8 || size > 8)
		size = 0;
	*o = (struct event_operand){.is_signed = size < 0, .size = (__u8)(size < 0 ? -size : size)};
	if (place && end == place - 1 && *end == 'f')
		return err_set(err, "argument %u of the marker is a floating-point number (%.*s)", n, (int)len, text);
	if (!place || end != place || !size || o->size & (o->size - 1) ||
	    place + 1 == text + len || !rf->place(rf, place + 1, len - (size_t)(place + 1 - text), o))
		return err_set(err, "argument %u of the marker is where we cannot read it (%.*s)", n, (int)len, text);
	if (o->kind == OPERAND_CONSTANT)
		fit_constant(o);
	return 0;
}
