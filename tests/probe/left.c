// SPDX-License-Identifier: GPL-2.0-or-later
/* How many BPF programs, maps and links the kernel has: left */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static unsigned
count(int next)
{
	union bpf_attr attr;
	unsigned n = 0;

	memset(&attr, 0, sizeof(attr));
	while (!syscall(SYS_bpf, next, &attr, sizeof(attr))) {
		attr.start_id = attr.next_id;
		n++;
	}
	return n;
}

int
main(void)
{
	printf("%u programs %u maps %u links\n", count(BPF_PROG_GET_NEXT_ID), count(BPF_MAP_GET_NEXT_ID), count(BPF_LINK_GET_NEXT_ID));
	return errno == ENOENT ? 0 : 1;
}
