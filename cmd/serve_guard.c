// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may have the profile. */
#include "cmd/serve_guard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

bool
guard_new_token(struct guard *g)
{
	unsigned char random[TOKEN_LENGTH / 2];
	ssize_t n;

	do
		n = getrandom(random, sizeof(random), 0);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(random))
		return false;
	for (size_t i = 0; i < sizeof(random); i++)
		sprintf(g->token + 2 * i, "%02x", random[i]);
	return true;
}

/* How long it takes tells nothing about how much of it is right. */
static bool
is_token(const struct guard *g, const char *given, size_t len)
{
	volatile unsigned char different = 0;

	if (len != TOKEN_LENGTH)
		return false;
	for (size_t i = 0; i < TOKEN_LENGTH; i++)
		different |= (unsigned char)(given[i] ^ g->token[i]);
	return !different;
}

/* Splits off ":PORT". False when what is there is no number. */
static bool
without_port(const char *host, char *name, size_t size)
{
	const char *port = strrchr(host, ':');
	size_t len = strlen(host);

	if (port && !strchr(port, ']')) {
		len = (size_t)(port - host);
		if (!port[1] || strlen(port + 1) > 5 || strspn(port + 1, "0123456789") != strlen(port + 1))
			return false;
	}
	if (!len || len >= size)
		return false;
	memcpy(name, host, len);
	name[len] = 0;
	return true;
}

/* 1: an address that may be meant, 0: one that may not, -1: none. */
static int
address(const struct guard *g, const char *name)
{
	struct in_addr v4;
	struct in6_addr v6;
	char literal[64];
	size_t len = strlen(name);

	if (inet_pton(AF_INET, name, &v4) == 1)
		return !g->loopback || ntohl(v4.s_addr) >> 24 == 127;
	if (name[0] != '[' || name[len - 1] != ']' || len - 2 >= sizeof(literal))
		return -1;
	memcpy(literal, name + 1, len - 2);
	literal[len - 2] = 0;
	if (inet_pton(AF_INET6, literal, &v6) != 1)
		return 0;
	return !g->loopback || IN6_IS_ADDR_LOOPBACK(&v6);
}

bool
guard_host(const struct guard *g, const char *host)
{
	char name[256];
	int known;

	if (!without_port(host, name, sizeof(name)))
		return false;
	known = address(g, name);
	if (known >= 0)
		return known;
	if (!strcasecmp(name, "localhost"))
		return true;
	for (size_t i = 0; i < g->n_hosts; i++)
		if (!strcasecmp(name, g->hosts[i]))
			return true;
	return false;
}

bool
guard_origin(const char *origin, const char *host)
{
	static const char scheme[] = "http://";
	size_t len = sizeof(scheme) - 1;

	return !strncmp(origin, scheme, len) && !strcasecmp(origin + len, host);
}

bool
guard_bearer(const struct guard *g, const char *authorization)
{
	static const char scheme[] = "Bearer ";
	size_t len = sizeof(scheme) - 1;

	return !strncasecmp(authorization, scheme, len) && is_token(g, authorization + len, strlen(authorization + len));
}

bool
guard_subprotocols(const struct guard *g, const char *offered)
{
	bool live = false, token = false;

	for (;;) {
		size_t len;

		offered += strspn(offered, " \t");
		len = strcspn(offered, ", \t");
		if (len == 7 && !memcmp(offered, "pb-live", 7) && !live)
			live = true;
		else if (len > 2 && !memcmp(offered, "t.", 2) && is_token(g, offered + 2, len - 2) && !token)
			token = true;
		else
			return false;
		offered += len;
		offered += strspn(offered, " \t");
		if (!*offered)
			return live && token;
		if (*offered++ != ',')
			return false;
	}
}
