// SPDX-License-Identifier: GPL-2.0-or-later
/* The picture as a whole: what is drawn, how large it is, and all that is around the frames. */
#include "flame/svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "flame/canvas.h"
#include "flame/escape.h"

enum { PART = 1 << 16 };

/* lib/flame/svg_script.js and svg_style.css, put in by the Makefile */
extern const char svg_script_js[], svg_script_js_end[], svg_style_css[], svg_style_css_end[];

bool
svg_encoding_known(const char *name)
{
	static const char *const wide[] = {"utf-7", "utf-16", "utf-32", "ucs", "iso-10646", "ebcdic", "ibm", "cp"};

	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (!strncasecmp(name, wide[i], strlen(wide[i])))
			return false;
	return ((*name | 32) >= 'a' && (*name | 32) <= 'z') &&
	       name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")] == 0;
}

void
canvas_text(struct canvas *c, const char *text, size_t len)
{
	c->scratch.len = 0;
	escape_visible(&c->scratch, text, len);
	escape_xml(c->out, c->scratch.data, c->scratch.len, c->ascii);
}

void
canvas_number(struct canvas *c, double pixels)
{
	uint64_t hundredths = (uint64_t)(pixels * 100 + 0.5);

	buf_decimal(c->out, hundredths / 100);
	if (!(hundredths %= 100))
		return;
	buf_char(c->out, '.');
	buf_char(c->out, (char)('0' + hundredths / 10));
	if (hundredths % 10)
		buf_char(c->out, (char)('0' + hundredths % 10));
}

static void
attribute(struct canvas *c, const char *name, const char *value)
{
	buf_printf(c->out, " %s=\"", name);
	canvas_text(c, value, strlen(value));
	buf_char(c->out, '"');
}

static void
number_attribute(struct canvas *c, const char *name, double value)
{
	buf_printf(c->out, " %s=\"", name);
	canvas_number(c, value);
	buf_char(c->out, '"');
}

/* A comment must not hold "--" nor end in "-". */
static void
draw_notes(struct canvas *c, const char *notes)
{
	buf_puts(c->out, "<!-- NOTES: ");
	c->label.len = 0;
	escape_visible(&c->label, notes, strlen(notes));
	for (size_t i = 0; i < c->label.len; i++) {
		escape_xml(c->out, c->label.data + i, 1, false);
		if (c->label.data[i] == '-')
			buf_char(c->out, ' ');
	}
	buf_puts(c->out, " -->\n");
}

static const char *
title_of(const struct svg_options *o)
{
	if (o->title)
		return o->title;
	return o->in_order ? "Flame Chart" : o->inverted ? "Icicle Graph" : "Flame Graph";
}

static void
draw_head(struct canvas *c)
{
	const struct svg_options *o = c->o;

	buf_printf(c->out, "<?xml version=\"1.0\" encoding=\"%s\" standalone=\"no\"?>\n", o->encoding ? o->encoding : "UTF-8");
	buf_puts(c->out, "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\"");
	number_attribute(c, "width", (double)o->width);
	number_attribute(c, "height", c->height);
	buf_printf(c->out, " viewBox=\"0 0 %llu ", (unsigned long long)o->width);
	canvas_number(c, c->height);
	buf_char(c->out, '"');
	attribute(c, "font-family", o->font);
	number_attribute(c, "font-size", o->font_size);
	attribute(c, "aria-label", title_of(o));
	attribute(c, "data-name-type", o->name_type);
	attribute(c, "data-count-name", o->count_name);
	if (o->unit != UNIT_SAMPLES)
		attribute(c, "data-unit", o->unit == UNIT_NS ? "ns" : "bytes");
	number_attribute(c, "data-frame-height", (double)o->frame_height);
	buf_printf(c->out, " data-fluid=\"%d\" data-inverted=\"%d\">\n", o->fluid, o->inverted);
	if (o->notes)
		draw_notes(c, o->notes);
}

/* What follows from the background: text stands out from it, and so it does from the faded frames above a zoomed one. */
static void
add_scheme(struct canvas *c, const uint32_t sky[2], double opacity)
{
	bool dark = colour_is_dark(sky[1]);
	const char *ink = dark ? "e8e6e3" : "1a1a1a";

	buf_printf(c->out, "svg { background: #%06x; }\n", sky[1]);
	buf_printf(c->out, "#sky0 { stop-color: #%06x; }\n#sky1 { stop-color: #%06x; }\n", sky[0], sky[1]);
	buf_printf(c->out, "text { fill: #%s; }\n#frames text { fill: #000; }\n", ink);
	buf_printf(c->out, "#frames rect { fill-opacity: %g; }\n", opacity);
	buf_printf(c->out, "#frames .above rect { fill-opacity: %s; }\n#frames .above text { fill: #%s; }\n",
		   dark ? "0.3" : "0.5", dark ? ink : "000");
}

/* The colours that depend on the options; the rest is in svg_style.css. */
static void
draw_style(struct canvas *c)
{
	const struct background *b = &c->o->background;

	buf_puts(c->out, "<style>\n");
	buf_add(c->out, svg_style_css, (size_t)(svg_style_css_end - svg_style_css));
	buf_puts(c->out, "svg { color-scheme: light dark; }\n");
	add_scheme(c, b->light, 1);
	buf_puts(c->out, "@media screen and (prefers-color-scheme: dark) {\n");
	add_scheme(c, b->dark, 0.88);
	buf_puts(c->out, "}\n</style>\n");
	buf_puts(c->out, "<defs><linearGradient id=\"sky\" gradientUnits=\"userSpaceOnUse\" x1=\"0\" x2=\"0\" y1=\"0\"");
	number_attribute(c, "y2", c->height);
	buf_char(c->out, '>');
	for (int i = 0; i < 2; i++)
		buf_printf(c->out, "<stop id=\"sky%d\" stop-color=\"#%06x\" offset=\"%d%%\"/>", i, b->light[i], i ? 95 : 5);
	buf_puts(c->out, "</linearGradient></defs>\n");
	buf_puts(c->out, "<rect id=\"background\" width=\"100%\" height=\"100%\" fill=\"url(#sky)\"/>\n");
}

/* One of the texts around the frames: at x, anchored there by its start, middle or end. */
static void
draw_text(struct canvas *c, const char *id, double x, double y, const char *anchor, const char *text)
{
	buf_printf(c->out, "<text id=\"%s\"", id);
	number_attribute(c, "x", x);
	number_attribute(c, "y", y);
	if (anchor)
		buf_printf(c->out, " text-anchor=\"%s\"", anchor);
	if (!strcmp(id, "title"))
		number_attribute(c, "font-size", c->o->font_size + 5);
	buf_char(c->out, '>');
	if (!strcmp(id, "case"))
		buf_puts(c->out, "<title>Ignore case (Ctrl-I)</title>");
	canvas_text(c, text, strlen(text));
	buf_puts(c->out, "</text>\n");
}

/* These stay in view when a tall picture is scrolled, on plates that the script sizes: hence behind the frames. */
static void
draw_controls(struct canvas *c)
{
	double width = (double)c->o->width, size = c->o->font_size, bottom = c->height - size / 2 - 4;

	for (int i = 0; i < 2; i++)
		buf_printf(c->out, "<rect id=\"plate%d\" class=\"plate\" fill=\"url(#sky)\"/>\n", i);
	draw_text(c, "title", width / 2, size * 2, "middle", title_of(c->o));
	draw_text(c, "reset", PAD, size * 2, NULL, "Reset zoom");
	draw_text(c, "case", width - PAD, size * 2, "end", "ic");
	draw_text(c, "search", width - PAD - size * 1.75, size * 2, "end", "Search");
	draw_text(c, "details", PAD, bottom, NULL, " ");
	draw_text(c, "matched", width - PAD, bottom, "end", " ");
}

/* Sizes, in units of the font's: a title line, a line for the subtitle, a line for the details. */
static void
measure(struct canvas *c)
{
	double size = c->o->font_size;
	uint32_t depth = 0, deepest = 0;

	for (uint32_t id = TREE_ROOT; (id = tree_next(c->t, &c->links, id, &depth));)
		if (depth > deepest)
			deepest = depth;
	c->levels = deepest + 1;
	c->top = round(size * 3 + (c->o->subtitle ? size * 2 : 0));
	c->height = round(c->top + (double)c->levels * (double)c->o->frame_height + size * 2 + 10);
}

double
svg_sum(const struct tree *t, unsigned decimals)
{
	return (double)t->total[!!t->values[1]] / pow(10, decimals);
}

/* With two counts: each frame's own change takes the place of the first. */
static int64_t
change_values(struct tree *t)
{
	int64_t most = 0;

	for (uint32_t id = 0; id < t->n; id++) {
		int64_t change = (int64_t)(t->values[1][id] - t->values[0][id]);

		t->values[0][id] = (uint64_t)change;
		if (llabs(change) > most)
			most = llabs(change);
	}
	return most;
}

/* The least value that is wide enough to be drawn. */
static uint64_t
least(const struct canvas *c)
{
	const struct svg_options *o = c->o;
	double part = o->min_percent ? o->min_width / 100 : o->min_width / ((double)o->width - 2 * PAD);
	double value = ceil(part * (double)c->total);

	return value < 1 ? 1 : value < (double)INT64_MAX ? (uint64_t)value : INT64_MAX;
}

struct svg {
	struct svg_options o;
	struct canvas c;
	enum { HEAD, FRAMES, TAIL, DONE } next;
};

struct svg *
svg_open(const struct svg_options *o, struct tree *t, unsigned decimals, struct err *err)
{
	struct svg *s;
	struct canvas *c;

	if (t->n == 1) {
		err_set(err, "no stacks, so nothing to draw");
		return NULL;
	}
	if (!t->total[!!t->values[1]]) {
		err_set(err, "all counts are zero, so there is nothing to draw");
		return NULL;
	}
	s = xcalloc(1, sizeof(*s));
	s->o = *o;
	c = &s->c;
	*c = (struct canvas){.o = &s->o, .t = t, .decimals = decimals, .shown = !!t->values[1], .unit = pow(10, decimals)};
	c->total = t->total[c->shown];
	if (o->total * c->unit > (double)c->total)
		c->total = o->total * c->unit < (double)INT64_MAX ? (uint64_t)(o->total * c->unit) : INT64_MAX;
	c->ascii = o->encoding && strcasecmp(o->encoding, "utf-8");
	if (c->shown)
		c->most_change = change_values(t);
	tree_accumulate(t, t->values[c->shown]);
	tree_prune(t, c->shown, least(c));
	tree_link(t, !o->in_order, &c->links);
	measure(c);
	canvas_begin(c);
	return s;
}

static void
draw_beginning(struct canvas *c)
{
	draw_head(c);
	draw_style(c);
	if (c->o->subtitle)
		draw_text(c, "subtitle", (double)c->o->width / 2, c->o->font_size * 3.75, "middle", c->o->subtitle);
	buf_puts(c->out, "<g id=\"frames\">\n");
}

static void
draw_end(struct canvas *c)
{
	buf_puts(c->out, "</g>\n");
	draw_controls(c);
	buf_puts(c->out, "<script><![CDATA[\n");
	buf_add(c->out, svg_script_js, (size_t)(svg_script_js_end - svg_script_js));
	buf_puts(c->out, "]]></script>\n</svg>\n");
}

bool
svg_more(struct svg *s, struct buf *out)
{
	size_t end = out->len + PART;

	if (s->next == DONE)
		return false;
	s->c.out = out;
	if (s->next == HEAD) {
		draw_beginning(&s->c);
		s->next = FRAMES;
	}
	if (s->next == FRAMES && !canvas_frames(&s->c, end))
		s->next = TAIL;
	if (s->next == TAIL && out->len < end) {
		draw_end(&s->c);
		s->next = DONE;
	}
	return true;
}

void
svg_close(struct svg *s)
{
	tree_links_free(&s->c.links);
	buf_free(&s->c.scratch);
	buf_free(&s->c.label);
	free(s->c.ends);
	free(s);
}

int
svg_draw(const struct svg_options *o, struct tree *t, unsigned decimals, struct buf *out, struct err *err)
{
	struct svg *s = svg_open(o, t, decimals, err);

	if (!s)
		return -1;
	while (svg_more(s, out))
		;
	svg_close(s);
	return 0;
}
