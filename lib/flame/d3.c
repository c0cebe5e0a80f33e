// SPDX-License-Identifier: GPL-2.0-or-later
/* "main;read_[k] 2" becomes {"name":"all",…,"children":[{"name":"main","value":2,"children":[{"name":"read",…}]}]}. */
#include "flame/d3.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "flame/escape.h"

enum { PART = 1 << 16, NUMBER_MAX = 24, MARK = 4 /* the length of _[k] */ };

struct d3 {
	const struct tree *t;
	unsigned decimals;
	bool brief;
	const uint64_t *values; /* by node */
	uint64_t *totals;	/* owned; NULL when the values are the tree's own */
	struct tree_links links;
	struct buf texts; /* what is written in front of a node's value, by name; the root's comes last */
	size_t *ends;	  /* of each, there; owned */
	uint32_t node;	  /* to be written next */
	bool done;
};

/* d3-flame-graph's word for the kind that pb-fold --annotate put at the end of a name. */
static const char *
libtype(const char *name, size_t len)
{
	if (len <= MARK || name[len - 4] != '_' || name[len - 3] != '[' || name[len - 1] != ']')
		return NULL;
	switch (name[len - 2]) {
	case 'k':
		return "kernel";
	case 'i':
		return "inlined";
	case 'j':
		return "jit";
	default:
		return NULL;
	}
}

static void
add_text(struct d3 *d, const char *name, size_t len, const char *type)
{
	buf_puts(&d->texts, d->brief ? "{\"n\":\"" : "{\"name\":\"");
	escape_json(&d->texts, name, len);
	if (type) {
		buf_puts(&d->texts, d->brief ? "\",\"l\":\"" : "\",\"libtype\":\"");
		buf_puts(&d->texts, type);
	}
	buf_puts(&d->texts, d->brief ? "\",\"v\":" : "\",\"value\":");
}

static void
make_texts(struct d3 *d, const char *root)
{
	const struct intern *names = &d->t->names;

	d->ends = xreallocarray(NULL, names->n + 1, sizeof(*d->ends));
	for (size_t i = 0; i < names->n; i++) {
		const struct interned *name = &names->all[i];
		const char *type = libtype(name->text, name->len);

		add_text(d, name->text, name->len - (type ? MARK : 0), type);
		d->ends[i] = d->texts.len;
	}
	add_text(d, root, strlen(root), "root");
	d->ends[names->n] = d->texts.len;
}

struct d3 *
d3_open(const struct tree *t, unsigned decimals, const struct d3_options *o)
{
	const uint64_t *own = t->values[!!t->values[1]];
	struct d3 *d = xcalloc(1, sizeof(*d));

	d->t = t;
	d->decimals = decimals;
	d->brief = o->brief;
	d->values = own;
	if (!o->self) {
		d->totals = xreallocarray(NULL, t->n, sizeof(*d->totals));
		memcpy(d->totals, own, t->n * sizeof(*own));
		tree_accumulate(t, d->totals);
		d->values = d->totals;
	}
	make_texts(d, o->root);
	tree_link(t, true, &d->links);
	return d;
}

void
d3_close(struct d3 *d)
{
	tree_links_free(&d->links);
	buf_free(&d->texts);
	free(d->ends);
	free(d->totals);
	free(d);
}

/* "12" or "12.5": a JSON number, not more precise than it needs to be. */
static void
add_number(struct buf *out, uint64_t value, unsigned decimals)
{
	char text[NUMBER_MAX];
	size_t at = sizeof(text);

	for (; decimals && value % 10 == 0; decimals--)
		value /= 10;
	for (bool point = decimals; point || value || at == sizeof(text); value /= 10) {
		text[--at] = (char)('0' + value % 10);
		if (point && !--decimals) {
			text[--at] = '.';
			point = false;
			if (value < 10)
				text[--at] = '0';
		}
	}
	buf_add(out, text + at, sizeof(text) - at);
}

/* How much more the second count is than the first: of the frame alone, d3-flame-graph adds up itself. */
static void
add_delta(struct d3 *d, struct buf *out)
{
	uint64_t before = d->t->values[0][d->node], after = d->t->values[1][d->node];

	buf_puts(out, d->brief ? ",\"d\":" : ",\"delta\":");
	if (after < before)
		buf_char(out, '-');
	add_number(out, after < before ? before - after : after - before, d->decimals);
}

/* Closes what ends here. No recursion: there are stacks deeper than ours. */
static void
step(struct d3 *d, struct buf *out)
{
	const struct tree_links *links = &d->links;

	if (links->first[d->node]) {
		buf_puts(out, d->brief ? ",\"c\":[" : ",\"children\":[");
		d->node = links->first[d->node];
		return;
	}
	buf_char(out, '}');
	while (d->node && !links->next[d->node]) {
		buf_add(out, "]}", 2);
		d->node = d->t->nodes[d->node].parent;
	}
	d->done = !d->node;
	d->node = links->next[d->node];
	if (!d->done)
		buf_char(out, ',');
}

bool
d3_more(struct d3 *d, struct buf *out)
{
	size_t end = out->len + PART;

	if (d->done)
		return false;
	while (!d->done && out->len < end) {
		size_t name = d->node ? d->t->nodes[d->node].name : d->t->names.n;
		size_t from = name ? d->ends[name - 1] : 0;

		buf_add(out, d->texts.data + from, d->ends[name] - from);
		add_number(out, d->values[d->node], d->decimals);
		if (d->t->values[1])
			add_delta(d, out);
		step(d, out);
	}
	return true;
}

static void
add_string(struct buf *out, const char *key, const char *text)
{
	buf_printf(out, ",\"%s\":\"", key);
	escape_json(out, text, strlen(text));
	buf_char(out, '"');
}

void
d3_profile(const struct tree *t, unsigned decimals, const char *title, const char *unit, struct buf *out)
{
	const uint64_t *own = t->values[!!t->values[1]];

	buf_puts(out, "{\"format\":\"pb-profile\",\"version\":1");
	add_string(out, "title", title);
	add_string(out, "unit", unit);
	buf_printf(out, ",\"decimals\":%u,\n\"names\":[", decimals);
	for (size_t i = 0; i < t->names.n; i++) {
		buf_puts(out, i ? ",\n\"" : "\"");
		escape_json(out, t->names.all[i].text, t->names.all[i].len);
		buf_char(out, '"');
	}
	buf_puts(out, "],\n\"parents\":[");
	for (uint32_t id = 1; id < t->n; id++) {
		buf_add(out, ",", id > 1);
		buf_decimal(out, t->nodes[id].parent);
	}
	buf_puts(out, "],\n\"frames\":[");
	for (uint32_t id = 1; id < t->n; id++) {
		buf_add(out, ",", id > 1);
		buf_decimal(out, t->nodes[id].name);
	}
	buf_puts(out, "],\n\"self\":[");
	for (uint32_t id = 1; id < t->n; id++) {
		buf_add(out, ",", id > 1);
		buf_decimal(out, own[id]);
	}
	buf_puts(out, "]}\n");
}
