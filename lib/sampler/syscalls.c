// SPDX-License-Identifier: GPL-2.0-or-later
/* Tracepoints of system calls by the calls' numbers. */
#include "sampler/syscalls.h"

#include <asm/unistd.h>
#include <stdbool.h>
#include <string.h>

#include "bpf/sample.h"

static const struct {
	const char *name;
	unsigned number;
} calls[] = {
#include "syscalls.inc"
	/* newer than the headers of Debian 12, and the same on all machines */
	{"cachestat", 451},	    {"fchmodat2", 452},		{"futex_wake", 454},	   {"futex_wait", 455},
	{"futex_requeue", 456},	    {"statmount", 457},		{"listmount", 458},	   {"lsm_get_self_attr", 459},
	{"lsm_set_self_attr", 460}, {"lsm_list_modules", 461},	{"mseal", 462},		   {"setxattrat", 463},
	{"getxattrat", 464},	    {"listxattrat", 465},	{"removexattrat", 466},	   {"open_tree_attr", 467},
	{"file_getattr", 468},	    {"file_setattr", 469},
};

/* What the kernel calls otherwise than user space does; user space's name is then another one's, or nobody's. */
static const struct {
	const char *kernel, *name;
} aliases[] = {
	{"newuname", "uname"}, {"newstat", "stat"},	    {"newlstat", "lstat"},
	{"newfstat", "fstat"}, {"sendfile64", "sendfile"}, {"umount", "umount2"},
};

static bool
find(const char *name, uint64_t *number)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (!strcmp(calls[i].name, name) && calls[i].number < SYSCALLS_MAX) {
			*number = calls[i].number;
			return true;
		}
	return false;
}

static bool
find_kernels(const char *name, uint64_t *number)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (!strcmp(aliases[i].kernel, name))
			return find(aliases[i].name, number);
		if (!strcmp(aliases[i].name, name))
			return false;
	}
	return find(name, number);
}

void
syscall_recognize(struct probe *p)
{
	uint64_t number;
	bool is_exit;

	if (p->kind != PROBE_TRACEPOINT || strcmp(p->system, "syscalls"))
		return;
	is_exit = !strncmp(p->symbol, "sys_exit_", 9);
	if (!is_exit && strncmp(p->symbol, "sys_enter_", 10))
		return;
	if (!find_kernels(p->symbol + (is_exit ? 9 : 10), &number))
		return;
	p->kind = PROBE_SYSCALL;
	p->id = number + (is_exit ? SYSCALLS_MAX : 0);
}
