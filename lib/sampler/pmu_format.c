// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the bits of a term's value are: "config:0-7,32-35". */
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "sampler/pmu.h"

static __u64 *
find_word(struct perf_event_attr *attr, const char *name, size_t len)
{
	const struct {
		const char *name;
		__u64 *word;
	} words[] = {{"config", &attr->config}, {"config1", &attr->config1}, {"config2", &attr->config2}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].name) == len && !memcmp(words[i].name, name, len))
			return words[i].word;
	return NULL;
}

int
pmu_put(struct perf_event_attr *attr, const char *format, uint64_t value, uint64_t *most)
{
	size_t len = strcspn(format, ":");
	__u64 *word = find_word(attr, format, len);
	struct int_list bits = {0};
	int r = -1;

	*most = UINT64_MAX;
	if (word && !format[len]) { /* all of it */
		*word = value;
		return 0;
	}
	if (word && parse_int_list(format + len + 1, 63, &bits)) {
		*most = UINT64_MAX >> (64 - bits.n);
		for (size_t i = 0; i < bits.n; i++) {
			__u64 bit = (__u64)1 << bits.items[i];

			*word = value >> i & 1 ? *word | bit : *word & ~bit;
		}
		r = value > *most;
	}
	free(bits.items);
	return r;
}
