/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The running kernel's symbols, asked for one by one: for some hundreds of addresses this costs a hundredth of reading
 * /proc/kallsyms, and it also works where that hides its addresses. */
#ifndef SAMPLER_KSYM_H
#define SAMPLER_KSYM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct ksym_asker;

struct kernel_symbol {
	uint64_t start, size; /* address of its first byte; bytes up to the next symbol */
	char name[512];
	char module[64]; /* "" for the kernel itself; "nf_conntrack", "bpf" */
};

/* NULL when this kernel (before 5.14) or our privileges do not allow it; *err says why. */
struct ksym_asker *ksym_open(struct err *err);
void ksym_close(struct ksym_asker *a); /* NULL is allowed */

/* False: no symbol holds the address. */
bool ksym_find(struct ksym_asker *a, uint64_t address, struct kernel_symbol *found);

#endif
