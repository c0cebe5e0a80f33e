/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the kernel's own file systems are mounted. */
#ifndef SAMPLER_MOUNTS_H
#define SAMPLER_MOUNTS_H

/* The first directory where a file system of this type is mounted ("tracefs", "cgroup2"), owned by the caller; NULL: none. */
char *mounts_find(const char *type);

#endif
