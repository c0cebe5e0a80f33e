// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-serve: a stream as a live page in the browser: "pb-record -F 99 | pb-symbolize | pb-serve". */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/msg.h"
#include "base/options.h"
#include "base/output.h"
#include "cmd/serve_feed.h"
#include "cmd/serve_guard.h"
#include "cmd/serve_listen.h"
#include "cmd/serve_user.h"
#include "cmd/serve_web.h"

#define MS 1000000ull

enum {
	STOP_MS = 500,	     /* in which the pages are told that their stop was heard */
	ONCE_MS = 5000,	     /* in which they take the rest, with --once */
	VISIT_MS = 10000,    /* more, in which the browser of --open comes */
	SETTLE_MS = 40,	     /* for the last message to come out of the feed */
};

static const char *where = "127.0.0.1:0", *user_name = "nobody";
static struct feed_options feed_options = {.memory = 256 << 20, .window_ns = 3600000 * MS};
static uint64_t max_clients = 128;
static bool open_browser, once, quiet;
static struct guard guard;
static size_t hosts_cap;

static bool
take_listen(const char *value)
{
	where = value;
	if (!strncmp(value, "unix:", 5) && strlen(value) > 5 && !listen_valid(value))
		die_usage("--listen: %s: the path is too long: it may have %d bytes", value, LISTEN_PATH_MAX);
	return listen_valid(value);
}

static bool
take_host(const char *name)
{
	if (!*name || strpbrk(name, "/:@ ,"))
		return false;
	GROW(guard.hosts, guard.n_hosts, hosts_cap);
	guard.hosts[guard.n_hosts++] = name;
	return true;
}

static const struct option_row options[] = {
	{OPTION_CALL, 0, "listen", "WHERE", "HOST:PORT, [ADDRESS]:PORT or unix:PATH\n(127.0.0.1:0: this machine only, a free port)",
	 .call = take_listen},
	{OPTION_FLAG, 0, "open", NULL, "open the page in a browser", &open_browser},
	{OPTION_DURATION, 0, "window", "TIME", "how far back moments are told apart (1h)", &feed_options.window_ns, 1000 * MS,
	 3600ull * 3600 * 1000 * MS},
	{OPTION_SIZE, 0, "memory", "SIZE", "what the profile may take (256M)", &feed_options.memory, 16 << 20, 1ull << 40},
	{OPTION_FLAG, 0, "once", NULL, "exit when the stream has ended", &once},
	{OPTION_FLAG, 0, "allow-control", NULL, "a page may end the recording", &feed_options.control},
	{OPTION_STRING, 0, "user", "NAME", "who to be when started as root (nobody)", &user_name},
	{OPTION_CALL, 0, "host", "NAME", "a further name that browsers may use for this\nserver; repeatable", .call = take_host},
	{OPTION_UINT, 0, "max-clients", "N", "how many live pages there may be (128)", &max_clients, 1, 10000},
	{OPTION_FLAG, 'q', "quiet", NULL, "say only the address, and what went wrong", &quiet},
	{0},
};

static const struct command command = {
	.synopsis = "[OPTION]... [FILE]",
	.purpose = "Show a pb stream in the browser, as it comes.",
	.options = options,
};

/* ---- signals ---- */

static struct web *web;
static volatile sig_atomic_t interrupts, ended;

static void
on_signal(int signo)
{
	int before = errno;

	if (signo == SIGINT)
		interrupts++;
	else
		ended = 1;
	if (web)
		web_wake(web);
	errno = before;
}

static void
catch_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, before;

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	if (!sigaction(SIGHUP, NULL, &before) && before.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &sa, NULL);
}

/* There is nothing left to wake, and little to wait for. */
static void
leave_signals(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
}

/* ---- input and address ---- */

struct input {
	int fd;
	const char *name;
	bool pipe; /* Ctrl-C has ended the capture at its other end */
};

static struct input
open_input(char **operands)
{
	struct input in = {STDIN_FILENO, "<stdin>"};
	struct stat st;

	if (operands[0] && operands[1])
		die_usage("one FILE at most");
	if (operands[0] && strcmp(operands[0], "-")) {
		in.name = operands[0];
		in.fd = open(in.name, O_RDONLY | O_CLOEXEC);
		if (in.fd < 0 || fstat(in.fd, &st))
			die("%s:", in.name);
		if (S_ISDIR(st.st_mode))
			die("%s: Is a directory", in.name);
	} else {
		refuse_terminal(in.fd, "pb-serve reads a stream: pb-record -F 99 | pb-symbolize | pb-serve");
	}
	in.pipe = !fstat(in.fd, &st) && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
	return in;
}

static void
say_address(const struct listening *l, const char *url)
{
	char *path;

	if (l->unix_path) {
		path = realpath(l->unix_path, NULL);
		warn("listening on %s: to reach it, ssh -L PORT:%s HOST and open", path ? path : l->unix_path,
		     path ? path : l->unix_path);
		free(path);
	}
	warn("%s", url);
	if (l->everywhere && listen_own_name())
		warn("on all addresses of this machine: for others, http://%s:%u/#t=%s", listen_own_name(), l->port, guard.token);
	else if (l->everywhere)
		warn("on all addresses of this machine");
	if (!l->loopback)
		warn("others can reach this address, and nothing is encrypted: who reads the traffic knows the token");
}

/* The browser of whoever sits there, which is never root. */
static void
show(const char *url, const struct user *become)
{
	struct user sudo;

	if (geteuid())
		user_open_browser(NULL, url);
	else if (user_behind_sudo(&sudo))
		user_open_browser(&sudo, url);
	else if (become->uid)
		user_open_browser(become, url);
	else
		warn("--open: no browser is started as root");
}

static void
find_user(struct user *u)
{
	if (!user_find(u, user_name))
		die_usage("--user: there is no user '%s'", user_name);
}

/* Listens, tells where, and gives up being root. */
static void
open_listener(struct listening *l)
{
	struct user become;
	struct buf url = {0};
	struct err err;

	find_user(&become);
	if (listen_open(l, where, &err))
		die("%s", err.text);
	catch_signals(); /* before anybody knows the address */
	if (!guard_new_token(&guard))
		die("no random numbers:");
	guard.loopback = l->loopback;
	if (!l->unix_path && l->host[0] != '[')
		take_host(l->host);
	if (l->everywhere && listen_own_name())
		take_host(listen_own_name());
	listen_url(l, &url);
	buf_printf(&url, "#t=%s", guard.token);
	say_address(l, buf_cstr(&url));
	if (open_browser && !l->unix_path)
		show(buf_cstr(&url), &become);
	if (!geteuid() && become.uid && user_become(&become, &err))
		die("%s", err.text);
	buf_free(&url);
}

/* ---- serving ---- */

static void
say_end(struct feed *feed, bool last)
{
	struct buf error = {0};

	feed_error(feed, &error);
	if (error.len)
		warn("%s", buf_cstr(&error));
	buf_free(&error);
	if (!last && !quiet)
		warn("the stream has ended; what it brought is served until Ctrl-C");
}

struct session {
	struct input in;
	struct feed *feed;
	bool live;	 /* when last looked at */
	int spared;	 /* interrupts that were for the capture */
	bool nothing;	 /* came that is a stream: there is nothing to serve */
	uint64_t ended, latest; /* monotonic ns: when the stream's end was seen, and when to exit then */
};

/* The first Ctrl-C ends the capture at the pipe's other end, whose last words are waited for. */
static bool
interrupted(struct session *s)
{
	if (interrupts && s->live && s->in.pipe)
		s->spared = 1;
	return interrupts > s->spared;
}

/* True when it is time to go. */
static bool
is_over(struct session *s)
{
	bool stop = web_stop_asked(web), last = once || stop;
	uint64_t now = monotonic_ns();

	if (ended || interrupted(s))
		return true;
	if (stop && !s->latest) {
		feed_stop(s->feed);
		s->latest = now + STOP_MS * MS;
	}
	s->live = feed_state(s->feed) == FEED_LIVE;
	if (!s->live && !s->ended) {
		s->ended = now;
		if (!s->latest)
			s->latest = now + ONCE_MS * MS;
		web_refresh(web);
		s->nothing = !stop && !feed_began(s->feed);
		say_end(s->feed, last || s->nothing);
	}
	if (s->nothing)
		return true;
	if (!last || (s->live && !stop))
		return false;
	web_wake_in(web, SETTLE_MS);
	if (open_browser && !stop && !web_visited(web) && now < s->latest + VISIT_MS * MS)
		return false;
	return now >= s->latest || (s->ended && now - s->ended >= SETTLE_MS * MS && web_settled(web));
}

/* Returns the exit status. */
static int
serve(const struct input *in)
{
	struct session s = {.in = *in, .live = true};
	bool failed;
	const char *note;

	s.feed = feed_start(in->fd, in->name, &feed_options, web_wake, web);
	web_start(web, s.feed);
	while (!is_over(&s)) {
		web_service(web);
		while ((note = feed_note(s.feed)))
			warn("%s", note);
	}
	failed = s.nothing || feed_state(s.feed) == FEED_FAILED;
	web_close(web);
	feed_close(s.feed);
	leave_signals();
	web_free(web);
	return failed ? EXIT_FAILED : EXIT_DONE;
}

int
main(int argc, char **argv)
{
	struct listening listening;
	struct input in;
	int status;

	stdio_init();
	in = open_input(argv + options_parse(&command, argc, argv));
	open_listener(&listening);
	web = web_open(&(struct web_options){
		.guard = &guard,
		.fd = listening.fd,
		.max_clients = max_clients,
		.memory = feed_options.memory,
		.allow_control = feed_options.control,
	});
	if (!web)
		die("cannot serve:");
	status = serve(&in);
	listen_close(&listening);
	return status;
}
