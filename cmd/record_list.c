// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-record --list: what events would match. */
#include "cmd/record_list.h"

#include <stdio.h>
#include <string.h>

#include "base/msg.h"
#include "base/output.h"
#include "sampler/events.h"

/* An event of several places stands once, with how many they are. */
static void
show(const struct probe *p, size_t places)
{
	stdout_write(p->name, strlen(p->name));
	if (places > 1) {
		char text[48];

		stdout_write(text, (size_t)snprintf(text, sizeof(text), "\t%zu places", places));
	}
	stdout_write("\n", 1);
}

int
record_list(const struct sampler_config *config)
{
	struct events events = {0};
	struct err err;
	size_t n = 0;

	if (events_open(&events, config, &err))
		die("%s", err.text);
	for (size_t i = 0; i < events.probes.n; i += n) {
		for (n = 1; i + n < events.probes.n && events.probes.items[i + n].event == events.probes.items[i].event; n++)
			;
		show(&events.probes.items[i], n);
	}
	events_free(&events);
	stdout_close();
	return EXIT_DONE;
}
