// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs a command so many times, one after the other: repeat COUNT COMMAND ARGUMENT... */
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

int
main(int argc, char **argv)
{
	for (int i = atoi(argv[1]); i > 0 && argc > 2; i--) {
		pid_t pid;

		if (posix_spawn(&pid, argv[2], NULL, NULL, argv + 2, environ))
			return 1;
		waitpid(pid, NULL, 0);
	}
	return 0;
}
