// SPDX-License-Identifier: GPL-2.0-or-later
/* jumper() ends in a jump to target(): no chain can have it, since its frame is gone. */
#include "burn.h"

static KEEP void
target(void)
{
	WITH_ALL_REGISTERS(burn());
}

static KEEP void
jumper(void)
{
	AND_BACK;
	target();
}

static KEEP void
outer(void)
{
	while (more())
		jumper();
}

int
main(int argc, char **argv)
{
	begin(argc, argv);
	outer();
	return 0;
}
