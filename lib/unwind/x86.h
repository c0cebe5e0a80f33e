/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The instructions of x86-64 as far as it takes to step over them and to see what they do to the stack pointer. */
#ifndef UNWIND_X86_H
#define UNWIND_X86_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Registers by the machine's numbers. */
enum x86_register { X86_RAX, X86_RCX, X86_RDX, X86_RBX, X86_RSP, X86_RBP, X86_RSI, X86_RDI, X86_R8, X86_R13 = 13 };

enum x86_map { X86_ONE_BYTE, X86_0F, X86_0F38, X86_0F3A };

struct x86_instruction {
	uint8_t length; /* bytes, 1 to 15 */
	uint8_t map;	/* enum x86_map */
	uint8_t op;
	bool wide;   /* REX.W */
	bool vector; /* VEX or EVEX: `op` is not one of the ordinary ones */
	bool has_modrm;
	uint8_t mod, reg, rm; /* registers with REX's bits; rm: also the base of a memory operand, and without a ModRM the
			       * register in the lowest bits of the opcode */
	bool indexed;	      /* the memory operand has an index register, too */
	int32_t displacement;
	int64_t immediate; /* with a relative branch: how far from the end of the instruction */
};

/* Reads the instruction at `code`, of which `n` bytes are there. False: it is none, or cut short. */
bool x86_read(const uint8_t *code, size_t n, struct x86_instruction *x);

#endif
