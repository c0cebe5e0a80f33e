/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The symbols of one process's code that was made at run time, as far as frames are in them. */
#ifndef CMD_RECORD_JIT_SYMBOLS_H
#define CMD_RECORD_JIT_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "sym/jit_process.h"

struct definer;

enum { JIT_ANCESTORS = 4 }; /* whose code a process may have without having called exec; itself included */

struct jit_symbols {
	uint32_t pid;
	struct jit_process *files[JIT_ANCESTORS]; /* the process's own first */
	size_t n_files;
	uint32_t module; /* id; valid while defined */
	bool defined;
	struct jit_told *told; /* owned, as all below */
	size_t n_told, cap_told;
	struct table by_symbol;
	struct jit_looked_up *looked_up;
	size_t n_looked_up, cap_looked_up;
	struct table by_place;
};

void jit_symbols_forget(struct jit_symbols *s); /* all ids */
void jit_symbols_free(struct jit_symbols *s);	/* the files stay the caller's */

/* The code that holds an address; is_call: a call returns to it. NULL: no file tells. */
const struct jit_file_of *jit_symbols_find(const struct jit_symbols *s, uint64_t address, bool is_call, struct code_range *code);

/* Its frame; the symbol is defined before. *next is the offset that the next symbol is given, of any process. False: it has no
 * symbol that can be read. */
bool jit_symbols_frame(struct jit_symbols *s, struct definer *d, uint64_t *next, uint64_t address, bool is_call, uint32_t *frame);

/* Whether there is other code where one of the symbols was, that this was not asked for before. */
bool jit_symbols_replaced(struct jit_symbols *s);

#endif
