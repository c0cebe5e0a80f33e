// SPDX-License-Identifier: GPL-2.0-or-later
/* Cgroups by path; see cgroups(7). */
#include "sampler/cgroup.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Where cgroups of version 2 are mounted. */
static bool
find_mount(char *root, size_t size)
{
	FILE *f = setmntent("/proc/self/mounts", "re");
	struct mntent *m;
	bool found = false;

	while (f && !found && (m = getmntent(f)))
		if (!strcmp(m->mnt_type, "cgroup2")) {
			snprintf(root, size, "%s", m->mnt_dir);
			found = true;
		}
	if (f)
		endmntent(f);
	return found;
}

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
	char root[1024], below[2300];
	bool is_other = false, mounted = find_mount(root, sizeof(root));
	int fd = open_cgroup(path, &is_other);

	if (fd >= 0)
		return fd;
	if (!mounted)
		return err_set(err, "--cgroup %s: no cgroups of version 2 are mounted (mount -t cgroup2 none /sys/fs/cgroup)", path);
	snprintf(below, sizeof(below), "%s/%s", root, path);
	fd = open_cgroup(below, &is_other);
	if (fd >= 0)
		return fd;
	return err_set(err, "--cgroup %s: %s (cgroups of version 2 are below %s)", path,
		       is_other ? "it is no cgroup of version 2" : strerror(errno), root);
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
