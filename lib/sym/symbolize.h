/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one door to names: module and offset in, chain of functions out.
 *
 *	struct symbolizer *s = symbolizer_open(&options);
 *	uint32_t libc = symbolizer_file(s, &(struct file_facts){.path = "/usr/lib/libc.so.6", .path_len = 18});
 *	struct lookup wanted[] = {{.offset = 0x89070, .exact = true}};
 *
 *	symbolize(s, libc, wanted, 1, SYMBOLIZE_ALL);
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
	struct find_places places; /* what it points to must outlive the symbolizer */
	bool mangled;		   /* leave names as they are in the file */
	bool offsets;		   /* add to a symbol's name how far into it the place is: vfs_read+0x1b */
	bool inlines, lines;	   /* tell them where there is debug information */
};

struct symbolizer *symbolizer_open(const struct symbolizer_options *options);
void symbolizer_close(struct symbolizer *s);

/* What was recorded of a file. */
struct file_facts {
	const char *path;
	size_t path_len;
	const uint8_t *id; /* build-id, or what elf/content_id.h has for it */
	size_t id_len;	   /* 0: not known */
	struct find_mapped mapped; /* where it may be reached as long as a process lives; counts at the first look-up */
	const char *foreign; /* why, without a build-id, the file at that path here is not to be used; lives on; NULL: it is */
};

/* A module that is a file. The same facts, but for where it was mapped, make the same module. An offset in it is a file
 * offset. */
uint32_t symbolizer_file(struct symbolizer *s, const struct file_facts *facts);

/* A module of which all that can be known is told: kernel, vDSO, JIT. Each call makes a new one. */
uint32_t symbolizer_told(struct symbolizer *s);

/* Tells a symbol of such a module; size 0: up to the next. The name is copied. */
void symbolizer_tell(struct symbolizer *s, uint32_t module, uint64_t start, uint64_t size, const char *name,
		     size_t len);

/* One function of a chain. Texts are NUL-terminated and live as long as the symbolizer. */
struct called {
	const char *function; /* never empty; the same text is at the same place */
	const char *source;   /* path as the debug information has it; NULL: not known */
	uint32_t line;	      /* of the place, or of the call to the function before it in the chain; 0: not known */
};

struct lookup {
	uint64_t offset;
	bool exact;		    /* the place itself; else a return address: the call, just before it, is meant */
	uint32_t n;		    /* out: functions in the chain; 0: no name is known */
	const struct called *chain; /* out: innermost inlined function first, the one that holds the code last;
				       valid until the next call */
};

/* Debug information can take long to read. */
enum symbolize_depth {
	SYMBOLIZE_TABLES, /* by symbol tables only */
	SYMBOLIZE_ALL,
};

/* Looks up n places of a module. */
void symbolize(struct symbolizer *s, uint32_t module, struct lookup *lookups, size_t n, enum symbolize_depth depth);

/* Whether, after a first look-up, the depths have different answers. */
bool symbolizer_is_deep(const struct symbolizer *s, uint32_t module);

/* A file that is not on this machine and would give a module more names. */
struct file_wish {
	bool debug;	   /* the debug file; else the one that was mapped */
	const uint8_t *id; /* build-id; lives as long as the symbolizer */
	size_t id_len;
};

/* Says each wish of a module once, after the first look-up in it; false: there is none, or it waits for what comes of the
 * one before. */
bool symbolizer_wants(struct symbolizer *s, uint32_t module, struct file_wish *wish);

/* What came of a wish: the file at `path`, checked as all are; or none, and `reason` says why (NULL: there is none at the
 * source). `source` names who was asked and lives on. True: look-ups in the module may have other answers now. */
bool symbolizer_take(struct symbolizer *s, uint32_t module, bool debug, const char *source, const char *path,
		     const char *reason);

/* What is known about a module's symbols after the first look-up in it. */
struct symbol_source {
	bool tried;
	const char *path;  /* as it was recorded; NULL of told modules */
	const char *image; /* path of the file that was mapped, NULL when it was not found */
	const char *debug; /* path of its separate debug file, NULL when there is none */
	const char *image_from, *debug_from; /* the kinds of places where they were found */
	bool full;	   /* there is a .symtab, not only the names that the dynamic linker needs */
	bool mini;	   /* there is no .symtab, but MiniDebugInfo */
	size_t go;	   /* functions of Go's own table, once they were needed */
	size_t symbols;
	const char *problem; /* what was refused or could not be read; NULL when nothing */
	const struct find_log *log; /* all that was tried */
};

void symbolizer_source(const struct symbolizer *s, uint32_t module, struct symbol_source *source);

#endif
