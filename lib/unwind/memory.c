// SPDX-License-Identifier: GPL-2.0-or-later
/* Another process's memory. */
#include "unwind/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "base/alloc.h"

/* The call stops within the first piece that is not there. */
size_t
memory_of_process(void *context, const struct memory_piece *pieces, size_t n)
{
	struct iovec to[MEMORY_PIECES] = {0}, from[MEMORY_PIECES] = {0};
	ssize_t bytes;
	size_t done;

	for (size_t i = 0; i < n; i++) {
		to[i] = (struct iovec){pieces[i].to, pieces[i].size};
		from[i] = (struct iovec){(void *)(uintptr_t)pieces[i].address, pieces[i].size};
	}
	bytes = process_vm_readv(*(pid_t *)context, to, n, from, n, 0);
	for (done = 0; done < n && bytes >= (ssize_t)pieces[done].size; done++)
		bytes -= (ssize_t)pieces[done].size;
	return done;
}

bool
memory_read(struct memory *m, uint64_t address, void *to, size_t size)
{
	struct memory_piece piece = {address, to, size};

	return m->read(m->context, &piece, 1) == 1;
}

void
memory_gather(struct memory *m, struct memory_piece *pieces, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t left = n - i, some = left < MEMORY_PIECES ? left : MEMORY_PIECES;
		size_t done = m->read(m->context, pieces + i, some);

		if (done < some)
			pieces[i + done++].size = 0;
		i += done;
	}
}

/* The page that holds an address, or NULL. */
static const uint8_t *
page_at(struct memory *m, uint64_t address)
{
	uint64_t page = address / MEMORY_PAGE;
	size_t at = page % MEMORY_PAGES;

	if (!m->pages)
		m->pages = xcalloc(MEMORY_PAGES, MEMORY_PAGE);
	if (m->kept[at] == page + 1)
		return m->pages[at];
	m->kept[at] = 0;
	if (!memory_read(m, page * MEMORY_PAGE, m->pages[at], MEMORY_PAGE))
		return NULL;
	m->kept[at] = page + 1;
	return m->pages[at];
}

bool
memory_peek(struct memory *m, uint64_t address, void *to, size_t size)
{
	uint8_t *bytes = to;

	while (size) {
		const uint8_t *page = page_at(m, address);
		size_t at = address % MEMORY_PAGE, some = MEMORY_PAGE - at < size ? MEMORY_PAGE - at : size;

		if (!page)
			return false;
		memcpy(bytes, page + at, some);
		address += some;
		bytes += some;
		size -= some;
	}
	return true;
}

bool
memory_string(struct memory *m, uint64_t address, char *to, size_t size)
{
	for (size_t i = 0; address && i < size; i++) {
		if (!memory_peek(m, address + i, to + i, 1))
			return false;
		if (!to[i])
			return true;
	}
	return false;
}

void
memory_forget(struct memory *m)
{
	memset(m->kept, 0, sizeof(m->kept));
	free(m->pages);
	m->pages = NULL;
}
