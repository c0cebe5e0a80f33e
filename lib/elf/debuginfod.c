// SPDX-License-Identifier: GPL-2.0-or-later
/* Files by build-id from debuginfod servers. */
#include "elf/debuginfod.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/program.h"
#include "elf/build_id.h"

struct listening {
	struct debuginfod_request *r;
	struct err said; /* why it failed */
};

bool
debuginfod_is_set(void)
{
	const char *urls = getenv("DEBUGINFOD_URLS");

	return urls && urls[strspn(urls, " ")];
}

/* "Progress 4096 / 81920"; the second number is 0 as long as the size is not known, and then the first one does not count
 * bytes. In the end "Server query failed: No such file or directory". */
static bool
hear(void *to, const char *line)
{
	static const char failed[] = "Server query failed: ";
	struct listening *l = to;
	unsigned long long have = 0, size = 0;

	if (!strncmp(line, failed, sizeof(failed) - 1))
		err_set(&l->said, "%s", line + sizeof(failed) - 1);
	if (sscanf(line, "Progress %llu / %llu", &have, &size) == 2 && l->r->progress)
		l->r->progress(l->r->to, size ? have : 0, size);
	if (!size || have <= l->r->have)
		return false;
	l->r->have = have;
	return true;
}

enum debuginfod_result
debuginfod_find(struct debuginfod_request *r, struct buf *path, struct err *err)
{
	char id[BUILD_ID_TEXT], *argv[] = {"debuginfod-find", "-v", r->debug ? "debuginfo" : "executable", id, NULL};
	struct listening l = {.r = r};
	struct program p = {.argv = argv, .patience = r->patience, .heard = hear, .to = &l};
	enum debuginfod_result result = DEBUGINFOD_TROUBLE;
	size_t len;

	build_id_text(r->id, r->id_len, id);
	r->have = 0;
	errno = 0;
	if (program_run(&p, err)) {
		result = errno == ENOENT ? DEBUGINFOD_NO_PROGRAM : DEBUGINFOD_TROUBLE;
	} else if (!p.status) {
		len = p.out.len ? strcspn(buf_cstr(&p.out), "\n") : 0;
		buf_add(path, p.out.data, len);
		result = len ? DEBUGINFOD_FOUND : DEBUGINFOD_TROUBLE;
		err_set(err, "debuginfod-find said nothing");
	} else if (!strcmp(l.said.text, "No such file or directory")) {
		*err = l.said;
		result = DEBUGINFOD_ABSENT;
	} else {
		err_set(err, "debuginfod-find: %s", l.said.text[0] ? l.said.text : "it failed without a word");
	}
	buf_free(&p.out);
	return result;
}
