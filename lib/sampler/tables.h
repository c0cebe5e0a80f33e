/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unwind tables in the kernel: images of binaries in maps of 1 MiB that are made as they are needed, within a bound. Some
 * threads may put tables while another numbers them. */
#ifndef SAMPLER_TABLES_H
#define SAMPLER_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "elf/file.h"
#include "unwind/table.h"

struct sample_bpf;
struct tables;

/* bytes: the most that images may take. NULL with the reason in *err. */
struct tables *tables_open(uint64_t bytes, struct err *err);
void tables_close(struct tables *t);

int tables_configure(struct tables *t, struct sample_bpf *skel, struct err *err); /* before the program is loaded */
int tables_bind(struct tables *t, struct sample_bpf *skel, struct err *err);	  /* after that */

/* A number for one more binary, whose table is pending; 0 when there are too many. */
uint32_t tables_add(struct tables *t);

/* Gives a binary its table. 0; -1 with the reason in *err when there is no room: those least used have been dropped then,
 * and their room will be free soon. */
int tables_put(struct tables *t, uint32_t table, const struct elf_file *f, const struct unwind_table *u, struct err *err);

/* Gives a table another image while walks use the one it has, if it has one. Otherwise as tables_put(). */
int tables_replace(struct tables *t, uint32_t table, const struct unwind_table *u, struct err *err);

void tables_remove(struct tables *t, uint32_t table); /* its number may be given again */

void tables_idle(struct tables *t); /* for a thread that puts: makes room for what may come */

/* Gives it the table of the same binary at another place. False: there is none. */
bool tables_share(struct tables *t, uint32_t table, const struct elf_file *f);

/* The file whose table it is, for programs that begin, and which version of it (backing_version()). */
void tables_file(struct tables *t, uint32_t table, const struct stat *st, uint64_t version);

/* Gives it the table of the very same file. False: there is none yet. */
bool tables_share_file(struct tables *t, uint32_t table, uint64_t version);

void tables_never(struct tables *t, uint32_t table); /* the binary has no unwind information */

/* A walk has wanted it. Told once, until one wants it again. */
bool tables_is_wanted(struct tables *t, uint32_t table);
bool tables_is_missed(struct tables *t, uint32_t table); /* the same, of one that is pending */

bool tables_is_used(struct tables *t, uint32_t table);	  /* in this window or the last one */
bool tables_has(struct tables *t, uint32_t table);	  /* it was put, and not dropped since */

void tables_age(struct tables *t, uint32_t window); /* on every tick; the number of the current window */

struct tables_use {
	uint64_t dropped; /* tables that had to make room */
	uint64_t refused; /* that there was no room for */
};

struct tables_use tables_use(struct tables *t);

#endif
