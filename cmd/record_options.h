/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pb-record's command line asks for. */
#ifndef CMD_RECORD_OPTIONS_H
#define CMD_RECORD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "sampler/sampler.h"

struct record_options {
	struct sampler_config config;
	uint64_t segment_size;
	const char *output;
	const char *keep; /* directory for binaries, or NULL */ /* NULL: standard output */
	bool quiet, verbose;
	bool list; /* only show what the events would be */
	char **run; /* the command and its arguments, or NULL */
};

/* Ends the process for what makes no sense. The result is the same each time. */
struct record_options *record_options(int argc, char **argv);

#endif
