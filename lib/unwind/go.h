/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Go's compiler leaves unsaid in .debug_frame. */
#ifndef UNWIND_GO_H
#define UNWIND_GO_H

#include <stdbool.h>

#include "bpf/unwind.h"
#include "elf/file.h"

/* Whether the file holds code that Go's compiler made. */
bool go_built(const struct elf_file *f);

/* The rule as it is meant: a function with a frame keeps its caller's frame pointer just below the return address
 * (cmd/compile/abi-internal.md, "Stack layout"). Functions of the runtime change to another stack, of which their rules do
 * not know (runtime.systemstack, mcall, nanotime1), so these count for the innermost frame; from others on the frame pointer
 * is followed, which every function keeps. */
struct unwind_rule go_rule(const struct unwind_rule *rule);

#endif
