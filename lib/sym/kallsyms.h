/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The running kernel's symbols, from /proc/kallsyms. */
#ifndef SYM_KALLSYMS_H
#define SYM_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct kallsyms;

struct ksym {
	uint64_t start;
	uint64_t size;	    /* bytes, up to the next symbol */
	const char *name;   /* lives as long as the kallsyms */
	const char *module; /* the same; "" for the kernel itself, "nf_conntrack", "bpf", "__builtin__ftrace" */
};

/* Reads /proc/kallsyms. NULL: *err says why, also when the addresses are hidden; it then names the sysctl and
 * its value. */
struct kallsyms *kallsyms_load(struct err *err);

/* The same from a text in its format, which is copied. */
struct kallsyms *kallsyms_parse(const char *text, size_t len, struct err *err);

void kallsyms_free(struct kallsyms *k); /* NULL is allowed */

/* The function that holds an address. False: there is none. Where several names share an address elf/prefer.h
 * chooses. */
bool kallsyms_find(const struct kallsyms *k, uint64_t address, struct ksym *found);

/* Where a module's code begins: the address of _text (or _stext) for the kernel itself, "", and the lowest
 * function's for others. 0: there is no such module. */
uint64_t kallsyms_base(const struct kallsyms *k, const char *module);

size_t kallsyms_count(const struct kallsyms *k); /* distinct addresses of functions */

#endif
