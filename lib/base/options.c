// SPDX-License-Identifier: GPL-2.0-or-later
/* A command's options as one table. */
#include "base/options.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/msg.h"
#include "base/output.h"
#include "base/parse.h"

#ifndef PB_VERSION
#define PB_VERSION "0.1"
#endif

static const struct option_row standard[] = {
	{OPTION_FLAG, 'h', "help", NULL, "show this help and exit", NULL, 0, 0, NULL},
	{OPTION_FLAG, 0, "version", NULL, "show the version and exit", NULL, 0, 0, NULL},
	{0},
};

static void
help_rows(const struct option_row *rows)
{
	for (; rows->kind; rows++) {
		char left[64];
		int n;

		n = snprintf(left, sizeof(left), rows->letter ? "  -%c, " : "      ", rows->letter);
		n += snprintf(left + n, sizeof(left) - (size_t)n, "--%s%s%s", rows->name, rows->argument ? " " : "",
			      rows->argument ? rows->argument : "");
		if (n > 28)
			printf("%s\n%-28s  ", left, "");
		else
			printf("%-28s  ", left);
		for (const char *p = rows->help; *p; p++)
			*p == '\n' ? printf("\n%-30s", "") : putchar(*p);
		putchar('\n');
	}
}

static void
help(const struct command *command)
{
	printf("Usage: %s %s\n%s\n\n", prog_name, command->synopsis, command->purpose);
	help_rows(command->options);
	help_rows(standard);
	stdout_close();
	exit(EXIT_DONE);
}

static void
version(void)
{
	printf("%s %s\n", prog_name, PB_VERSION);
	stdout_close();
	exit(EXIT_DONE);
}

static bool
in_range(const struct option_row *row, uint64_t v)
{
	return v >= row->min && (!row->max || v <= row->max);
}

static bool
take(const struct option_row *row, const char *value)
{
	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)row->to = true;
		return true;
	case OPTION_STRING:
		*(const char **)row->to = value;
		return true;
	case OPTION_UINT:
		return parse_u64(value, row->to) && in_range(row, *(uint64_t *)row->to);
	case OPTION_DOUBLE:
		return parse_double(value, row->to);
	case OPTION_DURATION:
		return parse_duration(value, row->to) && in_range(row, *(uint64_t *)row->to);
	case OPTION_SIZE:
		return parse_size(value, row->to) && in_range(row, *(uint64_t *)row->to);
	case OPTION_CALL:
		return row->call(value);
	case OPTION_END:
		break;
	}
	return false;
}

struct unit {
	const char *name;
	uint64_t size;
};

/* A limit in the largest unit that it is a whole number of. */
static const char *
limit(const struct option_row *row, uint64_t value, char *to, size_t size)
{
	static const struct unit times[] = {{"h", 3600000000000}, {"m", 60000000000}, {"s", 1000000000}, {"ms", 1000000},
					    {"us", 1000},	  {"ns", 1}};
	static const struct unit sizes[] = {{"G", 1 << 30}, {"M", 1 << 20}, {"k", 1 << 10}, {"", 1}};
	static const struct unit numbers[] = {{"", 1}};
	const struct unit *u = row->kind == OPTION_DURATION ? times : row->kind == OPTION_SIZE ? sizes : numbers;

	while (value % u->size)
		u++;
	snprintf(to, size, "%llu%s", (unsigned long long)(value / u->size), u->name);
	return to;
}

static void
bad_value(const struct option_row *row, const char *value)
{
	static const char *const kinds[] = {
		[OPTION_UINT] = "number", [OPTION_DOUBLE] = "number", [OPTION_DURATION] = "duration", [OPTION_SIZE] = "size",
		[OPTION_CALL] = NULL,
	};
	const char *kind = kinds[row->kind];
	char least[32], most[32];

	if (!kind)
		die_usage("--%s: '%s' is not a valid %s", row->name, value, row->argument);
	limit(row, row->min, least, sizeof(least));
	limit(row, row->max, most, sizeof(most));
	if (row->max)
		die_usage("--%s: '%s' is not a %s from %s to %s", row->name, value, kind, least, most);
	if (row->min)
		die_usage("--%s: '%s' is not a %s of %s or more", row->name, value, kind, least);
	die_usage("--%s: '%s' is not a %s", row->name, value, kind);
}

/* Fills getopt's two views of the table. */
static size_t
for_getopt(const struct option_row *rows, size_t n, struct option *longs, char *shorts)
{
	for (; rows->kind; rows++, n++) {
		longs[n] = (struct option){rows->name, rows->argument ? required_argument : no_argument, NULL, 0};
		if (!rows->letter)
			continue;
		shorts += strlen(shorts);
		*shorts++ = rows->letter;
		if (rows->argument)
			*shorts++ = ':';
		*shorts = 0;
	}
	return n;
}

static const struct option_row *
by_letter(const struct option_row *rows, int letter)
{
	for (; rows->kind; rows++)
		if (rows->letter == letter)
			return rows;
	return NULL;
}

int
options_parse(const struct command *command, int argc, char **argv)
{
	struct option longs[96] = {0};
	char shorts[160];
	size_t n;
	int c, index;

	prog_init(argv[0]);
	strcpy(shorts, command->stop_at_operand ? "+" : "");
	n = for_getopt(command->options, 0, longs, shorts);
	for_getopt(standard, n, longs, shorts);
	while ((c = getopt_long(argc, argv, shorts, longs, &index)) != -1) {
		const struct option_row *row;

		if (c == '?')
			die_usage("wrong option");
		if (c == 'h' || (c == 0 && (size_t)index == n))
			help(command);
		if (c == 0 && (size_t)index == n + 1)
			version();
		row = c ? by_letter(command->options, c) : &command->options[index];
		if (!take(row, optarg))
			bad_value(row, optarg ? optarg : "");
	}
	return optind;
}

int
open_operand(int argc, char **argv, int first, const char **name)
{
	int fd;

	if (argc - first > 1)
		die_usage("one FILE at most");
	*name = "<stdin>";
	if (first == argc || !strcmp(argv[first], "-"))
		return STDIN_FILENO;
	*name = argv[first];
	fd = open(*name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("%s:", *name);
	return fd;
}
