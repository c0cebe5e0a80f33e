// SPDX-License-Identifier: GPL-2.0-or-later
/* The frames: <g><title>main (12 samples, 3.40%)</title><rect/><text>main</text></g> for each. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "flame/canvas.h"
#include "flame/escape.h"

static const double cell = 0.59; /* the width of a usual character, in font sizes */

/* A count as people read it: whole, or with two decimals at the most when there are fractions. */
static void
add_count(struct canvas *c, uint64_t value)
{
	double scaled = (double)value / c->unit * c->o->factor;
	uint64_t hundredths;

	if (c->o->unit != UNIT_SAMPLES) {
		unit_write(c->out, c->o->unit, scaled);
		return;
	}
	if (!c->decimals && c->o->factor == 1) {
		unit_grouped(c->out, value);
		return;
	}
	if (scaled > 1e16) {
		buf_printf(c->out, "%.4g", scaled);
		return;
	}
	hundredths = (uint64_t)(scaled * 100 + 0.5);
	unit_grouped(c->out, hundredths / 100);
	if (hundredths %= 100)
		buf_printf(c->out, hundredths % 10 ? ".%02u" : ".%.1u", (unsigned)(hundredths % 10 ? hundredths : hundredths / 10));
}

static void
add_percent(struct canvas *c, uint64_t value)
{
	double exact = 10000 * (double)value / (double)c->total + 0.5; /* a difference can be many times the total */
	uint64_t hundredths = exact < 1e18 ? (uint64_t)exact : (uint64_t)1e18;

	buf_decimal(c->out, hundredths / 100);
	buf_char(c->out, '.');
	buf_char(c->out, (char)('0' + hundredths / 10 % 10));
	buf_char(c->out, (char)('0' + hundredths % 10));
	buf_char(c->out, '%');
}

/* The label is that of the frame, visible text already. */
static void
draw_title(struct canvas *c, uint32_t id, uint64_t value)
{
	buf_puts(c->out, "<title>");
	escape_xml(c->out, c->label.data, c->label.len, c->ascii);
	buf_puts(c->out, " (");
	add_count(c, value);
	if (c->o->unit == UNIT_SAMPLES) {
		buf_char(c->out, ' ');
		canvas_text(c, c->o->count_name, strlen(c->o->count_name));
	}
	buf_puts(c->out, ", ");
	if (id == TREE_ROOT)
		buf_puts(c->out, "100%");
	else
		add_percent(c, value);
	if (c->shown && id != TREE_ROOT) {
		int64_t change = (int64_t)c->t->values[0][id];
		bool less = (change < 0) != c->o->negate && change;

		buf_puts(c->out, less ? "; -" : "; +");
		add_percent(c, (uint64_t)llabs(change));
	}
	buf_puts(c->out, ")</title>");
}

static void
add_colour(struct buf *out, uint32_t rgb)
{
	for (int shift = 20; shift >= 0; shift -= 4)
		buf_char(out, "0123456789abcdef"[rgb >> shift & 15]);
}

/* How many cells a character takes: East Asian ones are wide. */
static unsigned
cells(const char *p, size_t n)
{
	return n > 2 && (unsigned char)*p >= 0xe1 && !((unsigned char)*p == 0xe2) ? 2 : 1;
}

/* As much of the label as fits, with ".." in place of the rest; nothing when that is less than a character. */
static void
draw_label(struct canvas *c, double width)
{
	size_t room = width > 0 ? (size_t)(width / (c->o->font_size * cell)) : 0, used = 0, cut = 0;
	const struct buf *label = &c->label;

	for (size_t i = 0, n; i < label->len; i += n) {
		n = utf8_length(label->data + i, label->len - i);
		used += cells(label->data + i, n);
		if (used + 2 <= room)
			cut = i + n;
		if (used > room)
			break;
	}
	if (used <= room)
		cut = label->len;
	escape_xml(c->out, label->data, cut, c->ascii);
	if (cut && cut < label->len)
		buf_puts(c->out, "..");
}

static uint32_t
colour_of(struct canvas *c, struct colouring *colouring, const struct interned *name, uint32_t id)
{
	int64_t change;

	if (!c->shown)
		return colour_frame(colouring, name->text, name->len);
	change = (int64_t)c->t->values[0][id];
	return colour_change(c->o->negate ? -change : change, c->most_change);
}

static void
draw_frame(struct canvas *c, struct colouring *colouring, uint32_t id, uint32_t depth, uint64_t start)
{
	static const struct interned all = {.text = "all", .len = 3};
	const struct interned *name = id ? &c->t->names.all[c->t->nodes[id].name] : &all;
	uint64_t value = id ? c->t->values[c->shown][id] : c->total;
	double scale = ((double)c->o->width - 2 * PAD) / (double)c->total, frame = (double)c->o->frame_height;
	double x = PAD + (double)start * scale, width = (double)value * scale;
	double y = c->top + frame * (double)(c->o->inverted ? depth : c->levels - 1 - depth);

	c->label.len = 0;
	escape_visible(&c->label, name->text, name->len);
	buf_puts(c->out, "<g data-x=\"");
	buf_decimal(c->out, start);
	buf_puts(c->out, "\" data-w=\"");
	buf_decimal(c->out, value);
	buf_puts(c->out, "\">");
	draw_title(c, id, value);
	buf_puts(c->out, "<rect x=\"");
	canvas_number(c, x);
	buf_puts(c->out, "\" y=\"");
	canvas_number(c, y);
	buf_puts(c->out, "\" width=\"");
	canvas_number(c, width > 1 ? width - 0.5 : width * 0.8);
	buf_puts(c->out, "\" height=\"");
	canvas_number(c, frame - 1);
	buf_puts(c->out, "\" rx=\"1\" fill=\"#");
	add_colour(c->out, colour_of(c, colouring, name, id));
	buf_puts(c->out, "\"/>");
	if (width >= c->o->font_size * cell * 3 + 6) {
		buf_puts(c->out, "<text x=\"");
		canvas_number(c, x + 3);
		buf_puts(c->out, "\" y=\"");
		canvas_number(c, y + (frame - 1) / 2 + c->o->font_size * 0.36);
		buf_puts(c->out, "\">");
		draw_label(c, width - 6);
		buf_puts(c->out, "</text>");
	}
	buf_puts(c->out, "</g>\n");
}

void
canvas_begin(struct canvas *c)
{
	c->colouring = c->o->colouring;
	c->ends = xcalloc((size_t)c->levels + 1, sizeof(*c->ends));
}

/* Depth first; a frame starts where its elder sibling ended, or in a flame chart when it was called. */
bool
canvas_frames(struct canvas *c, size_t end)
{
	while (c->out->len < end) {
		uint64_t start = c->id && c->t->starts ? c->t->starts[c->id] : c->ends[c->depth];

		draw_frame(c, &c->colouring, c->id, c->depth, start);
		c->ends[c->depth] = start + c->t->values[c->shown][c->id];
		c->ends[c->depth + 1] = start;
		c->id = tree_next(c->t, &c->links, c->id, &c->depth);
		if (!c->id)
			return false;
	}
	return true;
}
