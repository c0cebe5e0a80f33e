/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registers that the context of a kprobe or uprobe holds, struct pt_regs of bpf/kernel.h: by name, by what a call passes
 * in them, and as the notes of <sys/sdt.h> write them. */
#ifndef SAMPLER_REGISTERS_H
#define SAMPLER_REGISTERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "bpf/event.h"

struct register_file;

extern const struct register_file registers_x86, registers_arm64;
extern const struct register_file *const registers_native;

/* As bytes of the context, with as many of them as the name means. The kernel's names (ax, x0) mean all 8. */
bool register_find(const struct register_file *rf, const char *name, size_t len, struct event_operand *o);

/* Where a function finds its argument in `slot`, from 0; its caller the result. False: not in a register. */
bool register_argument(const struct register_file *rf, unsigned slot, struct event_operand *o);
void register_result(const struct register_file *rf, struct event_operand *o);

/* Argument n, from 1, of "8@%rdi -4@-20(%rbp) 4@$5", or "8@x0 4@[sp, 12] -4@7". -1: *err says why it cannot be read. */
int register_marker(const struct register_file *rf, const char *arguments, unsigned n, struct event_operand *o, struct err *err);

#endif
