/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who pb-serve is when root has started it, and whose browser it opens. Private to pb-serve. */
#ifndef CMD_SERVE_USER_H
#define CMD_SERVE_USER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct user {
	char name[64], home[256];
	uid_t uid;
	gid_t gid;
};

/* By name or number, from /etc/passwd; "nobody" there always is. */
bool user_find(struct user *u, const char *name);

/* Who called sudo. */
bool user_behind_sudo(struct user *u);

/* The process becomes this user for good, and can gain nothing by what it executes. */
int user_become(const struct user *u, struct err *err);

/* Shows the address in a browser of that user's (NULL: who we are). The token stays out of the list of processes: the
 * browser is given a page that only its user can read and that leads there. */
void user_open_browser(const struct user *u, const char *url);

#endif
