// SPDX-License-Identifier: GPL-2.0-or-later
/* The files in which a process tells of the code it makes. */
#include "sym/jit_process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text_file.h"

enum {
	SOON = 50000000,	/* ns to the second look for a map that was not there; */
	SELDOM = 1000000000,	/* and between two looks at the most */
	SLACK = 1000000000,	/* by so many ns clocks may differ: a file's time is that of the last tick */
};

/* ---- the process ---- */

/* "NSpid:\t4711\t17\n": the last one is what it calls itself. "Uid:\t1000\t1000\t…": the second one opens files. */
static void
read_status(struct jit_process *p)
{
	char path[32], *at, *line, *word;
	struct buf text = {0};

	snprintf(path, sizeof(path), "/proc/%u/status", p->pid);
	at = text_file_read(path, &text) ? NULL : text.data;
	while (at && (line = line_next(&at))) {
		if (!strncmp(line, "Uid:", 4)) {
			word_next(&line);
			word_next(&line);
			word = word_next(&line);
			p->owners[2] = word ? (uid_t)strtoul(word, NULL, 10) : 0;
		} else if (!strncmp(line, "NSpid:", 6)) {
			for (word_next(&line); (word = word_next(&line));)
				snprintf(p->map, sizeof(p->map), "tmp/perf-%lu.map", strtoul(word, NULL, 10));
		}
	}
	buf_free(&text);
}

/* Fields of /proc/PID/stat (proc_pid_stat(5)), which are counted behind the name, as that may hold anything. */
enum { FIELD_PARENT = 4, FIELD_START = 22, FIELD_STACK = 28, FIELDS = 29 };

static bool
read_stat(uint32_t pid, uint64_t fields[FIELDS])
{
	char path[32], line[1024], *at, *word;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	if (text_file_line(path, line, sizeof(line)) || !(at = strrchr(line, ')')))
		return false;
	at++;
	for (int field = 3; field < FIELDS; field++) {
		word = word_next(&at);
		fields[field] = word ? strtoull(word, NULL, 10) : 0;
	}
	return true;
}

static uint64_t
read_start(uint32_t pid)
{
	uint64_t fields[FIELDS], tick = 1000000000 / (uint64_t)sysconf(_SC_CLK_TCK);

	if (!read_stat(pid, fields))
		return 0;
	return fields[FIELD_START] * tick + clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);
}

/* Where the first stack begins is chosen anew by each exec. */
uint32_t
jit_process_forked_from(uint32_t pid)
{
	uint64_t child[FIELDS], parent[FIELDS];

	if (!read_stat(pid, child) || !read_stat((uint32_t)child[FIELD_PARENT], parent))
		return 0;
	return child[FIELD_STACK] && child[FIELD_STACK] == parent[FIELD_STACK] ? (uint32_t)child[FIELD_PARENT] : 0;
}

struct jit_process *
jit_process_open(uint32_t pid, uint64_t since)
{
	struct jit_process *p = xcalloc(1, sizeof(*p));
	char path[32];

	p->users = 1;
	p->pid = pid;
	p->step = SOON;
	p->owners[1] = p->owners[2] = geteuid();
	snprintf(p->map, sizeof(p->map), "tmp/perf-%u.map", pid);
	snprintf(path, sizeof(path), "/proc/%u/root", pid);
	p->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	p->root = p->pidfd < 0 ? -1 : open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (p->pidfd >= 0) {
		read_status(p);
		p->began = read_start(pid);
	}
	if (p->root < 0 && strtoul(p->map + sizeof("tmp/perf-") - 1, NULL, 10) != pid)
		p->map[0] = 0; /* our root is not its */
	p->ended = p->pidfd < 0;
	if (!p->began)
		p->began = since;
	return p;
}

static void
drop_file(struct jit_process *p, size_t i)
{
	jit_file_close(&p->files[i].file);
	p->n--;
	memmove(p->files + i, p->files + i + 1, (p->n - i) * sizeof(*p->files));
}

void
jit_process_release(struct jit_process *p)
{
	if (--p->users)
		return;
	while (p->n)
		drop_file(p, p->n - 1);
	if (p->pidfd >= 0)
		close(p->pidfd);
	if (p->root >= 0)
		close(p->root);
	free(p);
}

/* ---- opening ---- */

/* A reference to a file that the process would find at the path, which does nothing to it yet. */
static int
refer(const struct jit_process *p, const char *path, int flags)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC | (unsigned)flags, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	int ours = p->root < 0 ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	int fd = (int)syscall(SYS_openat2, p->root < 0 ? ours : p->root, path, &how, sizeof(how));

	if (ours >= 0)
		close(ours);
	return fd;
}

/* Opens what is referred to, and closes the reference. */
static int
open_referred(int reference)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", reference);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	close(reference);
	return fd;
}

static void
add_file(struct jit_process *p, int fd, const struct stat *st, bool is_map)
{
	struct jit_file_of *f = &p->files[p->n++];
	static uint32_t opened; /* by anyone */
	bool old = is_map && st->st_ino == p->floor_inode && (uint64_t)st->st_size >= p->floor;

	*f = (struct jit_file_of){.device = st->st_dev, .inode = st->st_ino, .number = opened++, .is_map = is_map};
	jit_file_open(&f->file, fd, old ? p->floor : 0, 0);
}

static bool
is_its_map(const struct jit_process *p, const struct stat *st)
{
	uint64_t written = (uint64_t)st->st_mtim.tv_sec * 1000000000 + (uint64_t)st->st_mtim.tv_nsec;
	bool good = S_ISREG(st->st_mode) && written + SLACK >= p->began;

	return good && (st->st_uid == p->owners[0] || st->st_uid == p->owners[1] || st->st_uid == p->owners[2]);
}

static struct jit_file_of *
map_of(struct jit_process *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->files[i].is_map)
			return &p->files[i];
	return NULL;
}

bool
jit_process_has_map(const struct jit_process *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->files[i].is_map)
			return true;
	return false;
}

bool
jit_process_look(struct jit_process *p, uint64_t now)
{
	struct jit_file_of *have = map_of(p);
	struct stat st;
	int fd;

	if (now < p->next || !p->map[0])
		return false;
	p->next = monotonic_ns() + p->step;
	p->step = p->step * 2 < SELDOM && !have ? p->step * 2 : SELDOM;
	fd = refer(p, p->map, O_NOFOLLOW);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) || !is_its_map(p, &st) || (have && have->inode == st.st_ino && have->device == st.st_dev) ||
	    (!have && p->n == JIT_FILES_MAX)) {
		close(fd);
		return false;
	}
	fd = open_referred(fd);
	if (fd < 0)
		return false;
	if (have)
		drop_file(p, (size_t)(have - p->files));
	add_file(p, fd, &st, true);
	return true;
}

/* What it has mapped is its own choice: only what kind of file it is matters. One that has no name any more is reached through
 * the mapping. */
void
jit_process_add_dump(struct jit_process *p, const char *path, uint64_t start, uint64_t end)
{
	struct stat st;
	char mapped[96];
	int fd = refer(p, path, 0);

	if (fd < 0) {
		snprintf(mapped, sizeof(mapped), "/proc/%u/map_files/%llx-%llx", p->pid, (unsigned long long)start,
			 (unsigned long long)end);
		fd = open(mapped, O_PATH | O_CLOEXEC);
	}
	if (fd < 0)
		return;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || p->n == JIT_FILES_MAX) {
		close(fd);
		return;
	}
	for (size_t i = 0; i < p->n; i++)
		if (p->files[i].inode == st.st_ino && p->files[i].device == st.st_dev) {
			close(fd);
			return;
		}
	fd = open_referred(fd);
	if (fd >= 0)
		add_file(p, fd, &st, false);
}

void
jit_process_add_map(struct jit_process *p, int fd)
{
	struct stat st;

	if (fstat(fd, &st) || p->n == JIT_FILES_MAX)
		close(fd);
	else
		add_file(p, fd, &st, false);
}

void
jit_process_exec(struct jit_process *p)
{
	const struct jit_file_of *map = map_of(p);

	if (map) {
		p->floor_inode = map->inode;
		p->floor = map->file.at;
	}
	while (p->n)
		drop_file(p, p->n - 1);
	p->next = 0;
	p->step = SOON;
}

/* ---- reading ---- */

bool
jit_process_read(struct jit_process *p, uint64_t deadline, size_t room)
{
	bool more = false;

	for (size_t i = 0; i < p->n; i++) {
		struct jit_file *f = &p->files[i].file;
		size_t had = f->code.n;

		f->most = had + room;
		while ((more = jit_file_read(f)) && monotonic_ns() < deadline)
			;
		room -= f->code.n > had ? (f->code.n - had < room ? f->code.n - had : room) : 0;
		if (more)
			break;
	}
	return more;
}

uint64_t
jit_process_progress(const struct jit_process *p)
{
	uint64_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += ((uint64_t)p->files[i].number << 32) + p->files[i].file.at + ((uint64_t)p->files[i].file.restarts << 48);
	return n;
}

size_t
jit_process_pieces(const struct jit_process *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->files[i].file.code.n;
	return n;
}

/* A jitdump knows of code that moves; a map does not, and is asked last. */
const struct jit_file_of *
jit_process_find(const struct jit_process *p, uint64_t address, struct code_range *code)
{
	for (int map = 0; map <= 1; map++)
		for (size_t i = 0; i < p->n; i++)
			if (p->files[i].is_map == map && jit_file_find(&p->files[i].file, address, code))
				return &p->files[i];
	return NULL;
}
