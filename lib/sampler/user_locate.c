// SPDX-License-Identifier: GPL-2.0-or-later
/* Which files are meant by the FILE of uprobe:FILE:FUNC. A name is that of something which the scope's processes have
 * mapped or its program needs, else of a library that the dynamic linker knows, else of a program. */
#include "sampler/user_locate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "elf/ldcache.h"
#include "elf/needed.h"
#include "elf/script.h"

static bool
add_needed(struct user_files *files, const char *program, const char *name)
{
	struct needed list;
	size_t n = 0;

	needed_list(program, &list);
	for (int rank = 3; rank && !n; rank--)
		for (size_t i = 0; i < list.n; i++)
			if (user_file_rank(list.paths[i], name) == rank)
				n += user_files_add(files, list.paths[i]);
	needed_free(&list);
	return n;
}

/* "libc.so.6", "libc.so", "libc" and "c"; the last not before programs were asked. */
static bool
add_library(struct user_files *files, const char *name, const char *before)
{
	struct ldcache *cache = ldcache_open("/etc/ld.so.cache");
	struct buf stem = {0};
	const char *path = NULL;
	bool good;

	if (!*before)
		path = ldcache_find(cache, name);
	if (!path && !*before && strstr(name, ".so"))
		path = ldcache_find_version(cache, name);
	buf_printf(&stem, "%s%s.so", before, name);
	if (!path)
		path = ldcache_find_version(cache, buf_cstr(&stem));
	if (!path)
		path = ldcache_find(cache, stem.data);
	good = path && user_files_add(files, path);
	buf_free(&stem);
	ldcache_close(cache);
	return good;
}

static bool
add_program(struct user_files *files, const char *name)
{
	char *path = script_find(name);
	bool good = path && user_files_add(files, path);

	free(path);
	return good;
}

static int
not_named(const char *name, const struct probe_scope *scope, struct err *err)
{
	struct buf places = {0};

	if (scope->n_pids)
		buf_printf(&places, "%s, ", scope->n_pids == 1 ? "mapped by the process" : "mapped by the processes");
	if (scope->program)
		buf_printf(&places, "needed by %s, ", scope->program);
	buf_puts(&places, "in ld.so.cache, in PATH, in this directory");
	err_set(err, "there is no file '%s'; looked for: %s", name, buf_cstr(&places));
	buf_free(&places);
	return -1;
}

static int
locate_name(const char *name, const struct probe_scope *scope, struct user_files *files, struct err *err)
{
	bool good = user_files_add_mapped(files, scope->pids, scope->n_pids, name);

	if (scope->program)
		good |= add_needed(files, scope->program, name);
	if (good || add_library(files, name, "") || add_program(files, name) || add_library(files, name, "lib") ||
	    user_files_add(files, name))
		return 0;
	return not_named(name, scope, err);
}

static int
locate_path(const char *path, const struct probe_scope *scope, struct user_files *files, struct err *err)
{
	bool good = false;

	for (size_t i = 0; *path == '/' && i < scope->n_pids; i++)
		good |= user_files_add_seen(files, scope->pids[i], path);
	if (good || user_files_add(files, path))
		return 0;
	if (!access(path, F_OK))
		return err_set(err, "%s: not a regular file", path);
	if (*path == '/' && scope->n_pids && errno == ENOENT)
		return err_set(err, "%s: there is no such file, neither where the %s nor here", path,
			       scope->n_pids == 1 ? "process has its root directory" : "processes have their root directories");
	return err_set(err, "%s:", path);
}

int
user_locate(const char *file, const struct probe_scope *scope, struct user_files *files, struct err *err)
{
	return strchr(file, '/') ? locate_path(file, scope, files, err) : locate_name(file, scope, files, err);
}

/* A script's program is its interpreter. */
static bool
add_programs_of(struct user_files *files, const char *program, size_t most)
{
	struct needed list;
	bool good = false;

	needed_list(program, &list);
	for (size_t i = 0; i < list.n && i < most; i++)
		good |= user_files_add(files, list.paths[i]);
	needed_free(&list);
	return good;
}

int
user_locate_programs(const struct probe_scope *scope, struct user_files *files, struct err *err)
{
	for (size_t i = 0; i < scope->n_pids; i++)
		if (!user_files_add_program(files, scope->pids[i]) && scope->n_pids == 1)
			return err_set(err, "the program of process %u cannot be read:", scope->pids[i]);
	if (scope->program && !add_programs_of(files, scope->program, 1))
		return err_set(err, "%s: there is no such program, or what it starts with cannot be read", scope->program);
	return 0;
}

void
user_locate_all(const struct probe_scope *scope, struct user_files *files)
{
	user_files_add_mapped(files, scope->pids, scope->n_pids, NULL);
	if (scope->program)
		add_programs_of(files, scope->program, SIZE_MAX);
}
