/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the walk knows of a machine: its registers by DWARF's numbers, and what the kernel leaves on the stack for a
 * signal's handler. Part of sample.bpf.c. */
#ifndef BPF_REGISTERS_H
#define BPF_REGISTERS_H

#include "kernel.h"
#include "unwind.h"

#if defined(__TARGET_ARCH_x86)

/* System V psABI AMD64, figure 3.36. */
enum { REG_BX = 3, REG_FP = 6, REG_SP = 7, REG_PC = 16 };

/* What of its caller's registers a function gives back; enum unwind_saved. */
#define FOR_EACH_SAVED(X) X(SAVED_FP, 6) X(SAVED_RBX, 3) X(SAVED_R12, 12) X(SAVED_R13, 13) X(SAVED_R14, 14) X(SAVED_R15, 15)
enum { KEPT = 1 << 3 | 1 << 6 | 1 << 7 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 15 };

#define FOR_EACH_REGISTER(X)                                                                                           \
	X(0, ax) X(1, dx) X(2, cx) X(3, bx) X(4, si) X(5, di) X(6, bp) X(7, sp) X(8, r8) X(9, r9) X(10, r10)           \
	X(11, r11) X(12, r12) X(13, r13) X(14, r14) X(15, r15)
#define REGISTER_PC ip
#define REGISTER_MODE cs
#define IS_NATIVE(mode) ((mode) % 0x10000 == 0x33) /* __USER_CS, not the one for 32 bits */

/* struct rt_sigframe's uc.uc_mcontext, from where sp is when the handler has returned; asm/sigcontext.h. */
#define FOR_EACH_IN_SIGNAL(X)                                                                                          \
	X(0, 144) X(1, 136) X(2, 152) X(3, 128) X(4, 112) X(5, 104) X(6, 120) X(8, 40) X(9, 48) X(10, 56) X(11, 64)    \
	X(12, 72) X(13, 80) X(14, 88) X(15, 96)
enum { SIGNAL_SP = 160, SIGNAL_PC = 168 };

/* mov $__NR_rt_sigreturn, %rax; syscall: where programs without a row for it (Go's, musl's) come back from a handler */
#define SIGRETURN_FIRST 0x0f0000000fc0c748ULL
#define SIGRETURN_LAST	0x05
enum { SIGRETURN_BYTES = 9 };

/* syscall, as the two bytes before where it returns to */
#define SYSCALL_BYTES 0x050f

/* Whether the eight bytes before an address end with a call: e8 rel32, or ff /2 with its ways to address memory. */
#define BYTE(word, back) ((word) >> (8 - (back)) * 8 & 0xff)
#define IS_CALL_OF(word, length) (BYTE(word, length) == 0xff && (BYTE(word, (length) - 1) & 0x38) == 0x10)
#define ENDS_WITH_CALL(word)                                                                                           \
	(BYTE(word, 5) == 0xe8 || IS_CALL_OF(word, 2) || IS_CALL_OF(word, 3) || IS_CALL_OF(word, 4) ||                 \
	 IS_CALL_OF(word, 6) || IS_CALL_OF(word, 7))

#else
#error "which registers?"
#endif

#endif
