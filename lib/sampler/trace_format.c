// SPDX-License-Identifier: GPL-2.0-or-later
/* What the record of a tracepoint holds, as tracefs describes it:
 *
 *	field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
 *	field:char prev_comm[16];	offset:8;	size:16;	signed:0;
 *	field:__data_loc char[] filename;	offset:8;	size:4;	signed:0;
 */
#include "sampler/trace_format.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text_file.h"
#include "sampler/tracefs.h"

static struct trace_format last;

void
trace_format_forget(void)
{
	for (size_t i = 0; i < last.n; i++)
		free(last.fields[i].name);
	free(last.fields);
	free(last.system);
	free(last.name);
	last = (struct trace_format){0};
}

/* The number behind "size:"; UINT32_MAX without one. */
static uint32_t
attribute(const char *line, const char *label)
{
	const char *at = strstr(line, label);

	return at ? (uint32_t)strtoul(at + strlen(label), NULL, 10) : UINT32_MAX;
}

static bool
in_name(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* System calls' fields say 8 bytes, as arguments come in registers; of these types only the low bytes mean something. */
static const struct {
	const char *name;
	uint8_t size;
	bool is_signed;
} narrow_types[] = {
	{"int", 4, true},      {"unsigned int", 4, false}, {"pid_t", 4, true},	{"uid_t", 4, false}, {"gid_t", 4, false},
	{"umode_t", 2, false}, {"u32", 4, false},	   {"__u32", 4, false}, {"__s32", 4, true},  {"const clockid_t", 4, true},
	{"timer_t", 4, true},  {"mqd_t", 4, true},	   {"key_t", 4, true},	{"rwf_t", 4, true},  {"key_serial_t", 4, true},
};

static void
narrow(struct trace_field *f, const char *type, size_t len)
{
	for (size_t i = 0; i < sizeof(narrow_types) / sizeof(narrow_types[0]); i++)
		if (!strncmp(narrow_types[i].name, type, len) && !narrow_types[i].name[len]) {
			f->size = narrow_types[i].size;
			f->is_signed = narrow_types[i].is_signed;
		}
}

/* `declaration` ends at its semicolon, "char prev_comm[16]"; the name is its last word. */
static void
take_declaration(struct trace_field *f, const char *declaration, size_t len)
{
	const char *bracket = memchr(declaration, '[', len);
	size_t end = len, begin;

	f->is_dynamic = !strncmp(declaration, "__data_loc", 10) || !strncmp(declaration, "__rel_loc", 9);
	if (!f->is_dynamic && bracket) {
		f->is_array = true;
		f->is_text = !strncmp(declaration, "char ", 5);
		end = (size_t)(bracket - declaration);
	}
	while (end && !in_name(declaration[end - 1]))
		end--;
	for (begin = end; begin && in_name(declaration[begin - 1]); begin--)
		;
	f->name = xstrndup(declaration + begin, end - begin);
	while (begin && declaration[begin - 1] == ' ')
		begin--;
	if (f->size == 8 && !f->is_array && !f->is_dynamic && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
		narrow(f, declaration, begin);
}

static void
add_field(struct trace_format *format, const char *line)
{
	struct trace_field *f;
	const char *declaration = strstr(line, "field:");
	const char *end = declaration ? strchr(declaration, ';') : NULL;

	if (!end)
		return;
	declaration += 6;
	GROW(format->fields, format->n, format->cap);
	f = &format->fields[format->n++];
	*f = (struct trace_field){
		.offset = attribute(end, "\toffset:"),
		.size = attribute(end, "\tsize:"),
		.is_signed = attribute(end, "\tsigned:") == 1,
	};
	take_declaration(f, declaration, (size_t)(end - declaration));
}

const struct trace_format *
trace_format(const char *system, const char *name, struct err *err)
{
	struct buf path = {0}, text = {0};
	char *at, *line;
	int status;

	if (last.name && !strcmp(last.system, system) && !strcmp(last.name, name))
		return &last;
	trace_format_forget();
	buf_printf(&path, "events/%s/%s/format", system, name);
	status = tracefs_read(buf_cstr(&path), &text, err);
	if (!status) {
		last.system = xstrdup(system);
		last.name = xstrdup(name);
		at = text.data;
		while ((line = line_next(&at)) && strncmp(line, "print fmt:", 10))
			add_field(&last, line);
	}
	buf_free(&path);
	buf_free(&text);
	return status ? NULL : &last;
}

const struct trace_field *
trace_format_find(const struct trace_format *f, const char *name, size_t len)
{
	for (size_t i = 0; i < f->n; i++)
		if (!strncmp(f->fields[i].name, name, len) && !f->fields[i].name[len])
			return &f->fields[i];
	return NULL;
}

bool
trace_field_is_number(const struct trace_field *f)
{
	bool fits = f->size == 1 || f->size == 2 || f->size == 4 || f->size == 8;

	return fits && f->offset >= TRACE_HIDDEN && f->offset <= UINT16_MAX && !f->is_array && !f->is_dynamic;
}
