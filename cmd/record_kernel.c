// SPDX-License-Identifier: GPL-2.0-or-later
/* pb-record's kernel frames. A kernel frame's offset counts from where its module begins (_text for the kernel
 * itself), so that it says the same after a reboot; where that is hidden it is the address. */
#include "cmd/record_kernel.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/table.h"
#include "elf/find.h"
#include "elf/symtab.h"
#include "sampler/ksym.h"
#include "stream/define.h"
#include "sym/kallsyms.h"

struct known_frame {
	uint64_t address;
	uint32_t frame;
};

struct known_module {
	char name[64];
	uint64_t base;
};

struct kernel_frames {
	struct definer *definer;
	struct ksym_asker *asker; /* preferred; NULL: this kernel has no such thing */
	struct kallsyms *symbols; /* else */
	struct err error;
	bool opened, retried;
	struct known_module *modules;
	size_t n_modules, modules_cap;
	struct known_frame *known;
	size_t n, cap;
	struct table by_address;
};

struct kernel_frames *
kernel_frames_open(struct definer *d)
{
	struct kernel_frames *k = xcalloc(1, sizeof(*k));

	k->definer = d;
	return k;
}

void
kernel_frames_forget(struct kernel_frames *k)
{
	k->n = 0;
	table_clear(&k->by_address);
}

void
kernel_frames_close(struct kernel_frames *k)
{
	ksym_close(k->asker);
	kallsyms_free(k->symbols);
	table_free(&k->by_address);
	free(k->modules);
	free(k->known);
	free(k);
}

static void
open_symbols(struct kernel_frames *k)
{
	if (k->opened)
		return;
	k->asker = ksym_open(&k->error);
	if (!k->asker)
		k->symbols = kallsyms_load(&k->error);
	k->opened = true;
}

void
kernel_frames_window(struct kernel_frames *k)
{
	k->retried = false;
}

const char *
kernel_frames_warning(const struct kernel_frames *k)
{
	return k->opened && !k->asker && !k->symbols ? k->error.text : NULL;
}

static bool
find_in_kallsyms(struct kernel_frames *k, uint64_t address, struct kernel_symbol *symbol)
{
	struct ksym s;

	if (!k->symbols || !kallsyms_find(k->symbols, address, &s))
		return false;
	symbol->start = s.start;
	symbol->size = s.size;
	snprintf(symbol->name, sizeof(symbol->name), "%s", s.name);
	snprintf(symbol->module, sizeof(symbol->module), "%s", s.module);
	return true;
}

/* The symbol of an address. A module or BPF program that was loaded after us is found in kallsyms by reading it again,
 * at most once in a window. */
static bool
find(struct kernel_frames *k, uint64_t address, struct kernel_symbol *symbol)
{
	open_symbols(k);
	if (k->asker)
		return ksym_find(k->asker, address, symbol);
	if (find_in_kallsyms(k, address, symbol))
		return true;
	if (!k->symbols || k->retried)
		return false;
	k->retried = true;
	kallsyms_free(k->symbols);
	k->symbols = kallsyms_load(&k->error);
	return find_in_kallsyms(k, address, symbol);
}

/* The address after the last space before `name` in a text of lines, as /proc/kallsyms (name last) and /proc/modules
 * (name first) have them. */
static uint64_t
line_address(const char *path, const char *name, bool name_first)
{
	char line[1024], *end;
	uint64_t address = 0;
	FILE *f = fopen(path, "re");
	size_t len = strlen(name);

	for (int n = 0; f && !address && n < 4096 && fgets(line, sizeof(line), f); n++) {
		line[strcspn(line, "\n")] = 0;
		end = strrchr(line, ' ');
		if (name_first && !strncmp(line, name, len) && line[len] == ' ' && (end = strstr(line, " 0x")))
			address = strtoull(end, NULL, 16);
		else if (!name_first && end && !strcmp(end + 1, name))
			address = strtoull(line, NULL, 16);
	}
	if (f)
		fclose(f);
	return address;
}

/* Where a module's code begins; _text stands among the first lines of kallsyms. 0: hidden, or BPF. */
static uint64_t
base_of(struct kernel_frames *k, const char *module)
{
	struct known_module *m;

	for (size_t i = 0; i < k->n_modules; i++)
		if (!strcmp(k->modules[i].name, module))
			return k->modules[i].base;
	GROW(k->modules, k->n_modules, k->modules_cap);
	m = &k->modules[k->n_modules++];
	snprintf(m->name, sizeof(m->name), "%s", module);
	if (k->symbols)
		m->base = kallsyms_base(k->symbols, module);
	else if (*module)
		m->base = line_address("/proc/modules", module, true);
	else
		m->base = line_address("/proc/kallsyms", "_text", false);
	return m->base;
}

/* The build-id of the kernel or of one of its modules, from the notes that sysfs shows. */
static size_t
read_build_id(const char *module, uint8_t id[BUILD_ID_MAX])
{
	uint8_t notes[4096];
	char path[256];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), *module ? "/sys/module/%s/notes/.note.gnu.build-id" : "/sys/kernel/notes", module);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, notes, sizeof(notes));
	close(fd);
	return n > 0 ? notes_build_id(notes, (size_t)n, 4, id) : 0;
}

static uint32_t
define_kernel_module(struct kernel_frames *k, const char *name)
{
	uint8_t id[BUILD_ID_MAX];
	char path[160];
	size_t len = read_build_id(name, id);

	snprintf(path, sizeof(path), "[%s]", *name ? name : "kernel");
	return define_module(k->definer, &(struct module_record){
		.kind = MODULE_KERNEL,
		.build_id = text_of((const char *)id, len),
		.path = text_of(path, strlen(path)),
	});
}

static uint32_t
define_kernel_frame(struct kernel_frames *k, uint64_t address)
{
	struct kernel_symbol symbol;
	uint32_t module;
	uint64_t base;

	if (!find(k, address, &symbol))
		return define_frame(k->definer, define_kernel_module(k, ""), address);
	module = define_kernel_module(k, symbol.module);
	base = base_of(k, symbol.module);
	if (base > symbol.start)
		base = 0;
	define_symbol(k->definer, &(struct symbol_record){
		.module = module,
		.start = symbol.start - base,
		.size = symbol.size,
		.name = text_of(symbol.name, strlen(symbol.name)),
	});
	return define_frame(k->definer, module, address - base);
}

uint32_t
kernel_frame(struct kernel_frames *k, uint64_t address)
{
	uint64_t hash = hash_word(address);
	struct table_probe p = table_probe(&k->by_address, hash);
	uint32_t i;

	while (table_next(&k->by_address, &p, &i))
		if (k->known[i].address == address)
			return k->known[i].frame;
	GROW(k->known, k->n, k->cap);
	k->known[k->n] = (struct known_frame){address, define_kernel_frame(k, address)};
	table_insert(&k->by_address, hash, (uint32_t)k->n);
	return k->known[k->n++].frame;
}

bool
kernel_is_program(struct kernel_frames *k, uint64_t address)
{
	static const char *const begins[] = {"bpf_prog_", "bpf_trace_run", "bpf_trampoline_", "__bpf_trace_", "__traceiter_",
					     "__bpf_prog_", "bpf_get_stack", "perf_syscall_", "perf_trace_", "trace_call_bpf"};
	struct kernel_symbol symbol;

	if (!find(k, address, &symbol))
		return false;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (!strncmp(symbol.name, begins[i], strlen(begins[i])))
			return true;
	return false;
}

void
define_vdso_symbols(struct definer *d, uint32_t module)
{
	struct err err;
	struct elf_file *vdso = find_vdso(&err);
	struct symtab symbols = {0};

	if (!vdso)
		return;
	symtab_read(&symbols, vdso);
	symtab_find(&symbols, 0); /* makes the ranges */
	for (size_t i = 0; i < symbols.n; i++) {
		const struct symbol_range *s = &symbols.ranges[i];

		define_symbol(d, &(struct symbol_record){
			.module = module,
			.start = s->start,
			.size = s->end - s->start,
			.name = text_of(s->name, strcspn(s->name, "@")),
		});
	}
	symtab_free(&symbols);
	elf_close(vdso);
}
