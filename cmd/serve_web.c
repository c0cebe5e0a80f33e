// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-serve's server: its connections, its clock and what it refuses. */
#include "cmd/serve_web.h"

#include <errno.h>
#include <stdlib.h>
#include <linux/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/msg.h"
#include "base/sums.h"
#include "cmd/serve_server.h"

enum {
	CONNECTIONS = 256,    /* at least; half of them may be live */
	FILES_BESIDES = 32,   /* open files that are no connections */
	HEADER_SIZE = 4096,   /* of a request */
	HEADER_SECONDS = 5,   /* in which they have to be here */
	IDLE_SECONDS = 10,    /* between requests */
	GOODBYE_MS = 300,
};

static const char *const refusals[REFUSALS] = {
	[REFUSED_FULL] = "too many connections",
	[REFUSED_FILES] = "a connection for which there is no file or memory (see ulimit -n)",
	[REFUSED_HEADERS] = "a request that is malformed, too large or too slow",
	[REFUSED_HOST] = "a foreign Host (see --host)",
	[REFUSED_ORIGIN] = "a foreign Origin",
	[REFUSED_METHOD] = "a method other than GET and HEAD",
	[REFUSED_ROUTE] = "an address that does not exist",
	[REFUSED_QUERY] = "a query that makes no sense",
	[REFUSED_TOKEN] = "a wrong or missing token",
	[REFUSED_UPGRADE] = "an upgrade that is no WebSocket of ours",
	[REFUSED_CLIENTS] = "too many live clients (see --max-clients)",
	[REFUSED_BUSY] = "too many documents at a time",
	[REFUSED_MEMORY] = "a document that does not fit into the memory for documents (see --memory)",
	[REFUSED_MESSAGE] = "a message that makes no sense",
	[REFUSED_CONTROL] = "the end of the recording, asked for from a page (see --allow-control)",
	[REFUSED_SLOW] = "a live client that was too slow for what was kept for it alone",
};

struct web *
web_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

void
web_refuse(struct web *w, enum refusal why)
{
	if (!w->refused[why]++)
		warn("refused: %s; further ones are counted", refusals[why]);
}

/* ---- connections ---- */

static void
take_connection(struct web *w, int fd)
{
	int size = 128 << 10; /* what the kernel keeps for a client that reads slowly */

	if (w->n_connections >= w->max_connections) {
		web_refuse(w, REFUSED_FULL);
		close(fd);
		return;
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	lws_adopt_socket_vhost(w->vhost, fd); /* closes it when that fails */
}

/* One that has sent something, and not a request. A browser keeps spare ones, that send nothing. */
void
web_left(struct web *w, struct lws *wsi)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	if (!lws_get_opaque_user_data(wsi) && !w->closing &&
	    !getsockopt(lws_get_socket_fd(wsi), IPPROTO_TCP, TCP_INFO, &info, &len) && info.tcpi_bytes_received)
		web_refuse(w, REFUSED_HEADERS);
}

void
web_forget(struct web *w, struct lws *wsi)
{
	struct answer *a = lws_get_opaque_user_data(wsi);

	w->n_connections--;
	if (a)
		answer_forget(w, a);
	free(a);
	lws_set_opaque_user_data(wsi, NULL);
}

/* Those that wait keep the listener readable: while there is no file for them it is not looked at. */
static void
listen_to(struct web *w, bool on)
{
	if (w->listener && w->deaf == on)
		lws_rx_flow_control(w->listener, on);
	w->deaf = !on;
}

static int
listen_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct web *w = web_of(wsi);

	(void)user, (void)in, (void)len;
	if (reason != LWS_CALLBACK_RAW_RX_FILE || !w->feed)
		return 0;
	for (int i = 0; i < 64; i++) {
		int fd = accept4(w->o.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
			web_refuse(w, REFUSED_FILES);
			listen_to(w, false);
		}
		if (fd < 0)
			break;
		take_connection(w, fd);
	}
	return 0;
}

/* ---- the clock ---- */

static void
on_tick(lws_sorted_usec_list_t *tick)
{
	struct web *w = lws_container_of(tick, struct web, tick);

	listen_to(w, true);
	live_drop_slow(w);
	lws_sul_schedule(w->context, 0, &w->tick, on_tick, LWS_US_PER_SEC);
}

static void
on_alarm(lws_sorted_usec_list_t *alarm)
{
	(void)alarm; /* web_service() returns */
}

void
web_wake_in(struct web *w, unsigned ms)
{
	lws_sul_schedule(w->context, 0, &w->alarm, on_alarm, (lws_usec_t)ms * 1000 + 1);
}

void
web_wake(void *web)
{
	struct web *w = web;

	lws_cancel_service(w->context);
}

void
web_service(struct web *w)
{
	lws_service(w->context, 0);
}

/* ---- start and end ---- */

static const lws_retry_bo_t pulse = {.secs_since_valid_ping = 20, .secs_since_valid_hangup = 60};

/* Enough files for all connections, and a small table of them in the library. */
static uint64_t
limit_files(uint64_t connections)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r))
		return connections;
	if (r.rlim_max != RLIM_INFINITY && r.rlim_max < connections + FILES_BESIDES) {
		if (r.rlim_max <= FILES_BESIDES)
			die("%llu open files are too few: see ulimit -n; %d do", (unsigned long long)r.rlim_max, FILES_BESIDES + 1);
		connections = r.rlim_max - FILES_BESIDES;
	}
	r.rlim_cur = connections + FILES_BESIDES;
	if (r.rlim_cur > r.rlim_max)
		r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
	return connections;
}

struct web *
web_open(const struct web_options *o)
{
	static struct lws_protocols protocols[4];
	struct web *w = xcalloc(1, sizeof(*w));
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.protocols = protocols,
		.vhost_name = "pb-serve",
		.server_string = "pb-serve",
		.user = w,
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
		.timeout_secs = HEADER_SECONDS,
		.timeout_secs_ah_idle = HEADER_SECONDS,
		.keepalive_timeout = IDLE_SECONDS,
		.max_http_header_data = HEADER_SIZE,
		.retry_and_idle_policy = &pulse,
		.options = LWS_SERVER_OPTION_HTTP_HEADERS_SECURITY_BEST_PRACTICES_ENFORCE,
	};

	w->o = *o;
	w->max_connections = limit_files(o->max_clients > CONNECTIONS / 2 ? 2 * o->max_clients : CONNECTIONS);
	info.max_http_header_pool = (unsigned short)(w->max_connections > 1000 ? 1000 : w->max_connections);
	protocols[0] = (struct lws_protocols){"http", http_event, 0, 0, 0, NULL, 0};
	protocols[1] = (struct lws_protocols){"pb-live", live_event, client_size, 0, 0, NULL, 0};
	protocols[2] = (struct lws_protocols){"listener", listen_event, 0, 0, 0, NULL, 0};
	lws_set_log_level(0, NULL);
	w->context = lws_create_context(&info);
	w->vhost = w->context ? lws_get_vhost_by_name(w->context, "pb-serve") : NULL;
	if (!w->vhost)
		return NULL;
	http_make_page(w);
	return w;
}

void
web_start(struct web *w, struct feed *feed)
{
	lws_sock_file_fd_type fd = {.filefd = w->o.fd};

	w->feed = feed;
	w->listener = lws_adopt_descriptor_vhost(w->vhost, LWS_ADOPT_RAW_FILE_DESC, fd, "listener", NULL);
	if (!w->listener)
		die("cannot serve:");
	on_tick(&w->tick);
}

bool
web_stop_asked(const struct web *w)
{
	return w->stop_asked;
}

bool
web_visited(const struct web *w)
{
	return w->visited;
}

void
web_refresh(struct web *w)
{
	live_refresh(w);
}

bool
web_settled(const struct web *w)
{
	return !w->n_answers && live_settled(w);
}

static void
say_refusals(const struct web *w)
{
	struct sums sums = {0};

	for (int i = 0; i < REFUSALS; i++)
		if (w->refused[i] > 1)
			sums_add(&sums, sums_name(&sums, refusals[i], strlen(refusals[i])), w->refused[i]);
	if (sums.total)
		warn("refused %s times: %s", grouped(sums.total), sums_text(&sums));
	sums_free(&sums);
}

void
web_close(struct web *w)
{
	uint64_t end = monotonic_ns() + GOODBYE_MS * 1000000ull;

	live_close(w);
	while (w->n_clients && monotonic_ns() < end) {
		web_wake_in(w, 20);
		web_service(w);
	}
	live_release(w);
	order_release(w);
	w->closing = true;
	say_refusals(w);
}

void
web_free(struct web *w)
{
	lws_context_destroy(w->context);
	buf_free(&w->page);
	buf_free(&w->small_page);
	free(w);
}
