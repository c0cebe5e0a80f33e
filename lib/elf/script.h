/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which program is run by a name: $PATH and "#!". */
#ifndef ELF_SCRIPT_H
#define ELF_SCRIPT_H

#include <stdbool.h>

/* The file that execvp(3) would run; owned by the caller. NULL: there is none. */
char *script_find(const char *name);

/* Reads "#!INTERPRETER ARGUMENT". False: it is no script. Both are the caller's; *argument may be NULL. */
bool script_read(const char *path, char **interpreter, char **argument);

/* The NAME in env(1)'s ARGUMENT, "-S A=b NAME -x" also; owned by the caller; NULL when there is none. */
char *script_env_name(const char *interpreter, const char *argument);

#endif
