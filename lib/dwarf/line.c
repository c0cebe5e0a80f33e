// SPDX-License-Identifier: GPL-2.0-or-later
/* The line table of one unit, decoded once.
 *
 * The table is a program that makes rows (address, file, line) in runs, "sequences", each ascending by address and with
 * an end. Here a row begins where the file or the line changes; a sequence's end is a row as well, until the next
 * sequence takes its place. A row of line 0 stays what it is, code that comes from no line: llvm-symbolizer and
 * addr2line say so, too, and do not take the line before it. */
#include "dwarf/line.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "dwarf/line_header.h"
#include "elf/sort.h"

enum standard {
	COPY = 1,
	ADVANCE_PC,
	ADVANCE_LINE,
	SET_FILE,
	SET_COLUMN,
	NEGATE_STMT,
	SET_BASIC_BLOCK,
	CONST_ADD_PC,
	FIXED_ADVANCE_PC,
	SET_PROLOGUE_END,
	SET_EPILOGUE_BEGIN,
	SET_ISA,
	STANDARD_COUNT,
};

/* How many numbers each takes; what a header says otherwise is another opcode. */
static const uint8_t usual[STANDARD_COUNT] = {
	[ADVANCE_PC] = 1, [ADVANCE_LINE] = 1, [SET_FILE] = 1, [SET_COLUMN] = 1, [FIXED_ADVANCE_PC] = 1, [SET_ISA] = 1,
};

enum extended { END_SEQUENCE = 1, SET_ADDRESS = 2, DEFINE_FILE = 3 };

enum { NO_FILE = INT32_MAX }; /* of the row that ends a sequence */

struct sequence {
	uint64_t start, end; /* vaddrs */
	size_t first, n;     /* rows */
};

struct machine {
	const struct line_header *header;
	struct line_table *table;
	struct sequence *sequences; /* owned; as they come */
	size_t n, cap;
	size_t first; /* row of the sequence at hand */
	uint64_t address;
	uint32_t op_index, file;
	uint64_t line;
	bool all_rows;
	bool begins; /* a statement */
	bool dropped; /* the linker left out the code of the sequence at hand */
	uint32_t address_steps[256]; /* of special opcodes, in operations */
	int32_t line_steps[256];
};

/* ---- rows ---- */

static void
put_row(struct line_table *t, struct line_row row)
{
	GROW(t->rows, t->n, t->cap);
	t->rows[t->n++] = row;
}

static void
end_sequence(struct machine *m)
{
	struct line_table *t = m->table;
	size_t n = t->n - m->first;

	if (n && m->address < t->rows[t->n - 1].vaddr)
		m->address = t->rows[t->n - 1].vaddr;
	if (n && (m->dropped || m->address <= t->rows[m->first].vaddr)) {
		t->n = m->first; /* it covers nothing */
	} else if (n) {
		GROW(m->sequences, m->n, m->cap);
		m->sequences[m->n++] = (struct sequence){t->rows[m->first].vaddr, m->address, m->first, n};
		put_row(t, (struct line_row){.vaddr = m->address, .file = NO_FILE});
	}
	m->first = t->n;
}

/* Of several rows for one address the last counts. */
static inline void
add_row(struct machine *m)
{
	struct line_table *t = m->table;
	struct line_row row = {m->address, m->file, m->begins, m->line > UINT32_MAX ? 0 : (uint32_t)m->line};
	struct line_row *last = t->n > m->first ? &t->rows[t->n - 1] : NULL;

	if (last && last->vaddr > row.vaddr) { /* against the standard: what comes is another sequence */
		uint64_t address = m->address;

		end_sequence(m);
		m->address = address;
		last = NULL;
	}
	if (m->all_rows) {
		put_row(t, row);
		return;
	}
	if (last && last->vaddr == row.vaddr) {
		t->n--;
		last = t->n > m->first ? last - 1 : NULL;
	}
	if (last && last->file == row.file && last->line == row.line)
		return;
	put_row(t, row);
}

/* ---- the program ---- */

static void
begin_sequence(struct machine *m)
{
	m->address = 0;
	m->op_index = 0;
	m->file = 1;
	m->line = 1;
	m->begins = m->header->default_is_stmt;
	m->dropped = true; /* until an address is set */
}

/* An instruction may hold several operations; without that an operation is an instruction. */
static inline void
advance(struct machine *m, uint64_t operations)
{
	const struct line_header *h = m->header;

	if (h->max_operations == 1) {
		m->address += h->min_instruction * operations;
		return;
	}
	operations += m->op_index;
	m->address += h->min_instruction * (operations / h->max_operations);
	m->op_index = (uint32_t)(operations % h->max_operations);
}

/* The linkers set 0, 1 or the highest addresses where code was left out. */
static bool
is_dropped(uint64_t address, size_t size)
{
	uint64_t highest = size >= 8 ? UINT64_MAX : (UINT64_C(1) << 8 * size) - 1;

	return address <= 1 || address >= highest - 1;
}

static void
define_file(struct machine *m, struct cursor *c)
{
	const char *name = (const char *)c->at;

	if (!memchr(c->at, 0, cursor_left(c)))
		return;
	line_file_add(m->table, name, NULL); /* nobody makes these since 1995; its directory is not worth keeping */
}

static void
run_extended(struct machine *m, struct cursor *program)
{
	struct cursor c = cursor_block(program, cursor_uleb(program));
	size_t size;

	switch (cursor_byte(&c)) {
	case END_SEQUENCE:
		end_sequence(m);
		begin_sequence(m);
		break;
	case SET_ADDRESS:
		size = cursor_left(&c);
		if (!size || size > 8)
			break;
		m->address = cursor_fixed(&c, size);
		m->op_index = 0;
		m->dropped = is_dropped(m->address, size);
		break;
	case DEFINE_FILE:
		define_file(m, &c);
		break;
	}
}

static void
run_standard(struct machine *m, uint8_t opcode, struct cursor *c)
{
	uint8_t operands = m->header->operands[opcode - 1];

	if (opcode >= STANDARD_COUNT || operands != usual[opcode]) {
		while (operands-- && !c->bad)
			cursor_uleb(c);
		return;
	}
	switch (opcode) {
	case COPY:
		add_row(m);
		break;
	case ADVANCE_PC:
		advance(m, cursor_uleb(c));
		break;
	case ADVANCE_LINE:
		m->line += (uint64_t)cursor_sleb(c);
		break;
	case SET_FILE: {
		uint64_t file = cursor_uleb(c);

		m->file = file < NO_FILE ? (uint32_t)file : NO_FILE - 1;
		break;
	}
	case NEGATE_STMT:
		m->begins = !m->begins;
		break;
	case CONST_ADD_PC:
		advance(m, m->address_steps[255]);
		break;
	case FIXED_ADVANCE_PC:
		m->address += cursor_fixed(c, 2);
		m->op_index = 0;
		break;
	case SET_COLUMN:
	case SET_ISA:
		cursor_uleb(c);
		break;
	}
}

static void
run(struct machine *m)
{
	struct cursor c = m->header->program;
	uint8_t base = m->header->opcode_base;

	begin_sequence(m);
	while (c.at < c.end && !c.bad) {
		uint8_t opcode = *c.at++;

		if (opcode >= base) {
			m->line += (uint64_t)(int64_t)m->line_steps[opcode];
			advance(m, m->address_steps[opcode]);
			add_row(m);
		} else if (opcode) {
			run_standard(m, opcode, &c);
		} else {
			run_extended(m, &c);
		}
	}
	end_sequence(m);
}

static void
make_steps(struct machine *m)
{
	const struct line_header *h = m->header;

	for (unsigned opcode = h->opcode_base; opcode < 256 && h->line_range; opcode++) {
		m->address_steps[opcode] = (opcode - h->opcode_base) / h->line_range;
		m->line_steps[opcode] = h->line_base + (int)((opcode - h->opcode_base) % h->line_range);
	}
}

/* ---- order ---- */

/* Puts the sequences into one ascending array, with their ends. One that begins within another goes before it from there
 * on, and where two begin at the same place the first counts. */
static void
put_in_order(struct machine *m, const struct line_row *rows, const struct sort_item *order)
{
	struct line_table *t = m->table;
	uint64_t end = 0;

	for (size_t i = 0; i < m->n; i++) {
		const struct sequence *s = &m->sequences[order[i].index];
		size_t n = s->n;

		if (i && s->start == order[i - 1].key)
			continue;
		if (i && s->start > end)
			put_row(t, (struct line_row){.vaddr = end, .file = NO_FILE});
		while (t->n && t->rows[t->n - 1].vaddr >= s->start)
			t->n--;
		for (size_t k = 0; k < n; k++)
			put_row(t, rows[s->first + k]);
		end = s->end;
	}
	put_row(t, (struct line_row){.vaddr = end, .file = NO_FILE});
}

static bool
is_in_order(const struct machine *m)
{
	for (size_t i = 1; i < m->n; i++)
		if (m->sequences[i].start < m->sequences[i - 1].end)
			return false;
	return true;
}

static void
sort_sequences(struct machine *m)
{
	struct line_table *t = m->table;
	struct line_row *rows = t->rows;
	struct sort_item *order;

	if (is_in_order(m))
		return;
	order = xreallocarray(NULL, m->n, sizeof(*order));
	for (size_t i = 0; i < m->n; i++)
		order[i] = (struct sort_item){m->sequences[i].start, (uint32_t)i};
	sort_items(order, m->n);
	t->cap = t->n;
	t->n = 0;
	t->rows = xreallocarray(NULL, t->cap, sizeof(*t->rows));
	put_in_order(m, rows, order);
	free(rows);
	free(order);
}

/* ---- all ---- */

/* What compilers make has a row for three to four bytes of the program. */
static void
reserve_rows(struct line_table *t, size_t program)
{
	enum { MOST = 1 << 20 };

	t->cap = program / 4 < MOST ? program / 4 : MOST;
	t->rows = xreallocarray(NULL, t->cap, sizeof(*t->rows));
}

int
line_table_read(struct line_table *t, const struct line_input *input, struct err *err)
{
	struct line_header header;
	struct machine m = {.header = &header, .table = t, .all_rows = input->all_rows};

	*t = (struct line_table){.directory = input->directory};
	if (line_header_read(&header, t, input, err))
		return -1;
	make_steps(&m);
	reserve_rows(t, cursor_left(&header.program));
	run(&m);
	sort_sequences(&m);
	free(m.sequences);
	t->cap = t->n;
	t->rows = xreallocarray(t->rows, t->cap, sizeof(*t->rows));
	return 0;
}

bool
line_is_end(const struct line_row *row)
{
	return row->file == NO_FILE;
}

const struct line_row *
line_find(const struct line_table *t, uint64_t vaddr)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->rows[middle].vaddr <= vaddr)
			low = middle + 1;
		else
			high = middle;
	}
	return low && !line_is_end(&t->rows[low - 1]) ? &t->rows[low - 1] : NULL;
}

void
line_table_free(struct line_table *t)
{
	for (size_t i = 0; i < t->n_files; i++)
		free(t->files[i].path);
	free(t->files);
	free(t->rows);
	*t = (struct line_table){0};
}
