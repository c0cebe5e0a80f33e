/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening a file as a process with another root directory would: symbolic links, "/" and ".." stay below it. */
#ifndef ELF_ROOT_H
#define ELF_ROOT_H

#include "base/err.h"

/* Opens a regular file for reading without ever waiting. `root` has no slash at its end, "" is our own; `path` is as that
 * process has it. -1: errno and *err say why; the
 * message starts with both, one after the other. */
int root_open_fd(const char *root, const char *path, struct err *err);

#endif
