/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one door to names: module and offset in, chain of functions out.
 *
 *	struct symbolizer *s = symbolizer_open(&options);
 *	uint32_t libc = symbolizer_file(s, "/usr/lib/libc.so.6", build_id, len);
 *	struct lookup wanted[] = {{.offset = 0x89070, .exact = true}};
 *
 *	symbolize(s, libc, wanted, 1);
 *	if (wanted[0].n)
 *		puts(wanted[0].chain[0].function);	// malloc
 *
 * Files are opened at the first look-up in them and stay open; each name is demangled once. Look-ups come in
 * batches, so that a source of names may go through its tables in order. */
#ifndef SYM_SYMBOLIZE_H
#define SYM_SYMBOLIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elf/find.h"

struct symbolizer;

struct symbolizer_options {
	struct debug_roots roots; /* must outlive the symbolizer */
	bool mangled;		  /* leave names as they are in the file */
};

struct symbolizer *symbolizer_open(const struct symbolizer_options *options);
void symbolizer_close(struct symbolizer *s);

/* A module that is a file; `len` is 0 when its build-id is not known. The same file is the same module. An offset in
 * it is a file offset. */
uint32_t symbolizer_file(struct symbolizer *s, const char *path, size_t path_len, const uint8_t *id, size_t len);

/* Where such a module may be reached, too, as long as a process lives. To be told before the first look-up in it. */
void symbolizer_mapped(struct symbolizer *s, uint32_t module, uint32_t pid, uint64_t start, uint64_t end);

/* A module of which all that can be known is told: kernel, vDSO, JIT. Each call makes a new one. */
uint32_t symbolizer_told(struct symbolizer *s);

/* Tells a symbol of such a module; size 0: up to the next. The name is copied. */
void symbolizer_tell(struct symbolizer *s, uint32_t module, uint64_t start, uint64_t size, const char *name,
		     size_t len);

/* One function of a chain. Texts are NUL-terminated and live as long as the symbolizer. */
struct called {
	const char *function; /* never empty */
	const char *source;   /* NULL: not known */
	uint32_t line;	      /* 0: not known */
};

struct lookup {
	uint64_t offset;
	bool exact;		    /* the place itself; else a return address: the call, just before it, is meant */
	uint32_t n;		    /* out: functions in the chain; 0: no name is known */
	const struct called *chain; /* out: innermost inlined function first, the one that holds the code last;
				       valid until the next call */
};

/* Looks up n places of a module. */
void symbolize(struct symbolizer *s, uint32_t module, struct lookup *lookups, size_t n);

/* What is known about a module's symbols after the first look-up in it. */
struct symbol_source {
	bool tried;
	const char *path;  /* as it was recorded; NULL of told modules */
	const char *image; /* path of the file that was mapped, NULL when it was not found */
	const char *debug; /* path of its separate debug file, NULL when there is none */
	bool full;	   /* there is a .symtab, not only the names that the dynamic linker needs */
	size_t symbols;
	const char *problem; /* what was refused or could not be read; NULL when nothing */
};

void symbolizer_source(const struct symbolizer *s, uint32_t module, struct symbol_source *source);

#endif
