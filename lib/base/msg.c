// SPDX-License-Identifier: GPL-2.0-or-later
/* What a command says on stderr, and how it ends. */
#include "base/msg.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *prog_name = "pb";

void
prog_init(const char *argv0)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;

	if (argv0)
		prog_name = slash ? slash + 1 : argv0;
}

static void
say(const char *format, va_list ap)
{
	int saved = errno;
	size_t n = strlen(format);

	fprintf(stderr, "%s: ", prog_name);
	vfprintf(stderr, format, ap);
	if (n && format[n - 1] == ':')
		fprintf(stderr, " %s", strerror(saved));
	fputc('\n', stderr);
}

void
warn(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(format, ap);
	va_end(ap);
}

void
die(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(format, ap);
	va_end(ap);
	exit(EXIT_FAILED);
}

void
die_usage(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(format, ap);
	va_end(ap);
	fprintf(stderr, "Try '%s --help'.\n", prog_name);
	exit(EXIT_USAGE);
}
