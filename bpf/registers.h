/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the walk knows of a machine: its registers by DWARF's numbers, and what the kernel leaves on the stack for a
 * signal's handler. Part of sample.bpf.c. */
#ifndef BPF_REGISTERS_H
#define BPF_REGISTERS_H

#include "kernel.h"
#include "unwind.h"

#if defined(__TARGET_ARCH_x86)

/* System V psABI AMD64, figure 3.36. */
enum { REG_RESULT = 0, REG_FP = 6, REG_SP = 7, REG_RETURN = 16 };

/* What of its caller's registers a function gives back; enum unwind_saved. */
#define FOR_EACH_SAVED(X)                                                                                              \
	X(SAVED_FP, 6) X(SAVED_RBX, 3) X(SAVED_R12, 12) X(SAVED_R13, 13) X(SAVED_R14, 14) X(SAVED_R15, 15)
#define KEPT (1U << 3 | 1U << 6 | 1U << 7 | 0xfU << 12)

#define FOR_EACH_REGISTER                                                                                              \
	TAKE_REGISTER(0, ax) TAKE_REGISTER(1, dx) TAKE_REGISTER(2, cx) TAKE_REGISTER(3, bx) TAKE_REGISTER(4, si)       \
	TAKE_REGISTER(5, di) TAKE_REGISTER(6, bp) TAKE_REGISTER(7, sp) TAKE_REGISTER(8, r8) TAKE_REGISTER(9, r9)       \
	TAKE_REGISTER(10, r10) TAKE_REGISTER(11, r11) TAKE_REGISTER(12, r12) TAKE_REGISTER(13, r13)                    \
	TAKE_REGISTER(14, r14) TAKE_REGISTER(15, r15)
#define REGISTER_PC ip
#define REGISTER_SP sp
#define REGISTER_FP bp
#define REGISTER_MODE cs
#define IS_NATIVE(mode) ((mode) % 0x10000 == 0x33) /* __USER_CS, not the one for 32 bits */

/* struct rt_sigframe's uc.uc_mcontext, from where sp is when the handler has returned; asm/sigcontext.h. */
#define FOR_EACH_IN_SIGNAL                                                                                             \
	KEEP_REGISTER(0, 144) KEEP_REGISTER(1, 136) KEEP_REGISTER(2, 152) KEEP_REGISTER(3, 128) KEEP_REGISTER(4, 112)  \
	KEEP_REGISTER(5, 104) KEEP_REGISTER(6, 120) KEEP_REGISTER(8, 40) KEEP_REGISTER(9, 48) KEEP_REGISTER(10, 56)    \
	KEEP_REGISTER(11, 64) KEEP_REGISTER(12, 72) KEEP_REGISTER(13, 80) KEEP_REGISTER(14, 88) KEEP_REGISTER(15, 96)
enum { SIGNAL_SP = 160, SIGNAL_PC = 168 };

/* mov $__NR_rt_sigreturn, %rax; syscall: where programs without a row for it (Go's, musl's) come back from a handler */
enum { SIGRETURN_BYTES = 9 };
#define SIGRETURN_FIRST 0x0f0000000fc0c748ULL
#define SIGRETURN_LAST	0x05

/* syscall */
typedef __u16 system_call;
#define SYSTEM_CALL 0x050f

/* mov $__NR_clone or $__NR_clone3, %eax; syscall, as the last of eight bytes */
#define ENDS_WITH_CLONE(word) (((word) >> 8 & 0xff) == 0xb8 && ((__u32)((word) >> 16) == 56 || (__u32)((word) >> 16) == 435))
#define RETURN_ON_STACK 1 /* where a call leaves it; else in REG_RETURN */

/* Whether the eight bytes before an address end with a call: e8 rel32, or ff /2 with its ways to address memory. */
#define BYTE(word, back) ((word) >> (8 - (back)) * 8 & 0xff)
#define IS_CALL_OF(word, length) (BYTE(word, length) == 0xff && (BYTE(word, (length) - 1) & 0x38) == 0x10)
#define ENDS_WITH_CALL(word)                                                                                           \
	(BYTE(word, 5) == 0xe8 || IS_CALL_OF(word, 2) || IS_CALL_OF(word, 3) || IS_CALL_OF(word, 4) ||                 \
	 IS_CALL_OF(word, 6) || IS_CALL_OF(word, 7))

/* Whether what stands before a return address is a call of a place less than 64 KiB before the pc: e8 rel32. */
#define CALLS_INTO(return_to, before, pc)                                                                              \
	(BYTE(before, 5) == 0xe8 && (pc) - ((return_to) + (__s64)(__s32)((before) >> 32)) < 0x10000)

/* mov %rbp, n(%rsp) */
#define SAVES_FRAME_POINTER(code) (((code) & 0xffffffff) == 0x246c8948 || ((code) & 0xffffffff) == 0x24ac8948)

#define CODE_ADDRESS(pc) (pc)

#elif defined(__TARGET_ARCH_arm64)

/* DWARF for the Arm 64-bit Architecture, 4.1. */
enum { REG_RESULT = 0, REG_FP = 29, REG_RETURN = 30, REG_SP = 31 };

#define FOR_EACH_SAVED(X)                                                                                              \
	X(SAVED_FP, 29) X(SAVED_X19, 19) X(SAVED_X20, 20) X(SAVED_X21, 21) X(SAVED_X22, 22) X(SAVED_X23, 23) X(SAVED_X24, 24)
#define KEPT (0x3fU << 19 | 1U << 29 | 1U << 31)

#define FOR_EACH_X(X)                                                                                                  \
	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19)   \
	X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30)
#define TAKE_X(number) TAKE_REGISTER(number, regs[number])
#define FOR_EACH_REGISTER FOR_EACH_X(TAKE_X) TAKE_REGISTER(31, sp)
#define REGISTER_PC ip
#define REGISTER_SP sp
#define REGISTER_FP regs[29]
#define REGISTER_MODE pstate
#define IS_NATIVE(mode) (!((mode) & 0x10)) /* PSR_MODE32_BIT */

/* struct rt_sigframe from where sp is in the trampoline: siginfo, ucontext, its sigcontext's regs; asm/sigcontext.h. */
#define KEEP_X(number) KEEP_REGISTER(number, 312 + 8 * number)
#define FOR_EACH_IN_SIGNAL FOR_EACH_X(KEEP_X)
enum { SIGNAL_SP = 560, SIGNAL_PC = 568 };

/* mov x8, #__NR_rt_sigreturn; svc #0 */
enum { SIGRETURN_BYTES = 8 };
#define SIGRETURN_FIRST 0xd4000001d2801168ULL

/* svc #0 */
typedef __u32 system_call;
#define SYSTEM_CALL 0xd4000001

/* mov x8, #__NR_clone or #__NR_clone3; svc #0 */
#define ENDS_WITH_CLONE(word) ((__u32)(word) == 0xd2801b88 || (__u32)(word) == 0xd2803668)
#define RETURN_ON_STACK 0

/* bl; blr, with and without authentication */
#define ENDS_WITH_CALL(word)                                                                                           \
	(((word) >> 32 & 0xfc000000) == 0x94000000 || ((word) >> 32 & 0xfffffc1f) == 0xd63f0000 ||                     \
	 ((word) >> 32 & 0xfefff800) == 0xd63f0800)

#define SAVES_FRAME_POINTER(code) ((code) & 0) /* nobody asks */
#define CALLS_INTO(return_to, before, pc) ((return_to) & (before) & (pc) & 0)

/* Without the code that authenticates a return address; user space has 48 bits of addresses. */
#define CODE_ADDRESS(pc) ((pc) & ((1ULL << 48) - 1))

#else
#error "which registers?"
#endif

#endif
