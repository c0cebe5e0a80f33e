// SPDX-License-Identifier: GPL-2.0-or-later
/* The socket that pb-serve listens on. */
#include "cmd/serve_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/parse.h"

#define BACKLOG 512

_Static_assert(LISTEN_PATH_MAX < sizeof(((struct sockaddr_un *)0)->sun_path), "a path and its end fit");

/* ---- unix sockets ---- */

/* Whether somebody listens there. */
static bool
is_live(const struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool live = fd >= 0 && (!connect(fd, (const struct sockaddr *)a, sizeof(*a)) || errno != ECONNREFUSED);

	if (fd >= 0)
		close(fd);
	return live;
}

/* Makes the path free when what is there is a socket that its server has left behind. */
static int
make_way(const struct sockaddr_un *a, struct err *err)
{
	struct stat st;

	if (lstat(a->sun_path, &st))
		return errno == ENOENT ? 0 : err_set(err, "%s:", a->sun_path);
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, "%s: exists and is not a socket", a->sun_path);
	if (is_live(a))
		return err_set(err, "%s: in use: another process listens there", a->sun_path);
	if (unlink(a->sun_path))
		return err_set(err, "%s: left behind by its server, and cannot be removed:", a->sun_path);
	return 0;
}

/* Under sudo the socket is for who called it, and made with what that user may do: in a directory of theirs a path
 * leads where they like. True: to be undone with be_root(). */
static bool
be_caller(void)
{
	const char *uid = getenv("SUDO_UID"), *gid = getenv("SUDO_GID");
	uint64_t u, g;

	if (geteuid() || !uid || !gid || !parse_u64(uid, &u) || !parse_u64(gid, &g) || u >= UINT32_MAX || g >= UINT32_MAX)
		return false;
	setfsgid((gid_t)g);
	setfsuid((uid_t)u);
	return true;
}

static void
be_root(void)
{
	setfsuid(0);
	setfsgid(0);
}

static int
bind_unix(struct listening *l, struct err *err)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	mode_t before;
	int failed;

	strcpy(a.sun_path, l->unix_path);
	if (make_way(&a, err))
		return -1;
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	before = umask(0177);
	failed = l->fd < 0 || bind(l->fd, (struct sockaddr *)&a, sizeof(a));
	umask(before);
	if (failed || listen(l->fd, BACKLOG))
		return err_set(err, "%s:", l->unix_path);
	return 0;
}

static int
open_unix(struct listening *l, struct err *err)
{
	bool caller = be_caller();
	int status = bind_unix(l, err);

	if (caller)
		be_root();
	return status;
}

/* ---- TCP ---- */

/* A name or an IPv4 address, of what a URL and the Host of a request may have in them. */
static bool
is_name(const char *host)
{
	return *host && strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") == strlen(host);
}

/* Splits "HOST:PORT"; an IPv6 address stands in brackets, which l->host keeps and `name` does not. */
static bool
split(struct listening *l, const char *where, char *name)
{
	const char *colon = strrchr(where, ':');
	size_t len = colon ? (size_t)(colon - where) : 0;
	bool brackets = len > 2 && where[0] == '[' && where[len - 1] == ']';
	struct in6_addr v6;
	uint64_t port;

	if (!len || len >= sizeof(l->host) || (!brackets && memchr(where, ':', len)))
		return false;
	if (!parse_u64(colon + 1, &port) || port > 65535)
		return false;
	memcpy(l->host, where, len);
	l->host[len] = 0;
	memcpy(name, where + brackets, len - 2 * brackets);
	name[len - 2 * brackets] = 0;
	l->port = (unsigned)port;
	return brackets ? inet_pton(AF_INET6, name, &v6) == 1 : is_name(name);
}

static bool
is_loopback(const struct sockaddr *a)
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;

	if (a->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)a)->sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

static bool
is_everywhere(const struct sockaddr *a)
{
	if (a->sa_family == AF_INET)
		return ((const struct sockaddr_in *)a)->sin_addr.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)a)->sin6_addr);
}

/* An address as it is usually written: "0" and "127.1" are 0.0.0.0 and 127.0.0.1. What is printed is one of this machine. */
static void
write_address(struct listening *l, const struct sockaddr *a)
{
	char text[INET6_ADDRSTRLEN];

	if (a->sa_family == AF_INET) {
		inet_ntop(AF_INET, &((const struct sockaddr_in *)a)->sin_addr, text, sizeof(text));
		snprintf(l->host, sizeof(l->host), "%s", l->everywhere ? "127.0.0.1" : text);
	} else {
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)a)->sin6_addr, text, sizeof(text));
		snprintf(l->host, sizeof(l->host), "[%s]", l->everywhere ? "::1" : text);
	}
}

static int
bind_to(struct listening *l, const struct addrinfo *a, bool numeric, const char *where, struct err *err)
{
	struct sockaddr_storage bound;
	socklen_t len = sizeof(bound);
	int one = 1;

	l->fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd >= 0)
		setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (l->fd < 0 || bind(l->fd, a->ai_addr, a->ai_addrlen) || listen(l->fd, BACKLOG) ||
	    getsockname(l->fd, (struct sockaddr *)&bound, &len)) {
		if (errno == EADDRINUSE)
			return err_set(err, "%s: in use: another process listens there (port 0 takes a free one)", where);
		return err_set(err, "%s:", where);
	}
	l->port = ntohs(bound.ss_family == AF_INET ? ((struct sockaddr_in *)&bound)->sin_port
						   : ((struct sockaddr_in6 *)&bound)->sin6_port);
	l->loopback = is_loopback((struct sockaddr *)&bound);
	l->everywhere = is_everywhere((struct sockaddr *)&bound);
	if (numeric || l->everywhere)
		write_address(l, (struct sockaddr *)&bound);
	return 0;
}

static int
open_tcp(struct listening *l, const char *where, struct err *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found = NULL;
	char name[sizeof(l->host)], port[16];
	bool numeric = true;
	int status;

	if (!split(l, where, name))
		return err_set(err, "%s: no address to listen on", where);
	snprintf(port, sizeof(port), "%u", l->port);
	hints.ai_flags |= AI_NUMERICHOST;
	if (getaddrinfo(name, port, &hints, &found)) { /* ask for names only when it is one */
		numeric = false;
		hints.ai_flags &= ~AI_NUMERICHOST;
		status = getaddrinfo(name, port, &hints, &found);
		if (status)
			return err_set(err, "%s: %s", where, gai_strerror(status));
	}
	status = bind_to(l, found, numeric, where, err);
	freeaddrinfo(found);
	return status;
}

/* ---- both ---- */

bool
listen_valid(const char *where)
{
	struct listening l;
	char name[sizeof(l.host)];

	if (!strncmp(where, "unix:", 5))
		return where[5] && strlen(where + 5) <= LISTEN_PATH_MAX;
	return split(&l, where, name);
}

int
listen_open(struct listening *l, const char *where, struct err *err)
{
	int status;

	*l = (struct listening){.fd = -1, .loopback = true};
	if (!strncmp(where, "unix:", 5)) {
		l->unix_path = where + 5;
		status = open_unix(l, err);
	} else {
		status = open_tcp(l, where, err);
	}
	if (status && l->fd >= 0)
		close(l->fd);
	return status;
}

void
listen_url(const struct listening *l, struct buf *out)
{
	if (l->unix_path)
		buf_puts(out, "http://localhost:PORT/");
	else
		buf_printf(out, "http://%s:%u/", l->host, l->port);
}

const char *
listen_own_name(void)
{
	static char name[256];

	if (gethostname(name, sizeof(name) - 1) || !is_name(name))
		return NULL;
	return name;
}

void
listen_close(struct listening *l)
{
	if (l->unix_path)
		unlink(l->unix_path);
}
