// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening a file below another root directory. The kernel resolves the path (Linux 5.6), so that nothing can be exchanged
 * between looking and opening. */
#include "elf/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
open_below(int root, const char *path, int flags)
{
	struct open_how how = {.flags = (unsigned)flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};

	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

static bool
is_regular(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode);
}

/* Looked at before it is opened, because opening a device can have effects. */
static int
open_regular(int root, const char *path, bool *regular)
{
	int fd = open_below(root, path, O_PATH);

	*regular = fd < 0 || is_regular(fd);
	if (fd < 0)
		return -1;
	close(fd);
	if (!*regular)
		return -1;
	fd = open_below(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd >= 0 && !is_regular(fd)) {
		*regular = false;
		close(fd);
		return -1;
	}
	return fd;
}

int
root_open_fd(const char *root, const char *path, struct err *err)
{
	int dir = open(*root ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC), fd, saved;
	bool regular;

	if (dir < 0)
		return err_set(err, "%s:", root);
	fd = open_regular(dir, path, &regular);
	saved = regular ? errno : EINVAL;
	close(dir);
	errno = saved;
	if (fd < 0)
		err_set(err, regular ? "%s%s:" : "%s%s: not a regular file", root, path);
	errno = saved;
	return fd;
}
