// SPDX-License-Identifier: GPL-2.0-or-later
/* What Go's compiler leaves unsaid in .debug_frame. */
#include "unwind/go.h"

#include "unwind/machine.h"

enum { CFA_WITHOUT_FRAME = 8, FP_BELOW_RETURN = -2 };

bool
go_built(const struct elf_file *f)
{
	return elf_section(f, ".gopclntab");
}

#if !defined(__aarch64__) && !defined(__TARGET_ARCH_arm64)

struct unwind_rule
go_rule(const struct unwind_rule *rule)
{
	struct unwind_rule r = *rule;

	if (r.kind != UNWIND_REGISTER || machine.followed[r.base] != MACHINE_STACK || r.saved[SAVED_FP] != UNWIND_SAME)
		return r;
	r.flags |= UNWIND_INNERMOST;
	if (r.cfa != CFA_WITHOUT_FRAME)
		r.saved[SAVED_FP] = FP_BELOW_RETURN;
	return r;
}

#else

/* The frame pointer is saved elsewhere, below the frame. */
struct unwind_rule
go_rule(const struct unwind_rule *rule)
{
	return *rule;
}

#endif
