// SPDX-License-Identifier: GPL-2.0-or-later
/* How new the kernel is. */
#include "sampler/release.h"

#include <stdio.h>
#include <sys/utsname.h>

bool
is_release(int major, int minor)
{
	struct utsname u;
	int a, b;

	return !uname(&u) && sscanf(u.release, "%d.%d", &a, &b) == 2 && (a > major || (a == major && b >= minor));
}
