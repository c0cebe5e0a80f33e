// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the dynamic linker looks for a library: ld.so(8), and elf/dl-load.c of glibc. */
#include "elf/linking.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "elf/native.h"

enum { TRIES_MAX = 20000 }; /* some tens of ms; a large program takes some hundreds */

struct wanted {
	struct linking *l;
	const struct object *loader;
	const char *name;
};

/* ---- opening ---- */

static void
object_free(struct object *o)
{
	dynamic_free(&o->dynamic);
	elf_close(o->file);
	free(o->asked);
	free(o->origin);
	free(o);
}

void
linking_free(struct linking *l)
{
	for (size_t i = 0; i < l->n; i++)
		object_free(l->all[i]);
	ldcache_close(l->cache);
}

/* The program's links are followed; those of libraries are not. */
static char *
origin_of(const struct object *loader, const char *path)
{
	char *real = loader ? NULL : realpath(path, NULL), *slash;

	if (!real)
		real = xstrdup(path);
	slash = strrchr(real, '/');
	if (slash)
		slash[slash == real] = 0;
	else
		strcpy(real, ".");
	return real;
}

bool
linking_add(struct linking *l, const struct object *loader, const char *asked, const char *path)
{
	struct elf_file *f;
	struct object *o;
	struct stat st;
	struct err err;

	if (l->tries++ >= TRIES_MAX || l->n == NEEDED_MAX || stat(path, &st) || !S_ISREG(st.st_mode))
		return false;
	for (size_t i = 0; i < l->n; i++)
		if (l->all[i]->device == st.st_dev && l->all[i]->inode == st.st_ino)
			return true;
	f = elf_open(path, &err);
	if (!f || !native_runs(f)) {
		elf_close(f);
		return false;
	}
	o = xcalloc(1, sizeof(*o));
	*o = (struct object){
		.file = f,
		.asked = xstrdup(asked),
		.origin = origin_of(loader, path),
		.device = st.st_dev,
		.inode = st.st_ino,
		.loader = loader,
	};
	dynamic_read(f, &o->dynamic);
	l->all[l->n++] = o;
	return true;
}

/* ---- one directory ---- */

static bool
try_file(const struct wanted *w, const char *path)
{
	return linking_add(w->l, w->loader, w->name, path);
}

static bool
try_directory(const struct wanted *w, const char *directory)
{
	struct buf path = {0};
	bool found = false;

	if (w->l->tries++ >= TRIES_MAX)
		return false;
	buf_printf(&path, "%s/glibc-hwcaps", directory);
	if (native.hwcaps[0] && !access(buf_cstr(&path), X_OK))
		for (int i = 0; native.hwcaps[i] && !found; i++) {
			path.len = 0;
			buf_printf(&path, "%s/glibc-hwcaps/%s/%s", directory, native.hwcaps[i], w->name);
			found = native_has(native.hwcaps[i]) && try_file(w, buf_cstr(&path));
		}
	path.len = 0;
	buf_printf(&path, "%s/%s", directory, w->name);
	found = found || try_file(w, buf_cstr(&path));
	buf_free(&path);
	return found;
}

/* ---- $ORIGIN, ${LIB} ---- */

/* The length of a token at `text`, or 0. */
static size_t
token(const char *text, const char *name)
{
	size_t len = strlen(name), brace = text[0] == '$' && text[1] == '{';

	if (text[0] != '$' || strncmp(text + 1 + brace, name, len) || (brace && text[len + 2] != '}'))
		return 0;
	return len + 1 + 2 * brace;
}

/* Returns whether $LIB is in it. */
static bool
expand(const char *text, size_t len, const char *origin, const char *lib, struct buf *to)
{
	const char *platform = (const char *)getauxval(AT_PLATFORM), *end = text + len;
	bool has_lib = false;
	size_t n;

	while (text < end) {
		if ((n = token(text, "ORIGIN"))) {
			buf_puts(to, origin);
		} else if ((n = token(text, "LIB"))) {
			buf_puts(to, lib);
			has_lib = true;
		} else if ((n = token(text, "PLATFORM"))) {
			buf_puts(to, platform ? platform : "");
		} else {
			n = 1;
			buf_char(to, *text);
		}
		text += n;
	}
	return has_lib;
}

/* Which $LIB is this system's is not known from outside; the wrong ones lead nowhere. */
static bool
try_expanded(const struct wanted *w, const char *origin, const char *text, size_t len,
	     bool try(const struct wanted *w, const char *path))
{
	bool found = false, again = true;

	for (int i = 0; native.libs[i] && !found && again; i++) {
		struct buf path = {0};

		again = expand(text, len, origin, native.libs[i], &path);
		found = try(w, buf_cstr(&path));
		buf_free(&path);
	}
	return found;
}

/* "$ORIGIN/../lib:/opt/lib"; what is empty is the current directory. */
static bool
try_list(const struct wanted *w, const char *origin, const char *list, const char *separators)
{
	bool found = false;

	while (list && !found) {
		size_t len = strcspn(list, separators);

		found = try_expanded(w, origin, len ? list : ".", len ? len : 1, try_directory);
		list = list[len] ? list + len + 1 : NULL;
	}
	return found;
}

/* ---- all directories ---- */

static bool
is_loaded(const struct linking *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++) {
		const char *soname = l->all[i]->dynamic.soname;

		if (!strcmp(l->all[i]->asked, name) || (soname && !strcmp(soname, name)))
			return true;
	}
	return false;
}

/* DT_RPATH counts for what is loaded by a library, too, and is nothing next to DT_RUNPATH. */
static bool
try_rpaths(const struct wanted *w)
{
	for (const struct object *o = w->loader; o; o = o->loader)
		if (!o->dynamic.runpath && o->dynamic.rpath && try_list(w, o->origin, o->dynamic.rpath, ":"))
			return true;
	return false;
}

static bool
try_defaults(const struct wanted *w)
{
	const char *cached = ldcache_find(w->l->cache, w->name);

	if (w->loader->dynamic.no_default)
		return false;
	if (cached && try_file(w, cached))
		return true;
	return try_expanded(w, "/", "/$LIB", 5, try_directory) || try_expanded(w, "/", "/usr/$LIB", 9, try_directory);
}

bool
linking_find(struct linking *l, const struct object *loader, const char *name)
{
	const struct wanted w = {l, loader, name};
	const char *paths = getenv("LD_LIBRARY_PATH");

	if (is_loaded(l, name))
		return true;
	if (strchr(name, '/'))
		return try_expanded(&w, loader->origin, name, strlen(name), try_file);
	if (!loader->dynamic.runpath && try_rpaths(&w))
		return true;
	if (paths && *paths && try_list(&w, l->all[0]->origin, paths, ":;"))
		return true;
	return try_list(&w, loader->origin, loader->dynamic.runpath, ":") || try_defaults(&w);
}
