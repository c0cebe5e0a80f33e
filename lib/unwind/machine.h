/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What differs between the machines: registers' numbers in DWARF, and the odd rules. There is one machine, the one
 * this was built for. */
#ifndef UNWIND_MACHINE_H
#define UNWIND_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/unwind.h"

enum {
	MACHINE_UNFOLLOWED = -1, /* in machine.followed */
	MACHINE_STACK = -2,	 /* the stack pointer */
};

struct machine {
	const char *name;
	uint16_t elf;	      /* e_machine */
	uint8_t registers;    /* a CFA can be based on those below */
	uint8_t return_column;
	int16_t return_at_entry; /* unwind_rule.saved of the return address when nothing is said */
	bool signs_return;	 /* DW_CFA_AARCH64_negate_ra_state is known */
	const int8_t *followed;	 /* by register: enum unwind_saved or one of the above */
	/* Whether a rule marked as a signal frame's is the one of the frame that the kernel made. */
	bool (*is_sigframe)(const struct unwind_rule *rule);
	/* The lazy PLT's CFA, whose constant at `constant` may differ; NULL: there is no such. */
	const uint8_t *plt;
	uint8_t plt_size, plt_constant;
};

extern const struct machine machine;

/* The place of a register in unwind_rule.saved, or one of the enum above. */
static inline int
machine_followed(uint64_t number)
{
	if (number < machine.registers)
		return machine.followed[number];
	return number == machine.return_column ? SAVED_RETURN : MACHINE_UNFOLLOWED;
}

#endif
