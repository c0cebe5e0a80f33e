// SPDX-License-Identifier: GPL-2.0-or-later
/* The path of a source file from what a line table says of it. */
#include <stdlib.h>

#include "base/buf.h"
#include "dwarf/line.h"

enum { PATH_LIMIT = 4096 }; /* what goes beyond it is left out */

static bool
ends_in_parent(const struct buf *path)
{
	return path->len >= 2 && !memcmp(path->data + path->len - 2, "..", 2) &&
	       (path->len == 2 || path->data[path->len - 3] == '/');
}

/* "/" and "" have nothing that could be dropped. */
static void
drop_last(struct buf *path)
{
	while (path->len && path->data[path->len - 1] != '/')
		path->len--;
	if (path->len > 1)
		path->len--;
}

static void
add_part(struct buf *path, const char *part, size_t len)
{
	bool parent = len == 2 && !memcmp(part, "..", 2);

	if (!len || (len == 1 && *part == '.') || path->len + len > PATH_LIMIT)
		return;
	if (parent && path->len && !ends_in_parent(path)) {
		drop_last(path);
		return;
	}
	if (path->len && path->data[path->len - 1] != '/')
		buf_char(path, '/');
	buf_add(path, part, len);
}

/* An absolute path takes the place of what was there. */
static void
add_path(struct buf *path, const char *text)
{
	if (*text == '/') {
		path->len = 0;
		buf_char(path, '/');
	}
	for (const char *part = text; *part;) {
		size_t len = strcspn(part, "/");

		add_part(path, part, len);
		part += len + (part[len] == '/');
	}
}

const char *
line_path(struct line_table *t, uint64_t file)
{
	struct line_file *f = file < t->n_files ? &t->files[file] : NULL;
	struct buf path = {0};

	if (!f || !f->name || !*f->name)
		return NULL;
	if (f->path)
		return f->path;
	if (t->directory)
		add_path(&path, t->directory);
	if (f->directory)
		add_path(&path, f->directory);
	add_path(&path, f->name);
	f->path = buf_cstr(&path);
	return f->path;
}
