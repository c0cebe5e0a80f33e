/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody may have meant who typed a name that does not exist: names that are a few letters away, then names that have
 * the wanted one in them.
 *
 *	nearest_begin(&n, "vfs_raed");
 *	nearest_offer(&n, "vfs_read", 8);	// each there is
 *	nearest_text(&n, "; nearest: ", text, sizeof(text));
 *						// "; nearest: vfs_read, vfs_readf, vfs_readv"
 */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

enum {
	NEAREST_MAX = 3,
	NEAREST_NAME = 128, /* longer names are near to nothing */
	NEAREST_TEXT = 512, /* has room for all that nearest_text() makes of short words before it */
};

struct nearest {
	const char *wanted;
	size_t len;
	unsigned limit; /* what is further away is another name */
	size_t n;
	struct {
		char name[NEAREST_NAME];
		unsigned rank;
	} best[NEAREST_MAX]; /* the nearest first; of the same rank the first that was offered */
};

/* `wanted` has to stay. Nothing is to be freed. */
void nearest_begin(struct nearest *n, const char *wanted);

/* A name that there is; it is copied if it is near. */
void nearest_offer(struct nearest *n, const char *name, size_t len);

/* The same for a part of what is to be said: "sched_switch", of "sched:sched_switch". */
void nearest_offer_part(struct nearest *n, const char *name, size_t len, const char *shown);

/* One that is better than any that is just near. */
void nearest_prefer(struct nearest *n, const char *shown);

/* `before` and "a, b, c" of at most three, those that `size` bytes have room for. "" when nothing is near; returns the length. */
size_t nearest_text(const struct nearest *n, const char *before, char *text, size_t size);

/* How many letters are to be inserted, deleted, replaced or swapped with their neighbour to make one of the other; a and A
 * are the same. limit + 1 if they are more, or a name is not shorter than NEAREST_NAME. */
unsigned edit_distance(const char *a, size_t a_len, const char *b, size_t b_len, unsigned limit);

#endif
