// SPDX-License-Identifier: GPL-2.0-or-later
/* The words of --weight and --filter: what "arg1", "ret", "ax" or a tracepoint's field is at the place of a probe. */
#include "sampler/operand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sampler/functions.h"
#include "sampler/registers.h"
#include "sampler/types.h"

enum { SLOT_BYTES = 8, REGISTER_SLOTS = 6 };

/* What the context of a kind holds. */
static const struct {
	bool registers, arguments, result;
	const char *function_prefix; /* what to take for what it does not hold */
} contexts[N_PROBE_KINDS] = {
	[PROBE_KPROBE] = {.registers = true, .arguments = true, .function_prefix = "kretprobe:"},
	[PROBE_KRETPROBE] = {.registers = true, .result = true, .function_prefix = "kprobe: or fexit:"},
	[PROBE_FENTRY] = {.arguments = true, .function_prefix = "fexit:"},
	[PROBE_FEXIT] = {.arguments = true, .result = true},
	[PROBE_RAW_TP] = {.arguments = true},
	[PROBE_UPROBE] = {.registers = true, .arguments = true, .function_prefix = "uretprobe:"},
	[PROBE_URETPROBE] = {.registers = true, .result = true, .function_prefix = "uprobe:"},
	[PROBE_USDT] = {.arguments = true},
};

static bool
in_word(char c, bool first)
{
	bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

	return letter || (!first && c >= '0' && c <= '9');
}

size_t
operand_word(const char *text)
{
	size_t len = 0;

	while (in_word(text[len], !len))
		len++;
	if (len && text[len] == ':' && in_word(text[len + 1], true))
		for (len++; in_word(text[len], false); len++)
			;
	return len;
}

/* N of "argN"; 0: it is another word. */
static unsigned
argument_number(const char *word, size_t len)
{
	unsigned n = 0;

	if (len < 4 || len > 5 || strncmp(word, "arg", 3) || word[3] == '0')
		return 0;
	for (size_t i = 3; i < len; i++) {
		if (word[i] < '0' || word[i] > '9')
			return 0;
		n = n * 10 + (unsigned)(word[i] - '0');
	}
	return n;
}

/* What the kernel's types say of the function, or of the raw tracepoint. False: nothing; then each argument is 8 bytes. */
static bool
prototype(const struct probe *p, struct prototype *to)
{
	struct err ignored;
	const struct functions *fs;
	uint32_t index;

	if (p->kind == PROBE_RAW_TP)
		return types_tracepoint(p->symbol, to);
	if (p->kind > PROBE_FEXIT || p->kind < PROBE_KPROBE || p->address)
		return false;
	fs = functions_load(&ignored);
	index = fs ? functions_find(fs, p->symbol) : FUNCTION_NONE;
	return index != FUNCTION_NONE && types_function(fs->all[index].module, p->symbol, to);
}

static int
take_passed(const struct probe *p, const char *word, size_t len, const struct passed *passed, struct event_operand *o, struct err *err)
{
	if (!passed->size)
		return err_set(err, "%.*s of %s is not a number but a struct", (int)len, word, p->symbol);
	o->size = passed->size;
	o->is_signed = passed->is_signed;
	return 0;
}

static int
find_argument(const struct probe *p, unsigned n, const char *word, size_t len, struct event_operand *o, struct err *err)
{
	struct prototype known;
	bool typed = prototype(p, &known);
	bool in_registers = contexts[p->kind].registers;
	unsigned slot = n - 1;

	if (p->kind == PROBE_KPROBE && p->offset)
		return err_set(err, "arguments are known only where a function begins; further in it, registers are (%s)",
			       registers_native == &registers_x86 ? "di, si, ax, ..." : "x0, x1, ...");
	if (typed && n > known.n && !known.odd)
		return err_set(err, "%s has %s%.0u argument%s", p->symbol, known.n ? "" : "no", known.n, known.n == 1 ? "" : "s");
	if (typed && n <= known.n) {
		slot = known.args[n - 1].slot;
		if (take_passed(p, word, len, &known.args[n - 1], o, err))
			return -1;
	}
	if (in_registers) {
		struct event_operand place;

		if (slot >= REGISTER_SLOTS || !register_argument(registers_native, slot, &place))
			return err_set(err, "%.*s: arg1 to arg6 are in registers, further ones are not", (int)len, word);
		o->offset = place.offset;
	} else if (slot >= PROTOTYPE_MAX) {
		return err_set(err, "%.*s: there are no more than %d arguments", (int)len, word, PROTOTYPE_MAX);
	} else {
		o->offset = slot * SLOT_BYTES;
	}
	return 0;
}

static int
find_result(const struct probe *p, const char *word, size_t len, struct event_operand *o, struct err *err)
{
	struct prototype known;
	struct event_operand place;
	bool typed = prototype(p, &known);

	if (typed && !known.returns)
		return err_set(err, "%s returns nothing", p->symbol);
	if (typed && take_passed(p, word, len, &known.result, o, err))
		return -1;
	if (contexts[p->kind].registers) {
		register_result(registers_native, &place);
		o->offset = place.offset;
	} else if (typed && !known.odd) {
		o->offset = known.slots * SLOT_BYTES;
	} else {
		return err_set(err, "nothing is known of what %s returns", p->symbol);
	}
	return 0;
}

static int
find_field(const struct probe *p, const char *word, size_t len, struct event_operand *o, struct err *err)
{
	const struct trace_format *format = trace_format(p->system, p->symbol, err);
	const struct trace_field *f = format ? trace_format_find(format, word, len) : NULL;

	if (!format)
		return -1;
	if (!strncmp(word, "common_", 7) && (!f || f->offset < TRACE_HIDDEN))
		return err_set(err, "%.*s: this part of a record is hidden from BPF programs; -p, -t and --cpu choose processes, threads "
				    "and cpus", (int)len, word);
	if (!f)
		return err_set(err, "%s has no field '%.*s'; it has %s", p->name, (int)len, word, operand_fields(p));
	if (f->is_dynamic)
		return err_set(err, "%s: '%s' is a text or an array of varying length, which cannot be compared", p->name, f->name);
	if (!trace_field_is_number(f))
		return err_set(err, "%s: '%s' is %s of %u bytes, not a number", p->name, f->name,
			       f->is_text ? "a text" : f->is_array ? "an array" : "something", f->size);
	o->size = (__u8)f->size;
	o->is_signed = f->is_signed;
	o->offset = f->offset;
	return 0;
}

const struct trace_field *
operand_text_field(const struct probe *p, const char *word, size_t len)
{
	struct err ignored;
	const struct trace_format *format = p->kind == PROBE_TRACEPOINT ? trace_format(p->system, p->symbol, &ignored) : NULL;
	const struct trace_field *f = format ? trace_format_find(format, word, len) : NULL;

	return f && f->is_text && f->offset >= TRACE_HIDDEN && f->size <= UINT16_MAX ? f : NULL;
}

const char *
operand_fields(const struct probe *p)
{
	static char text[512];
	struct err ignored;
	const struct trace_format *format = p->kind == PROBE_TRACEPOINT ? trace_format(p->system, p->symbol, &ignored) : NULL;
	size_t len = 0;

	text[0] = 0;
	for (size_t i = 0; format && i < format->n && len < sizeof(text); i++) {
		const struct trace_field *f = &format->fields[i];

		if (trace_field_is_number(f) || (f->is_text && f->offset >= TRACE_HIDDEN))
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", len ? ", " : "", f->name);
	}
	return len || p->kind != PROBE_TRACEPOINT ? text : "nothing that could be read";
}

/* "s32" narrows what was found. */
static int
narrow(const char *type, size_t len, struct event_operand *o, struct err *err)
{
	static const struct {
		const char *name;
		__u8 size;
	} types[] = {{"8", 1}, {"16", 2}, {"32", 4}, {"64", 8}};

	for (size_t i = 0; len > 1 && (*type == 's' || *type == 'u') && i < sizeof(types) / sizeof(types[0]); i++) {
		if (strncmp(types[i].name, type + 1, len - 1) || types[i].name[len - 1])
			continue;
		if (o->kind == OPERAND_CONSTANT || types[i].size > o->size)
			return err_set(err, "'%.*s' is wider than the value, which has %u bits", (int)len, type, 8 * o->size);
		o->size = types[i].size;
		o->is_signed = *type == 's';
		return 0;
	}
	return err_set(err, "'%.*s' is not a type; there are s8, s16, s32, s64, u8, u16, u32 and u64", (int)len, type);
}

/* The word without its type. */
static int
find_plain(const struct probe *p, const char *word, size_t len, struct event_operand *o, struct err *err)
{
	unsigned n = argument_number(word, len);
	bool result = len == 3 && !strncmp(word, "ret", 3);

	*o = (struct event_operand){.kind = OPERAND_CONTEXT, .size = 8, .is_signed = 1};
	if (p->kind == PROBE_TRACEPOINT)
		return find_field(p, word, len, o, err);
	if (contexts[p->kind].registers && register_find(registers_native, word, len, o)) {
		o->is_signed = 1;
		return 0;
	}
	if (n && p->kind == PROBE_USDT)
		return register_marker(registers_native, p->arguments ? p->arguments : "", n, o, err);
	if (n && contexts[p->kind].arguments)
		return find_argument(p, n, word, len, o, err);
	if (result && contexts[p->kind].result)
		return find_result(p, word, len, o, err);
	if ((n || result) && contexts[p->kind].function_prefix)
		return err_set(err, "%.*s is not known %s; %s has it", (int)len, word,
			       result ? "before the function returns" : "any more when the function returns",
			       contexts[p->kind].function_prefix);
	return err_set(err, "%s has no '%.*s'; there are %s%s", p->name, (int)len, word,
		       contexts[p->kind].arguments ? "arg1, arg2, ..." : "ret",
		       contexts[p->kind].registers ? registers_native == &registers_x86 ? ", and registers (di, ax)" : ", and registers (x0)"
						   : contexts[p->kind].arguments && contexts[p->kind].result ? " and ret" : "");
}

int
operand_find(const struct probe *p, const char *word, size_t len, struct event_operand *o, struct err *err)
{
	const char *colon = memchr(word, ':', len);
	size_t plain = colon ? (size_t)(colon - word) : len;

	if (p->kind == PROBE_PERF || p->kind == PROBE_WAIT)
		return err_set(err, "%s comes with no numbers; tracepoints, functions and markers do", p->name);
	if (find_plain(p, word, plain, o, err))
		return -1;
	return colon ? narrow(colon + 1, len - plain - 1, o, err) : 0;
}
