// SPDX-License-Identifier: GPL-2.0-or-later
/* The entries of a section. */
#include "unwind/entry.h"

#include <string.h>

#include "unwind/machine.h"

/* ---- entries ---- */

enum {
	WIDE = 0xffffffff,
	ZEROS_MAX = 1 << 20, /* bytes; a file can have terabytes of them and yet take no room on the disk */
};

/* An entry of length 0 is said to end the section, but where a linker has put sections together there is one in the
 * middle. The id is of 4 bytes in .eh_frame even when the length is of 8. */
bool
entry_next(const struct section *s, struct cursor *c, struct entry *e)
{
	const uint8_t *id, *begin = c->at;
	uint64_t length = 0, id_size = 4, mark;

	while (!length && cursor_left(c) >= 4 && c->at - begin < ZEROS_MAX) {
		e->at = (uint64_t)(c->at - s->bytes);
		length = cursor_fixed(c, 4);
		if (!length && s->to_terminator)
			return false;
	}
	if (!length)
		return false;
	if (length == WIDE) {
		length = cursor_fixed(c, 8);
		id_size = s->eh ? 4 : 8;
	}
	e->rest = cursor_block(c, length);
	id = e->rest.at;
	e->id = cursor_fixed(&e->rest, id_size);
	mark = s->eh ? 0 : id_size == 8 ? UINT64_MAX : WIDE;
	e->common = e->id == mark && !e->rest.bad;
	if (s->eh)
		e->id = (uint64_t)(id - s->bytes) - (uint64_t)(int32_t)e->id;
	return !c->bad;
}

/* ---- CIEs ---- */

/* The letters that follow 'z', and their data. A letter that is not known ends it; what it means for the frame can be
 * done without, or 'z' would not be there. */
static bool
read_augmentation(struct common *common, struct cursor data, const char *letters)
{
	for (; *letters; letters++) {
		uint64_t unused;
		uint8_t encoding;

		switch (*letters) {
		case 'R':
			common->encoding = cursor_byte(&data);
			break;
		case 'L':
			cursor_byte(&data);
			break;
		case 'P':
			encoding = cursor_byte(&data);
			if (encoding != POINTER_OMITTED &&
			    !pointer_read(common->section, &data, encoding & ~POINTER_INDIRECT, &unused))
				return false;
			break;
		case 'S':
			common->sigframe = true;
			break;
		case 'B': /* arm64: which of two keys signs the return address */
			break;
		default:
			return !strchr(letters, 'R');
		}
	}
	return !data.bad;
}

bool
common_read(struct common *common, struct cursor *c)
{
	uint8_t version = cursor_byte(c);
	const char *letters = (const char *)c->at;
	uint64_t column;

	while (cursor_byte(c))
		;
	if (c->bad || (version != 1 && version != 3 && version != 4))
		return false;
	if (!strcmp(letters, "eh"))
		cursor_fixed(c, 8), letters += 2;
	if (version == 4) {
		if (cursor_byte(c) != 8)
			return false;
		common->segment_size = cursor_byte(c);
	}
	common->code_align = cursor_uleb(c);
	common->data_align = cursor_sleb(c);
	column = version == 1 ? cursor_byte(c) : cursor_uleb(c);
	if (c->bad || column != machine.return_column || common->segment_size > 8)
		return false;
	if (!*letters)
		return true;
	common->augmented = *letters == 'z';
	return common->augmented && read_augmentation(common, cursor_block(c, cursor_uleb(c)), letters + 1) && !c->bad;
}
