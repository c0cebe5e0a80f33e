// SPDX-License-Identifier: GPL-2.0-or-later
/* Shows the rule of a made-up probe: rule [-w WEIGHT] [-f FILTER] [-a ARGUMENTS] KIND SYMBOL, KIND being kprobe, uprobe, usdt... */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sampler/probe.h"
#include "tests/probe/show.h"

static const char *const kinds[N_PROBE_KINDS] = {
	"perf", "kprobe", "kretprobe", "fentry", "fexit", "tracepoint", "raw_tp", "uprobe", "uretprobe", "usdt", "syscall", "wait",
};

int
main(int argc, char **argv)
{
	const char *weight = NULL, *filter = NULL;
	struct probe p = {0};
	struct err err = {0};
	int o;

	while ((o = getopt(argc, argv, "w:f:a:")) != -1)
		switch (o) {
		case 'w': weight = optarg; break;
		case 'f': filter = optarg; break;
		case 'a': p.arguments = optarg; break;
		default: return 2;
		}
	if (argc - optind != 2)
		return 2;
	while (p.kind < N_PROBE_KINDS && strcmp(kinds[p.kind], argv[optind]))
		p.kind++;
	p.symbol = p.name = argv[optind + 1];
	if (probe_rule(&p, weight, filter, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	printf("%s", p.name);
	show_rule(&p.rule);
	printf("\n");
	return 0;
}
