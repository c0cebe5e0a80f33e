// SPDX-License-Identifier: GPL-2.0-or-later
/* Where HotSpot keeps what in its memory. */
#include "unwind/hotspot_vm.h"

#include <string.h>

enum {
	SYMBOLS_MAX = 1 << 20, /* that are looked at; libjvm.so has some hundreds */
	ENTRIES_MAX = 16384, /* of a list; JDK 17 has 788 fields and 768 types */
	STRIDE_MAX = 256,    /* bytes of one entry */
	FIELD_MAX = 4096,    /* an offset in what is read whole */
	NAME_MAX_HERE = 64,
};

static const struct {
	const char *type, *field;
	enum vm_field to;
} fields[] = {
	{"CodeCache", "_heaps", CODE_CACHE_HEAPS},
	{"AbstractInterpreter", "_code", INTERPRETER_CODE},
	{"GrowableArrayBase", "_len", ARRAY_LENGTH},
	{"GenericGrowableArray", "_len", ARRAY_LENGTH}, /* before JDK 16 */
	{"GrowableArray<int>", "_data", ARRAY_DATA},
	{"CodeHeap", "_memory", HEAP_MEMORY},
	{"CodeHeap", "_segmap", HEAP_SEGMENT_MAP},
	{"CodeHeap", "_log2_segment_size", HEAP_SEGMENT_SHIFT},
	{"VirtualSpace", "_low", SPACE_LOW},
	{"VirtualSpace", "_high", SPACE_HIGH},
	{"VirtualSpace", "_low_boundary", SPACE_LOWEST},
	{"VirtualSpace", "_high_boundary", SPACE_HIGHEST},
	{"HeapBlock::Header", "_length", BLOCK_LENGTH},
	{"HeapBlock::Header", "_used", BLOCK_USED},
	{"CodeBlob", "_name", BLOB_NAME},
	{"CodeBlob", "_size", BLOB_SIZE},
	{"CodeBlob", "_code_begin", BLOB_CODE_BEGIN},
	{"CodeBlob", "_code_end", BLOB_CODE_END},
	{"CodeBlob", "_frame_size", BLOB_FRAME_SIZE},
	{"CodeBlob", "_frame_complete_offset", BLOB_FRAME_COMPLETE},
	{"nmethod", "_compile_id", METHOD_COMPILE_ID},
	{"nmethod", "_verified_entry_point", METHOD_ENTRY},
	{"nmethod", "_entry_bci", METHOD_OSR_BCI},
	{"nmethod", "_osr_entry_point", METHOD_OSR_ENTRY},
	{"StubQueue", "_stub_buffer", QUEUE_BUFFER},
	{"StubQueue", "_buffer_limit", QUEUE_LIMIT},
	{"InterpreterCodelet", "_size", CODELET_SIZE},
	{"InterpreterCodelet", "_description", CODELET_DESCRIPTION},
	{"CompiledMethod", "_method", NAMED_METHOD},
	{"nmethod", "_method", NAMED_METHOD}, /* before JDK 9, and from 23 on */
	{"Method", "_constMethod", NAMED_CONSTANTS},
	{"ConstMethod", "_constants", NAMED_POOL},
	{"ConstMethod", "_name_index", NAMED_INDEX},
	{"ConstantPool", "_pool_holder", NAMED_HOLDER},
	{"Klass", "_name", NAMED_CLASS},
	{"Symbol", "_length", NAMED_LENGTH},
	{"Symbol", "_body", NAMED_BODY},
};

static const struct {
	const char *type;
	enum vm_type to;
} types[] = {
	{"HeapBlock", TYPE_BLOCK},
	{"CodeBlob", TYPE_BLOB},
	{"nmethod", TYPE_METHOD},
	{"InterpreterCodelet", TYPE_CODELET},
	{"ConstantPool", TYPE_POOL},
};

/* ---- libjvm.so's symbols ---- */

/* Variables that tell of the two lists. */
enum symbol {
	STRUCTS,
	STRUCT_STRIDE,
	STRUCT_TYPE,
	STRUCT_FIELD,
	STRUCT_STATIC,
	STRUCT_OFFSET,
	STRUCT_ADDRESS,
	TYPES,
	TYPE_STRIDE,
	TYPE_NAME,
	TYPE_SIZE,
	N_SYMBOLS,
};

static const char *const symbols[N_SYMBOLS] = {
	[STRUCTS] = "gHotSpotVMStructs",
	[STRUCT_STRIDE] = "gHotSpotVMStructEntryArrayStride",
	[STRUCT_TYPE] = "gHotSpotVMStructEntryTypeNameOffset",
	[STRUCT_FIELD] = "gHotSpotVMStructEntryFieldNameOffset",
	[STRUCT_STATIC] = "gHotSpotVMStructEntryIsStaticOffset",
	[STRUCT_OFFSET] = "gHotSpotVMStructEntryOffsetOffset",
	[STRUCT_ADDRESS] = "gHotSpotVMStructEntryAddressOffset",
	[TYPES] = "gHotSpotVMTypes",
	[TYPE_STRIDE] = "gHotSpotVMTypeEntryArrayStride",
	[TYPE_NAME] = "gHotSpotVMTypeEntryTypeNameOffset",
	[TYPE_SIZE] = "gHotSpotVMTypeEntrySizeOffset",
};

static int
symbol_named(const char *name, size_t n)
{
	static const char prefix[] = "gHotSpotV";
	const size_t len = sizeof(prefix) - 1;

	if (n < len || memcmp(name, prefix, len) || !memchr(name, 0, n < NAME_MAX_HERE ? n : NAME_MAX_HERE))
		return -1;
	for (int i = 0; i < N_SYMBOLS; i++)
		if (!strcmp(name, symbols[i]))
			return i;
	return -1;
}

/* Where the variables are; 0: not there. */
static void
find_symbols(const struct elf_file *f, uint64_t vaddrs[N_SYMBOLS])
{
	const struct elf_section *section = elf_section(f, ".dynsym");
	const uint8_t *bytes, *names;
	size_t size = 0, names_size = 0, each = symbol_size(&f->header);

	bytes = section ? elf_contents(f, section, &size) : NULL;
	if (!bytes || section->link >= f->n_sections)
		return;
	names = elf_contents(f, &f->sections[section->link], &names_size);
	if (size / each > SYMBOLS_MAX)
		size = SYMBOLS_MAX * each;
	for (size_t at = 0; names && at + each <= size; at += each) {
		struct elf_raw_symbol s;
		int which;

		symbol_read(&f->header, bytes + at, &s);
		if (!s.section || s.name >= names_size)
			continue;
		which = symbol_named((const char *)names + s.name, names_size - s.name);
		if (which >= 0)
			vaddrs[which] = s.value;
	}
}

static int
read_variables(struct memory *m, const struct elf_file *f, uint64_t bias, uint64_t values[N_SYMBOLS], struct err *err)
{
	uint64_t vaddrs[N_SYMBOLS] = {0};

	find_symbols(f, vaddrs);
	for (int i = 0; i < N_SYMBOLS; i++) {
		if (!vaddrs[i])
			return err_set(err, "%s: no symbol %s", f->path, symbols[i]);
		if (!memory_peek(m, bias + vaddrs[i], &values[i], sizeof(values[i])))
			return err_set(err, "%s: %s cannot be read", f->path, symbols[i]);
	}
	if (!values[STRUCTS] || !values[TYPES] || values[STRUCT_STRIDE] - 1 >= STRIDE_MAX ||
	    values[TYPE_STRIDE] - 1 >= STRIDE_MAX)
		return err_set(err, "%s: it does not describe itself yet, or in another way", f->path);
	return 0;
}

/* ---- the lists ---- */

struct entry {
	struct memory *memory;
	uint64_t address;
	const uint64_t *variables;
};

static bool
entry_word(const struct entry *e, enum symbol offset, void *to, size_t size)
{
	return e->variables[offset] < STRIDE_MAX && memory_peek(e->memory, e->address + e->variables[offset], to, size);
}

/* False: the entry has none, which is the last one's mark. */
static bool
entry_name(const struct entry *e, enum symbol offset, char name[NAME_MAX_HERE])
{
	uint64_t at;

	if (!entry_word(e, offset, &at, sizeof(at)) || !at)
		return false;
	if (!memory_string(e->memory, at, name, NAME_MAX_HERE))
		name[0] = 0;
	return true;
}

static bool
is_wanted_type(const char *type)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (!strcmp(fields[i].type, type))
			return true;
	return false;
}

static void
take_field(const struct entry *e, const char *type, const char *name, struct hotspot_vm *vm, uint64_t *found)
{
	uint32_t is_static;
	uint64_t value;

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (strcmp(fields[i].type, type) || strcmp(fields[i].field, name))
			continue;
		if (!entry_word(e, STRUCT_STATIC, &is_static, sizeof(is_static)) ||
		    !entry_word(e, is_static ? STRUCT_ADDRESS : STRUCT_OFFSET, &value, sizeof(value)))
			return;
		if (is_static ? fields[i].to > INTERPRETER_CODE : fields[i].to <= INTERPRETER_CODE || value >= FIELD_MAX)
			return;
		vm->field[fields[i].to] = value;
		*found |= 1ULL << fields[i].to;
	}
}

static void
take_type(const struct entry *e, const char *name, struct hotspot_vm *vm, uint64_t *found)
{
	uint64_t size;

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (!strcmp(types[i].type, name) && entry_word(e, TYPE_SIZE, &size, sizeof(size)) && size < FIELD_MAX) {
			vm->size[types[i].to] = size;
			*found |= 1ULL << types[i].to;
		}
}

static uint64_t
read_fields(struct memory *m, const uint64_t variables[N_SYMBOLS], struct hotspot_vm *vm)
{
	struct entry e = {m, variables[STRUCTS], variables};
	char type[NAME_MAX_HERE], name[NAME_MAX_HERE];
	uint64_t found = 0;

	for (int i = 0; i < ENTRIES_MAX && entry_name(&e, STRUCT_TYPE, type); i++, e.address += variables[STRUCT_STRIDE])
		if (is_wanted_type(type) && entry_name(&e, STRUCT_FIELD, name))
			take_field(&e, type, name, vm, &found);
	return found;
}

static uint64_t
read_types(struct memory *m, const uint64_t variables[N_SYMBOLS], struct hotspot_vm *vm)
{
	struct entry e = {m, variables[TYPES], variables};
	char name[NAME_MAX_HERE];
	uint64_t found = 0;

	for (int i = 0; i < ENTRIES_MAX && entry_name(&e, TYPE_NAME, name); i++, e.address += variables[TYPE_STRIDE])
		take_type(&e, name, vm, &found);
	return found;
}

_Static_assert(N_VM_FIELDS < 64 && N_VM_TYPES < 64, "what was found is told in bits");

int
hotspot_vm_read(struct memory *m, const struct elf_file *f, uint64_t bias, struct hotspot_vm *vm, struct err *err)
{
	const uint64_t for_names = ((1ULL << N_VM_FIELDS) - 1) & ~((1ULL << NAMED_METHOD) - 1);
	uint64_t variables[N_SYMBOLS];
	uint64_t missing_fields, missing_types;

	*vm = (struct hotspot_vm){0};
	if (read_variables(m, f, bias, variables, err))
		return -1;
	missing_fields = ((1ULL << N_VM_FIELDS) - 1) & ~read_fields(m, variables, vm);
	missing_types = ((1ULL << N_VM_TYPES) - 1) & ~read_types(m, variables, vm);
	vm->has_names = !(missing_fields & for_names) && !(missing_types & 1ULL << TYPE_POOL);
	missing_fields &= ~for_names;
	missing_types &= ~(1ULL << TYPE_POOL);
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (missing_fields & 1ULL << fields[i].to)
			return err_set(err, "%s: it does not say where %s.%s is", f->path, fields[i].type, fields[i].field);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (missing_types & 1ULL << types[i].to)
			return err_set(err, "%s: it does not say how large %s is", f->path, types[i].type);
	return 0;
}
