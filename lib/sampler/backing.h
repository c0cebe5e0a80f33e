/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files (and other things) that hold the code of processes, each told apart once for the whole run. */
#ifndef SAMPLER_BACKING_H
#define SAMPLER_BACKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/table.h"
#include "elf/content_id.h"
#include "elf/header.h"

/* A file (or other backing) that holds code; one per distinct identity, kept for the whole run. */
struct backing {
	char *path;		/* without " (deleted)" */
	uint64_t device, inode; /* 0, 0: not known */
	uint64_t version;	/* of the file with this inode */
	unsigned char build_id[BUILD_ID_MAX];
	uint8_t build_id_len;
	bool memory;		/* of no file, or of one without a name that is no ELF file: code in it is told by address */
	unsigned char content[CONTENT_ID]; /* where it is an ELF file without a build-id */
	bool has_content;
	bool asked;		/* the build-id was looked for */
	uint32_t id;		/* what the sink calls it; valid while defined */
	bool defined;
	uint32_t table;		/* its unwind table; 0: it has no number, or never will */
	int held;		/* a descriptor of the file; valid while hold */
	uint64_t hold;		/* when it was opened, CLOCK_MONOTONIC ns; 0: it is not */
};

/* Elements of the map of mappings. */
struct extent {
	uint32_t first, n; /* n 0: none */
};

struct backings {
	struct backing **all;
	size_t n, cap;
	struct table by_identity;
	uint64_t generations;	 /* given to spaces */
	struct extent *released; /* of spaces that are gone; for whoever placed them */
	size_t n_released, released_cap;
	struct backing **held; /* those that are */
	size_t n_held, held_cap;
};

/* Who a backing is. With a build-id, path and build-id tell. */
struct identity {
	const char *path;
	uint64_t device, inode;
	uint64_t version; /* what is in the file may change in place; 0: not known */
	const unsigned char *build_id;
	size_t build_id_len; /* 0: none is known */
};

/* The backing with this identity, of which nothing is kept; made when there is none. */
struct backing *backing_get(struct backings *bs, const struct identity *i);

/* Tells files apart, and what was in one before it was written to. Not 0. */
uint64_t backing_version(const struct stat *st);

bool backing_is_anonymous(const struct backing *b); /* memory of no file and of no name */

/* A file that a process has mapped. */
struct place_of_file {
	const char *path;    /* as the process sees it */
	uint64_t inode;	     /* 0: not known */
	uint32_t pid;
	uint64_t start, end; /* of the mapping */
};

struct elf_file;

/* Opens it, if its build-id is this one; *st is the file's. NULL: it is not to be had. */
struct elf_file *backing_open(const struct place_of_file *f, const uint8_t *build_id, size_t build_id_len, struct stat *st);

uint64_t backing_find_version(const struct place_of_file *f); /* 0: it cannot be reached */

/* The backing of a file that was mapped a while ago, whose version is looked for; one that is gone now is the one that was there
 * last. */
struct backing *backing_get_mapped(struct backings *bs, const struct identity *i, const struct place_of_file *place);

struct mapping;

/* Looks for the build-id, or what stands for it, in the file itself, once. `pid` and `mapping` say where it can be reached. */
void backing_ask_build_id(struct backing *b, uint32_t pid, const struct mapping *mapping);

/* Opens the file that was just mapped, so that it can be had when its process has ended; while there are not too many. */
void backing_hold(struct backings *bs, struct backing *b, uint32_t pid, const struct mapping *mapping);
void backings_age(struct backings *bs, uint64_t ns); /* closes those that were held for so long */

/* A descriptor of the file, the caller's; -1: it is not to be had. */
int backing_descriptor(const struct backing *b, uint32_t pid, const struct mapping *mapping);

void backings_forget(struct backings *bs); /* no id of the sink's is valid any more */
void backings_release(struct backings *bs, struct extent e);
void backings_free(struct backings *bs);

#endif
