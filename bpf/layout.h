/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which table answers for which address of which process: what lib/sampler writes into maps for the sampling program.
 * Private to the two. */
#ifndef BPF_LAYOUT_H
#define BPF_LAYOUT_H

#ifndef __bpf__
#include <linux/types.h>
#endif

enum {
	SLAB_CHUNKS = 256, /* of UNWIND_CHUNK bytes: maps of 1 MiB, made as tables need them */
	SLABS_MAX = 4096,
	LAYOUT_BORN = 6, /* mappings of a new program: its own code, its interpreter's, some libraries' */
	TABLES_MAX = 16384, /* binaries; 0 stands for code that never has a table */
};

enum table_state {
	TABLE_PENDING, /* it is being made, or was dropped and will be made again */
	TABLE_READY,
	TABLE_NEVER,   /* the binary has no unwind information */
};

/* A binary and its image, all of whose chunks have consecutive numbers. */
struct layout_table {
	__u32 state;
	__u32 chunk;	 /* number of its first one */
	__u32 rules;	 /* chunk of the image where the rules begin */
	__u32 base;	 /* page of the file that the first entry is for */
	__u32 n_entries;
	__u32 used;	 /* window of the last look-up, written by the program */
	__u32 wanted;	 /* a look-up found no table, or a walk led nowhere; written by the program */
	__u32 changes;	 /* its code is made at run time: what the table says may be true no more */
};

/* An executable mapping; those of a process stand together, ascending. */
struct layout_mapping {
	__u64 start, end;
	__u64 offset; /* in the file, of its first byte */
	__u32 table;
	__u32 unused;
};

struct layout_process {
	__u32 first, n; /* mappings */
	__u64 exec;	/* of the task: how often it had called exec, plus 1; 0: the first sample will tell */
	struct layout_mapping born[LAYOUT_BORN]; /* what was found out of a new program without user space; end 0: none */
};

/* A file, as the kernel numbers its device. */
struct layout_file {
	__u64 device, inode;
};

#endif
