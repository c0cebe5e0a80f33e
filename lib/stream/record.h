/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records of a stream as C structs, and a run-time description of them; made from records.def. */
#ifndef STREAM_RECORD_H
#define STREAM_RECORD_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that belong to somebody else: the stream's buffer (until its next block) or the writer's caller. */
struct text {
	const char *data;
	size_t len;
};

enum record_type {
#define RECORD(name, type, doc, fields) RECORD_##name = type,
#include "stream/records.def"
#undef RECORD
	RECORD_TYPES /* one more than the largest */
};

/* struct frame_record { uint64_t module; uint64_t offset; }; … */
#define U(name, doc)	     uint64_t name;
#define D(name, doc)	     uint64_t name;
#define ADDR(name, doc)	     uint64_t name;
#define REF(name, kind, doc) uint64_t name;
#define OPT(name, kind, doc) uint64_t name;
#define BACK(name, doc)	     uint64_t name;
#define STR(name, doc)	     struct text name;
#define HEX(name, doc)	     struct text name;
#define RECORD(name, type, doc, fields)                                                                                \
	struct name##_record {                                                                                         \
		fields                                                                                                 \
	};
#include "stream/records.def"
#undef RECORD

union any_record {
#define RECORD(name, type, doc, fields) struct name##_record name;
#include "stream/records.def"
#undef RECORD
};
#undef U
#undef D
#undef ADDR
#undef REF
#undef OPT
#undef BACK
#undef STR
#undef HEX

enum field_kind { FIELD_END, FIELD_U, FIELD_D, FIELD_ADDR, FIELD_REF, FIELD_OPT, FIELD_BACK, FIELD_STR, FIELD_HEX };

struct field_info {
	enum field_kind kind;
	const char *name;
	enum record_type target; /* FIELD_REF and FIELD_OPT: what it refers to */
	const char *doc;
};

struct record_info {
	const char *name; /* NULL: no such type */
	const char *doc;
	const struct field_info *fields; /* ends with FIELD_END; in the order of the struct's members */
};

extern const struct record_info record_infos[RECORD_TYPES];

enum module_kind { MODULE_FILE, MODULE_KERNEL, MODULE_VDSO, MODULE_JIT, MODULE_ANON, MODULE_MARK };
enum tally_class { TALLY_FIRED, TALLY_DELIVERED, TALLY_FILTERED, TALLY_LOST, TALLY_OTHER };

static inline struct text
text_of(const char *data, size_t len)
{
	return (struct text){data, len};
}

#endif
