/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole-string parsing of what users type: "99x" is an error, not 99. Nothing here prints; false: it is no such thing, or too
 * large. */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool parse_u64(const char *text, uint64_t *value);	 /* decimal digits only */
bool parse_number(const char *text, uint64_t *value);	 /* decimal digits, or 0x1f */
bool parse_double(const char *text, double *value);	 /* finite */
bool parse_duration(const char *text, uint64_t *ns);	 /* 5, 5s, 0.5s, 500ms, 250us, 2m, 1h; bare is seconds */
bool parse_size(const char *text, uint64_t *bytes);	 /* 4096, 64k, 8M, 1G (powers of 1024) */

/* The same for what `text` begins with; *end is what follows. */
bool parse_number_at(const char *text, const char **end, uint64_t *value);

struct int_list {
	uint32_t *items; /* owned; ascending, no duplicates */
	size_t n, cap;
};

bool int_list_has(const struct int_list *list, uint32_t item);
bool parse_int_list(const char *text, uint32_t max, struct int_list *list); /* 0-3,8; appends */

#endif
