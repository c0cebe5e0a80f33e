/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the symbol program and lib/sampler share. Private to the two. */
#ifndef BPF_KSYM_H
#define BPF_KSYM_H

#ifndef __bpf__
#include <linux/types.h>
#endif

struct ksym_question {
	__u64 address;
};

struct ksym_answer {
	char text[640]; /* "name+0x1/0x2 [module]" of printk's %pS; names have up to 512 bytes */
};

#endif
