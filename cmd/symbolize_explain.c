// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-symbolize --explain. */
#include "cmd/symbolize_explain.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/msg.h"
#include "base/output.h"
#include "cmd/symbolize_say.h"
#include "elf/file.h"

bool
explain_is(const char *pattern, const char *path, size_t len)
{
	char *text = xstrndup(path, len);
	const char *slash = strrchr(text, '/');
	bool is = !strcmp(pattern, text) || !fnmatch(pattern, text, 0) || (slash && !fnmatch(pattern, slash + 1, 0));

	free(text);
	return is;
}

/* It has the build-id that it has now. */
void
explain_alone(struct worker *w, struct report *r, const char *path)
{
	char *real = realpath(path, NULL);
	struct question *q = xcalloc(1, sizeof(*q));
	struct elf_file *f;
	struct answer *a, *next;
	struct err err;
	int fd = worker_fd(w);
	uint32_t subject;
	bool last = false;

	if (!real)
		die("%s:", path);
	f = elf_open(real, &err);
	q->facts = (struct file_facts){.path = real, .path_len = strlen(real)};
	if (f && f->build_id_len) {
		q->facts.id = memcpy(xmalloc(f->build_id_len), f->build_id, f->build_id_len);
		q->facts.id_len = f->build_id_len;
	}
	elf_close(f);
	q->lookups = xcalloc(1, sizeof(*q->lookups));
	q->n = 1;
	subject = report_file(r, &q->facts);
	r->subjects[subject].asked_about = true;
	worker_ask(w, q);
	while (!last) {
		wait_for_inputs(&fd, 1, -1);
		for (a = worker_answers(w); a; a = next) {
			next = a->next;
			last |= a->last;
			answer_free(a);
		}
	}
}

bool
explain_say(struct report *r, const struct missing *missing, const struct report_from *from, const struct find_places *places)
{
	struct buf lines = {0};
	bool any;

	say_add_up(r, missing);
	report_explain(r, from, places, &lines);
	any = lines.len;
	stdout_write(lines.data, lines.len);
	buf_free(&lines);
	stdout_close();
	return any;
}
