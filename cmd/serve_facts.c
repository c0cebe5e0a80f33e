// SPDX-License-Identifier: GPL-2.0-or-later
/* The recording's facts: {"host": "build7", "event": "cycles", "state": "live", …} */
#include "cmd/serve_facts.h"

#include <string.h>

#include "flame/escape.h"

static void
put_string(struct buf *to, const char *text, size_t len)
{
	buf_char(to, '"');
	escape_json(to, text, len);
	buf_char(to, '"');
}

/* Appends `"name": ` and the text, made visible, as a JSON string. */
static void
add_text(struct buf *to, const char *name, const char *text, size_t len)
{
	buf_printf(to, "\"%s\": ", name);
	put_string(to, text, len);
}

static void
put_buf(struct buf *to, const char *name, const struct buf *text)
{
	add_text(to, name, text->data ? text->data : "", text->len);
	buf_puts(to, ", ");
}

static void
put_number(struct buf *to, const char *name, uint64_t n)
{
	buf_printf(to, "\"%s\": %llu, ", name, (unsigned long long)n);
}

static void
put_bool(struct buf *to, const char *name, bool is)
{
	buf_printf(to, "\"%s\": %s, ", name, is ? "true" : "false");
}

static const char *
state_name(enum feed_state state)
{
	static const char *const names[] = {
		[FEED_LIVE] = "live",	  [FEED_ENDED] = "ended",     [FEED_CUT] = "cut",
		[FEED_FAILED] = "failed", [FEED_STOPPED] = "stopped",
	};

	return names[state];
}

enum { CAUSES_SHOWN = 32, CAUSE_MAX = 256 /* bytes of its text */ };

/* Of each cause, what earlier segments lost and the one being read, in one number. */
static void
put_losses(struct buf *to, const struct sums *earlier, const struct sums *now)
{
	uint64_t rest = earlier->total + now->total;
	int shown = 0;

	buf_puts(to, "\"lost\": {");
	for (int turn = 0; turn < 2; turn++) {
		const struct sums *sums = turn ? now : earlier, *other = turn ? earlier : now;

		for (uint32_t i = 0; i < sums->names.n && shown < CAUSES_SHOWN; i++) {
			const struct interned *name = &sums->names.all[i];
			uint32_t same = intern_find(&other->names, name->text, name->len);
			uint64_t n = sums->of[i] + (same == INTERN_NONE ? 0 : other->of[same]);

			if (!n || (turn && same != INTERN_NONE))
				continue;
			buf_puts(to, shown++ ? ", " : "");
			put_string(to, name->text, name->len < CAUSE_MAX ? name->len : CAUSE_MAX);
			buf_printf(to, ": %llu", (unsigned long long)n);
			rest -= n;
		}
	}
	if (rest)
		buf_printf(to, ", \"other causes\": %llu", (unsigned long long)rest);
	buf_puts(to, "}, ");
}

void
facts_write(struct buf *to, const struct facts *f, const struct segment *g)
{
	const struct account *a = &g->account;
	const struct met_event *e = g->events.n ? &g->events.all[0] : &(struct met_event){{"", 0}, {"", 0}};

	buf_char(to, '{');
	put_buf(to, "host", &g->host);
	put_buf(to, "release", &g->release);
	add_text(to, "event", e->name.data, e->name.len);
	buf_puts(to, ", ");
	add_text(to, "unit", e->unit.data, e->unit.len);
	buf_puts(to, ", ");
	put_number(to, "frequency", e->sums.frequency);
	put_number(to, "period", e->sums.period);
	put_buf(to, "command", &g->command);
	put_number(to, "cpus", g->cpus);
	buf_printf(to, "\"state\": \"%s\", ", state_name(f->state));
	add_text(to, "error", f->error, strlen(f->error));
	buf_puts(to, ", ");
	put_number(to, "delivered", a->delivered + (a->has_tally ? a->tally_delivered : a->seen));
	put_losses(to, &a->lost, a->has_tally ? &a->tally_losses : &a->losses);
	put_number(to, "pruned", f->pruned);
	put_number(to, "merged", f->merged);
	put_number(to, "left_out", events_of_other_units(&g->events));
	put_bool(to, "crowded", f->crowded);
	put_bool(to, "cut", f->cut);
	buf_printf(to, "\"control\": %s}", f->control ? "true" : "false");
}
