/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of --weight and --filter: what "arg1", "ret", "ax" or a tracepoint's field is at the place of a probe.
 *
 *	arg1, arg2, ...	of the function, of the marker, or of the raw tracepoint
 *	ret		where the function returns
 *	ax, x0, ...	registers, where the context holds them (kprobe, kretprobe, uprobe, uretprobe)
 *	len, ...	the tracepoint's own fields
 *	WORD:s32	the low bytes of it, with a sign or without: s8 s16 s32 s64 u8 u16 u32 u64
 */
#ifndef SAMPLER_OPERAND_H
#define SAMPLER_OPERAND_H

#include "base/err.h"
#include "sampler/probe.h"
#include "sampler/trace_format.h"

/* How many bytes of text are a word, with its type; 0: it starts with something else. */
size_t operand_word(const char *text);

/* -1 with the reason: there is none, or it cannot be read. */
int operand_find(const struct probe *p, const char *word, size_t len, struct event_operand *o, struct err *err);

/* The tracepoint's field if it holds text, else NULL. */
const struct trace_field *operand_text_field(const struct probe *p, const char *word, size_t len);

/* "fd, buf, count": the words that mean something for a tracepoint. "" for other probes. Valid until the next call. */
const char *operand_fields(const struct probe *p);

#endif
