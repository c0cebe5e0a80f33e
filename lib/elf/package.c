// SPDX-License-Identifier: GPL-2.0-or-later
/* The package with a file's debug symbols, by asking dpkg whose file it is. */
#include "elf/package.h"

#include <string.h>

#include "base/program.h"

#define PATIENCE 5000000000 /* ns */

/* As debhelper names it; the C library is older than that. */
static void
add_debug_package(const char *package, size_t len, struct buf *name)
{
	buf_add(name, package, len);
	buf_puts(name, len == 5 && !memcmp(package, "libc6", 5) ? "-dbg" : "-dbgsym");
}

/* dpkg knows a file under the path that its package has: "libc6:amd64: /lib/x86_64-linux-gnu/libc.so.6", which on today's
 * systems, where /lib is a link to /usr/lib, is not the path that is mapped. */
bool
package_debug(const char *path, struct buf *name)
{
	const char *other = !strncmp(path, "/usr/", 5) ? path + 4 : path;
	char *const argv[] = {"dpkg-query", "--search", "--", (char *)path, (char *)other, NULL};
	struct program p = {.argv = argv, .patience = PATIENCE};
	struct err err;
	size_t len = 0;

	if (path[0] == '/' && !strpbrk(path, "*?[\\") && !program_run(&p, &err)) {
		len = p.out.len ? strcspn(buf_cstr(&p.out), ":,\n") : 0;
		if (len)
			add_debug_package(p.out.data, len, name);
	}
	buf_free(&p.out);
	return len;
}
