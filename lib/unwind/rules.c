// SPDX-License-Identifier: GPL-2.0-or-later
/* The different rules of a table: a hash table of a fixed size, as their number is bounded. */
#include "unwind/rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/table.h"

/* At most a quarter is used, and pages of it that are not cost nothing. Honest rules are found within 20 steps; those
 * whose hashes were made to meet are given up, or each row would walk through all of them. */
enum { SLOTS = 4 * RULES_MAX, STEPS_MAX = 64 };

void
rules_begin(struct rules *r)
{
	*r = (struct rules){.slots = xcalloc(SLOTS, sizeof(*r->slots)), .cap = 256};
	r->all = xcalloc(r->cap, sizeof(*r->all));
	r->all[RULE_UNSUPPORTED].kind = UNWIND_UNSUPPORTED;
	r->n = RULE_UNSUPPORTED + 1;
}

uint16_t
rules_number(struct rules *r, const struct unwind_rule *rule)
{
	uint64_t at = hash_bytes(rule, sizeof(*rule));

	if (rule->kind <= UNWIND_NONE || rule->kind >= UNWIND_UNSUPPORTED)
		return rule->kind == UNWIND_NONE ? RULE_NONE : RULE_UNSUPPORTED;
	for (int i = 0; i < STEPS_MAX; i++, at++) {
		uint16_t *slot = &r->slots[at % SLOTS];

		if (*slot && memcmp(&r->all[*slot], rule, sizeof(*rule)))
			continue;
		if (*slot)
			return *slot;
		if (r->n == RULES_MAX)
			break;
		GROW(r->all, r->n, r->cap);
		r->all[r->n] = *rule;
		return *slot = (uint16_t)r->n++;
	}
	return RULE_UNSUPPORTED;
}

void
rules_free(struct rules *r)
{
	free(r->all);
	free(r->slots);
}
