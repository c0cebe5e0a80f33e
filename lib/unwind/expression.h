/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DWARF expressions in frames, of the few shapes that compilers and assemblers write. */
#ifndef UNWIND_EXPRESSION_H
#define UNWIND_EXPRESSION_H

#include "bpf/unwind.h"
#include "base/cursor.h"

/* Sets kind, base, cfa and load of the rule. False: the expression has another shape; the rule is as it was. */
bool expression_cfa(struct cursor c, struct unwind_rule *rule);

#endif
