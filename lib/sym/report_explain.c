// SPDX-License-Identifier: GPL-2.0-or-later
/* All that was tried for a module, and what would help:
 *
 *	/usr/bin/sort (build-id 7f2a…)
 *	  file: /usr/bin/sort (path): used
 *	  debug file: /usr/lib/debug/.build-id/7f/2a….debug (build-id directory): not there
 *	  symbols: 23 from .dynsym of /usr/bin/sort
 *	  samples that lack names in it: 312
 *	  would help: its debug symbols, on Debian the package coreutils-dbgsym
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "elf/build_id.h"
#include "elf/content_id.h"
#include "elf/debuginfod.h"
#include "elf/package.h"
#include "sym/report_parts.h"

static void
add_attempt(const struct find_attempt *a, struct buf *lines)
{
	size_t start = lines->len;
	const char *reason = a->reason ? report_without_path(a->reason, a->path) : NULL;

	buf_printf(lines, "  %s: ", a->debug ? "debug file" : "file");
	if (*a->path)
		buf_printf(lines, "%s (%s): ", a->path, a->source);
	else
		buf_printf(lines, "%s: ", a->source);
	buf_puts(lines, reason && a->outcome != FIND_ABSENT ? reason : find_outcome_text(a->outcome));
	report_end_line(lines, start);
}

static void
add_symbols(const struct symbol_source *source, bool told, struct buf *lines)
{
	size_t start = lines->len;

	buf_printf(lines, "  symbols: %zu", source->symbols);
	if (told)
		buf_puts(lines, " from the stream");
	else if (source->debug)
		buf_printf(lines, " from %s", source->debug);
	else if (source->image)
		buf_printf(lines, " from %s of %s", source->full ? ".symtab" : ".dynsym", source->image);
	report_end_line(lines, start);
}

static void
add_help(struct buf *lines, const char *format, ...)
{
	size_t start = lines->len;
	char text[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	buf_printf(lines, "  would help: %s", text);
	report_end_line(lines, start);
}

/* The installed file is the one that was mapped, so that its package's symbols are the right ones. */
static void
add_package(const struct symbol_source *source, struct buf *lines)
{
	struct buf package = {0};

	if (source->image && !strcmp(source->image_from, FIND_PATH) && package_debug(source->image, &package))
		add_help(lines, "its debug symbols, on Debian the package %s", buf_cstr(&package));
	buf_free(&package);
}

static bool
has_content_id(const struct subject *subject)
{
	return is_content_id(subject->id, subject->id_len);
}

static void
add_helps(const struct subject *subject, const struct symbol_source *source, const struct find_places *places,
	  struct buf *lines)
{
	char id[BUILD_ID_TEXT];
	const char *dir = places->n ? places->dirs[places->n - 1] : "DIR";

	if (source->full) {
		add_help(lines, "nothing more: its symbol table is whole");
		return;
	}
	add_package(source, lines);
	build_id_text(subject->id, subject->id_len, id);
	if (!source->image)
		add_help(lines, "the file itself, below a directory given to --sysroot");
	if (!source->image && subject->id_len > 1)
		add_help(lines, "the file itself, as %s/.build-id/%.2s/%s", dir, id, id + 2);
	if (subject->id_len > 1 && !has_content_id(subject)) {
		add_help(lines, "its debug file, as %s/.build-id/%.2s/%s.debug, or like that below a --debug-dir", dir, id,
			 id + 2);
		if (!debuginfod_is_set())
			add_help(lines, "a debuginfod server, its address in DEBUGINFOD_URLS");
	}
}

void
report_explain(const struct report *r, const struct report_from *from, const struct find_places *places,
	       struct buf *lines)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct subject *subject = &r->subjects[i];
		struct symbol_source source;
		size_t start = lines->len;

		if (!subject->asked_about)
			continue;
		report_source(subject, from, &source);
		buf_puts(lines, r->names.all[i].text);
		if (!subject->told_why && (!subject->id_len || has_content_id(subject)))
			buf_puts(lines, subject->id_len ? " (known by what is in it, for want of a build-id)" : " (no build-id was recorded)");
		report_end_line(lines, start);
		for (size_t j = 0; j < source.log->n; j++)
			add_attempt(&source.log->all[j], lines);
		add_symbols(&source, subject->told_why, lines);
		if (subject->samples)
			buf_printf(lines, "  samples that lack names in it: %llu\n", (unsigned long long)subject->samples);
		if (!subject->told_why)
			add_helps(subject, &source, places, lines);
		else if (subject->samples && !source.symbols)
			add_help(lines, "a recording with them: %s", subject->told_why);
	}
}
