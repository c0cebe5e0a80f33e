/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The package with a file's debug symbols, on a Debian system. */
#ifndef ELF_PACKAGE_H
#define ELF_PACKAGE_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends the name of the package that should have the debug symbols of an installed file. False: it cannot be told. */
bool package_debug(const char *path, struct buf *name);

#endif
