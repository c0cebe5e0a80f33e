/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where HotSpot, the Java virtual machine, keeps what in its memory. It says so itself, for tools outside of it
 * (src/hotspot/share/runtime/vmStructs.hpp): fields by name with their offsets, types with their sizes. */
#ifndef UNWIND_HOTSPOT_VM_H
#define UNWIND_HOTSPOT_VM_H

#include "base/err.h"
#include "elf/file.h"
#include "unwind/memory.h"

enum vm_field {
	CODE_CACHE_HEAPS, /* these two are addresses, the others are offsets in bytes */
	INTERPRETER_CODE,
	ARRAY_LENGTH,
	ARRAY_DATA,
	HEAP_MEMORY,
	HEAP_SEGMENT_MAP,
	HEAP_SEGMENT_SHIFT,
	SPACE_LOW,
	SPACE_HIGH,
	SPACE_LOWEST,
	SPACE_HIGHEST,
	BLOCK_LENGTH,
	BLOCK_USED,
	BLOB_NAME,
	BLOB_SIZE,
	BLOB_CODE_BEGIN,
	BLOB_CODE_END,
	BLOB_FRAME_SIZE,
	BLOB_FRAME_COMPLETE,
	METHOD_COMPILE_ID,
	METHOD_ENTRY,
	METHOD_OSR_BCI,
	METHOD_OSR_ENTRY,
	QUEUE_BUFFER,
	QUEUE_LIMIT,
	CODELET_SIZE,
	CODELET_DESCRIPTION,
	NAMED_METHOD, /* from here on those that names take, which may be missing */
	NAMED_CONSTANTS,
	NAMED_POOL,
	NAMED_INDEX,
	NAMED_HOLDER,
	NAMED_CLASS,
	NAMED_LENGTH,
	NAMED_BODY,
	N_VM_FIELDS,
};

enum vm_type { TYPE_BLOCK, TYPE_BLOB, TYPE_METHOD, TYPE_CODELET, TYPE_POOL, N_VM_TYPES };

struct hotspot_vm {
	uint64_t field[N_VM_FIELDS];
	uint64_t size[N_VM_TYPES]; /* bytes */
	bool has_names;
};

/* Reads it. `libjvm` is the file that the process has mapped, `bias` what is added to its vaddrs there. 0; -1 with the
 * reason in *err when the virtual machine is not of a kind that is known, or has not come that far. */
int hotspot_vm_read(struct memory *m, const struct elf_file *libjvm, uint64_t bias, struct hotspot_vm *vm, struct err *err);

#endif
