/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tracepoints of system calls by the calls' numbers. */
#ifndef SAMPLER_SYSCALLS_H
#define SAMPLER_SYSCALLS_H

#include "sampler/probe.h"

/* Makes a PROBE_TRACEPOINT of syscalls:sys_enter_NAME or sys_exit_NAME a PROBE_SYSCALL, where the number of NAME is known. Any
 * other stays what it is. */
void syscall_recognize(struct probe *p);

#endif
