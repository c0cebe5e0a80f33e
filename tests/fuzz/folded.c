// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes folded text: reading it, drawing it, and names made safe for it (scripts/fuzz folded). */
// rooms: flame base
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/utf8.h"
#include "flame/fold.h"
#include "flame/folded.h"
#include "flame/svg.h"
#include "tests/fuzz/demand.h"

/* A file that holds the text. */
static int
file_of(const void *text, size_t len)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("folded", 0);
	demand(fd >= 0 && !ftruncate(fd, 0) && pwrite(fd, text, len, 0) == (ssize_t)len && !lseek(fd, 0, SEEK_SET));
	return fd;
}

/* Only what XML allows, and no reordering of what is shown. */
static void
check_document(const struct buf *svg)
{
	for (size_t i = 0, n; i < svg->len; i += n) {
		n = utf8_length(svg->data + i, svg->len - i);
		demand(n && (svg->data[i] < 0 || svg->data[i] >= 0x20 || svg->data[i] == '\n' || svg->data[i] == '\t'));
		demand(n != 3 || (memcmp(svg->data + i, "\u202e", 3) && memcmp(svg->data + i, "\uffff", 3)));
	}
}

static void
draw(unsigned how, const char *text, size_t len)
{
	struct folded_plan plan = {.reverse = how & 1, .in_order = how & 2, .base = how & 4 ? "b" : NULL};
	struct svg_options o = {.font = "f", .count_name = "c", .name_type = "n", .width = 1200, .frame_height = 16,
				.font_size = 12, .min_width = how & 8 ? 0 : 0.1, .factor = how & 16 ? 0.5 : 1,
				.encoding = how & 32 ? "us-ascii" : NULL, .in_order = plan.in_order};
	struct buf svg = {0};
	struct tree tree;
	struct err err;
	unsigned decimals;

	o.colouring.palette = palette_find(how & 64 ? "java" : NULL);
	o.colouring.key = how & 128 ? COLOUR_BY_HASH : COLOUR_BY_NAME;
	background_find(NULL, o.colouring.palette, &o.background);
	if (!folded_read_tree(&tree, file_of(text, len), &plan, &decimals, &err) &&
	    !svg_draw(&o, &tree, decimals, &svg, &err))
		check_document(&svg);
	buf_free(&svg);
	tree_free(&tree);
}

/* Any bytes as a name: safe, safe already the second time, and read back as they were written. */
static void
name(const char *text, size_t len)
{
	struct buf safe = {0}, again = {0};
	struct intern names = {0};
	struct folded_line line;
	struct folded f;
	struct err err;

	fold_name(&safe, text, len);
	fold_name(&again, safe.data, safe.len);
	demand(safe.len == again.len && !memcmp(safe.data, again.data, safe.len));
	buf_puts(&safe, " 7\n");
	demand(!folded_open(&f, file_of(safe.data, safe.len), &names, &err) && f.columns == 1);
	demand(folded_next(&f, &line, &err) == 1 && line.n == 1 && line.counts[0] == 7);
	demand(names.all[line.frames[0]].len == again.len && !memcmp(names.all[line.frames[0]].text, again.data, again.len));
	demand(folded_next(&f, &line, &err) == 0);
	folded_close(&f);
	intern_free(&names);
	buf_free(&safe);
	buf_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size) {
		draw(data[0], (const char *)data + 1, size - 1);
		name((const char *)data + 1, size - 1);
	}
	return 0;
}
