/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pb-symbolize has asked its worker for a segment's frames, and the answers on their way into the stream. They are
 * written in the order of the questions, however they come. */
#ifndef CMD_SYMBOLIZE_PENDING_H
#define CMD_SYMBOLIZE_PENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/symbolize_names.h"
#include "cmd/symbolize_worker.h"

struct pending {
	struct worker *worker; /* not owned */
	struct names *names;   /* not owned */
	struct asked *asked;   /* by number of question; owned */
	size_t n, cap;
	size_t open;	 /* without their last answer */
	size_t unanswered; /* without any */
	size_t written;	 /* all before this one have their last answer written */
};

/* Asks for names of frames. The array becomes the pending's, the look-ups, of as many places, and the facts' texts the
 * worker's. `early`: answers that may become better are wanted, too. */
void pending_ask(struct pending *p, uint32_t *frames, struct lookup *lookups, size_t n, const struct file_facts *facts,
		 bool early);

/* Takes look-ups that have their answers, in the order of what is asked. */
void pending_put(struct pending *p, uint32_t *frames, const struct lookup *lookups, size_t n);

enum pending_what { PENDING_FIRST, PENDING_LAST };

/* Takes the answers that have come; waits for the first or last answer to every question, until `until` by the monotonic
 * clock. True: they are all there. */
bool pending_wait(struct pending *p, enum pending_what what, uint64_t until);

/* Writes the names that have come. Says whether the stream could be written. */
bool pending_write(struct pending *p);

/* Forgets what has its last answer written. */
void pending_clear(struct pending *p);

#endif
