// SPDX-License-Identifier: GPL-2.0-or-later
/* Asks the kernel for the symbol of one of its addresses. /proc/kallsyms has all of them, but takes the kernel 40 ms to
 * write; a recording meets some hundreds. */
#include "kernel.h"

#include <bpf/bpf_helpers.h>

#include "ksym.h"

struct ksym_answer answer;

SEC("syscall")
int
ksym(struct ksym_question *question)
{
	__u64 address = question->address;

	return bpf_snprintf(answer.text, sizeof(answer.text), "%pS", &address, sizeof(address));
}

char LICENSE[] SEC("license") = "GPL";
