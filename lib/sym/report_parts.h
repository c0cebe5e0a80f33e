/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the report share. Private to lib/sym. */
#ifndef SYM_REPORT_PARTS_H
#define SYM_REPORT_PARTS_H

#include "sym/report.h"

void report_source(const struct subject *subject, const struct report_from *from, struct symbol_source *source);

/* Ends the line that starts at lines->data[start]. Paths come from the stream: nothing in them may reach a terminal as a
 * command to it. */
void report_end_line(struct buf *lines, size_t start);

/* A problem as the library tells it may start with the module's path (control bytes replaced); once is enough. */
const char *report_without_path(const char *problem, const char *path);

#endif
