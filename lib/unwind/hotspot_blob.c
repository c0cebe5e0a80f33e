// SPDX-License-Identifier: GPL-2.0-or-later
/* A piece of code in one of HotSpot's code heaps. */
#include "unwind/hotspot_blob.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/table.h"
#include "unwind/hotspot_frames.h"
#include "unwind/hotspot_name.h"

enum {
	CODE_MAX = 8 << 20,  /* bytes of one blob */
	ROWS_OF_HEAP = 4 << 20,
	CODELET_ALIGNMENT = 32, /* CodeEntryAlignment */
	CODELETS_MAX = 4096,
	NORMAL_ENTRY = -1, /* as nmethod._entry_bci */
	NAME_SIZE = 64,
};

size_t
blob_header_size(const struct hotspot_vm *vm)
{
	uint64_t block = vm->size[TYPE_BLOCK], method = vm->size[TYPE_METHOD];

	return block + method < BLOB_HEADER_MAX ? (size_t)(block + method) : BLOB_HEADER_MAX;
}

/* A field of the CodeBlob; 0 when it lies outside. */
static uint64_t
field(const struct hotspot_vm *vm, const uint8_t *header, enum vm_field which, size_t size)
{
	uint64_t at = vm->size[TYPE_BLOCK] + vm->field[which], value = 0;

	if (at + size <= blob_header_size(vm))
		memcpy(&value, header + at, size);
	return value;
}

static int32_t
number(const struct hotspot_vm *vm, const uint8_t *header, enum vm_field which)
{
	return (int32_t)field(vm, header, which, sizeof(int32_t));
}

static uint64_t
identity(const struct hotspot_vm *vm, const uint8_t *header)
{
	size_t blob = (size_t)vm->size[TYPE_BLOCK], size = (size_t)vm->size[TYPE_BLOB];
	uint64_t id = field(vm, header, METHOD_COMPILE_ID, sizeof(int32_t));

	return blob + size > blob_header_size(vm) ? 0 : hash_pair(hash_bytes(header + blob, size), id) | 1;
}

bool
blob_describe(const struct code_heap *h, const struct hotspot_vm *vm, uint32_t block, const uint8_t *header, struct blob *b)
{
	uint64_t at = (uint64_t)block << h->shift, begin, end, length = 0;
	uint64_t begins = field(vm, header, BLOB_CODE_BEGIN, sizeof(begin));
	uint8_t used;

	memcpy(&length, header + vm->field[BLOCK_LENGTH] % (BLOB_HEADER_MAX - 8), sizeof(length));
	used = header[vm->field[BLOCK_USED] % BLOB_HEADER_MAX];
	begin = begins - h->low;
	end = field(vm, header, BLOB_CODE_END, sizeof(end)) - h->low;
	if (!used || !length || length > (h->high - h->low) >> h->shift || begin < at || begin >= end ||
	    end - begin > CODE_MAX || end > at + (length << h->shift) || end > h->high - h->low)
		return false;
	*b = (struct blob){.block = block, .identity = identity(vm, header), .start = (uint32_t)begin, .end = (uint32_t)end};
	return true;
}

/* ---- rows ---- */

struct following {
	struct code_heap *heap;
	struct blob *blob;
	uint32_t base; /* offset in the heap of what is followed */
};

static void
put_row(struct following *f, uint32_t offset, const struct unwind_rule *rule)
{
	struct blob *b = f->blob;

	if (f->heap->n_rows >= ROWS_OF_HEAP)
		return;
	GROW(b->rows, b->n, b->cap);
	b->rows[b->n++] = (struct blob_row){offset, rules_number(&f->heap->rules, rule)};
	f->heap->n_rows++;
}

static void
take_row(void *to, uint32_t offset, const struct unwind_rule *rule)
{
	struct following *f = to;

	put_row(f, f->base + offset, rule);
}

/* One rule for all of it. */
static void
put_only(struct following *f, const struct unwind_rule *rule)
{
	f->blob->n = 0;
	put_row(f, f->blob->start, rule);
}

/* ---- kinds of code ---- */

struct source {
	struct following *following;
	struct memory *memory;
	const struct hotspot_vm *vm;
	const uint8_t *header;
	uint8_t *code; /* all of the blob's */
	size_t n;
};

static void
follow_method(const struct source *s)
{
	int32_t words = number(s->vm, s->header, BLOB_FRAME_SIZE), complete = number(s->vm, s->header, BLOB_FRAME_COMPLETE);
	uint64_t base = s->following->heap->low + s->following->base;
	uint64_t entry = field(s->vm, s->header, METHOD_ENTRY, sizeof(entry)) - base;
	uint64_t osr = field(s->vm, s->header, METHOD_OSR_ENTRY, sizeof(osr)) - base;
	struct frames f = {.kind = FRAMES_COMPILED, .code = s->code, .n = s->n, .row = take_row, .to = s->following};

	if (words > 0 && words < 1 << 20)
		f.frame_size = (uint32_t)words * 8;
	if (complete > 0 && (size_t)complete < s->n)
		f.frame_complete = (uint32_t)complete;
	if (entry < s->n)
		f.entry = (uint32_t)entry;
	if (number(s->vm, s->header, METHOD_OSR_BCI) != NORMAL_ENTRY && osr < s->n)
		f.other_entry = (uint32_t)osr;
	if (!frames_follow(&f)) {
		put_only(s->following, &frames_unread);
		s->following->blob->identity = 0;
	}
}

static void
follow_stubs(const struct source *s)
{
	frames_follow(&(struct frames){.kind = FRAMES_STUBS, .code = s->code, .n = s->n, .row = take_row, .to = s->following});
}

static const struct {
	const char *begins;
	enum frames_kind kind;
} codelets[] = {
	{"method entry point", FRAMES_ENTRY},
	{"result handlers for native calls", FRAMES_STUBS},
	{"slow signature handler", FRAMES_STUBS},
};

static enum frames_kind
kind_of_codelet(const struct source *s, const uint8_t *codelet)
{
	uint64_t at;
	char name[NAME_SIZE];

	memcpy(&at, codelet + s->vm->field[CODELET_DESCRIPTION], sizeof(at));
	if (!memory_string(s->memory, at, name, sizeof(name)))
		return FRAMES_INTERPRETED;
	for (size_t i = 0; i < sizeof(codelets) / sizeof(*codelets); i++)
		if (!strncmp(name, codelets[i].begins, strlen(codelets[i].begins)))
			return codelets[i].kind;
	return FRAMES_INTERPRETED;
}

static void
follow_codelets(const struct source *s, uint64_t first, uint64_t limit)
{
	const struct hotspot_vm *vm = s->vm;
	uint64_t header = (vm->size[TYPE_CODELET] + CODELET_ALIGNMENT - 1) / CODELET_ALIGNMENT * CODELET_ALIGNMENT;
	struct unwind_rule between = frames_interpreted();
	uint32_t base = s->following->base, size;

	if (!vm->size[TYPE_CODELET] || vm->field[CODELET_DESCRIPTION] + 8 > header || vm->field[CODELET_SIZE] + 4 > header)
		return;
	for (int i = 0; i < CODELETS_MAX && first + header < limit; i++, first += size) {
		const uint8_t *codelet = s->code + first;
		struct frames f = {.code = codelet + header, .row = take_row, .to = s->following};

		memcpy(&size, codelet + vm->field[CODELET_SIZE], sizeof(size));
		put_row(s->following, base + (uint32_t)first, &between);
		if (size <= header || size > limit - first)
			return;
		f.kind = kind_of_codelet(s, codelet);
		f.n = size - header;
		s->following->base = base + (uint32_t)(first + header);
		frames_follow(&f);
		s->following->base = base;
	}
}

/* The interpreter is a queue of codelets. The places where it goes on after a call may be the first ones of these, and the call
 * is looked for before that. */
static void
follow_interpreter(const struct source *s)
{
	const struct hotspot_vm *vm = s->vm;
	uint64_t queue, buffer, first;
	uint32_t limit;

	put_only(s->following, &frames_unsupported);
	if (!memory_read(s->memory, vm->field[INTERPRETER_CODE], &queue, sizeof(queue)) ||
	    !memory_read(s->memory, queue + vm->field[QUEUE_BUFFER], &buffer, sizeof(buffer)) ||
	    !memory_read(s->memory, queue + vm->field[QUEUE_LIMIT], &limit, sizeof(limit)))
		return;
	first = buffer - s->following->heap->low - s->following->base;
	if (first >= s->n || limit > s->n - first)
		return;
	follow_codelets(s, first, first + limit);
}

typedef void follow_kind(const struct source *s);

static const struct {
	const char *begins;
	follow_kind *follow; /* NULL: none of it is ever run */
} kinds[] = {
	{"nmethod", follow_method},
	{"native nmethod", follow_method},
	{"Interpreter", follow_interpreter},
	{"C1 temporary CodeBuffer", NULL},
	{"Compile::scratch_buffer", NULL},
	{"Signature Handler Temp Buffer", NULL},
};

static follow_kind *
kind_of(struct memory *m, const struct hotspot_vm *vm, const uint8_t *header)
{
	char name[NAME_SIZE];
	uint64_t at = field(vm, header, BLOB_NAME, sizeof(at));

	if (memory_string(m, at, name, sizeof(name)))
		for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
			if (!strncmp(name, kinds[i].begins, strlen(kinds[i].begins)))
				return kinds[i].follow;
	return follow_stubs;
}

bool
blob_name(struct memory *m, const struct hotspot_vm *vm, const uint8_t *header, struct buf *name)
{
	char kind[NAME_SIZE];

	if (!vm->has_names || !memory_string(m, field(vm, header, BLOB_NAME, sizeof(uint64_t)), kind, sizeof(kind)) || !kind[0])
		return false;
	if (kind_of(m, vm, header) == follow_method)
		return hotspot_method_name(m, vm, field(vm, header, NAMED_METHOD, sizeof(uint64_t)), name);
	for (const char *c = kind; *c; c++)
		buf_char(name, (unsigned char)*c < ' ' ? '?' : *c);
	return true;
}

/* Takes over what was found in the same code. */
static bool
is_as_before(struct blob *b, struct blob *before)
{
	if (!before || before->identity != b->identity || before->content != b->content)
		return false;
	b->rows = before->rows;
	b->n = before->n;
	b->cap = before->cap;
	before->rows = NULL;
	b->settled = b->is_method;
	return true;
}

/* -1: it cannot be read; else whether the rules are others. */
static int
read_and_follow(const struct source *s, follow_kind *follow, struct blob *before)
{
	struct code_heap *h = s->following->heap;
	struct blob *b = s->following->blob;

	if (s->n > h->code_left || !memory_read(s->memory, h->low + b->start, s->code, s->n))
		return -1;
	h->code_left -= s->n;
	b->content = hash_bytes(s->code, s->n);
	if (is_as_before(b, before))
		return 0;
	follow(s);
	return b->identity || !before || before->identity;
}

bool
blob_follow(struct code_heap *h, struct memory *m, const struct hotspot_vm *vm, const uint8_t *header, struct blob *b,
	    struct blob *before)
{
	struct following f = {h, b, b->start};
	follow_kind *follow = kind_of(m, vm, header);
	size_t n = b->end - b->start;
	uint8_t *code;
	int changed;

	b->is_method = follow == follow_method || !follow;
	if (!follow) {
		put_only(&f, &frames_unsupported);
		b->settled = true;
		return true;
	}
	code = xmalloc(n);
	changed = read_and_follow(&(struct source){&f, m, vm, header, code, n}, follow, before);
	free(code);
	if (changed < 0) {
		put_only(&f, &frames_unread);
		b->identity = 0;
		return !before || before->identity;
	}
	return changed;
}
