// SPDX-License-Identifier: GPL-2.0-or-later
/* Shows the probes behind a spec, with all that is known of them: list [-p PID] [-w WEIGHT] [-f FILTER] [-m MAX] SPEC... */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sampler/probe.h"
#include "sym/demangle.h"
#include "tests/probe/show.h"

static void
show(const char *label, const char *text)
{
	if (text)
		printf(" %s=%s", label, text);
}

static void
show_number(const char *label, uint64_t n)
{
	if (n)
		printf(" %s=0x%" PRIx64, label, n);
}

static void
show_probe(const struct probe *p)
{
	printf("%s kind=%u", p->name, p->kind);
	show("symbol", p->symbol);
	show("system", p->system);
	show("path", p->path);
	show("arguments", p->arguments);
	show_number("address", p->address);
	show_number("offset", p->offset);
	show_number("semaphore", p->semaphore);
	show_number("id", p->id);
	if (p->kind == PROBE_PERF)
		printf(" type=%u config=0x%" PRIx64 " config1=0x%" PRIx64 " config2=0x%" PRIx64 " bp_type=%u user=%d kernel=%d precise=%d",
		       p->attr.type, (uint64_t)p->attr.config, (uint64_t)p->attr.config1, (uint64_t)p->attr.config2, p->attr.bp_type,
		       !p->attr.exclude_user, !p->attr.exclude_kernel, p->attr.precise_ip);
	show_rule(&p->rule);
	printf("\n");
}

int
main(int argc, char **argv)
{
	struct event_spec spec = {0};
	struct probe_scope scope = {.max_probes = 1000, .demangle = demangle};
	struct probes all = {0};
	struct err err = {0};
	uint32_t pid;
	int o, status = 0;

	while ((o = getopt(argc, argv, "p:w:f:m:c:")) != -1)
		switch (o) {
		case 'p':
			pid = (uint32_t)atoi(optarg);
			scope.pids = &pid;
			scope.n_pids = 1;
			break;
		case 'w': spec.weight = optarg; break;
		case 'f': spec.filter = optarg; break;
		case 'm': scope.max_probes = (uint64_t)atoll(optarg); break;
		case 'c': scope.program = optarg; break;
		default: return 2;
		}
	for (; optind < argc; optind++) {
		spec.text = argv[optind];
		if (probes_find(&all, &spec, &scope, &err)) {
			fprintf(stderr, "%s\n", err.text);
			status = 1;
		}
	}
	for (size_t i = 0; i < all.n; i++)
		show_probe(&all.items[i]);
	probes_free(&all);
	probes_forget();
	return status;
}
