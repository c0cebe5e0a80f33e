/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/ld.so.cache, ldconfig(8)'s list of the libraries in the usual directories. Nothing in it is believed before it
 * is checked. */
#ifndef ELF_LDCACHE_H
#define ELF_LDCACHE_H

struct ldcache;

/* NULL when there is none that can be read. */
struct ldcache *ldcache_open(const char *path);

void ldcache_close(struct ldcache *c); /* NULL is allowed */

/* The path of the best library of that name for this machine and cpu; NULL: none. Valid until it is closed. */
const char *ldcache_find(const struct ldcache *c, const char *name);

/* The same of any library with that name and a version behind: "libc.so" has "libc.so.6". The newest, if there are several. */
const char *ldcache_find_version(const struct ldcache *c, const char *name);

#endif
