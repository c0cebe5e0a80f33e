/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files are meant by the FILE of uprobe:FILE:FUNC, or by none. */
#ifndef SAMPLER_USER_LOCATE_H
#define SAMPLER_USER_LOCATE_H

#include "base/err.h"
#include "sampler/probe.h"
#include "sampler/user_file.h"

/* FILE is a path, which is the processes' before it is ours, or the name of a library or program: "libc.so.6", "libc", "c",
 * "bash". -1: *err says where it was looked for. */
int user_locate(const char *file, const struct probe_scope *scope, struct user_files *files, struct err *err);

/* The programs of the scope: of its processes, and the one that will be run. -1: one of them cannot be had. */
int user_locate_programs(const struct probe_scope *scope, struct user_files *files, struct err *err);

/* All that these have mapped, or will have at their start. */
void user_locate_all(const struct probe_scope *scope, struct user_files *files);

#endif
