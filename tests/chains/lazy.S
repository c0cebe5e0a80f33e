// SPDX-License-Identifier: GPL-2.0-or-later
/* 4096 functions, or with -DCALLS one that calls each of them. All their names have the same hash, since 33 * 'A' + 'z'
 * is 33 * 'B' + 'Y': to bind one takes the dynamic linker some thousand comparisons, so that is where the time goes. */
	.text
	.macro	names name, n
	.if	\n
	names	\name\()Az, \n-1
	names	\name\()BY, \n-1
	.else
	each	\name
	.endif
	.endm

#ifdef CALLS
	.macro	each name
	call	\name@PLT
	.endm

	.globl	call_all
	.type	call_all, @function
call_all:
	.cfi_startproc
	subq	$8, %rsp
	.cfi_def_cfa_offset 16
	names	f, 12
	addq	$8, %rsp
	.cfi_def_cfa_offset 8
	ret
	.cfi_endproc
	.size	call_all, . - call_all
#else
	.macro	each name
	.globl	\name
	.type	\name, @function
\name:	ret
	.size	\name, . - \name
	.endm

	names	f, 12
#endif
	.section .note.GNU-stack, "", @progbits
