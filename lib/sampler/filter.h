/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --filter: comparisons joined by && and ||, with ! and parentheses, as the conditions of bpf/event.h.
 *
 *	arg2 > 4096 && !(arg3 == 0 || arg3 & 0x40)
 *	prev_comm == "bash" || next_comm == "bash"
 */
#ifndef SAMPLER_FILTER_H
#define SAMPLER_FILTER_H

#include "base/err.h"
#include "sampler/probe.h"

/* Fills in p->rule's conditions. -1 with the reason and the column. */
int filter_parse(struct probe *p, const char *text, struct err *err);

#endif
