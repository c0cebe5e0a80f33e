// SPDX-License-Identifier: GPL-2.0-or-later
/* Hand-written functions: one with CFI, which keeps the CFA in rbx while rsp goes anywhere; two without any CFI, which
 * keep frame pointers. Those lie between two that have CFI: a row holds to the end of its function and not beyond. */
	.text
	.globl	cfa_in_rbx, frames_only, frames_spin

	.type	cfa_in_rbx, @function
cfa_in_rbx:
	.cfi_startproc
	pushq	%rbx
	.cfi_def_cfa_offset 16
	.cfi_offset rbx, -16
	movq	%rsp, %rbx
	.cfi_def_cfa_register rbx
	subq	$1000, %rsp
	andq	$-64, %rsp
	pushq	%rbp
	subq	$8, %rsp
	call	*%rdi
	movq	%rbx, %rsp
	.cfi_def_cfa_register rsp
	popq	%rbx
	.cfi_def_cfa_offset 8
	ret
	.cfi_endproc
	.size	cfa_in_rbx, . - cfa_in_rbx

	.type	frames_only, @function
frames_only:
	pushq	%rbp
	movq	%rsp, %rbp
	pushq	%rbx
	subq	$24, %rsp
	call	*%rdi
	addq	$24, %rsp
	popq	%rbx
	popq	%rbp
	ret
	.size	frames_only, . - frames_only

	.type	frames_spin, @function
frames_spin:
	pushq	%rbp
	movq	%rsp, %rbp
	pushq	%rbx
	movl	$5000000, %ebx
1:	decl	%ebx
	jnz	1b
	popq	%rbx
	popq	%rbp
	ret
	.size	frames_spin, . - frames_spin

	.type	after, @function
after:
	.cfi_startproc
	.cfi_def_cfa_offset 4096
	ud2
	.cfi_endproc
	.size	after, . - after

	.section .note.GNU-stack, "", @progbits
