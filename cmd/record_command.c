// SPDX-License-Identifier: GPL-2.0-or-later
/* The command that pb-record starts. */
#include "cmd/record_command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/msg.h"

static _Noreturn void
child(char **argv, int start, int failure, bool stdout_is_ours)
{
	char go;
	int error;

	signal(SIGPIPE, SIG_DFL);
	if (stdout_is_ours)
		dup2(STDERR_FILENO, STDOUT_FILENO);
	if (read(start, &go, 1) != 1)
		_exit(EXIT_FAILED);
	execvp(argv[0], argv);
	error = errno;
	if (write(failure, &error, sizeof(error)) < 0)
		_exit(EXIT_FAILED);
	_exit(127);
}

void
command_fork(struct command_run *c, char **argv, bool stdout_is_ours)
{
	int start[2], failure[2];

	if (pipe2(start, O_CLOEXEC) || pipe2(failure, O_CLOEXEC))
		die("pipe:");
	c->pid = fork();
	if (c->pid < 0)
		die("fork:");
	if (!c->pid) {
		close(start[1]);
		child(argv, start[0], failure[1], stdout_is_ours);
	}
	close(start[0]);
	close(failure[1]);
	c->start = start[1];
	c->failure = failure[0];
}

bool
command_exec(struct command_run *c)
{
	int error;
	ssize_t n;

	if (write(c->start, "", 1) != 1)
		return false;
	do
		n = read(c->failure, &error, sizeof(error));
	while (n < 0 && errno == EINTR);
	close(c->start);
	close(c->failure);
	if (n != sizeof(error))
		return true;
	waitpid(c->pid, NULL, 0);
	c->ended = true;
	errno = error;
	return false;
}

bool
command_ended(struct command_run *c)
{
	if (c->pid && !c->ended)
		c->ended = waitpid(c->pid, &c->status, WNOHANG) == c->pid;
	return c->ended;
}

void
command_stop(struct command_run *c)
{
	if (c->pid && !command_ended(c))
		kill(c->pid, SIGTERM);
}

int
command_exit_status(const struct command_run *c)
{
	return WIFEXITED(c->status) ? WEXITSTATUS(c->status) : 128 + WTERMSIG(c->status);
}
