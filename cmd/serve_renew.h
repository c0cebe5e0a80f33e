/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making pb-serve's profile anew: smaller, or after frames got other names. All ids change, not a sample is lost. Private to
 * pb-serve. */
#ifndef CMD_SERVE_RENEW_H
#define CMD_SERVE_RENEW_H

#include <stddef.h>
#include <stdint.h>

#include "cmd/serve_history.h"
#include "cmd/serve_profile.h"

/* Frames of the current segment were named anew: enters its stacks again. */
void renew_names(struct profile *p, struct history *h, struct stack_nodes *nodes);

/* Merges windows, and folds the leaves and tasks that are worth least into [pruned], whatever takes more, until profile and
 * history take `goal` bytes or next to nothing is left to fold. What was counted keeps its names from now on. */
void renew_smaller(struct profile *p, struct history *h, struct stack_nodes *nodes, size_t goal);

/* Samples at nodes, or of tasks, that are [pruned]. */
uint64_t renew_pruned(const struct profile *p, const struct history *h);

#endif
