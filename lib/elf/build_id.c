// SPDX-License-Identifier: GPL-2.0-or-later
/* A file's build-id with a few small reads: in most files all of it lies in the first page. */
#include "elf/build_id.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/read_at.h"

enum { START = 4096, AT_ONCE = 32, SECTIONS_MAX = 4096 };

struct reading {
	int fd;
	size_t n;
	uint8_t start[START]; /* the file's first n bytes */
};

/* Reads up to `len` bytes at an offset; returns how many there are. */
static size_t
read_part(const struct reading *r, uint64_t offset, void *to, size_t len)
{
	if (offset >= r->n || len > r->n - offset)
		return read_at(r->fd, to, len, offset);
	memcpy(to, r->start + offset, len);
	return len;
}

static size_t
in_notes(const struct reading *r, uint64_t offset, uint64_t size, uint64_t align, uint8_t id[BUILD_ID_MAX])
{
	uint8_t notes[2 * START];

	/* Core files and kernels have huge notes; the build-id comes early in all that were seen. */
	if (size > sizeof(notes))
		size = sizeof(notes);
	return notes_build_id(notes, read_part(r, offset, notes, (size_t)size), align, id);
}

static size_t
in_segments(const struct reading *r, const struct elf_header *h, uint8_t id[BUILD_ID_MAX])
{
	uint8_t bytes[sizeof(Elf64_Phdr)];
	size_t found = 0;

	for (uint32_t i = 0; i < h->segments && !found; i++) {
		struct elf_segment s;

		if (read_part(r, h->segments_at + (uint64_t)i * h->segment_size, bytes, h->segment_size) <
		    h->segment_size)
			break;
		segment_read(h, bytes, &s);
		if (s.type == PT_NOTE)
			found = in_notes(r, s.offset, s.file_size, s.align, id);
	}
	return found;
}

/* Object files, kernel modules and debug files may have it in a section only. */
static size_t
in_sections(const struct reading *r, const struct elf_header *h, uint8_t id[BUILD_ID_MAX])
{
	uint8_t bytes[AT_ONCE * sizeof(Elf64_Shdr)];
	uint32_t sections = h->sections < SECTIONS_MAX ? h->sections : SECTIONS_MAX;
	size_t found = 0;

	for (uint32_t i = 0; i < sections && !found; i += AT_ONCE) {
		uint32_t here = sections - i < AT_ONCE ? sections - i : AT_ONCE;
		size_t got = read_part(r, h->sections_at + (uint64_t)i * h->section_size, bytes, here * h->section_size);

		if (got < h->section_size)
			break;
		for (uint32_t j = 0; j < got / h->section_size && !found; j++) {
			struct elf_section s;

			section_read(h, bytes + j * h->section_size, &s);
			if (s.type == SHT_NOTE)
				found = in_notes(r, s.offset, s.size, 4, id);
		}
	}
	return found;
}

int
elf_open_fd(const char *path, struct err *err)
{
	struct stat st;
	int fd;

	/* Asked before opening, because opening a device can have effects and opening a fifo waits. */
	if (stat(path, &st))
		return err_set(err, "%s:", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, "%s: not a regular file", path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return err_set(err, "%s:", path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(err, "%s: not a regular file", path);
	}
	return fd;
}

int
elf_build_id_fd(int fd, const char *name, uint8_t id[BUILD_ID_MAX], struct err *err)
{
	struct reading r = {.fd = fd};
	struct elf_header h;
	const char *wrong;
	size_t found;

	errno = 0;
	r.n = read_part(&r, 0, r.start, START);
	if (!r.n && errno)
		return err_set(err, "%s:", name);
	wrong = header_read(r.start, r.n, &h);
	if (wrong)
		return err_set(err, "%s: %s", name, wrong);
	found = in_segments(&r, &h, id);
	if (!found)
		found = in_sections(&r, &h, id);
	return (int)found;
}

char *
build_id_text(const uint8_t *id, size_t len, char text[BUILD_ID_TEXT])
{
	for (size_t i = 0; i < len && i < BUILD_ID_MAX; i++) {
		text[2 * i] = "0123456789abcdef"[id[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[id[i] & 15];
	}
	text[2 * (len < BUILD_ID_MAX ? len : BUILD_ID_MAX)] = 0;
	return text;
}
