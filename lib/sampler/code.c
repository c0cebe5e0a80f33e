// SPDX-License-Identifier: GPL-2.0-or-later
/* Notices processes that make code at run time. */
#include "sampler/code.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

struct code_notice {
	uint32_t pid;
	uint64_t start, end;
	char *dump; /* owned; or NULL */
	int map;    /* owned; or -1 */
};

static bool
begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

bool
code_is_memory(const char *path)
{
	static const char *const kinds[] = {"//anon", "/memfd:", "/dev/zero", "/dev/shm/", "/SYSV", "/anon_hugepage"};

	if (path[0] != '/')
		return strcmp(path, "[vdso]");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (begins(path, kinds[i]))
			return true;
	return false;
}

/* "…/jit-4711.dump", which its writer maps for us to notice. */
static bool
is_dump(const char *path)
{
	const char *name = strrchr(path, '/');
	size_t len = name ? strlen(name) : 0;

	return len > 10 && begins(name, "/jit-") && !strcmp(name + len - 5, ".dump");
}

static void
add(struct code_notices *c, uint32_t pid, uint64_t start, uint64_t end, const char *dump)
{
	GROW(c->all, c->n, c->cap);
	c->all[c->n++] = (struct code_notice){pid, start, end, dump ? xstrdup(dump) : NULL, -1};
}

/* Of memory the process is all that matters. */
void
code_notice(struct code_notices *c, uint32_t pid, uint64_t start, uint64_t end, const char *path)
{
	const struct code_notice *last = c->n ? &c->all[c->n - 1] : NULL;
	bool kernels = !strcmp(path, "[vsyscall]") || !strcmp(path, "[uprobes]");

	if (code_is_memory(path) && !kernels) {
		if (!last || last->pid != pid || last->dump || last->map >= 0)
			add(c, pid, start, end, NULL);
	} else if (is_dump(path)) {
		add(c, pid, start, end, path);
	}
}

void
code_notice_map(struct code_notices *c, uint32_t pid, int map)
{
	add(c, pid, 0, 0, NULL);
	c->all[c->n - 1].map = map;
}

void
code_notice_all(struct code_notices *c, const struct processes *ps)
{
	for (size_t i = 0; i < ps->n; i++) {
		const struct process *p = ps->all[i];

		for (size_t k = 0; p->space && k < p->space->n; k++) {
			const struct mapping *m = &p->space->mappings[k];

			code_notice(c, p->pid, m->start, m->end, m->backing->path);
		}
	}
}

void
code_tell(struct code_notices *c, const struct sampler_sink *sink)
{
	for (size_t i = 0; i < c->n; i++) {
		struct code_notice *n = &c->all[i];

		sink->code(sink->context, &(struct code_fact){n->pid, n->dump, n->start, n->end, n->map});
		free(n->dump);
	}
	c->n = 0;
}

void
code_forget(struct code_notices *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->all[i].dump);
		if (c->all[i].map >= 0)
			close(c->all[i].map);
	}
	free(c->all);
	*c = (struct code_notices){0};
}
