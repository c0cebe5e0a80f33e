// SPDX-License-Identifier: GPL-2.0-or-later
/* Starts programs: each begins as a task of this one, behind the clone() that made it and on a stack of its own. */
#include <spawn.h>
#include <sys/wait.h>

#include "burn.h"

extern char **environ;

static KEEP void
spawn(void)
{
	char *argv[] = {"true", NULL};
	pid_t pid;

	while (more()) {
		for (int i = 0; i < 200; i++)
			more();
		if (!posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ))
			waitpid(pid, NULL, 0);
	}
	AND_BACK;
}

int
main(int argc, char **argv)
{
	begin(argc, argv);
	spawn();
	return 0;
}
