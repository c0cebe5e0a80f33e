// SPDX-License-Identifier: GPL-2.0-or-later
/* The unwind table of one binary. */
#include "unwind/table.h"

#include <elf.h>
#include <stdlib.h>

#include "base/table.h"
#include "unwind/cfa.h"
#include "unwind/describe.h"
#include "unwind/go.h"
#include "unwind/image.h"
#include "unwind/machine.h"
#include "unwind/section.h"

/* ---- making ---- */

struct making {
	struct rules rules;
	struct image image;
	bool go; /* this description is one of Go's */
};

static void
put_row(void *to, uint64_t offset, const struct unwind_rule *rule)
{
	struct making *m = to;
	struct unwind_rule meant = m->go ? go_rule(rule) : *rule;

	image_row(&m->image, offset, rules_number(&m->rules, &meant));
}

static int
make_table(const struct elf_file *f, const struct descriptions *d, struct unwind_table *t, struct err *err)
{
	struct making m;
	const struct cfa_out out = {put_row, &m};
	bool go = go_built(f);

	rules_begin(&m.rules);
	image_begin(&m.image, d->all[0].start, d->all[d->n - 1].end);
	for (size_t i = 0; i < d->n; i++) {
		m.go = go && !d->all[i].common->section->eh;
		cfa_run(d, &d->all[i], &out);
		image_row(&m.image, d->all[i].end, RULE_NONE);
	}
	if (image_end(&m.image, &m.rules, t))
		err_set(err, "%s: more frames are described than a table holds", f->path);
	rules_free(&m.rules);
	t->skipped = d->skipped;
	return t->image ? 0 : -1;
}

int
unwind_build(const struct elf_file *f, struct unwind_table *t, struct err *err)
{
	struct section sections[SECTIONS_MAX];
	struct descriptions d;
	size_t n;
	int status;

	*t = (struct unwind_table){0};
	if (f->header.machine != machine.elf || !f->header.wide)
		return err_set(err, "%s: not for %s: it is for ELF machine %u, %u bits", f->path, machine.name,
			       f->header.machine, f->header.wide ? 64 : 32);
	n = frame_sections_find(f, sections, err);
	if (!n)
		return -1;
	status = descriptions_read(f, sections, n, &d, err);
	if (!status) {
		status = make_table(f, &d, t, err);
		descriptions_free(&d);
	}
	frame_sections_free(sections, n);
	return status;
}

uint64_t
unwind_layout(const struct elf_file *f)
{
	static const char *const names[] = {".eh_frame", ".debug_frame", ".zdebug_frame", ".text", ".got"};
	uint64_t h = f->n_segments;

	for (uint32_t i = 0; i < f->n_segments; i++) {
		const struct elf_segment *s = &f->segments[i];

		h = hash_pair(hash_pair(h, (uint64_t)s->type << 32 | s->flags), s->offset);
		h = hash_pair(hash_pair(h, s->vaddr), s->file_size);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct elf_section *s = elf_section(f, names[i]);

		h = hash_pair(h, s ? s->flags + 1 : 0);
		h = hash_pair(hash_pair(h, s ? s->vaddr : 0), s ? s->size : 0);
	}
	return h;
}

void
unwind_free(struct unwind_table *t)
{
	free(t->image);
	*t = (struct unwind_table){0};
}

/* ---- reading ---- */

static const struct unwind_entry *
entries_of(const struct unwind_table *t)
{
	return (const void *)t->image;
}

static const struct unwind_rule *
rules_of(const struct unwind_table *t)
{
	return (const void *)(t->image + (size_t)t->rules * UNWIND_CHUNK);
}

static const struct unwind_row *
rows_of(const struct unwind_table *t, const struct unwind_entry *e)
{
	return (const struct unwind_row *)(const void *)t->image + e->first;
}

const struct unwind_rule *
unwind_find(const struct unwind_table *t, uint64_t offset)
{
	static const struct unwind_rule none = {.kind = UNWIND_NONE};
	uint64_t page = (offset >> UNWIND_PAGE_SHIFT) - t->base;
	const struct unwind_entry *e;
	const struct unwind_row *rows;
	uint32_t low = 0, high;

	if (page >= t->n_entries)
		return &none;
	e = &entries_of(t)[page];
	rows = rows_of(t, e);
	for (high = e->n; low < high;) {
		uint32_t middle = (low + high) / 2;

		if (rows[middle].at <= offset % UNWIND_PAGE)
			low = middle + 1;
		else
			high = middle;
	}
	return &rules_of(t)[low ? rows[low - 1].rule : e->rule];
}

/* ---- checking ---- */

static const char *
check_entry(const struct unwind_table *t, const struct unwind_entry *e)
{
	const struct unwind_row *rows = rows_of(t, e);

	if (e->rule >= t->n_rules)
		return "a page begins with a rule that is not there";
	if (!e->n)
		return NULL;
	if (e->first / UNWIND_ROWS >= t->n_chunks || e->first % UNWIND_ROWS + e->n > UNWIND_ROWS)
		return "the rows of a page lie outside of the image";
	for (uint32_t i = 0; i < e->n; i++) {
		if (rows[i].at >= UNWIND_PAGE || (i && rows[i].at <= rows[i - 1].at))
			return "the rows of a page are not in order";
		if (rows[i].rule >= t->n_rules)
			return "a row has a rule that is not there";
	}
	return NULL;
}

const char *
unwind_check(const struct unwind_table *t)
{
	const struct unwind_rule *rules = rules_of(t);
	const char *wrong = NULL;

	if (t->rules > t->n_chunks || t->n_entries > (uint64_t)t->rules * UNWIND_ENTRIES)
		return "its pages lie outside of the image";
	if (!t->n_rules || t->n_rules > RULES_MAX || t->n_rules > (uint64_t)(t->n_chunks - t->rules) * UNWIND_RULES)
		return "its rules lie outside of the image";
	if (rules[RULE_NONE].kind != UNWIND_NONE)
		return "its first rule is not the one of no row";
	for (uint32_t i = 0; i < t->n_rules; i++)
		if (rules[i].kind > UNWIND_UNSUPPORTED || rules[i].base >= machine.registers ||
		    rules[i].saved[SAVED_RETURN] >= UNWIND_IN_REGISTER + machine.registers)
			return "a rule has a kind or a register that is not there";
	for (uint32_t i = 0; i < t->n_entries && !wrong; i++)
		wrong = check_entry(t, &entries_of(t)[i]);
	return wrong;
}
