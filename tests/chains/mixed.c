// SPDX-License-Identifier: GPL-2.0-or-later
/* Code with frame pointers (this file with -DFRAMES) called by code without, and back, and once more. */
#include "burn.h"

void omit_one(void);
void frame_two(void);
void omit_three(void);
void frame_four(void);
void omit_five(void);

#ifdef FRAMES
void
frame_two(void)
{
	omit_three();
	AND_BACK;
}

void
frame_four(void)
{
	omit_five();
	AND_BACK;
}
#else
KEEP void
omit_one(void)
{
	WITH_ALL_REGISTERS(frame_two());
}

KEEP void
omit_three(void)
{
	WITH_ALL_REGISTERS(frame_four());
}

KEEP void
omit_five(void)
{
	WITH_ALL_REGISTERS(while (more()) burn());
}

int
main(int argc, char **argv)
{
	begin(argc, argv);
	omit_one();
	return 0;
}
#endif
