// SPDX-License-Identifier: GPL-2.0-or-later
/* Shows what is behind events as `perf stat -vv` does, or why there is nothing: event [-s SYSFS] [-l] [-m N] TEXT...
 * -l lists what is known instead; -m parses N distortions of the texts and shows only how many were events. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sampler/event.h"
#include "sampler/probe.h"
#include "tests/random.h"

static const char *sysfs = EVENT_SYSFS;

static void
show_number(const char *label, uint64_t n, const char *prefix)
{
	if (n && *prefix)
		printf(" %s=0x%" PRIx64, label, n);
	else if (n)
		printf(" %s=%" PRIu64, label, n);
}

static void
show(const char *text, const struct perf_event_attr *a)
{
	printf("%s", text);
	show_number("type", a->type, "");
	show_number("config", a->config, "0x");
	show_number("config1", a->config1, "0x");
	show_number("config2", a->config2, "0x");
	show_number("bp_type", a->bp_type, "");
	show_number("exclude_user", a->exclude_user, "");
	show_number("exclude_kernel", a->exclude_kernel, "");
	show_number("exclude_hv", a->exclude_hv, "");
	show_number("exclude_idle", a->exclude_idle, "");
	show_number("exclude_host", a->exclude_host, "");
	show_number("exclude_guest", a->exclude_guest, "");
	show_number("precise_ip", a->precise_ip, "");
	printf("\n");
}

static void
list(void *context, const char *name, const char *alias)
{
	(void)context;
	printf("%s%s%s\n", name, alias ? " " : "", alias ? alias : "");
}

/* A letter more, one less, another one, two texts in one. */
static void
distort(char *text, size_t size, char **texts, int n)
{
	static const char letters[] = ":/,=-?*[]xpuk0123456789abcdefmr.~\n\xff";
	size_t len, at;

	snprintf(text, size - 1, "%s", texts[random_below((uint64_t)n)]);
	for (uint64_t i = 1 + random_below(3); i; i--) {
		len = strlen(text);
		at = random_below(len + 1);
		switch (random_below(4)) {
		case 0:
			if (len + 2 < size) {
				memmove(text + at + 1, text + at, len - at + 1);
				text[at] = letters[random_below(sizeof(letters) - 1)];
			}
			break;
		case 1: memmove(text + at, text + at + (at < len), len - at + (at == len)); break;
		case 2: text[at] = at < len ? letters[random_below(sizeof(letters) - 1)] : 0; break;
		default: snprintf(text + at, size - at, "%s", texts[random_below((uint64_t)n)]);
		}
	}
}

/* The text and its attr lie where the address sanitizer sees their ends. */
static int
parse(const char *text, struct perf_event_attr *attr, struct err *err)
{
	char *copy = strdup(text);
	struct probes all = {0};
	int r = event_parse_in(sysfs, copy, attr, err);

	find_perf_event(&all, PROBE_PERF, copy, &(struct probe_scope){.max_probes = 10}, &(struct err){0});
	probes_free(&all);
	free(copy);
	return r;
}

static void
storm(uint64_t n, char **texts, int n_texts)
{
	uint64_t events = 0;
	char text[700];

	for (uint64_t i = 0; i < n; i++) {
		struct perf_event_attr attr = {0};
		struct err err = {0};

		distort(text, sizeof(text), texts, n_texts);
		events += !parse(text, &attr, &err);
	}
	printf("%" PRIu64 "\n", events);
}

int
main(int argc, char **argv)
{
	uint64_t distortions = 0;
	int o, status = 0;

	while ((o = getopt(argc, argv, "s:lm:")) != -1)
		switch (o) {
		case 's': sysfs = optarg; break;
		case 'l': event_each(sysfs, list, NULL); break;
		case 'm': distortions = (uint64_t)atoll(optarg); break;
		default: return 2;
		}
	if (distortions && optind < argc)
		storm(distortions, argv + optind, argc - optind);
	for (; optind < argc && !distortions; optind++) {
		struct perf_event_attr attr = {0};
		struct err err = {0};

		if (event_parse_in(sysfs, argv[optind], &attr, &err)) {
			fprintf(stderr, "%s\n", err.text);
			status = 1;
		} else {
			show(argv[optind], &attr);
		}
	}
	return status;
}
