/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a just-in-time compiler writes about its code, for perf(1), into a file that grows. Of two kinds:
 *
 * A perf map, /tmp/perf-PID.map, is lines: "START SIZE name", the numbers in hexadecimal (Linux,
 * tools/perf/Documentation/jit-interface.txt). A jitdump, jit-PID.dump, is records (jitdump-specification.txt there): code that
 * was loaded or moved. The first bytes tell which it is.
 *
 *	while (jit_file_read(f) && there is time)
 *		;
 *	if (jit_file_find(f, address, &code) && jit_file_symbol(f, &code, &size, &name))
 *		...
 *
 * Only where code lies is kept in memory; names are read again when they are needed. The file is somebody else's: whatever it
 * holds, a step reads 64 KiB at the most, and what makes no sense is passed over. */
#ifndef SYM_JIT_FILE_H
#define SYM_JIT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "sym/code_ranges.h"

enum {
	JIT_STEP = 64 << 10,	  /* bytes read at a time */
	JIT_NAME_MAX = 16 << 10, /* longer names are cut */
};

enum jit_format { JIT_NOT_KNOWN, JIT_PERF_MAP, JIT_DUMP, JIT_BAD };

struct jit_file {
	int fd; /* owned */
	enum jit_format format;
	bool in_line;  /* the rest of a line is to be passed over */
	uint64_t at;   /* what was read; the next line or record begins here */
	uint32_t restarts; /* how often it was made anew: what is known by an offset in it is not valid any more */
	uint8_t head[64]; /* what it began with */
	size_t head_len;
	struct code_ranges code;
	size_t most; /* ranges to be kept at the most */
	uint64_t left_out; /* lines and records beyond that */
};

/* Takes over `fd`, of a regular file. Lines before `from` are about other code and are not read; 0: all are. */
void jit_file_open(struct jit_file *f, int fd, uint64_t from, size_t most);
void jit_file_close(struct jit_file *f);

/* Reads one step of what was added. True: there may be more at once. */
bool jit_file_read(struct jit_file *f);

/* Code at an address, as what was read last has it. */
bool jit_file_find(const struct jit_file *f, uint64_t address, struct code_range *code);

/* Appends its name; *size is the number of bytes of the whole. False: it cannot be read (any more). */
bool jit_file_symbol(const struct jit_file *f, const struct code_range *code, uint64_t *size, struct buf *name);

/* ---- the two kinds, private to lib/sym ---- */

/* Each takes n bytes of the file from f->at on, which has `size` bytes altogether. Returns how many it is through with; they may
 * be more than n. */
uint64_t perf_map_take(struct jit_file *f, const uint8_t *bytes, size_t n, uint64_t size);
uint64_t jitdump_take(struct jit_file *f, const uint8_t *bytes, size_t n, uint64_t size);

bool perf_map_symbol(const struct jit_file *f, const struct code_range *code, uint64_t *size, struct buf *name);
bool jitdump_symbol(const struct jit_file *f, const struct code_range *code, uint64_t *size, struct buf *name);

void jit_file_put(struct jit_file *f, uint64_t start, uint64_t size, uint64_t at);

#endif
