// SPDX-License-Identifier: GPL-2.0-or-later
/* What a just-in-time compiler writes about its code: a file of one of two kinds that grows. */
#include "sym/jit_file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/read_at.h"
#include "sym/jitdump.h"

void
jit_file_open(struct jit_file *f, int fd, uint64_t from, size_t most)
{
	*f = (struct jit_file){.fd = fd, .at = from, .most = most, .in_line = false};
}

void
jit_file_close(struct jit_file *f)
{
	code_ranges_clear(&f->code);
	close(f->fd);
}

void
jit_file_put(struct jit_file *f, uint64_t start, uint64_t size, uint64_t at)
{
	if (f->code.n < f->most)
		code_ranges_put(&f->code, start, size, at);
	else
		f->left_out++;
}

/* Somebody may have written it anew, as jcmd(1) does with each map: it is shorter then, or begins otherwise. */
static bool
is_another(const struct jit_file *f, uint64_t size)
{
	uint8_t head[sizeof(f->head)];

	return size < f->at || (f->head_len && (read_at(f->fd, head, f->head_len, 0) < f->head_len ||
						memcmp(head, f->head, f->head_len)));
}

static void
restart(struct jit_file *f)
{
	code_ranges_clear(&f->code);
	f->format = JIT_NOT_KNOWN;
	f->in_line = false;
	f->at = f->head_len = 0;
	f->restarts++;
}

static void
recognize(struct jit_file *f)
{
	uint8_t start[JITDUMP_HEADER];
	size_t n = read_at(f->fd, start, sizeof(start), 0);

	if (n < sizeof(uint32_t) || (is_jitdump(start, n) && n < sizeof(start)))
		return;
	f->format = !is_jitdump(start, n) ? JIT_PERF_MAP : jitdump_begin(start, &f->at) ? JIT_DUMP : JIT_BAD;
}

/* The more of its start is remembered the better is seen that it is another. */
static void
remember_head(struct jit_file *f)
{
	if (f->head_len < sizeof(f->head))
		f->head_len = read_at(f->fd, f->head, sizeof(f->head), 0);
}

bool
jit_file_read(struct jit_file *f)
{
	uint8_t bytes[JIT_STEP];
	struct stat st;
	uint64_t taken, size;
	size_t n;

	if (fstat(f->fd, &st) || !S_ISREG(st.st_mode))
		return false;
	size = (uint64_t)st.st_size;
	if (is_another(f, size))
		restart(f);
	if (f->format == JIT_NOT_KNOWN)
		recognize(f);
	if ((f->format != JIT_PERF_MAP && f->format != JIT_DUMP) || f->at >= size)
		return false;
	remember_head(f);
	n = read_at(f->fd, bytes, size - f->at < sizeof(bytes) ? (size_t)(size - f->at) : sizeof(bytes), f->at);
	taken = (f->format == JIT_PERF_MAP ? perf_map_take : jitdump_take)(f, bytes, n, size);
	f->at += taken;
	return taken && f->at < size;
}

bool
jit_file_find(const struct jit_file *f, uint64_t address, struct code_range *code)
{
	const struct code_range *found = code_ranges_find(&f->code, address);

	if (found)
		*code = *found;
	return found;
}

bool
jit_file_symbol(const struct jit_file *f, const struct code_range *code, uint64_t *size, struct buf *name)
{
	return (f->format == JIT_PERF_MAP ? perf_map_symbol : jitdump_symbol)(f, code, size, name);
}
