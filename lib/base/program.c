// SPDX-License-Identifier: GPL-2.0-or-later
/* Asking another program. */
#include "base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"

enum { LINE_MAX_LEN = 4096, PART = 4096 };

struct running {
	struct program *p;
	pid_t pid;
	int out, err; /* -1: its end was seen */
	uint64_t news;
	struct buf line;
};

/* Our environment, in which words are English. */
static char **
plain_environment(void)
{
	static char locale[] = "LC_ALL=C";
	char **all;
	size_t n = 0, kept = 0;

	while (environ[n])
		n++;
	all = xcalloc(n + 2, sizeof(*all));
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "LC_ALL=", 7))
			all[kept++] = environ[i];
	all[kept] = locale;
	return all;
}

/* Returns 0 or an errno. Whoever holds the terminal sends Ctrl-C to the whole pipeline, which carries on; so does this
 * program. It dies of writing to us when we are gone. */
static int
spawn(struct running *r, int out, int err)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t dies_of, deaf_to;
	char **environment = plain_environment();
	int failed;

	sigemptyset(&dies_of);
	sigaddset(&dies_of, SIGPIPE);
	sigemptyset(&deaf_to);
	sigaddset(&deaf_to, SIGINT);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
	posix_spawnattr_init(&how);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigdefault(&how, &dies_of);
	posix_spawnattr_setsigmask(&how, &deaf_to);
	failed = posix_spawnp(&r->pid, r->p->argv[0], &files, &how, r->p->argv, environment);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	free(environment);
	return failed;
}

static int
start(struct running *r, struct err *err)
{
	int out[2], said[2], failed;

	if (pipe2(out, O_CLOEXEC))
		return err_set(err, "pipe:");
	if (pipe2(said, O_CLOEXEC)) {
		close(out[0]);
		close(out[1]);
		return err_set(err, "pipe:");
	}
	failed = spawn(r, out[1], said[1]);
	close(out[1]);
	close(said[1]);
	r->out = out[0];
	r->err = said[0];
	errno = failed;
	return failed ? err_set(err, "%s:", r->p->argv[0]) : 0;
}

static void
hear(struct running *r, const char *part, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (part[i] != '\n' && part[i] != '\r') {
			if (r->line.len < LINE_MAX_LEN)
				buf_char(&r->line, part[i]);
			continue;
		}
		if (r->p->heard && r->p->heard(r->p->to, buf_cstr(&r->line)))
			r->news = monotonic_ns();
		r->line.len = 0;
	}
}

/* Reads what has come; what is more than is kept is passed over. */
static void
read_some(struct running *r, int *fd)
{
	char part[PART];
	ssize_t n = read(*fd, part, sizeof(part));
	size_t room = PROGRAM_OUT_MAX - r->p->out.len;

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		close(*fd);
		*fd = -1;
	} else if (fd == &r->err) {
		hear(r, part, (size_t)n);
	} else {
		buf_add(&r->p->out, part, (size_t)n < room ? (size_t)n : room);
	}
}

/* Until it has closed both of its outputs; false: it stalls. */
static bool
listen_to(struct running *r)
{
	while (r->out >= 0 || r->err >= 0) {
		struct pollfd fds[] = {{.fd = r->out, .events = POLLIN}, {.fd = r->err, .events = POLLIN}};
		uint64_t past = monotonic_ns() - r->news;

		if (past >= r->p->patience)
			return false;
		if (poll(fds, 2, (int)((r->p->patience - past) / 1000000 % 60000) + 1) <= 0)
			continue;
		if (fds[0].revents)
			read_some(r, &r->out);
		if (fds[1].revents)
			read_some(r, &r->err);
	}
	return true;
}

int
program_run(struct program *p, struct err *err)
{
	struct running r = {.p = p, .out = -1, .err = -1};
	int status = 0;
	bool done = false;

	if (!start(&r, err)) {
		r.news = monotonic_ns();
		done = listen_to(&r);
		if (!done)
			kill(r.pid, SIGKILL);
		while (waitpid(r.pid, &status, 0) < 0 && errno == EINTR)
			;
		errno = ETIMEDOUT;
		if (!done)
			err_set(err, "%s: no answer for %g s", p->argv[0], (double)p->patience / 1e9);
	}
	buf_free(&r.line);
	for (int saved = errno, i = 0; i < 2; i++) {
		if ((i ? r.err : r.out) >= 0)
			close(i ? r.err : r.out);
		errno = saved;
	}
	p->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return done ? 0 : -1;
}
