/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The different rules of a table, by number. */
#ifndef UNWIND_RULES_H
#define UNWIND_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "bpf/unwind.h"

/* The first two are always there. */
enum { RULE_NONE, RULE_UNSUPPORTED, RULES_MAX = 65536 };

struct rules {
	struct unwind_rule *all; /* owned */
	size_t n, cap;
	uint16_t *slots; /* owned; number of the rule, by its hash; 0: free */
};

void rules_begin(struct rules *r);

/* The number of a rule; RULE_UNSUPPORTED for those that are too many. */
uint16_t rules_number(struct rules *r, const struct unwind_rule *rule);

void rules_free(struct rules *r);

#endif
