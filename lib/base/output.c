// SPDX-License-Identifier: GPL-2.0-or-later
/* A command's standard output, and its manners towards signals and terminals. */
#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/msg.h"
#include "base/wait.h"

void
stdio_init(void)
{
	/* A standard output that was closed is opened for reading: so writes fail, and are said to. */
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) != fd)
			exit(EXIT_FAILED);
	signal(SIGPIPE, SIG_IGN);
}

static _Noreturn void
write_failed(void)
{
	if (errno == EPIPE)
		_exit(EXIT_DONE);
	warn("<stdout>:");
	_exit(EXIT_FAILED);
}

void
stdout_write(const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(STDOUT_FILENO, p, len);

		if (n < 0 && wait_if_busy(STDOUT_FILENO, POLLOUT))
			continue;
		if (n < 0)
			write_failed();
		p += n;
		len -= (size_t)n;
	}
}

void
stdout_close(void)
{
	if (fflush(stdout) || ferror(stdout))
		write_failed();
	if (close(STDOUT_FILENO) && errno != EBADF)
		write_failed();
}

int
wait_for_inputs(const int *fds, int n, int timeout)
{
	struct pollfd all[INPUTS_MAX + 1] = {{.fd = STDOUT_FILENO, .events = 0}};
	int ready;

	for (int i = 0; i < n; i++)
		all[i + 1] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	while ((ready = poll(all, (nfds_t)n + 1, timeout)) < 0 && errno == EINTR)
		;
	if (all[0].revents & (POLLERR | POLLHUP | POLLNVAL)) /* of a pipe, a socket; closed */
		_exit(EXIT_DONE);
	for (int i = 0; i < n && ready > 0; i++)
		if (all[i + 1].revents)
			return i;
	return -1;
}

void
wait_for_input(int fd)
{
	wait_for_inputs(&fd, 1, -1);
}

void
refuse_terminal(int fd, const char *hint)
{
	if (isatty(fd))
		die_usage("%s is a terminal: %s", fd ? "<stdout>" : "<stdin>", hint);
}

static void
ignore_once(int signo)
{
	(void)signo;
}

void
outlive_first_interrupt(void)
{
	struct sigaction sa = {.sa_handler = ignore_once, .sa_flags = SA_RESETHAND | SA_RESTART}, before;
	struct stat st;

	if (fstat(STDIN_FILENO, &st) || !(S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
		return;
	if (!sigaction(SIGINT, NULL, &before) && before.sa_handler == SIG_DFL)
		sigaction(SIGINT, &sa, NULL);
}
