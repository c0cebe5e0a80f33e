// SPDX-License-Identifier: GPL-2.0-or-later
/* Who pb-serve is when root has started it, and whose browser it opens. */
#include "cmd/serve_user.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/msg.h"
#include "base/parse.h"

#define NOBODY 65534

/* The file is read without the name service: a static binary must not load another libc's modules as root. */
static bool
find(struct user *u, const char *name, uid_t uid)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *p = NULL;

	while (f && (p = fgetpwent(f)))
		if (name ? !strcmp(p->pw_name, name) : p->pw_uid == uid)
			break;
	if (p) {
		snprintf(u->name, sizeof(u->name), "%s", p->pw_name);
		snprintf(u->home, sizeof(u->home), "%s", p->pw_dir);
		u->uid = p->pw_uid;
		u->gid = p->pw_gid;
	}
	if (f)
		fclose(f);
	return p;
}

bool
user_find(struct user *u, const char *name)
{
	uint64_t uid;

	if (find(u, name, 0))
		return true;
	*u = (struct user){.uid = NOBODY, .gid = NOBODY, .home = "/"};
	snprintf(u->name, sizeof(u->name), "%s", name);
	if (!strcmp(name, "nobody"))
		return true;
	if (!parse_u64(name, &uid) || uid >= UINT32_MAX)
		return false;
	if (!find(u, NULL, (uid_t)uid)) {
		u->uid = (uid_t)uid;
		u->gid = (gid_t)uid;
	}
	return true;
}

bool
user_behind_sudo(struct user *u)
{
	const char *text = getenv("SUDO_UID");
	uint64_t uid;

	return text && parse_u64(text, &uid) && uid && uid < UINT32_MAX && find(u, NULL, (uid_t)uid);
}

int
user_become(const struct user *u, struct err *err)
{
	uid_t r, e, s;

	if (setgroups(0, NULL) || setresgid(u->gid, u->gid, u->gid) || setresuid(u->uid, u->uid, u->uid))
		return err_set(err, "cannot become %s:", u->name);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return err_set(err, "cannot give up gaining privileges:");
	if (getresuid(&r, &e, &s) || r != u->uid || e != u->uid || s != u->uid || (u->uid && !setuid(0)))
		return err_set(err, "became %s, and could still be root", u->name);
	return 0;
}

/* ---- the browser ---- */

/* The groups a user is in, from /etc/group, for the same reason. */
static int
take_groups(const struct user *u)
{
	gid_t groups[256] = {u->gid};
	size_t n = 1;
	FILE *f = fopen("/etc/group", "re");
	struct group *g;

	while (f && (g = fgetgrent(f)))
		for (char **member = g->gr_mem; *member && n < 256; member++)
			if (!strcmp(*member, u->name))
				groups[n++] = g->gr_gid;
	if (f)
		fclose(f);
	return setgroups(n, groups);
}

static void
take_environment(const struct user *u)
{
	char runtime[64];

	snprintf(runtime, sizeof(runtime), "/run/user/%u", (unsigned)u->uid);
	setenv("HOME", u->home, 1);
	setenv("USER", u->name, 1);
	setenv("LOGNAME", u->name, 1);
	if (!access(runtime, W_OK))
		setenv("XDG_RUNTIME_DIR", runtime, 1);
	else
		unsetenv("XDG_RUNTIME_DIR");
}

/* Writes the page that leads to the address. */
static bool
write_page(char *path, size_t size, const char *dir, const char *url)
{
	int fd, n;

	snprintf(path, size, "%s/pb-serve-XXXXXX.html", dir);
	fd = mkostemps(path, 5, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return false;
	n = dprintf(fd, "<!doctype html><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">"
			"<meta http-equiv=\"refresh\" content=\"0;url=%s\"><title>pb-serve</title>\n", url);
	if (!close(fd) && n > 0)
		return true;
	unlink(path);
	return false;
}

static _Noreturn void
give_up(const char *why)
{
	dprintf(STDERR_FILENO, "pb-serve: --open: %s: %s: open the address by hand\n", why, strerror(errno));
	_exit(1);
}

static _Noreturn void
show(const char *path)
{
	int said = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);

	dup2(STDIN_FILENO, STDERR_FILENO);
	execlp("xdg-open", "xdg-open", path, (char *)NULL);
	dprintf(said, "pb-serve: --open: there is no xdg-open here: open the address by hand\n");
	_exit(127);
}

/* Nothing of pb-serve's stays open here: its standard input is a pipe that has to break when it exits. */
static void
let_go(void)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	close_range(3, ~0U, 0);
	setsid();
	signal(SIGPIPE, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
}

static _Noreturn void
browse(const struct user *u, const char *url)
{
	const char *dir;
	char path[300];
	pid_t child;

	let_go();
	if (u) {
		/* Without PR_SET_NO_NEW_PRIVS, which would take a browser its own sandbox. */
		if (take_groups(u) || setresgid(u->gid, u->gid, u->gid) || setresuid(u->uid, u->uid, u->uid) || !setuid(0))
			give_up("cannot become another user");
		take_environment(u);
	}
	dir = getenv("XDG_RUNTIME_DIR");
	if (!(dir && *dir == '/' && strlen(dir) < 256 && write_page(path, sizeof(path), dir, url)) &&
	    !write_page(path, sizeof(path), "/tmp", url))
		give_up("no file to tell a browser by");
	child = fork();
	if (child < 0) {
		unlink(path);
		give_up("no process for a browser");
	}
	if (!child)
		show(path);
	close(STDERR_FILENO);
	sleep(30); /* for a browser that starts slowly; then nobody needs it any more */
	unlink(path);
	_exit(0);
}

void
user_open_browser(const struct user *u, const char *url)
{
	pid_t child;

	signal(SIGCHLD, SIG_IGN);
	child = fork();
	if (child < 0)
		warn("--open: no process for a browser:");
	if (!child)
		browse(u, url);
}
