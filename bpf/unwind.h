/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unwind tables as lib/unwind makes them, lib/sampler places them and the sampling program reads them. Private to
 * the three.
 *
 * A table answers for one binary: by which rule is the caller of the code at this file offset found? It is an image of
 * chunks of 4 KiB, which the kernel side keeps as values of a map:
 *
 *	entries	one for each page of 1 KiB of the file: the rule in force where the page begins, and its rows
 *	rules	the different rules of the binary; a few hundred, however large it is
 *	rows	each says that from here on another rule holds; sorted; those of a page never cross a chunk
 *
 * So a look-up is an index and a binary search among some tens of rows of 4 bytes. */
#ifndef BPF_UNWIND_H
#define BPF_UNWIND_H

#ifndef __bpf__
#include <linux/types.h>
#endif

enum {
	UNWIND_PAGE_SHIFT = 10,
	UNWIND_PAGE = 1 << UNWIND_PAGE_SHIFT, /* bytes of the file that one entry answers for */
	UNWIND_CHUNK = 4096,
};

struct unwind_entry {
	__u32 first; /* row: chunk of the image << 10 | number in it */
	__u16 n;     /* rows of this page, at most UNWIND_PAGE */
	__u16 rule;  /* before the first of them */
};

struct unwind_row {
	__u16 at; /* offset in the page */
	__u16 rule;
};

/* How a caller's frame is found. CFA: canonical frame address, the caller's stack pointer (DWARF 5, 6.4). */
enum unwind_kind {
	UNWIND_NONE,	    /* no row here */
	UNWIND_ROOT,	    /* the return address is undefined: nobody called */
	UNWIND_REGISTER,    /* CFA = register + cfa */
	UNWIND_LOAD,	    /* CFA = *(register + load) + cfa */
	UNWIND_PLT,	    /* x86: CFA = register + cfa + 8 when the pc's lowest 4 bits are >= load, else without the 8 */
	UNWIND_SIGNAL,	    /* the kernel left all registers on the stack (struct rt_sigframe) */
	UNWIND_UNREAD,	    /* code made at run time, of which there will be rows once it was read */
	UNWIND_UNSUPPORTED, /* there is a row that this format cannot hold */
};

/* The registers that are followed from frame to frame: those a function must give back, and the return address. */
#if defined(__aarch64__) || defined(__TARGET_ARCH_arm64)
enum unwind_saved { SAVED_FP, SAVED_RETURN, SAVED_X19, SAVED_X20, SAVED_X21, SAVED_X22, SAVED_X23, SAVED_X24, N_SAVED };
#else
enum unwind_saved { SAVED_FP, SAVED_RETURN, SAVED_RBX, SAVED_R12, SAVED_R13, SAVED_R14, SAVED_R15, N_SAVED };
#endif

enum {
	UNWIND_SAME = 0,     /* as unwind_rule.saved: the register was not touched; on arm64 the return address is in x30 */
	UNWIND_LOST = 32767, /* it is not known any more */
	UNWIND_IN_REGISTER = 0x4000, /* as saved[SAVED_RETURN]: from here on, the number of the register that holds it */
	UNWIND_SIGNED = 1,   /* flag, arm64: the return address carries a pointer authentication code */
	UNWIND_REALIGNED = 2, /* flag: all of saved but RETURN count from the frame pointer + 16 and not from the CFA */
	UNWIND_INNERMOST = 4, /* flag, Go's: sure of the innermost frame only; of others the frame pointer is followed if that leads on */
	UNWIND_RETURN_TOO = 8, /* flag, with REALIGNED: and so does RETURN */
	UNWIND_BY_STACK = 16, /* flag, with REALIGNED: they count from the stack pointer + 16 instead */
};

/* Rule 0 of each table is UNWIND_NONE. */
struct unwind_rule {
	__s32 cfa, load;
	__u8 kind;
	__u8 base; /* the register, in DWARF's numbers: x86-64 0-15, arm64 0-31 */
	__u8 flags;
	__u8 unused;
	__s16 saved[10]; /* by enum unwind_saved: where, in words of 8 bytes from the CFA; on x86 RETURN is -1 */
};

enum {
	UNWIND_ENTRIES = UNWIND_CHUNK / sizeof(struct unwind_entry), /* in a chunk */
	UNWIND_ROWS = UNWIND_CHUNK / sizeof(struct unwind_row),
	UNWIND_RULES = UNWIND_CHUNK / sizeof(struct unwind_rule),
};
_Static_assert(sizeof(struct unwind_entry) == 8 && sizeof(struct unwind_row) == 4 && sizeof(struct unwind_rule) == 32,
	       "chunks hold whole elements");
_Static_assert((int)UNWIND_ROWS >= (int)UNWIND_PAGE, "a page's rows fit a chunk, even with one for each byte");

#endif
