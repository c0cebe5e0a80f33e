// SPDX-License-Identifier: GPL-2.0-or-later
/* The running kernel's symbols: lines like
 *
 *	ffffffff81000080 T entry_SYSCALL_64
 *	ffffffffc0a3c010 t nf_conntrack_in	[nf_conntrack]
 *
 * The kernel's own come sorted by address, those of modules, trampolines and BPF programs do not. */
#include "sym/kallsyms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/intern.h"
#include "base/text_file.h"
#include "elf/prefer.h"
#include "elf/sort.h"

enum { PAGE = 4096, FAR = 1 << 20, NOT_CODE = 0 };

struct entry {
	uint64_t start;
	uint32_t name;	 /* offset in text */
	uint16_t module; /* id in modules */
	char type;	 /* 'T', 't', 'W', 'w'; NOT_CODE: data, kept because code ends where it starts */
};

struct kallsyms {
	struct buf text;       /* as read, with each name made to end in NUL */
	struct entry *entries; /* sorted by start, one for each address */
	size_t n, cap;
	size_t functions;
	struct intern modules; /* id 0 is "" */
	uint64_t *bases;       /* by module */
	uint64_t text_start;   /* _text, or _stext where that is missing; 0 */
	bool hidden;	       /* no address but 0 was seen */
};

void
kallsyms_free(struct kallsyms *k)
{
	if (!k)
		return;
	buf_free(&k->text);
	intern_free(&k->modules);
	free(k->entries);
	free(k->bases);
	free(k);
}

/* ---- lines ---- */

static const char *
hex(const char *p, const char *end, uint64_t *value)
{
	uint64_t v = 0;

	for (; p < end; p++) {
		unsigned c = (unsigned char)*p, digit = c - '0';

		if (digit > 9)
			digit = (c | 0x20) - 'a' < 6 ? (c | 0x20) - 'a' + 10 : 16;
		if (digit > 15)
			break;
		v = v << 4 | digit;
	}
	*value = v;
	return p;
}

static uint16_t
module_id(struct kallsyms *k, const char *name, size_t len, uint16_t last)
{
	const struct interned *before = &k->modules.all[last];
	uint32_t id;

	if (before->len == len && !memcmp(before->text, name, len))
		return last;
	id = intern(&k->modules, name, len);
	return id <= UINT16_MAX ? (uint16_t)id : UINT16_MAX;
}

static bool
is_code(char type)
{
	return type == 'T' || type == 't' || type == 'W' || type == 'w';
}

static void
note_base(struct kallsyms *k, const char *name, uint64_t address)
{
	if (name[0] != '_')
		return;
	if (!strcmp(name, "_text") || (!k->text_start && !strcmp(name, "_stext")))
		k->text_start = address;
}

/* One line, [p, end), whose end is writable. What is not in the format is left out. */
static void
take_line(struct kallsyms *k, char *p, char *end, uint16_t *module)
{
	const char *digits = p;
	uint64_t address;
	char *name, *tab;
	char type;

	p = (char *)hex(p, end, &address);
	if (p == digits || end - p < 4 || p[0] != ' ' || p[2] != ' ')
		return;
	type = p[1];
	name = p + 3;
	*end = 0;
	tab = memchr(name, '\t', (size_t)(end - name));
	if (tab && tab[1] == '[' && end[-1] == ']') {
		*module = module_id(k, tab + 2, (size_t)(end - tab - 3), *module);
		*tab = 0;
	} else {
		*module = 0;
		note_base(k, name, address);
	}
	if (!address || type == 'a' || type == 'A') /* per-cpu offsets and other plain numbers */
		return;
	k->hidden = false;
	GROW(k->entries, k->n, k->cap);
	k->entries[k->n++] = (struct entry){
		.start = address,
		.name = (uint32_t)(name - k->text.data),
		.module = *module,
		.type = is_code(type) ? type : NOT_CODE,
	};
}

static void
take_lines(struct kallsyms *k)
{
	char *p = k->text.data, *end = p + k->text.len;
	uint16_t module = 0;

	intern(&k->modules, "", 0);
	k->hidden = true;
	while (p < end) {
		char *newline = memchr(p, '\n', (size_t)(end - p));

		if (!newline) /* the last line may lack its newline; buf_cstr() left room for a NUL */
			newline = end;
		take_line(k, p, newline, &module);
		p = newline + 1;
	}
}

/* ---- order ---- */

static enum binding
binding(char type)
{
	return type == 'T' ? PREFER_GLOBAL : type == 't' ? PREFER_LOCAL : type == NOT_CODE ? PREFER_NEVER : PREFER_WEAK;
}

static bool
preferred(const struct kallsyms *k, const struct entry *a, const struct entry *b)
{
	return prefer_name(binding(a->type), k->text.data + a->name, binding(b->type), k->text.data + b->name);
}

static bool
in_order(const struct kallsyms *k)
{
	for (size_t i = 1; i < k->n; i++)
		if (k->entries[i - 1].start > k->entries[i].start)
			return false;
	return true;
}

static void
sort_entries(struct kallsyms *k)
{
	struct sort_item *items = xreallocarray(NULL, k->n, sizeof(*items));
	struct entry *sorted = xreallocarray(NULL, k->n, sizeof(*sorted));

	for (size_t i = 0; i < k->n; i++)
		items[i] = (struct sort_item){k->entries[i].start, (uint32_t)i};
	sort_items(items, k->n);
	for (size_t i = 0; i < k->n; i++)
		sorted[i] = k->entries[items[i].index];
	free(items);
	free(k->entries);
	k->entries = sorted;
}

/* Leaves one entry for each address. */
static void
drop_aliases(struct kallsyms *k)
{
	size_t kept = 0;

	for (size_t i = 0; i < k->n; i++) {
		const struct entry *e = &k->entries[i];

		if (!kept || k->entries[kept - 1].start != e->start)
			k->entries[kept++] = *e;
		else if (preferred(k, e, &k->entries[kept - 1]))
			k->entries[kept - 1] = *e;
	}
	k->n = kept;
}

static void
find_bases(struct kallsyms *k)
{
	k->bases = xcalloc(k->modules.n, sizeof(*k->bases));
	for (size_t i = 0; i < k->n; i++) {
		uint64_t *base = &k->bases[k->entries[i].module];

		if (k->entries[i].type == NOT_CODE)
			continue;
		k->functions++;
		if (!*base)
			*base = k->entries[i].start;
	}
	if (k->text_start)
		k->bases[0] = k->text_start;
}

/* ---- reading ---- */

static int
sysctl(const char *path)
{
	char text[32];

	return text_file_line(path, text, sizeof(text)) ? -1 : (int)strtol(text, NULL, 10);
}

/* What shows addresses is decided in the kernel's kallsyms_show_value(). */
static void
say_hidden(struct err *err)
{
	int restrict_ = sysctl("/proc/sys/kernel/kptr_restrict");
	int paranoid = sysctl("/proc/sys/kernel/perf_event_paranoid");

	if (restrict_ >= 2)
		err_set(err, "kernel symbols are hidden: sysctl kernel.kptr_restrict is %d, needed is 0 or 1",
			restrict_);
	else if (restrict_ == 1)
		err_set(err, "kernel symbols are hidden: sysctl kernel.kptr_restrict is 1, needed is 0 or CAP_SYSLOG");
	else
		err_set(err,
			"kernel symbols are hidden: sysctl kernel.kptr_restrict is %d and kernel.perf_event_paranoid "
			"is %d; "
			"needed is CAP_SYSLOG, or 0 and 1",
			restrict_, paranoid);
}

/* Takes over k->text. */
static struct kallsyms *
index_text(struct kallsyms *k, struct err *err)
{
	if (k->text.len >= UINT32_MAX) {
		err_set(err, "kernel symbols: over 4 GiB of text");
		kallsyms_free(k);
		return NULL;
	}
	buf_cstr(&k->text);
	take_lines(k);
	if (k->hidden) {
		if (k->text.len)
			say_hidden(err);
		else
			err_set(err, "kernel symbols: /proc/kallsyms is empty (CONFIG_KALLSYMS)");
		kallsyms_free(k);
		return NULL;
	}
	if (!in_order(k))
		sort_entries(k);
	drop_aliases(k);
	find_bases(k);
	return k;
}

struct kallsyms *
kallsyms_parse(const char *text, size_t len, struct err *err)
{
	struct kallsyms *k = xcalloc(1, sizeof(*k));

	buf_add(&k->text, text, len);
	return index_text(k, err);
}

struct kallsyms *
kallsyms_load(struct err *err)
{
	struct kallsyms *k = xcalloc(1, sizeof(*k));

	buf_reserve(&k->text, 8 << 20);
	if (text_file_read("/proc/kallsyms", &k->text)) {
		err_set(err, "kernel symbols: /proc/kallsyms:");
		kallsyms_free(k);
		return NULL;
	}
	return index_text(k, err);
}

/* ---- finding ---- */

/* A symbol ends where the next starts. The last of a module, or one whose next is far away, ends with the page after.
 */
static uint64_t
size_of(const struct kallsyms *k, size_t i)
{
	const struct entry *e = &k->entries[i];
	uint64_t page_end = (e->start | (PAGE - 1)) + 1 + PAGE;
	uint64_t next = i + 1 < k->n ? e[1].start : UINT64_MAX;

	if (i + 1 < k->n && e[1].module == e->module && next - e->start <= FAR)
		return next - e->start;
	if (page_end > e->start && page_end < next)
		next = page_end;
	return next - e->start;
}

bool
kallsyms_find(const struct kallsyms *k, uint64_t address, struct ksym *found)
{
	size_t low = 0, high = k->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (k->entries[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || k->entries[low - 1].type == NOT_CODE || address - k->entries[low - 1].start >= size_of(k, low - 1))
		return false;
	*found = (struct ksym){
		.start = k->entries[low - 1].start,
		.size = size_of(k, low - 1),
		.name = k->text.data + k->entries[low - 1].name,
		.module = k->modules.all[k->entries[low - 1].module].text,
	};
	return true;
}

uint64_t
kallsyms_base(const struct kallsyms *k, const char *module)
{
	uint32_t id = intern_find(&k->modules, module, strlen(module));

	return id == INTERN_NONE ? 0 : k->bases[id];
}

size_t
kallsyms_count(const struct kallsyms *k)
{
	return k->functions;
}
