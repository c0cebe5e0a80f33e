// SPDX-License-Identifier: GPL-2.0-or-later
/* What a unit's root says: its bases, its code, its lines. */
#include "dwarf/constants.h"
#include "dwarf/unit.h"

enum {
	LOW_PC,
	HIGH_PC,
	RANGES,
	STMT_LIST,
	LANGUAGE,
	STR_OFFSETS_BASE,
	ADDR_BASE,
	RNGLISTS_BASE,
	GNU_RANGES_BASE,
	GNU_ADDR_BASE,
	GNU_DWO_ID,
	DWO_NAME,
	GNU_DWO_NAME,
	ROOT_ATTRIBUTES
};

static const uint16_t attributes[ROOT_ATTRIBUTES] = {
	[LOW_PC] = DW_AT_low_pc,
	[HIGH_PC] = DW_AT_high_pc,
	[RANGES] = DW_AT_ranges,
	[STMT_LIST] = DW_AT_stmt_list,
	[LANGUAGE] = DW_AT_language,
	[STR_OFFSETS_BASE] = DW_AT_str_offsets_base,
	[ADDR_BASE] = DW_AT_addr_base,
	[RNGLISTS_BASE] = DW_AT_rnglists_base,
	[GNU_RANGES_BASE] = DW_AT_GNU_ranges_base,
	[GNU_ADDR_BASE] = DW_AT_GNU_addr_base,
	[GNU_DWO_ID] = DW_AT_GNU_dwo_id,
	[DWO_NAME] = DW_AT_dwo_name,
	[GNU_DWO_NAME] = DW_AT_GNU_dwo_name,
};

static bool
is_c(uint64_t language)
{
	return language == DW_LANG_C89 || language == DW_LANG_C || language == DW_LANG_C99 || language == DW_LANG_C11 ||
	       language == DW_LANG_C17;
}

/* Functions of these languages are never entries within a type's; in Rust's they are. */
static bool
types_hold_no_code(uint64_t language)
{
	switch (language) {
	case DW_LANG_C_plus_plus:
	case DW_LANG_C_plus_plus_03:
	case DW_LANG_C_plus_plus_11:
	case DW_LANG_C_plus_plus_14:
	case DW_LANG_C_plus_plus_17:
	case DW_LANG_C_plus_plus_20:
		return true;
	default:
		return is_c(language);
	}
}

/* Where a unit does not tell its base, as those in a split file need not, it is what follows the section's header. */
static uint64_t
base_of(const struct unit *u, const struct value *v, unsigned header)
{
	if (v->kind == VALUE_NUMBER)
		return v->n;
	return u->version < 5 ? 0 : u->sizes.offset == 8 ? header + 8 : header;
}

void
unit_root(struct unit *u)
{
	struct value v[ROOT_ATTRIBUTES];

	if (u->rooted)
		return;
	u->rooted = true;
	unit_root_entry(u, attributes, v, ROOT_ATTRIBUTES);
	u->bases.str_offsets += base_of(u, &v[STR_OFFSETS_BASE], 8);
	u->bases.addr += base_of(u, v[ADDR_BASE].kind ? &v[ADDR_BASE] : &v[GNU_ADDR_BASE], 8);
	u->bases.rnglists += base_of(u, &v[RNGLISTS_BASE], 12);
	u->bases.ranges = v[GNU_RANGES_BASE].n;
	u->has_lines = v[STMT_LIST].kind == VALUE_NUMBER;
	u->lines = v[STMT_LIST].n;
	u->has_dwo = v[DWO_NAME].kind || v[GNU_DWO_NAME].kind;
	if (v[GNU_DWO_ID].kind)
		u->dwo_id = v[GNU_DWO_ID].n;
	u->is_c = is_c(v[LANGUAGE].n);
	u->skips_types = types_hold_no_code(v[LANGUAGE].n);
	u->high = v[HIGH_PC];
	u->ranges = v[RANGES];
	u->low = v[LOW_PC];
	if (!unit_address(u, &u->low, &u->low_pc))
		u->low_pc = 0;
}
