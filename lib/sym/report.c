// SPDX-License-Identifier: GPL-2.0-or-later
/* What became of the modules of a recording, in words for the user. */
#include "sym/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "elf/build_id.h"
#include "elf/content_id.h"
#include "elf/sort.h"
#include "sym/report_parts.h"

/* The subject with that name, as it is shown; a new one has nothing else yet. */
static uint32_t
subject_called(struct report *r, struct buf *name)
{
	uint32_t subject = intern(&r->names, name->data, name->len);

	buf_free(name);
	if (subject == r->n) {
		GROW(r->subjects, r->n, r->cap);
		r->subjects[r->n++] = (struct subject){0};
	}
	return subject;
}

uint32_t
report_file(struct report *r, const struct file_facts *facts)
{
	size_t before = r->n, id_len = facts->id_len < BUILD_ID_MAX ? facts->id_len : BUILD_ID_MAX;
	char hex[BUILD_ID_TEXT];
	struct buf name = {0};
	uint32_t subject;

	buf_add(&name, facts->path, facts->path_len);
	if (id_len)
		buf_printf(&name, " (build-id %s)", build_id_text(facts->id, id_len, hex));
	subject = subject_called(r, &name);
	if (r->n == before)
		return subject;
	r->subjects[subject] = (struct subject){
		.path = xstrndup(facts->path, facts->path_len), .id_len = id_len, .foreign = facts->foreign};
	if (id_len)
		memcpy(r->subjects[subject].id, facts->id, id_len);
	return subject;
}

void
report_content(struct report *r, uint32_t subject, const uint8_t *id)
{
	memcpy(r->subjects[subject].id, id, CONTENT_ID);
	r->subjects[subject].id_len = CONTENT_ID;
}

uint32_t
report_told(struct report *r, const char *path, size_t path_len, uint32_t module, const char *why)
{
	struct buf name = {0};
	uint32_t subject;

	buf_add(&name, path, path_len);
	subject = subject_called(r, &name);
	r->subjects[subject].told_why = why;
	r->subjects[subject].module = module;
	return subject;
}

void
report_source(const struct subject *subject, const struct report_from *from, struct symbol_source *source)
{
	struct file_facts facts = {
		.path = subject->path, .id = subject->id, .id_len = subject->id_len, .foreign = subject->foreign};

	if (subject->told_why) {
		symbolizer_source(from->told, subject->module, source);
		return;
	}
	facts.path_len = strlen(facts.path);
	symbolizer_source(from->files, symbolizer_file(from->files, &facts), source);
}

void
report_end_line(struct buf *lines, size_t start)
{
	for (size_t i = start; i < lines->len; i++)
		if ((unsigned char)lines->data[i] < 0x20 || lines->data[i] == 0x7f)
			lines->data[i] = '?';
	buf_char(lines, '\n');
}

const char *
report_without_path(const char *problem, const char *path)
{
	size_t i = 0;

	while (path[i] && (problem[i] == path[i] || problem[i] == '?'))
		i++;
	return !path[i] && problem[i] == ':' && problem[i + 1] == ' ' ? problem + i + 2 : problem;
}

static const char *
why(const struct subject *subject, const struct symbol_source *source)
{
	if (subject->told_why)
		return source->symbols ? "not among those recorded" : subject->told_why;
	if (source->problem)
		return report_without_path(source->problem, source->path);
	return source->full ? "its symbol table does not have them" : "install its debug symbols";
}

void
report_missing(struct report *r, const struct report_from *from, size_t most, struct buf *lines)
{
	struct sort_item *order = xcalloc(r->n + 1, sizeof(*order));
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->subjects[i].samples)
			order[n++] = (struct sort_item){~r->subjects[i].samples, (uint32_t)i};
	sort_items(order, n);
	for (size_t i = 0; i < n && i < most; i++) {
		const struct subject *subject = &r->subjects[order[i].index];
		const char *name = r->names.all[order[i].index].text;
		struct symbol_source source;
		size_t start = lines->len;

		report_source(subject, from, &source);
		buf_printf(lines, "no symbols for %llu sample%s in %s: %s", (unsigned long long)subject->samples,
			   subject->samples == 1 ? "" : "s", name, why(subject, &source));
		report_end_line(lines, start);
	}
	if (n > most)
		buf_printf(lines, "no symbols in %zu more\n", n - most);
	free(order);
}

void
report_sources(const struct report *r, const struct report_from *from, struct buf *lines)
{
	for (size_t i = 0; i < r->n; i++) {
		const char *name = r->names.all[i].text;
		struct symbol_source source;
		size_t start = lines->len;

		report_source(&r->subjects[i], from, &source);
		if (!source.tried)
			continue;
		buf_printf(lines, "%s: %zu symbols", name, source.symbols);
		if (source.debug)
			buf_printf(lines, " from %s (%s)", source.debug, source.debug_from);
		else if (source.image)
			buf_printf(lines, " from %s%s of %s", source.full ? ".symtab" : ".dynsym",
				   source.mini ? " and .gnu_debugdata" : "", source.image);
		if (source.image && !source.debug && strcmp(source.image_from, FIND_PATH))
			buf_printf(lines, " (%s)", source.image_from);
		else if (r->subjects[i].told_why)
			buf_puts(lines, " from the stream");
		if (source.go)
			buf_printf(lines, ", %zu functions from .gopclntab", source.go);
		if (source.problem)
			buf_printf(lines, "; %s", report_without_path(source.problem, name));
		report_end_line(lines, start);
	}
}

void
report_free(struct report *r)
{
	intern_free(&r->names);
	for (size_t i = 0; i < r->n; i++)
		free(r->subjects[i].path);
	free(r->subjects);
}
