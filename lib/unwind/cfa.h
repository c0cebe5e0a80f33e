/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Call frame instructions (DWARF 5, 6.4.2), run over one description at a time. */
#ifndef UNWIND_CFA_H
#define UNWIND_CFA_H

#include "unwind/describe.h"

/* Called for each place where the rule may have changed, in ascending order; the rule holds up to the next. */
struct cfa_out {
	void (*row)(void *to, uint64_t offset, const struct unwind_rule *rule);
	void *to;
};

/* Runs a CIE's instructions: what they leave is common->initial. */
void cfa_common(struct common *common, struct cursor code);

/* Runs an FDE's instructions. From an instruction on that is unknown or malformed the rule is UNWIND_UNSUPPORTED. */
void cfa_run(const struct descriptions *all, const struct description *d, const struct cfa_out *out);

#endif
