// SPDX-License-Identifier: GPL-2.0-or-later
/* Why a function was not found, and what may have been meant. */
#include "sampler/user_failure.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

/* "bash", "bash and 3 other files" */
static void
add_files(struct buf *text, const struct user_search *s)
{
	buf_puts(text, s->n ? s->images[0]->shown : "what is there");
	if (s->n > 1)
		buf_printf(text, " and %zu other file%s", s->n - 1, s->n > 2 ? "s" : "");
}

/* An IFUNC: memcpy is any of __memcpy_sse2_unaligned, __memcpy_avx_unaligned, ... */
static void
add_chooser(struct buf *text, struct user_search *s)
{
	const struct user_chooser *c = &s->matches.left_out;
	struct user_matches chosen = {0};
	struct user_pattern p;
	struct buf glob = {0};
	struct err err;

	buf_printf(text, "%.*s in %s only chooses one of several functions when a program starts (an IFUNC)", (int)c->len, c->symbol,
		   s->n ? s->images[0]->shown : "");
	buf_printf(&glob, "__%.*s_*", (int)c->len, c->symbol);
	if (!user_pattern_parse(&p, buf_cstr(&glob), &err))
		for (size_t i = 0; i < s->n; i++)
			user_match_functions(&chosen, s->images[i], &p);
	if (chosen.n)
		buf_printf(text, "; its choices are among %s", glob.data);
	else
		buf_puts(text, "; its choices are named in the debug file, which is not here");
	for (size_t i = 0; i < chosen.n && i < NEAREST_MAX; i++)
		buf_printf(text, "%s%.*s", i ? ", " : ": ", (int)chosen.all[i].len, chosen.all[i].symbol);
	buf_puts(text, chosen.n > NEAREST_MAX ? ", ..." : "");
	user_matches_free(&chosen);
	user_pattern_free(&p);
	buf_free(&glob);
}

static void
add_nearest(struct buf *text, struct user_search *s)
{
	char names[NEAREST_TEXT];
	struct nearest near;

	nearest_begin(&near, s->pattern.text);
	for (size_t i = 0; i < s->n; i++)
		user_offer_functions(&near, s->images[i], &s->pattern);
	buf_add(text, names, nearest_text(&near, "; nearest: ", names, sizeof(names)));
}

static void
add_missing(struct buf *text, struct user_search *s)
{
	size_t cut = 0;

	add_files(text, s);
	buf_printf(text, " %s no function %s%s", s->n > 1 ? "have" : "has",
		   s->pattern.kind == PATTERN_NAME ? "" : "that matches ", s->pattern.text);
	for (size_t i = 0; i < s->n; i++)
		cut += !user_image_is_full(s->images[i]);
	if (cut && s->n == 1)
		buf_puts(text, ", as far as it names them: it is stripped to .dynsym and there is no debug file");
	else if (cut)
		buf_printf(text, ", as far as they name them: of %zu there is no more than .dynsym", cut);
	if (s->pattern.kind == PATTERN_NAME)
		add_nearest(text, s);
	if (!s->file && !s->scope->n_pids && !s->scope->program)
		buf_puts(text, "; to look elsewhere: FILE:FUNCTION");
}

int
user_failure(struct user_search *s, struct err *err)
{
	struct buf text = {0};

	if (s->first.text[0] && (!s->n || s->pattern.kind == PATTERN_LINE || s->pattern.kind == PATTERN_ADDRESS)) {
		*err = s->first;
		return -1;
	}
	if (s->matches.left_out.symbol)
		add_chooser(&text, s);
	else
		add_missing(&text, s);
	err_set(err, "%s", buf_cstr(&text));
	buf_free(&text);
	return -1;
}
