// SPDX-License-Identifier: GPL-2.0-or-later
/* usdt:[FILE:][PROVIDER:]NAME: the markers of <sys/sdt.h>. The compiler may have put one in several places; they have the same
 * name. */
#include "sampler/probe.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "elf/usdt.h"
#include "sampler/probe_parts.h"
#include "sampler/user_search.h"

struct marker_search {
	struct user_search files;
	const char *provider; /* NULL: any */
	const char *name;
	size_t searched; /* of the images */
	const struct user_image *image; /* that is searched now */
	struct probes *all;
	size_t n, seen; /* that matched, and all */
	struct nearest *near; /* to be offered all; or NULL */
};

static bool
fits(const char *pattern, const char *text)
{
	return !pattern || !fnmatch(pattern, text, 0);
}

static void
offer(struct nearest *near, const char *provider, const struct usdt_marker *m)
{
	struct buf both = {0};

	buf_printf(&both, "%s%s%s", provider ? m->provider : "", provider ? ":" : "", m->name);
	nearest_offer(near, both.data, both.len);
	buf_free(&both);
}

static void
take(void *context, const struct usdt_marker *m)
{
	struct marker_search *s = context;
	const struct elf_file *f = s->image->elf;
	uint64_t offset, semaphore = 0;
	struct buf name = {0};
	struct probe *p;

	if (!elf_is_code(f, m->pc) || !elf_offset(f, m->pc, &offset) || (m->semaphore && !elf_offset(f, m->semaphore, &semaphore)))
		return;
	s->seen++;
	if (s->near)
		offer(s->near, s->provider, m);
	if (!fits(s->provider, m->provider) || !fits(s->name, m->name) || ++s->n > s->files.scope->max_probes || s->near)
		return;
	buf_printf(&name, "usdt:%s:%s", m->provider, m->name);
	p = probes_add(s->all, PROBE_USDT);
	p->name = probe_text(&name);
	p->symbol = xstrdup(p->name + strlen("usdt:"));
	p->path = xstrdup(f->path);
	p->arguments = xstrdup(m->arguments);
	p->offset = offset;
	p->semaphore = semaphore;
}

static size_t
search_images(struct marker_search *s)
{
	user_search_open(&s->files);
	for (; s->searched < s->files.n; s->searched++) {
		s->image = s->files.images[s->searched];
		usdt_each(s->image->elf, take, s);
	}
	return s->n;
}

static int
failure(struct marker_search *s, struct err *err)
{
	const char *file = s->files.n ? s->files.images[0]->shown : "";
	struct buf wanted = {0};
	struct nearest near;
	char names[NEAREST_TEXT];

	if (!s->files.n && s->files.first.text[0]) {
		*err = s->files.first;
		return -1;
	}
	if (!s->seen && s->files.n == 1)
		return err_set(err, "%s has no markers", file);
	if (!s->seen)
		return err_set(err, "none of %zu files has markers", s->files.n);
	buf_printf(&wanted, "%s%s%s", s->provider ? s->provider : "", s->provider ? ":" : "", s->name);
	nearest_begin(&near, buf_cstr(&wanted));
	s->near = &near;
	s->searched = 0;
	search_images(s);
	nearest_text(&near, "; nearest: ", names, sizeof(names));
	err_set(err, "%s%s has no marker %s%s", file, s->files.n == 1 ? "" : " or what else was searched", wanted.data, names);
	buf_free(&wanted);
	return -1;
}

/* FILE, or if NULL, all that the scope has. */
static int
search_file(struct marker_search *s, const char *file, struct err *err)
{
	const struct probe_scope *scope = s->files.scope;

	if (file) {
		if (user_locate(file, scope, &s->files.files, err))
			return -1;
	} else if (scope->n_pids || scope->program) {
		if (user_locate_programs(scope, &s->files.files, err))
			return -1;
		user_locate_all(scope, &s->files.files);
	} else if (user_locate("libc.so.6", scope, &s->files.files, err) || !search_images(s)) {
		return err_set(err, "in which file? FILE:%sNAME, or -p PID or a command says it", s->provider ? "PROVIDER:" : "");
	}
	return search_images(s) ? 0 : failure(s, err);
}

/* A:NAME, where A may be either. In a scope it is a provider, if there is one; without, it is a file. */
static int
search_either(struct marker_search *s, const char *either, struct err *err)
{
	const struct probe_scope *scope = s->files.scope;
	struct err ignored;

	if (!strchr(either, '/') && (scope->n_pids || scope->program)) {
		s->provider = either;
		if (!search_file(s, NULL, err))
			return 0;
		s->provider = NULL;
		s->near = NULL;
		user_search_restart(&s->files);
		s->searched = s->n = s->seen = 0;
		if (user_locate(either, scope, &s->files.files, &ignored))
			return -1;
	}
	return search_file(s, either, err);
}

static int
search(struct marker_search *s, char *text, struct err *err)
{
	size_t first = user_pattern_file(text), second;

	s->name = text;
	if (!first)
		return search_file(s, NULL, err);
	text[first] = 0;
	s->name = text + first + 1;
	second = user_pattern_file(s->name);
	if (!second)
		return search_either(s, text, err);
	s->provider = s->name;
	text[first + 1 + second] = 0;
	s->name += second + 1;
	return search_file(s, text, err);
}

int
find_markers(struct probes *all, enum probe_kind kind, const char *text, const struct probe_scope *scope, struct err *err)
{
	struct marker_search s = {.files.scope = scope, .all = all};
	char *parts = xstrdup(text);
	size_t before = all->n;
	struct err why = {0};
	int r;

	r = search(&s, parts, &why);
	if (!r && s.n > scope->max_probes)
		r = probe_too_many(err, kind, text, s.n, "places", scope->max_probes);
	else if (r)
		err_set(err, "usdt:%s: %s", text, why.text);
	else
		probes_in_order(all, before);
	user_search_free(&s.files);
	free(parts);
	return r;
}
