// SPDX-License-Identifier: GPL-2.0-or-later
/* How a library reports a failure. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
err_set(struct err *err, const char *format, ...)
{
	int saved = errno;
	size_t n = strlen(format);
	size_t len;
	va_list ap;

	va_start(ap, format);
	vsnprintf(err->text, sizeof(err->text), format, ap);
	va_end(ap);
	len = strlen(err->text);
	if (n && format[n - 1] == ':')
		snprintf(err->text + len, sizeof(err->text) - len, " %s", strerror(saved));
	for (char *p = err->text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	return -1;
}
