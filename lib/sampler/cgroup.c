// SPDX-License-Identifier: GPL-2.0-or-later
/* Cgroups by path; see cgroups(7). */
#include "sampler/cgroup.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "sampler/mounts.h"

/* -1 with errno; *is_other: there is such a directory, but of another file system. */
static int
open_cgroup(const char *path, bool *is_other)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs st;

	if (fd < 0 || (!fstatfs(fd, &st) && st.f_type == CGROUP2_SUPER_MAGIC))
		return fd;
	close(fd);
	*is_other = true;
	errno = ENOENT;
	return -1;
}

static int
find_cgroup(const char *path, struct err *err)
{
	bool is_other = false;
	int fd = open_cgroup(path, &is_other);
	char below[PATH_MAX], *root;

	if (fd >= 0)
		return fd;
	root = mounts_find("cgroup2");
	if (!root)
		return err_set(err, "--cgroup %s: no cgroups of version 2 are mounted (mount -t cgroup2 none /sys/fs/cgroup)", path);
	snprintf(below, sizeof(below), "%s/%s", root, path);
	fd = open_cgroup(below, &is_other);
	if (fd < 0)
		err_set(err, "--cgroup %s: %s (cgroups of version 2 are below %s)", path,
			is_other ? "it is no cgroup of version 2" : strerror(errno), root);
	free(root);
	return fd;
}

int
cgroup_put(int map, uint32_t at, const char *path, struct err *err)
{
	int fd = find_cgroup(path, err), bad;

	if (fd < 0)
		return -1;
	bad = bpf_map_update_elem(map, &at, &fd, BPF_ANY);
	close(fd);
	return bad ? err_set(err, "--cgroup %s:", path) : 0;
}
