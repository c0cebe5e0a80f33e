/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command that pb-record starts: it waits to call exec until it is told to. */
#ifndef CMD_RECORD_COMMAND_H
#define CMD_RECORD_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

struct command_run {
	pid_t pid;   /* 0: there is no command */
	int start;   /* pipe: a byte lets it go */
	int failure; /* pipe: errno of a failed exec */
	bool ended;
	int status;  /* as of waitpid(2), once ended */
};

/* Forks. Its standard output becomes our standard error when ours carries the stream. */
void command_fork(struct command_run *c, char **argv, bool stdout_is_ours);

/* Lets it call exec. False when exec failed; errno tells. */
bool command_exec(struct command_run *c);

bool command_ended(struct command_run *c); /* never waits */
void command_stop(struct command_run *c);  /* SIGTERM, unless it has ended */
int command_exit_status(const struct command_run *c); /* as a shell would say it: 128 + signal */

#endif
