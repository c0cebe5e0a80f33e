// SPDX-License-Identifier: GPL-2.0-or-later
/* The files that a program will map at its start. */
#include "elf/needed.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "elf/build_id.h"
#include "elf/linking.h"
#include "elf/script.h"

enum { SCRIPTS_MAX = 2, PRELOAD_MAX = 65536 };

static void
list_path(struct needed *list, const char *path)
{
	char *real = realpath(path, NULL);

	for (size_t i = 0; real && i < list->n; i++)
		if (!strcmp(list->paths[i], real)) {
			free(real);
			return;
		}
	if (!real || list->n == NEEDED_MAX) {
		free(real);
		return;
	}
	if (!list->paths)
		list->paths = xcalloc(NEEDED_MAX, sizeof(*list->paths));
	list->paths[list->n++] = real;
}

static void
find_words(struct linking *l, char *text, const char *separators)
{
	char *rest;

	for (char *name = strtok_r(text, separators, &rest); name; name = strtok_r(NULL, separators, &rest))
		linking_find(l, l->all[0], name);
}

/* Names between blanks and colons; from # on a line is a comment. */
static void
find_preload_file(struct linking *l)
{
	struct err err;
	int fd = elf_open_fd("/etc/ld.so.preload", &err);
	char *text, *comment;
	ssize_t n;

	if (fd < 0)
		return;
	text = xcalloc(1, PRELOAD_MAX + 1);
	n = read(fd, text, PRELOAD_MAX);
	close(fd);
	while (n > 0 && (comment = strchr(text, '#')))
		memset(comment, ' ', strcspn(comment, "\n"));
	find_words(l, text, ": \t\n");
	free(text);
}

static void
find_preload(struct linking *l)
{
	const char *names = getenv("LD_PRELOAD");
	char *copy;

	if (names) {
		copy = xstrdup(names);
		find_words(l, copy, ": ");
		free(copy);
	}
	find_preload_file(l);
}

/* Breadth first, as the dynamic linker does it: whose library of a name is loaded first has it for all. */
static void
list_program(struct needed *list, const char *path)
{
	struct linking l = {0};
	const char *interpreter;

	if (!linking_add(&l, NULL, path, path))
		return;
	interpreter = l.all[0]->dynamic.interpreter;
	if (interpreter) {
		l.cache = ldcache_open("/etc/ld.so.cache");
		linking_add(&l, l.all[0], interpreter, interpreter);
		find_preload(&l);
		for (size_t i = 0; i < l.n; i++)
			for (size_t j = 0; j < l.all[i]->dynamic.n_needed; j++)
				linking_find(&l, l.all[i], l.all[i]->dynamic.needed[j]);
	}
	for (size_t i = 0; i < l.n; i++)
		list_path(list, l.all[i]->file->path);
	linking_free(&l);
}

static void
list_named(struct needed *list, const char *name, int scripts)
{
	char *path = script_find(name), *interpreter, *argument, *next;

	if (path && script_read(path, &interpreter, &argument)) {
		next = script_env_name(interpreter, argument);
		if (scripts < SCRIPTS_MAX)
			list_named(list, interpreter, scripts + 1);
		if (next && scripts < SCRIPTS_MAX)
			list_named(list, next, scripts + 1);
		free(next);
		free(interpreter);
		free(argument);
	} else if (path) {
		list_program(list, path);
	}
	free(path);
}

void
needed_list(const char *program, struct needed *list)
{
	*list = (struct needed){0};
	list_named(list, program, 0);
}

void
needed_free(struct needed *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->paths[i]);
	free(list->paths);
	*list = (struct needed){0};
}
