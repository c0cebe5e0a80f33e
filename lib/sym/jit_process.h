/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files in which a process tells of the code it makes: its perf map, and jitdumps that it has mapped. They are looked for
 * as the process itself sees files and process ids, and stay open when it has ended.
 *
 * /tmp is anyone's to write to. A map is taken only if it belongs to the process's user, root or us, was written to since the
 * process began, and is no link; other links do not lead out of the process's root directory. */
#ifndef SYM_JIT_PROCESS_H
#define SYM_JIT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sym/jit_file.h"

enum { JIT_FILES_MAX = 4 };

struct jit_process {
	unsigned users;
	uint32_t pid;
	int pidfd, root;     /* owned; -1: it had ended already, our own root is looked in */
	bool ended;
	char map[32];	     /* the path of its map below its root */
	uid_t owners[3];     /* of the map: whose may be taken */
	uint64_t began;	     /* the map is younger, CLOCK_REALTIME ns */
	uint64_t next, step; /* when the map is looked for again, CLOCK_MONOTONIC ns, and how long after that */
	uint64_t floor_inode, floor; /* what the map with this inode had when the process called exec: others' code */
	struct jit_file_of {
		struct jit_file file;
		uint64_t device, inode;
		uint32_t number; /* no other file has it */
		bool is_map;
	} files[JIT_FILES_MAX];
	size_t n;
};

/* Never NULL; has one user. The map of a process that has ended already is to be younger than `since`, CLOCK_REALTIME ns. */
struct jit_process *jit_process_open(uint32_t pid, uint64_t since);
void jit_process_release(struct jit_process *p); /* closes it with its last user */

void jit_process_add_dump(struct jit_process *p, const char *path, uint64_t start, uint64_t end); /* it has mapped a jitdump */
void jit_process_add_map(struct jit_process *p, int fd); /* a map that is not its own; takes over the descriptor */
void jit_process_exec(struct jit_process *p); /* it runs another program: what is known is of no use any more */

/* Looks for the map, when it is time to; `now` (CLOCK_MONOTONIC ns) or UINT64_MAX: at once. True: there is another than before. */
bool jit_process_look(struct jit_process *p, uint64_t now);

/* Reads what was added, until `deadline` (CLOCK_MONOTONIC ns) or until `room` further pieces of code are known. True: there is
 * more. */
bool jit_process_read(struct jit_process *p, uint64_t deadline, size_t room);

uint64_t jit_process_progress(const struct jit_process *p); /* another number when something was read */
size_t jit_process_pieces(const struct jit_process *p); /* of code that are known */
bool jit_process_has_map(const struct jit_process *p);

/* Code at an address, and the file that tells of it. NULL: none does. */
const struct jit_file_of *jit_process_find(const struct jit_process *p, uint64_t address, struct code_range *code);

/* The parent of a process that has its memory from it, as it has not called exec since. 0: it has, or nobody can tell. */
uint32_t jit_process_forked_from(uint32_t pid);

#endif
