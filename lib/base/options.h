/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command's options as one table: parsing, checking and the text of --help come from it. */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum option_kind {
	OPTION_END,
	OPTION_FLAG,	 /* to: bool, set to true */
	OPTION_STRING,	 /* to: const char *, points into argv */
	OPTION_UINT,	 /* to: uint64_t within min..max (max 0: no limit) */
	OPTION_DOUBLE,	 /* to: double */
	OPTION_DURATION, /* to: uint64_t, nanoseconds within min..max */
	OPTION_SIZE,	 /* to: uint64_t, bytes within min..max */
	OPTION_CALL,	 /* call(value) says whether the value is good; value is NULL without an argument */
};

struct option_row {
	enum option_kind kind;
	char letter;	      /* 0: long form only */
	const char *name;     /* long form */
	const char *argument; /* "HZ"; NULL: takes none */
	const char *help;     /* one line; "\n" starts a further one */
	void *to;
	uint64_t min, max;
	bool (*call)(const char *value);
};

struct command {
	const char *synopsis; /* "[OPTION]... [FILE]..." */
	const char *purpose;  /* one sentence for --help */
	const struct option_row *options; /* ends with an OPTION_END row; --help and --version are added */
	bool stop_at_operand; /* options end at the first operand ("-- command" style) */
};

/* Parses argv, prints and exits for --help and --version, ends with status 2 for a wrong option.
 * Returns the index of the first operand. */
int options_parse(const struct command *command, int argc, char **argv);

/* Opens the one FILE that may follow the options, argv[first]; without it, or for "-", this is standard input. *name is
 * what messages call it. Ends the process when there is more or it cannot be opened. */
int open_operand(int argc, char **argv, int first, const char **name);

#endif
