/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the record of a tracepoint holds, as tracefs describes it. */
#ifndef SAMPLER_TRACE_FORMAT_H
#define SAMPLER_TRACE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* The first bytes of a record, with the fields called common_, are hidden from programs. */
enum { TRACE_HIDDEN = 8 };

struct trace_field {
	char *name;
	uint32_t offset, size; /* bytes */
	bool is_signed;
	bool is_text;	 /* char[N] */
	bool is_array;	 /* of anything, also of char */
	bool is_dynamic; /* __data_loc: its content is elsewhere in the record */
};

struct trace_format {
	char *system, *name; /* of the tracepoint */
	struct trace_field *fields;
	size_t n, cap;
};

/* Reads it from tracefs. Valid until the next call. NULL with the reason in *err. */
const struct trace_format *trace_format(const char *system, const char *name, struct err *err);

/* The field of this name; NULL: there is none. */
const struct trace_field *trace_format_find(const struct trace_format *f, const char *name, size_t len);

/* A program can read its value as a number. */
bool trace_field_is_number(const struct trace_field *f);

void trace_format_forget(void); /* frees what is kept */

#endif
