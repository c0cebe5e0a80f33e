// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding the file that was mapped, and the one with its full symbols. */
#include "elf/find.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <zlib.h>

#include "base/buf.h"
#include "elf/build_id.h"
#include "elf/content_id.h"
#include "elf/symtab.h"

/* Where build-id directories and trees of debug files are in a sysroot. */
static const char *const in_sysroot[] = {"", "/usr/lib/debug", "/usr/lib"};

enum { IN_SYSROOT = sizeof(in_sysroot) / sizeof(in_sysroot[0]) };

bool
find_root(const struct find_places *places, size_t nth, const char **root, const char **dir)
{
	size_t before = places->sysroot ? IN_SYSROOT : 0;

	*root = nth < before ? places->sysroot : NULL;
	*dir = nth < before ? in_sysroot[nth] : "";
	if (nth >= before + places->n)
		return false;
	if (nth >= before)
		*dir = places->dirs[nth - before];
	return true;
}

struct search {
	const struct find_wanted *wanted;
	const struct find_places *places;
	const struct elf_file *image; /* whose debug file is looked for; NULL */
	struct find_log *log;
	bool debug;
	const char *link; /* what .gnu_debuglink names, in the image */
	uint32_t crc;
	char process[32]; /* root directory of the process that has it mapped; "" */
};

/* A place where the file may be. */
struct candidate {
	const char *root; /* path is below it, and so are the links in it; NULL: it is not */
	struct buf path;
	bool linked;	      /* to be checked against the image */
	bool is_file;	      /* false: it is not the path of one */
	const char *distrust; /* why it is not used when it is there; NULL */
};

/* ---- opening ---- */

static bool
has_crc(const struct elf_file *f, uint32_t crc)
{
	return crc32_z(0, f->bytes, f->size) == crc;
}

/* False: it is another file; *err says what is wrong with it. */
static bool
is_linked(const struct search *s, const struct elf_file *f, struct err *err)
{
	bool both = s->image->build_id_len && f->build_id_len;

	if (both ? elf_has_build_id(f, s->image->build_id, s->image->build_id_len) : has_crc(f, s->crc))
		return true;
	err_set(err, "%s: not the debug file of %s: another %s", f->path, s->image->path, both ? "build-id" : "CRC");
	return false;
}

static bool
is_recorded(const struct search *s, const struct elf_file *f, struct err *err)
{
	const struct find_wanted *w = s->wanted;
	char want[BUILD_ID_TEXT], have[BUILD_ID_TEXT];

	if (elf_has_build_id(f, w->id, w->id_len))
		return true;
	build_id_text(w->id, w->id_len, want);
	if (is_content_id(w->id, w->id_len))
		err_set(err, "%s: another file than was recorded, by what is in it", f->path);
	else if (f->build_id_len)
		err_set(err, "%s: another file than was recorded: its build-id is %s, not %s", f->path,
			build_id_text(f->build_id, f->build_id_len, have), want);
	else
		err_set(err, "%s: another file than was recorded: it has no build-id, and %s is wanted", f->path, want);
	return false;
}

static enum find_outcome
judge(const struct search *s, const struct candidate *c, const struct elf_file *f, struct err *err)
{
	if (!f)
		return errno == ENOENT || errno == ENOTDIR ? FIND_ABSENT : FIND_UNREADABLE;
	if (c->distrust) {
		err_set(err, "%s: %s", f->path, c->distrust);
		return FIND_NOT_USED;
	}
	if (!(c->linked ? is_linked : is_recorded)(s, f, err))
		return FIND_OTHER;
	return s->debug && !symtab_is_full(f) ? FIND_NO_SYMBOLS : FIND_USED;
}

/* Opens the file if it is the one, and notes what came of it. */
static struct elf_file *
try(struct search *s, const char *source, struct candidate *c)
{
	const char *path = buf_cstr(&c->path);
	struct elf_file *f = NULL;
	struct err err = {0};
	enum find_outcome outcome = FIND_UNREADABLE;

	if (!c->is_file) {
		err_set(&err, "%s: not the path of a file", path);
	} else {
		errno = 0;
		f = c->root ? elf_open_in(c->root, path, &err) : elf_open(path, &err);
		outcome = judge(s, c, f, &err);
	}
	if (c->root) {
		struct buf whole = {0};

		buf_printf(&whole, "%s%s", c->root, path);
		find_log_add(s->log, source, s->debug, outcome, buf_cstr(&whole), err.text);
		buf_free(&whole);
	} else {
		find_log_add(s->log, source, s->debug, outcome, path, err.text);
	}
	if (outcome == FIND_USED)
		return f;
	elf_close(f);
	return NULL;
}

/* ---- places: each function makes the nth candidate of its kind, until it returns false ---- */

static bool
in_tree(const struct search *s, size_t nth, struct candidate *c)
{
	if (nth || !s->places->sysroot || s->wanted->path[0] != '/')
		return false;
	c->root = s->places->sysroot;
	buf_puts(&c->path, s->wanted->path);
	return true;
}

/* What is not an absolute path is none ([heap], memfds) or would be looked for in the current directory. */
static bool
by_path(const struct search *s, size_t nth, struct candidate *c)
{
	const struct find_wanted *w = s->wanted;

	c->is_file = w->path[0] == '/';
	if (!w->id_len)
		c->distrust = w->foreign;
	buf_puts(&c->path, w->path);
	return !nth;
}

/* The nth directory that is laid out as /usr/lib/debug is, to c->path. */
static bool
nth_root(const struct search *s, size_t nth, struct candidate *c)
{
	const struct find_places *p = s->places;
	const char *dir;

	if (find_root(p, nth, &c->root, &dir)) {
		buf_puts(&c->path, dir);
		return true;
	}
	c->root = s->process;
	buf_puts(&c->path, "/usr/lib/debug");
	return nth == p->n + (p->sysroot ? IN_SYSROOT : 0) && s->debug && *s->process;
}

/* ROOT/.build-id/ab/cdef… */
static bool
by_build_id(const struct search *s, size_t nth, struct candidate *c)
{
	char text[BUILD_ID_TEXT];

	if (s->wanted->id_len < 2 || !nth_root(s, nth, c))
		return false;
	build_id_text(s->wanted->id, s->wanted->id_len, text);
	buf_printf(&c->path, "/.build-id/%.2s/%s%s", text, text + 2, s->debug ? ".debug" : "");
	return true;
}

/* Its path comes first, since debug files are looked for beside it. */
static bool
by_process(const struct search *s, size_t nth, struct candidate *c)
{
	const struct find_mapped *m = &s->wanted->mapped;

	if (!nth && s->wanted->path[0] == '/') {
		c->root = s->process;
		buf_puts(&c->path, s->wanted->path);
	} else {
		buf_printf(&c->path, "/proc/%u/map_files/%llx-%llx", m->pid, (unsigned long long)m->start,
			   (unsigned long long)m->end);
	}
	return *s->process && nth <= (s->wanted->path[0] == '/');
}

/* The directory in a path, as a length. */
static int
directory(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (int)(slash - path) : 0;
}

/* Next to the image, in .debug/ there, in the directory that the image had under each root. */
static bool
by_link(const struct search *s, size_t nth, struct candidate *c)
{
	const char *path = s->image ? s->image->path : "", *sysroot = s->places->sysroot;
	size_t len = sysroot ? strlen(sysroot) : 0;

	if (!s->link || !strchr(path, '/'))
		return false;
	c->linked = true;
	if (nth >= 2) {
		if (!nth_root(s, nth - 2, c))
			return false;
		path = s->wanted->path[0] == '/' ? s->wanted->path : path;
	} else if (len && !strncmp(path, sysroot, len) && path[len] == '/') {
		c->root = sysroot;
		path += len;
	}
	buf_printf(&c->path, "%.*s/%s%s", directory(path), path, nth == 1 ? ".debug/" : "", s->link);
	return true;
}

static const struct source {
	bool debug;
	const char *name;
	bool (*nth)(const struct search *s, size_t nth, struct candidate *c);
} sources[] = {
	{false, "sysroot", in_tree},
	{false, FIND_PATH, by_path},
	{false, "build-id directory", by_build_id},
	{false, "process", by_process},
	{true, "build-id directory", by_build_id},
	{true, "debug link", by_link},
};

static struct elf_file *
look(struct search *s)
{
	const struct find_wanted *w = s->wanted;
	struct elf_file *f = NULL;
	bool more;

	if (w->mapped.pid && w->id_len)
		snprintf(s->process, sizeof(s->process), "/proc/%u/root", w->mapped.pid);
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		more = sources[i].debug == s->debug;
		for (size_t nth = 0; more && !f; nth++) {
			struct candidate c = {.is_file = true};

			more = sources[i].nth(s, nth, &c);
			if (more)
				f = try(s, sources[i].name, &c);
			buf_free(&c.path);
		}
	}
	return f;
}

struct elf_file *
find_image(const struct find_wanted *w, const struct find_places *places, struct find_log *log)
{
	struct search s = {.wanted = w, .places = places, .log = log};

	return look(&s);
}

/* .gnu_debuglink: a file name, padding to a multiple of 4, the CRC of that file. */
static void
read_link(struct search *s)
{
	const struct elf_section *section = s->image ? elf_section(s->image, ".gnu_debuglink") : NULL;
	const uint8_t *bytes;
	size_t size, len;

	bytes = section ? elf_contents(s->image, section, &size) : NULL;
	if (!bytes)
		return;
	len = strnlen((const char *)bytes, size);
	if (!len || len == size || memchr(bytes, '/', len) || ((len + 4) & ~(size_t)3) + 4 > size)
		return;
	memcpy(&s->crc, bytes + ((len + 4) & ~(size_t)3), sizeof(s->crc));
	s->link = (const char *)bytes;
}

struct elf_file *
find_debug(const struct elf_file *image, const struct find_wanted *w, const struct find_places *places,
	   struct find_log *log)
{
	struct search s = {.wanted = w, .places = places, .image = image, .log = log, .debug = true};

	read_link(&s);
	return look(&s);
}

struct elf_file *
find_fetched(const struct find_wanted *w, const char *path, bool debug, const char *source, struct find_log *log)
{
	struct search s = {.wanted = w, .log = log, .debug = debug};
	struct candidate c = {.is_file = true};
	struct elf_file *f;

	buf_puts(&c.path, path);
	f = try(&s, source, &c);
	buf_free(&c.path);
	return f;
}

/* It is mapped whole, its section headers last. */
struct elf_file *
find_vdso(struct err *err)
{
	const uint8_t *image = (const uint8_t *)getauxval(AT_SYSINFO_EHDR);
	struct elf_header h;

	if (!image || header_read(image, ELF_HEADER_SIZE, &h)) {
		err_set(err, "there is no vDSO");
		return NULL;
	}
	return elf_from_memory(image, (size_t)h.sections_at + (size_t)h.sections * h.section_size, "[vdso]", err);
}
