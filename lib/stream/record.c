// SPDX-License-Identifier: GPL-2.0-or-later
/* A run-time description of the records, made from records.def. */
#include "stream/record.h"

#define U(name, doc)	     {FIELD_U, #name, 0, doc},
#define D(name, doc)	     {FIELD_D, #name, 0, doc},
#define ADDR(name, doc)	     {FIELD_ADDR, #name, 0, doc},
#define REF(name, kind, doc) {FIELD_REF, #name, RECORD_##kind, doc},
#define OPT(name, kind, doc) {FIELD_OPT, #name, RECORD_##kind, doc},
#define BACK(name, doc)	     {FIELD_BACK, #name, 0, doc},
#define STR(name, doc)	     {FIELD_STR, #name, 0, doc},
#define HEX(name, doc)	     {FIELD_HEX, #name, 0, doc},

#define RECORD(name, type, doc, fields) static const struct field_info fields_of_##name[] = {fields{FIELD_END}};
#include "stream/records.def"
#undef RECORD

const struct record_info record_infos[RECORD_TYPES] = {
#define RECORD(name, type, doc, fields) [RECORD_##name] = {#name, doc, fields_of_##name},
#include "stream/records.def"
#undef RECORD
};
