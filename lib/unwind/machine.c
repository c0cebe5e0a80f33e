// SPDX-License-Identifier: GPL-2.0-or-later
/* What differs between the machines. */
#include "unwind/machine.h"

#include <elf.h>

#if defined(__aarch64__) || defined(__TARGET_ARCH_arm64)

static const int8_t followed[] = {
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	SAVED_X19, SAVED_X20, SAVED_X21, SAVED_X22, SAVED_X23, SAVED_X24, -1, -1, -1, -1,
	SAVED_FP, SAVED_RETURN, MACHINE_STACK,
};

/* The vDSO's only; it claims x29 as the CFA, where there is a frame record but not the stack that was interrupted. */
static bool
is_sigframe(const struct unwind_rule *rule)
{
	(void)rule;
	return true;
}

const struct machine machine = {
	.name = "arm64",
	.elf = EM_AARCH64,
	.registers = sizeof(followed),
	.return_column = 30,
	.return_at_entry = UNWIND_SAME,
	.signs_return = true,
	.followed = followed,
	.is_sigframe = is_sigframe,
};

#else

enum { RSP = 7, UCONTEXT_RSP = 160 }; /* where rt_sigframe has it once the handler has returned */

static const int8_t followed[] = {
	-1, -1, -1, SAVED_RBX, -1, -1, SAVED_FP, MACHINE_STACK,
	-1, -1, -1, -1, SAVED_R12, SAVED_R13, SAVED_R14, SAVED_R15,
};

/* Programs that mark frames of their own making say where in them rsp is. */
static bool
is_sigframe(const struct unwind_rule *rule)
{
	return rule->kind == UNWIND_LOAD && rule->base == RSP && rule->load == UCONTEXT_RSP && !rule->cfa;
}

/* breg7 8; breg16 0; lit15; and; lit11; ge; lit3; shl; plus: rsp + 8, and 8 more once the slot has pushed its number */
static const uint8_t plt[] = {0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22};

const struct machine machine = {
	.name = "x86-64",
	.elf = EM_X86_64,
	.registers = sizeof(followed),
	.return_column = 16,
	.return_at_entry = UNWIND_LOST,
	.followed = followed,
	.is_sigframe = is_sigframe,
	.plt = plt,
	.plt_size = sizeof(plt),
	.plt_constant = 6,
};

#endif
