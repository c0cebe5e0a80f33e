/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks the user stack of the current task by unwind tables, from frame to frame by DWARF's rules and, where there is
 * no row (code made at run time, assembly without CFI), by one step along the frame pointer. Part of sample.bpf.c.
 *
 * Registers are read late: a frame that saves one only tells where, and hardly any walk ever needs it. The two searches
 * are global functions, which the verifier looks at once and not in each turn of the loop. */
#ifndef BPF_WALK_H
#define BPF_WALK_H

#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "layout.h"
#include "registers.h"
#include "sample.h"
#include "unwind.h"

enum { REGISTERS = 32, MAPPING_STEPS = 17, ROW_STEPS = 11 };

struct walk {
	__u64 reg[REGISTERS]; /* by DWARF's numbers; where in_memory has its bit, the address of the value */
	__u32 known, in_memory;
	__u64 pc, hash;
	__u32 n, limit;
	__u32 is_return; /* pc is a return address: what it came from is the byte before */
	__u32 is_made;	 /* it is none that a call has left: the first frame of a stack that a program made by hand */
	__u32 end, early; /* early: enum stack_end of a step that had to guess, for want of a mapping or table; or 0 */
	__u32 pid;
	struct layout_process process;
	struct layout_mapping here;  /* the mapping of the last look-up */
	struct layout_mapping asked; /* what the kernel said when it was asked */
	__u32 has_asked;
	struct unwind_rule rule;
	struct pt_regs regs;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct walk);
} walks SEC(".maps");

/* Slabs are made and set by lib/sampler. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, SLABS_MAX);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} slabs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* set by lib/sampler, as are the next two */
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct layout_table);
} tables SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct layout_mapping);
} mappings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32); /* pid */
	__type(value, struct layout_process);
} processes SEC(".maps");

/* Files that have a table. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct layout_file);
	__type(value, __u32);
} files SEC(".maps");

static __always_inline struct walk *
walk_of_cpu(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&walks, &zero);
}

static __always_inline void *
chunk_at(__u32 chunk)
{
	__u32 slab = chunk / SLAB_CHUNKS, at = chunk % SLAB_CHUNKS;
	void *map = bpf_map_lookup_elem(&slabs, &slab);

	return map ? bpf_map_lookup_elem(map, &at) : NULL;
}

static __always_inline bool
holds(const struct layout_mapping *m, __u64 address)
{
	return address >= m->start && address < m->end;
}

static long
take_mapping(struct task_struct *task, struct vm_area_struct *vma, struct layout_mapping *m)
{
	struct layout_file file = {};
	__u32 *table;

	if (!(BPF_CORE_READ(vma, vm_flags) & VM_EXEC) || !vma->vm_file)
		return 0;
	file.inode = BPF_CORE_READ(vma, vm_file, f_inode, i_ino);
	file.device = BPF_CORE_READ(vma, vm_file, f_inode, i_sb, s_dev);
	table = bpf_map_lookup_elem(&files, &file);
	if (!table)
		return 0;
	m->table = *table;
	m->start = vma->vm_start;
	m->end = vma->vm_end;
	m->offset = vma->vm_pgoff << PAGE_SHIFT;
	return 0;
}

/* Asks for the mapping that holds an address: one that user space has not told us of yet. The kernel answers once in
 * an interrupt, and not while another thread maps something. */
static __always_inline void
ask_kernel(__u64 address, struct layout_mapping *m)
{
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_find_vma))
		bpf_find_vma(bpf_get_current_task_btf(), address, take_mapping, m, 0);
}

/* Remembers what the kernel said about a program that has just begun. */
static __always_inline void
remember(struct walk *w, const struct layout_mapping *m)
{
	struct layout_process *p = bpf_map_lookup_elem(&processes, &w->pid);

	if (!p)
		return;
	for (int i = 0; i < LAYOUT_BORN; i++)
		if (!p->born[i].end) {
			p->born[i] = *m;
			return;
		}
}

static __always_inline bool
find_asked(struct walk *w, __u64 address)
{
	struct layout_mapping m = {};

	if (!w->has_asked) {
		w->has_asked = true;
		ask_kernel(address, &m);
		w->asked = m;
		if (m.end)
			remember(w, &m);
	}
	if (!holds(&w->asked, address))
		return false;
	w->here = w->asked;
	return true;
}

/* What user space has told of. */
static __always_inline bool
find_told(struct walk *w, __u64 address)
{
	__u32 low = w->process.first, end = low + w->process.n, high = end;
	struct layout_mapping *m;

	for (int i = 0; i < MAPPING_STEPS && low < high; i++) {
		__u32 middle = (low + high) / 2;

		m = bpf_map_lookup_elem(&mappings, &middle);
		if (!m)
			return false;
		if (m->end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	m = low < end ? bpf_map_lookup_elem(&mappings, &low) : NULL;
	if (!m || !holds(m, address))
		return false;
	w->here = *m;
	return true;
}

/* What was found out since the program began. */
static __always_inline bool
find_born(struct walk *w, __u64 address)
{
	for (int i = 0; i < LAYOUT_BORN; i++)
		if (holds(&w->process.born[i], address)) {
			w->here = w->process.born[i];
			return true;
		}
	return false;
}

/* Finds the mapping that holds the address: walk.here. */
__noinline int
find_mapping(__u64 address)
{
	struct walk *w = walk_of_cpu();

	return w && (find_told(w, address) || find_born(w, address) || find_asked(w, address));
}

/* The rule in force in a page of which the entry says where its rows are. */
static __always_inline __u32
search_rows(const struct unwind_entry *entry, __u32 image, __u32 at)
{
	__u32 low = entry->first % UNWIND_ROWS, high = low + entry->n, rule = entry->rule;
	struct unwind_row *rows = entry->n ? chunk_at(image + entry->first / UNWIND_ROWS) : NULL;

	for (int i = 0; rows && i < ROW_STEPS && low < high; i++) {
		__u32 middle = (low + high) / 2 % UNWIND_ROWS;

		if (rows[middle].at <= at) {
			rule = rows[middle].rule;
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return rule;
}

/* Finds the rule for an offset in a binary: walk.rule. Returns the table's state. */
__noinline int
find_rule(__u32 table, __u64 offset)
{
	struct layout_table *t = bpf_map_lookup_elem(&tables, &table);
	__u64 page = offset / UNWIND_PAGE;
	struct walk *w = walk_of_cpu();
	struct unwind_entry *entries;
	struct unwind_rule *rules;
	__u32 rule, image;

	if (!t || !w)
		return TABLE_NEVER;
	w->rule.kind = UNWIND_NONE;
	if (t->state != TABLE_READY) {
		t->wanted = 1;
		return t->state;
	}
	if (t->used != window)
		t->used = window;
	page -= t->base;
	if (page >= t->n_entries)
		return TABLE_READY;
	image = t->chunk;
	entries = chunk_at(image + page / UNWIND_ENTRIES);
	if (!entries)
		return TABLE_PENDING;
	rule = search_rows(&entries[page % UNWIND_ENTRIES], image, offset % UNWIND_PAGE);
	rules = chunk_at(image + t->rules + rule / UNWIND_RULES);
	if (!rules)
		return TABLE_PENDING;
	w->rule = rules[rule % UNWIND_RULES];
	return TABLE_READY;
}

static __always_inline bool
read_word(__u64 *word, __u64 address)
{
	return !bpf_probe_read_user(word, sizeof(*word), (void *)address);
}

/* The value of a register in the frame that the walk has come to. */
static __always_inline bool
read_register(struct walk *w, __u32 number, __u64 *value)
{
	__u32 bit;

	number %= REGISTERS;
	bit = 1U << number;
	if (!(w->known & bit))
		return false;
	if (w->in_memory & bit) {
		if (!read_word(&w->reg[number], w->reg[number])) {
			w->end = END_UNREADABLE;
			return false;
		}
		w->in_memory &= ~bit;
	}
	*value = w->reg[number];
	return true;
}

static __always_inline bool
ended(struct walk *w, enum stack_end end)
{
	w->end = end;
	return false;
}

/* Goes on at the caller, whose stack pointer and next instruction are these. */
static __always_inline bool
arrive(struct walk *w, __u64 sp, __u64 pc)
{
	w->reg[REG_SP] = sp;
	w->pc = pc;
	w->is_return = true;
	if (!pc)
		return ended(w, END_ROOT);
	return true;
}

/* Out of a signal's handler, to where it was: all registers are there. */
static __always_inline bool
leave_signal(struct walk *w)
{
	__u64 at = w->reg[REG_SP], sp, pc;

	if (!read_word(&sp, at + SIGNAL_SP) || !read_word(&pc, at + SIGNAL_PC))
		return ended(w, END_UNREADABLE);
#define KEEP(number, offset) w->reg[number] = at + offset;
	FOR_EACH_IN_SIGNAL(KEEP)
#undef KEEP
	w->known = w->in_memory = ~0U;
	w->in_memory &= ~(1U << REG_SP);
	if (!arrive(w, sp, pc))
		return false;
	w->is_return = false;
	return true;
}

static __always_inline bool
is_sigreturn(__u64 pc)
{
	__u64 first;
	__u8 last;

	return read_word(&first, pc) && first == SIGRETURN_FIRST && !bpf_probe_read_user(&last, 1, (void *)(pc + 8)) &&
	       last == SIGRETURN_LAST;
}

/* Whether an address can be one that a call left: code, behind a call. */
static __always_inline bool
is_behind_call(__u64 pc)
{
	__u64 before;

	return read_word(&before, pc - sizeof(before)) && ENDS_WITH_CALL(before) && find_mapping(pc - 1);
}

/* clone() and its like have no rows round their system call, since these would be wrong for the child. Nothing has been
 * pushed there: the return address is on top of the stack. */
static __always_inline bool
leave_system_call(struct walk *w)
{
	__u64 pc;
	__u16 bytes;

	if (bpf_probe_read_user(&bytes, sizeof(bytes), (void *)(w->pc - sizeof(bytes))) || bytes != SYSCALL_BYTES)
		return false;
	return read_word(&pc, w->reg[REG_SP]) && is_behind_call(pc) && arrive(w, w->reg[REG_SP] + sizeof(pc), pc);
}

static __always_inline bool
give_up(struct walk *w, enum stack_end end)
{
	return ended(w, w->early ? w->early : end);
}

/* Along the frame pointer, if it leads to code: to another stack (as Go's runtime changes them) only when that is behind
 * a call. */
static __always_inline bool
step_frame_pointer(struct walk *w)
{
	__u64 fp, record[2];
	bool leads;

	if (!with_frame_pointers || !read_register(w, REG_FP, &fp))
		return give_up(w, END_NO_ROW);
	if (!fp && w->here.table)
		return give_up(w, END_ROOT);
	if (fp % 8 || bpf_probe_read_user(record, sizeof(record), (void *)fp))
		return give_up(w, END_NO_ROW);
	leads = !record[1] || (fp < w->reg[REG_SP] ? is_behind_call(record[1]) : find_mapping(record[1] - 1));
	if (!leads)
		return give_up(w, END_NO_ROW);
	w->reg[REG_FP] = record[0];
	w->known = 1U << REG_FP | 1U << REG_SP;
	w->in_memory = 0;
	return arrive(w, fp + sizeof(record), record[1]);
}

/* One step without a row. */
static __always_inline bool
follow_frame_pointer(struct walk *w)
{
	if (is_sigreturn(w->pc) || (!w->is_return && is_sigreturn(w->pc - SIGRETURN_BYTES)))
		return leave_signal(w);
	if (!w->is_return && leave_system_call(w))
		return true;
	return step_frame_pointer(w);
}

static __always_inline bool
find_cfa(struct walk *w, __u64 *cfa)
{
	const struct unwind_rule *r = &w->rule;
	__u64 base;

	if (!read_register(w, r->base, &base))
		return w->end == END_UNREADABLE ? false : ended(w, END_NO_ROW);
	switch (r->kind) {
	case UNWIND_LOAD:
		if (!read_word(&base, base + (__s64)r->load))
			return ended(w, END_UNREADABLE);
		break;
	case UNWIND_PLT:
		if ((w->pc & 15) >= (__u64)(__s64)r->load)
			base += 8;
		break;
	default:
		break;
	}
	*cfa = base + (__s64)r->cfa;
	return true;
}

static __always_inline void
restore(struct walk *w, __s16 words, __u32 number, __u64 cfa)
{
	__u32 bit = 1U << number;

	if (words == UNWIND_LOST) {
		w->known &= ~bit;
	} else if (words != UNWIND_SAME) {
		w->reg[number] = cfa + words * 8LL;
		w->known |= bit;
		w->in_memory |= bit;
	}
}

/* Where the frame at this CFA returns to. */
static __always_inline bool
find_return(struct walk *w, __u64 cfa, __u64 *pc)
{
	__s32 at = w->rule.saved[SAVED_RETURN];

	if (cfa < w->reg[REG_SP] && w->rule.kind != UNWIND_LOAD)
		return ended(w, END_STUCK);
	if (at >= UNWIND_IN_REGISTER)
		return read_register(w, at - UNWIND_IN_REGISTER, pc) || ended(w, END_NO_ROW);
	if (cfa == w->reg[REG_SP])
		return ended(w, END_STUCK);
	return read_word(pc, cfa + at * 8LL) || ended(w, END_UNREADABLE);
}

static __always_inline bool
follow_rule(struct walk *w)
{
	__u64 cfa, pc, from;

	if (!find_cfa(w, &cfa) || !find_return(w, cfa, &pc))
		return false;
	if (pc && !holds(&w->here, pc - 1) && !find_mapping(pc - 1)) {
		/* Go's rows know nothing of the functions that change stacks. */
		if (step_frame_pointer(w))
			return true;
		if (w->is_made)
			return give_up(w, END_ROOT);
	}
	from = cfa;
	if (w->rule.flags & UNWIND_REALIGNED) {
		if (!read_register(w, REG_FP, &from))
			return w->end == END_UNREADABLE ? false : ended(w, END_NO_ROW);
		from += 16;
	}
	w->known &= KEPT;
#define RESTORE(saved_as, number) restore(w, w->rule.saved[saved_as], number, from);
	FOR_EACH_SAVED(RESTORE)
#undef RESTORE
	return arrive(w, cfa, pc);
}

/* The rule for the frame at pc. Of a return address the call before it counts; but where there is no row for that, the
 * address was not put there by a call (__start_context, on the stack of makecontext()). */
static __always_inline int
find_rule_here(struct walk *w)
{
	__u64 offset = w->pc - w->here.start + w->here.offset;
	int state = find_rule(w->here.table, offset - w->is_return);

	w->is_made = state == TABLE_READY && w->rule.kind == UNWIND_NONE && w->is_return;
	return w->is_made ? find_rule(w->here.table, offset) : state;
}

/* From the frame at pc to its caller. False when there is none, for the reason in walk.end. */
static __always_inline bool
go_up(struct walk *w)
{
	__u64 at = w->pc - w->is_return;
	int state;

	if (!holds(&w->here, at) && !find_mapping(at)) {
		w->here.start = w->here.end = w->here.table = 0;
		w->early = END_NO_MAPPING;
		return follow_frame_pointer(w);
	}
	state = w->here.table ? find_rule_here(w) : TABLE_NEVER;
	if (state == TABLE_PENDING)
		w->early = END_NO_TABLE;
	if (state != TABLE_READY)
		return follow_frame_pointer(w);
	switch (w->rule.kind) {
	case UNWIND_REGISTER:
	case UNWIND_LOAD:
	case UNWIND_PLT:
		return follow_rule(w);
	case UNWIND_SIGNAL:
		return leave_signal(w);
	case UNWIND_ROOT:
		return ended(w, END_ROOT);
	default:
		return follow_frame_pointer(w);
	}
}

static long
visit(__u32 i, void *unused)
{
	struct sample_message *m = message_of_cpu();
	struct walk *w = walk_of_cpu();

	if (!m || !w)
		return 1;
	if (w->n >= w->limit) {
		w->end = END_DEPTH;
		return 1;
	}
	/* Where a signal interrupted, as a return address: readers will take one off for the call. */
	m->addresses[w->n % USER_DEPTH] = w->n && !w->is_return ? w->pc + 1 : w->pc;
	w->n++;
	w->hash = mix(w->hash, w->pc);
	return !go_up(w);
}

/* Copies a context's registers one by one: the verifier allows reads at fixed offsets only, and whole ones. */
static __always_inline void
copy_registers(struct pt_regs *to, const struct pt_regs *from)
{
	__u64 mode = from->REGISTER_MODE;

	barrier_var(mode);
	to->REGISTER_MODE = mode;
#define COPY(number, name) to->name = from->name;
	FOR_EACH_REGISTER(COPY)
#undef COPY
	to->REGISTER_PC = from->REGISTER_PC;
}

/* Begins at the registers in walk.regs. False: the program is one for 32 bits. */
static __always_inline bool
begin(struct walk *w)
{
#define TAKE(number, name) w->reg[number] = w->regs.name;
	FOR_EACH_REGISTER(TAKE)
#undef TAKE
	w->pc = w->regs.REGISTER_PC;
	return IS_NATIVE(w->regs.REGISTER_MODE);
}

#endif
