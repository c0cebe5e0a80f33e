// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the kernel's own file systems are mounted. */
#include "sampler/mounts.h"

#include <mntent.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

char *
mounts_find(const char *type)
{
	FILE *f = setmntent("/proc/self/mounts", "re");
	struct mntent *m;
	char *found = NULL;

	while (f && !found && (m = getmntent(f)))
		if (!strcmp(m->mnt_type, type))
			found = xstrdup(m->mnt_dir);
	if (f)
		endmntent(f);
	return found;
}
