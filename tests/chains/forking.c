// SPDX-License-Identifier: GPL-2.0-or-later
/* A child that never calls exec: its code is where its parent's is. */
#include <sys/wait.h>
#include <unistd.h>

#include "burn.h"

static KEEP void
child(void)
{
	WITH_ALL_REGISTERS(while (more()) burn());
}

static KEEP void
parent(void)
{
	pid_t pid = fork();

	if (pid == 0)
		child();
	else
		waitpid(pid, NULL, 0);
	AND_BACK;
}

int
main(int argc, char **argv)
{
	begin(argc, argv);
	parent();
	return 0;
}
