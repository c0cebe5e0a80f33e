/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody may have meant who typed a name that does not exist: the candidates at the smallest edit distance.
 *
 *	nearest_begin(&n, "vfs_raed");
 *	nearest_offer(&n, "vfs_read", 8);	// each there is
 *	if (nearest_text(&n, text, sizeof(text)))
 *		…				// "vfs_read, vfs_readf, vfs_readv"
 */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

enum { NEAREST_MAX = 3, NEAREST_NAME = 128 };

struct nearest {
	const char *wanted;
	size_t len;
	unsigned far; /* a name at this distance is another one */
	size_t n;
	struct {
		char name[NEAREST_NAME];
		unsigned distance;
	} best[NEAREST_MAX]; /* the nearest first; of the same distance the first that was offered */
};

void nearest_begin(struct nearest *n, const char *wanted); /* which has to stay */
void nearest_offer(struct nearest *n, const char *candidate, size_t len);

/* "a, b, c" of at most three; returns its length: 0 when nothing is near. */
size_t nearest_text(const struct nearest *n, char *text, size_t size);

#endif
