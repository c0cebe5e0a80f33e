/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The markers that <sys/sdt.h> leaves in a file: where each is, what it is called, where its arguments are. */
#ifndef ELF_USDT_H
#define ELF_USDT_H

#include <stddef.h>
#include <stdint.h>

#include "elf/file.h"

/* The texts are in the file and end with a NUL there. */
struct usdt_marker {
	const char *provider, *name;
	const char *arguments; /* "8@%rdi -4@-20(%rbp)" */
	uint64_t pc;	       /* vaddr of its instruction */
	uint64_t semaphore;    /* vaddr of the 16 bits that are not 0 while somebody listens; 0: it has none */
};

typedef void usdt_taker(void *context, const struct usdt_marker *m);

/* Returns how many there were. Whether the addresses are in a segment is for the taker to check. */
size_t usdt_each(const struct elf_file *f, usdt_taker *take, void *context);

#endif
