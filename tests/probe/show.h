/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shows a probe's rule: a line for each factor and each condition. */
#ifndef TESTS_PROBE_SHOW_H
#define TESTS_PROBE_SHOW_H

#include <inttypes.h>
#include <stdio.h>

#include "bpf/event.h"

static inline void
show_operand(const struct event_operand *o)
{
	printf(" {kind=%u size=%u signed=%u offset=%u number=%" PRId64 "}", o->kind, o->size, o->is_signed, o->offset, (int64_t)o->number);
}

static inline void
show_rule(const struct event_rule *r)
{
	for (uint32_t i = 0; i < r->n_factors; i++)
		printf("%s", "\n\tfactor"), show_operand(&r->factors[i]);
	for (uint32_t i = 0; i < r->n_conditions; i++) {
		const struct event_condition *c = &r->conditions[i];

		printf("\n\tcondition");
		show_operand(&c->left);
		printf(" mask=0x%" PRIx64 " relation=%u right=%" PRId64 " unsigned=%u negated=%u last=%u", (uint64_t)c->mask,
		       c->relation, (int64_t)c->right, c->is_unsigned, c->negated, c->is_last);
	}
}

#endif
