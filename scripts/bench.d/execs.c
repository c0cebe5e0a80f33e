// SPDX-License-Identifier: GPL-2.0-or-later
/* A load for measurements: execs SECONDS RATE PROGRAM... runs so many programs a minute, each with --version and in
 * turns, whether or not those before have ended. */
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

int
main(int argc, char **argv)
{
	long seconds = argc > 3 ? atol(argv[1]) : 0, rate = argc > 3 ? atol(argv[2]) : 1;
	posix_spawn_file_actions_t silence;
	extern char **environ;
	struct timespec next;
	pid_t pid;

	posix_spawn_file_actions_init(&silence);
	posix_spawn_file_actions_addopen(&silence, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&silence, 2, "/dev/null", O_WRONLY, 0);
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (long i = 0; i < seconds * rate / 60; i++) {
		char *name = argv[3 + i % (argc - 3)];

		if (posix_spawnp(&pid, name, &silence, NULL, (char *[]){name, "--version", NULL}, environ))
			return 1;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		next.tv_nsec += 60000000000 / rate;
		next.tv_sec += next.tv_nsec / 1000000000;
		next.tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
