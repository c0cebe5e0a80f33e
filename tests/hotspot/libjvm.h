/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds libjvm.so in a process, for the programs here. */
#ifndef TESTS_HOTSPOT_LIBJVM_H
#define TESTS_HOTSPOT_LIBJVM_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "elf/file.h"

/* The file, owned by the caller, and what is added to its vaddrs; NULL: the process has none. */
static inline struct elf_file *
open_libjvm(pid_t pid, uint64_t *bias)
{
	char path[64], line[4096], *name;
	struct elf_file *f = NULL;
	uint64_t start, offset, vaddr;
	struct err err;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "r");
	while (maps && !f && fgets(line, sizeof(line), maps)) {
		line[strcspn(line, "\n")] = 0;
		name = strchr(line, '/');
		if (!name || !strstr(name, "/libjvm.so") || !strstr(line, " r-xp ") ||
		    sscanf(line, "%" SCNx64 "-%*x r-xp %" SCNx64, &start, &offset) != 2)
			continue;
		f = elf_open(name, &err);
		if (f && elf_vaddr(f, offset, &vaddr))
			*bias = start - vaddr;
	}
	if (maps)
		fclose(maps);
	return f;
}

#endif
