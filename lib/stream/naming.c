// SPDX-License-Identifier: GPL-2.0-or-later
/* What a frame is called. */
#include "stream/naming.h"

#include <string.h>

static struct text
literal(const char *s)
{
	return text_of(s, strlen(s));
}

/* The last component of a path. */
static struct text
base_name(struct text path)
{
	const char *slash = path.len ? memrchr(path.data, '/', path.len) : NULL;

	return slash ? text_of(slash + 1, path.len - (size_t)(slash + 1 - path.data)) : path;
}

static bool
bracketed(struct text t)
{
	return t.len > 2 && t.data[0] == '[' && t.data[t.len - 1] == ']';
}

/* Short name of a module, or an empty text. */
static struct text
module_name(const struct dict *d, uint32_t module)
{
	struct text path = texts_get(&d->paths, module);

	if (d->modules[module].kind == MODULE_ANON)
		return text_of("", 0);
	if (d->modules[module].kind == MODULE_MARK || bracketed(path))
		return path;
	return base_name(path);
}

struct text
name_module(const struct dict *d, uint32_t module)
{
	struct text name = module_name(d, module);

	return bracketed(name) ? text_of(name.data + 1, name.len - 2) : name;
}

static const char *
mark_of(const struct dict *d, uint32_t module, bool inlined)
{
	if (inlined)
		return "_[i]";
	if (d->modules[module].kind == MODULE_KERNEL)
		return "_[k]";
	return d->modules[module].kind == MODULE_JIT ? "_[j]" : "";
}

/* The file of a line that is to be shown, or an empty text. */
static struct text
source_of(const struct naming *n, const struct dict *d, const struct dict_name *of)
{
	struct text path = text_of("", 0);

	if ((n->lines || n->paths) && of && of->source != DICT_NONE)
		path = texts_get(&d->sources, of->source);
	return n->paths ? path : base_name(path);
}

/* " (qsort.c:12)" */
static void
add_line(struct text shown, const struct dict_name *of, struct buf *to)
{
	buf_puts(to, " (");
	buf_add(to, shown.data, shown.len);
	if (of->line) {
		buf_char(to, ':');
		buf_decimal(to, of->line);
	}
	buf_char(to, ')');
}

/* `of` is what the stream says of the name; NULL: nothing. */
static void
hand_over(struct naming *n, const struct dict *d, uint32_t module, struct text name, const char *mark,
	  const struct dict_name *of)
{
	struct text prefix = n->module && of ? name_module(d, module) : text_of("", 0);
	struct text source = source_of(n, d, of);

	if (!prefix.len && !*mark && !source.len) {
		n->each(n->to, name, of ? of->function : DICT_NONE);
		return;
	}
	n->scratch.len = 0;
	buf_add(&n->scratch, prefix.data, prefix.len);
	buf_puts(&n->scratch, prefix.len ? "`" : "");
	buf_add(&n->scratch, name.data, name.len);
	if (source.len)
		add_line(source, of, &n->scratch);
	buf_puts(&n->scratch, mark);
	n->each(n->to, text_of(n->scratch.data, n->scratch.len), DICT_NONE);
}

/* [libfoo.so], [unknown], and marks as they are. */
static void
name_by_module(struct naming *n, const struct dict *d, uint32_t module)
{
	struct text name = module_name(d, module);
	struct buf b = {0};

	if (d->modules[module].kind == MODULE_MARK) {
		n->each(n->to, name.len ? name : literal("[unknown]"), DICT_NONE);
		return;
	}
	if (!name.len)
		name = literal("unknown");
	if (!bracketed(name)) {
		buf_char(&b, '[');
		buf_add(&b, name.data, name.len);
		buf_char(&b, ']');
		name = text_of(b.data, b.len);
	}
	hand_over(n, d, module, name, n->annotate ? mark_of(d, module, false) : "", NULL);
	buf_free(&b);
}

void
name_frame(struct naming *n, const struct dict *d, uint32_t frame)
{
	uint32_t module = d->frames[frame].module, first = d->frames[frame].names, last, chain;

	if (!first) {
		name_by_module(n, d, module);
		return;
	}
	for (last = --first; d->names[last].more; last++)
		;
	chain = last - first;
	for (uint32_t i = last + 1; i-- > first;) {
		struct text name = texts_get(&d->functions, d->names[i].function);

		if (last - i == NAMING_INLINE_MAX) {
			n->each(n->to, literal(NAMING_DEEPER), DICT_NONE);
			break;
		}
		if (!name.len && !chain)
			name_by_module(n, d, module);
		else
			hand_over(n, d, module, name, n->annotate ? mark_of(d, module, i < last) : "", &d->names[i]);
	}
}
