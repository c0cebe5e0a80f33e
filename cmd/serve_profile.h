/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pb-serve's profile without its counts: names, modules, frames, the tree, events, tasks, groups. They only grow, and have
 * ids in the order they came. Private to pb-serve. */
#ifndef CMD_SERVE_PROFILE_H
#define CMD_SERVE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/intern.h"
#include "base/table.h"
#include "cmd/serve_events.h"
#include "flame/tree.h"
#include "stream/record.h"

#define PRUNED "[pruned]" /* what stands for cold frames, or tasks, that made room */

/* Bytes of a name: what is longer is cut, and ends in a mark. */
enum { PROFILE_NAME_MAX = 4096, PROFILE_COMM_MAX = 256 };
#define CUT_MARK "...[cut]"

enum { FRAME_USER, FRAME_KERNEL, FRAME_INLINED, FRAME_JIT, FRAME_MARK };

/* Two names that look the same are the same: what is shown decides. */
struct shown {
	uint32_t text; /* in names: as pages show it */
	uint32_t raw;  /* as it came, for folded text */
};

struct profile_frame {
	struct shown name;
	uint32_t module; /* plus one; 0 is none */
	uint32_t kind;
};

struct profile_task {
	uint32_t pid, tid;
	struct shown comm;
};

struct profile_event {
	struct shown name, unit;
	struct event_sums sums;
};

struct profile_group {
	uint32_t task, cpu, event;
};

struct profile {
	struct intern names, modules; /* texts; modules as they are shown */
	size_t text_bytes;
	bool cut; /* names were too long */
	struct profile_frame *frames;
	size_t n_frames, cap_frames;
	struct profile_event *events; /* with the ids that the segment has for them */
	size_t n_events, cap_events;
	struct profile_task *tasks;
	size_t n_tasks, cap_tasks;
	struct profile_group *groups;
	size_t n_groups, cap_groups;
	struct tree tree; /* its nodes' names are frames; its values are for whoever needs some */
	struct table frame_table, task_table, group_table;
};

void profile_init(struct profile *p);
void profile_free(struct profile *p);
size_t profile_bytes(const struct profile *p); /* of memory */

/* Each returns the id, of a new one if there is none. Numbers beyond what a machine has are taken for its last. */
uint32_t profile_frame(struct profile *p, struct text name, struct text module, uint32_t kind);
uint32_t profile_task(struct profile *p, uint64_t pid, uint64_t tid, struct text comm);
uint32_t profile_group(struct profile *p, uint32_t task, uint64_t cpu, uint32_t event);

/* Takes over events that are new, and the sums of all. */
void profile_take_events(struct profile *p, const struct events *e);

/* The same for what another profile has. */
uint32_t profile_copy_frame(struct profile *to, const struct profile *from, uint32_t frame);
uint32_t profile_copy_task(struct profile *to, const struct profile *from, uint32_t task);
void profile_copy_events(struct profile *to, const struct profile *from);

/* How many samples a group's count is about: those of some events add up to bytes or ns. */
static inline uint64_t
profile_samples(const struct profile *p, uint32_t group, uint64_t count)
{
	const struct event_sums *s = &p->events[p->groups[group].event].sums;

	return s->samples == s->value || !count ? count : 1 + (uint64_t)((double)count / (double)s->value * (double)s->samples);
}

static inline size_t
table_bytes(const struct table *t)
{
	return t->slots ? (t->mask + 1) * sizeof(*t->slots) : 0;
}

/* Without the texts. */
static inline size_t
intern_table_bytes(const struct intern *in)
{
	return in->cap * sizeof(*in->all) + table_bytes(&in->table);
}

static inline struct text
profile_text(const struct profile *p, uint32_t id)
{
	return text_of(p->names.all[id].text, p->names.all[id].len);
}

#endif
