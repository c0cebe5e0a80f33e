// SPDX-License-Identifier: GPL-2.0-or-later
/* Patterns of thread names as an automaton that is in several places at once, a bit for each: at the begin of each
 * pattern, and behind each character of it. A '*' lets a place stay. */
#include "sampler/comm.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { PLACES = 64, LONGEST = 15 /* characters of a thread's name, which the kernel cuts off there */ };

struct parser {
	const char *at;
	struct comm_patterns *out;
	unsigned place;
	unsigned length; /* characters of the current pattern so far, at least */
	bool begins; /* a pattern */
};

static void
step_by(struct parser *p, unsigned char c)
{
	p->out->steps[c] |= 1ULL << p->place;
}

/* "[a-cx]", "[!a]". False: there is no ']'. */
static bool
take_set(struct parser *p)
{
	const char *from = p->at + 1, *end;
	bool in[256] = {false}, other = *from == '!' || *from == '^';

	/* A ']' that comes first is one of the set. */
	if (!*from || !from[other])
		return false;
	end = strchr(from + other + 1, ']');
	if (!end)
		return false;
	for (const char *c = from + other; c < end; c++) {
		unsigned first = (unsigned char)*c, last = first;

		if (c[1] == '-' && c + 2 < end) {
			last = (unsigned char)c[2];
			c += 2;
		}
		for (unsigned i = first; i <= last; i++)
			in[i] = true;
	}
	for (unsigned i = 1; i < 256; i++)
		if (in[i] != other)
			step_by(p, (unsigned char)i);
	p->at = end + 1;
	return true;
}

/* One character's worth of a pattern. */
static void
take_one(struct parser *p)
{
	if (*p->at == '[' && take_set(p))
		return;
	if (*p->at == '?')
		for (unsigned c = 1; c < 256; c++)
			step_by(p, (unsigned char)c);
	else if (*p->at == '\\' && p->at[1])
		step_by(p, (unsigned char)*++p->at);
	else
		step_by(p, (unsigned char)*p->at);
	p->at++;
}

int
comm_patterns(const char *patterns, struct comm_patterns *out, struct err *err)
{
	struct parser p = {.at = patterns, .out = out, .begins = true};

	memset(out, 0, sizeof(*out));
	for (;; p.place++) {
		if (p.place >= PLACES)
			return err_set(err, "'%s': patterns of thread names have room for %d characters, with one for each pattern",
				       patterns, PLACES);
		if (p.begins) {
			out->first |= 1ULL << p.place;
			p.length = 0;
		}
		for (; *p.at == '*'; p.at++)
			out->stays |= 1ULL << p.place;
		p.begins = !*p.at || *p.at == ',';
		if (!p.begins) {
			take_one(&p);
			if (++p.length > LONGEST)
				return err_set(err, "'%s': no thread has so long a name: the kernel keeps %d characters", patterns, LONGEST);
			continue;
		}
		out->last |= 1ULL << p.place;
		if (!*p.at++)
			return 0;
	}
}
