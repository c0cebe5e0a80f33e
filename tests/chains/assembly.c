// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls through functions of assembly.S, and spends time in one. */
#include "burn.h"

void cfa_in_rbx(void (*call)(void));
void frames_only(void (*call)(void));
void frames_spin(void);

static KEEP void
inner(void)
{
	WITH_ALL_REGISTERS(burn());
}

static KEEP void
by_rbx(void)
{
	WITH_ALL_REGISTERS(cfa_in_rbx(inner));
}

static KEEP void
by_frames(void)
{
	WITH_ALL_REGISTERS(frames_only(inner));
}

static KEEP void
by_both(void)
{
	WITH_ALL_REGISTERS(frames_only(by_rbx));
}

static KEEP void
spinning(void)
{
	WITH_ALL_REGISTERS(frames_spin());
}

int
main(int argc, char **argv)
{
	begin(argc, argv);
	while (more()) {
		by_rbx();
		by_frames();
		by_both();
		spinning();
	}
	return 0;
}
