// SPDX-License-Identifier: GPL-2.0-or-later
/* /etc/ld.so.cache. The format is glibc's sysdeps/generic/dl-cache.h:
 *
 *	"ld.so-1.7.0\0", u32 n, n entries of 12 bytes	the old format, which may stand first; then up to a multiple of 8
 *	"glibc-ld.so.cache1.1", u32 n, u32 strings' size, u8 byte order, 3 bytes, u32 extensions, 12 bytes
 *	n entries: u32 flags, u32 name, u32 path, u32, u64 hwcap
 *	strings
 *
 * Names and paths are offsets from the new header; entries are sorted by name, the last first. A hwcap with bit 62 is
 * a number in the list of subdirectories that the extension with tag 1 has: magic, n, n times (u32 tag, u32, u32
 * offset, u32 size); these offsets are from the start of the file. */
#include "elf/ldcache.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "elf/build_id.h"
#include "elf/native.h"

enum {
	CACHE_MAX = 16 << 20,
	OLD_HEADER = 16,
	OLD_ENTRY = 12,
	HEADER = 48,
	ENTRY = 24,
	EXTENSIONS_MAGIC = (int)0xeaa42174,
	TAG_HWCAPS = 1,
	SAME_NAME_MAX = 64,
};

static const uint64_t hwcap_is_extension = (uint64_t)1 << 62;

struct ldcache {
	uint8_t *bytes; /* owned; the file, and a 0 */
	size_t size;
	size_t base; /* of the new header */
	uint32_t n;
	size_t hwcaps; /* the list of subdirectories, n_hwcaps offsets of strings */
	uint32_t n_hwcaps;
};

/* ---- reading ---- */

static uint32_t
u32(const struct ldcache *c, size_t at)
{
	uint32_t v;

	memcpy(&v, c->bytes + at, sizeof(v));
	return v;
}

static size_t
entry(const struct ldcache *c, uint32_t i)
{
	return c->base + HEADER + (size_t)i * ENTRY;
}

/* The 0 after the last byte ends any string. */
static const char *
string(const struct ldcache *c, uint32_t offset)
{
	return offset <= c->size - c->base ? (const char *)c->bytes + c->base + offset : "";
}

static bool
inside(const struct ldcache *c, uint64_t at, uint64_t size)
{
	return at <= c->size && size <= c->size - at;
}

static void
find_hwcaps(struct ldcache *c)
{
	uint32_t at = u32(c, c->base + 32), n;

	if (!at || !inside(c, at, 8) || u32(c, at) != (uint32_t)EXTENSIONS_MAGIC)
		return;
	n = u32(c, at + 4);
	for (uint64_t i = at + 8; n && inside(c, i, 16); i += 16, n--)
		if (u32(c, i) == TAG_HWCAPS && inside(c, u32(c, i + 8), u32(c, i + 12))) {
			c->hwcaps = u32(c, i + 8);
			c->n_hwcaps = u32(c, i + 12) / 4;
		}
}

static bool
read_header(struct ldcache *c)
{
	static const char old[12] = "ld.so-1.7.0", new[] = "glibc-ld.so.cache1.1";
	const uint8_t order = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 2 : 3;

	if (c->size >= OLD_HEADER && !memcmp(c->bytes, old, sizeof(old)))
		c->base = (OLD_HEADER + (size_t)u32(c, sizeof(old)) * OLD_ENTRY + 7) & ~(size_t)7;
	if (!inside(c, c->base, HEADER) || memcmp(c->bytes + c->base, new, sizeof(new) - 1))
		return false;
	c->n = u32(c, c->base + 20);
	if ((c->bytes[c->base + 28] & 3) != order && c->bytes[c->base + 28] & 3)
		return false;
	if (c->n > (c->size - c->base - HEADER) / ENTRY)
		return false;
	find_hwcaps(c);
	return true;
}

static bool
read_file(int fd, struct ldcache *c)
{
	struct stat st;

	if (fstat(fd, &st) || st.st_size > CACHE_MAX)
		return false;
	c->bytes = xcalloc(1, (size_t)st.st_size + 1);
	while (c->size < (size_t)st.st_size) {
		ssize_t n = read(fd, c->bytes + c->size, (size_t)st.st_size - c->size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		c->size += (size_t)n;
	}
	return read_header(c);
}

struct ldcache *
ldcache_open(const char *path)
{
	struct ldcache *c;
	struct err err;
	int fd = elf_open_fd(path, &err);
	bool good;

	if (fd < 0)
		return NULL;
	c = xcalloc(1, sizeof(*c));
	good = read_file(fd, c);
	close(fd);
	if (good)
		return c;
	ldcache_close(c);
	return NULL;
}

void
ldcache_close(struct ldcache *c)
{
	if (c)
		free(c->bytes);
	free(c);
}

/* ---- finding ---- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* As ldconfig sorts: numbers by value, and after anything else. */
static int
compare(const char *a, const char *b)
{
	while (*a) {
		if (is_digit(*a) && is_digit(*b)) {
			uint64_t x = 0, y = 0;

			for (; is_digit(*a); a++)
				x = x * 10 + (uint64_t)(*a - '0');
			for (; is_digit(*b); b++)
				y = y * 10 + (uint64_t)(*b - '0');
			if (x != y)
				return x < y ? -1 : 1;
		} else if (is_digit(*a) || is_digit(*b)) {
			return is_digit(*a) ? 1 : -1;
		} else if (*a != *b) {
			return *a - *b;
		} else {
			a++;
			b++;
		}
	}
	return *a - *b;
}

/* How good an entry is: 0 for none, 1 for one that every cpu can run, more for those in better subdirectories. */
static int
rank(const struct ldcache *c, size_t e)
{
	uint64_t hwcap;
	const char *name;
	uint32_t index;

	memcpy(&hwcap, c->bytes + e + 16, sizeof(hwcap));
	index = (uint32_t)hwcap;
	if (u32(c, e) != native.cache_flags)
		return 0;
	if (!(hwcap & hwcap_is_extension) || index >= c->n_hwcaps)
		return !hwcap;
	name = string(c, u32(c, c->hwcaps + (size_t)index * 4));
	for (int i = 0; native.hwcaps[i]; i++)
		if (!strcmp(native.hwcaps[i], name) && native_has(name))
			return 10 - i;
	return 0;
}

/* The path of an entry that is better than `best`, which becomes its rank; else NULL. */
static const char *
better(const struct ldcache *c, size_t e, int *best)
{
	const char *path = string(c, u32(c, e + 8));
	int here = rank(c, e);

	if (here <= *best || *path != '/')
		return NULL;
	*best = here;
	return path;
}

const char *
ldcache_find(const struct ldcache *c, const char *name)
{
	uint32_t low = 0, high = c ? c->n : 0, n = high;
	const char *found = NULL, *path;
	int best = 0;

	while (low < high) { /* the first that does not come before */
		uint32_t middle = low + (high - low) / 2;

		if (compare(string(c, u32(c, entry(c, middle) + 4)), name) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (uint32_t i = low; i < n && i - low < SAME_NAME_MAX; i++) {
		size_t e = entry(c, i);

		if (compare(string(c, u32(c, e + 4)), name))
			break;
		if ((path = better(c, e, &best)))
			found = path;
	}
	return found;
}

/* As the last is first, so is the newest. */
const char *
ldcache_find_version(const struct ldcache *c, const char *name)
{
	size_t len = strlen(name);

	for (uint32_t i = 0; c && i < c->n; i++) {
		const char *here = string(c, u32(c, entry(c, i) + 4));

		if (!strncmp(here, name, len) && here[len] == '.')
			return ldcache_find(c, here);
	}
	return NULL;
}
