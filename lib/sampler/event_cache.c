// SPDX-License-Identifier: GPL-2.0-or-later
/* perf's names of what happens in caches: CACHE[-OPERATION][-RESULT], as "L1-dcache-load-misses". */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sampler/event_parts.h"

#define READ (1 << PERF_COUNT_HW_CACHE_OP_READ)
#define WRITE (1 << PERF_COUNT_HW_CACHE_OP_WRITE)
#define PREFETCH (1 << PERF_COUNT_HW_CACHE_OP_PREFETCH)

/* Each with all its names, by the kernel's number. Of an operation the first two are the singular, for "load-misses", and
 * the plural, for "loads". */
struct word {
	const char *names[5];
	unsigned operations; /* of a cache */
};

static const struct word caches[PERF_COUNT_HW_CACHE_MAX] = {
	[PERF_COUNT_HW_CACHE_L1D] = {{"L1-dcache", "l1-d", "l1d", "L1-data"}, READ | WRITE | PREFETCH},
	[PERF_COUNT_HW_CACHE_L1I] = {{"L1-icache", "l1-i", "l1i", "L1-instruction"}, READ | PREFETCH},
	[PERF_COUNT_HW_CACHE_LL] = {{"LLC", "L2"}, READ | WRITE | PREFETCH},
	[PERF_COUNT_HW_CACHE_DTLB] = {{"dTLB", "d-tlb", "Data-TLB"}, READ | WRITE | PREFETCH},
	[PERF_COUNT_HW_CACHE_ITLB] = {{"iTLB", "i-tlb", "Instruction-TLB"}, READ},
	[PERF_COUNT_HW_CACHE_BPU] = {{"branch", "branches", "bpu", "btb", "bpc"}, READ},
	[PERF_COUNT_HW_CACHE_NODE] = {{"node"}, READ | WRITE | PREFETCH},
};

static const struct word operations[PERF_COUNT_HW_CACHE_OP_MAX] = {
	[PERF_COUNT_HW_CACHE_OP_READ] = {{"load", "loads", "read"}},
	[PERF_COUNT_HW_CACHE_OP_WRITE] = {{"store", "stores", "write"}},
	[PERF_COUNT_HW_CACHE_OP_PREFETCH] = {{"prefetch", "prefetches", "speculative-read", "speculative-load"}},
};

static const struct word results[PERF_COUNT_HW_CACHE_RESULT_MAX] = {
	[PERF_COUNT_HW_CACHE_RESULT_ACCESS] = {{"refs", "Reference", "ops", "access"}},
	[PERF_COUNT_HW_CACHE_RESULT_MISS] = {{"misses", "miss"}},
};

/* The number of the word that *text begins with, up to its end or a '-'; *text is behind it then. -1: none. */
static int
take(const char **text, const struct word *words, int n)
{
	for (int i = 0; i < n; i++)
		for (size_t k = 0; k < 5 && words[i].names[k]; k++) {
			const char *name = words[i].names[k];
			size_t len = strlen(name);

			if (!strncasecmp(*text, name, len) && ((*text)[len] == '-' || !(*text)[len])) {
				*text += len;
				return i;
			}
		}
	return -1;
}

static int
no_operation(const struct event_reading *r, int cache)
{
	char has[64] = "";
	size_t len = 0;

	for (int i = 0; i < PERF_COUNT_HW_CACHE_OP_MAX; i++)
		if (caches[cache].operations & 1U << i)
			len += (size_t)snprintf(has + len, sizeof(has) - len, "%s%s", len ? ", " : "", operations[i].names[1]);
	return err_set(r->err, "'%s' is not an event: %s has only %s", r->text, caches[cache].names[0], has);
}

/* Operation and result may come in any order; without them these are loads, and accesses. */
int
event_read_cache(struct event_reading *r)
{
	const char *at = r->head;
	int cache = take(&at, caches, PERF_COUNT_HW_CACHE_MAX), operation = -1, result = -1;

	if (cache < 0)
		return 0;
	while (*at == '-') {
		at++;
		if (operation < 0 && (operation = take(&at, operations, PERF_COUNT_HW_CACHE_OP_MAX)) >= 0)
			continue;
		if (result >= 0 || (result = take(&at, results, PERF_COUNT_HW_CACHE_RESULT_MAX)) < 0)
			return 0;
	}
	operation = operation < 0 ? PERF_COUNT_HW_CACHE_OP_READ : operation;
	result = result < 0 ? PERF_COUNT_HW_CACHE_RESULT_ACCESS : result;
	if (!(caches[cache].operations & 1U << operation))
		return no_operation(r, cache);
	r->attr->type = PERF_TYPE_HW_CACHE;
	r->attr->config = (uint64_t)cache | (uint64_t)operation << 8 | (uint64_t)result << 16;
	return 1;
}

void
event_each_cache(event_visitor *visit, void *context)
{
	char name[64];

	for (int c = 0; c < PERF_COUNT_HW_CACHE_MAX; c++)
		for (int o = 0; o < PERF_COUNT_HW_CACHE_OP_MAX; o++) {
			if (!(caches[c].operations & 1U << o))
				continue;
			snprintf(name, sizeof(name), "%s-%s", caches[c].names[0], operations[o].names[1]);
			visit(context, name, NULL);
			snprintf(name, sizeof(name), "%s-%s-misses", caches[c].names[0], operations[o].names[0]);
			visit(context, name, NULL);
		}
}
