// SPDX-License-Identifier: GPL-2.0-or-later
/* The functions of the running kernel and its modules, and which of them can be probed.
 *
 *	/proc/kallsyms				ffffffff81204d60 T vfs_read		ffffffffc0401000 t nft_do_chain	[nf_tables]
 *	available_filter_functions of tracefs	vfs_read				nft_do_chain [nf_tables]
 *	kprobes/blacklist of debugfs		0xffffffff81001000-0xffffffff81001020	asm_exc_debug
 *
 * The second has no addresses, and some names stand for many functions of which it may have only some. Both lists are in
 * the order of addresses, so a name in it means the first function of the name behind the one before. */
#include "sampler/functions.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/intern.h"
#include "base/text_file.h"
#include "sampler/tracefs.h"

static struct {
	bool loaded;
	struct functions fs;
	struct intern names, modules;
	uint32_t *last; /* by number of the name: its last function so far */
	size_t first_cap, last_cap;
} kernel;

void
functions_forget(void)
{
	free(kernel.fs.all);
	free(kernel.fs.first);
	free(kernel.last);
	intern_free(&kernel.names);
	intern_free(&kernel.modules);
	memset(&kernel, 0, sizeof(kernel));
}

uint32_t
functions_find(const struct functions *fs, const char *name)
{
	uint32_t id = intern_find(&kernel.names, name, strlen(name));

	return id == INTERN_NONE ? FUNCTION_NONE : fs->first[id];
}

/* Code in kallsyms that is no function one could enter: the rest of one that was split, padding in front of one, jumps. */
static bool
is_function(const char *name)
{
	static const char *const prefixes[] = {"__pfx_", "__cfi_", "__SCT__", "__x86_indirect_"};
	const char *cold = strstr(name, ".cold");

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return false;
	return !cold || (cold[5] && cold[5] != '.');
}

/* "[nf_tables]" becomes "nf_tables"; NULL stays. The same text is the same pointer. */
static const char *
module_name(const char *bracketed)
{
	size_t len = bracketed ? strlen(bracketed) : 0;
	uint32_t id;

	if (len < 2 || bracketed[0] != '[' || bracketed[len - 1] != ']')
		return NULL;
	id = intern(&kernel.modules, bracketed + 1, len - 2);
	return kernel.modules.all[id].text;
}

static void
add_function(const char *name, const char *module, uint64_t address)
{
	struct functions *fs = &kernel.fs;
	uint32_t index = (uint32_t)fs->n;
	uint32_t id = intern(&kernel.names, name, strlen(name));

	GROW(fs->all, fs->n, fs->cap);
	fs->all[fs->n++] = (struct function){
		.name = kernel.names.all[id].text,
		.module = module,
		.address = address,
		.next = FUNCTION_NONE,
	};
	if (id == fs->n_names) {
		GROW(fs->first, fs->n_names, kernel.first_cap);
		GROW(kernel.last, fs->n_names, kernel.last_cap);
		fs->first[fs->n_names++] = index;
	} else {
		fs->all[kernel.last[id]].next = index;
	}
	kernel.last[id] = index;
}

/* Programs and trampolines that the kernel made by itself are listed as if they were modules' functions. */
static void
take_symbol(char *line)
{
	char *address = word_next(&line);
	char *type = word_next(&line);
	char *name = word_next(&line);
	char *module = word_next(&line);

	if (!name || !strchr("tTwW", *type))
		return;
	if (module && (!strcmp(module, "[bpf]") || !strncmp(module, "[__builtin__", 12)))
		return;
	add_function(name, module_name(module), strtoull(address, NULL, 16));
}

static int
read_symbols(struct err *err)
{
	struct buf text = {0};
	char *at, *line;
	int status = 0;

	if (text_file_read("/proc/kallsyms", &text)) {
		status = err_set(err, "/proc/kallsyms:");
	} else {
		at = text.data;
		while ((line = line_next(&at)))
			take_symbol(line);
		if (!kernel.fs.n)
			status = err_set(err, "/proc/kallsyms: there are no functions in it");
	}
	buf_free(&text);
	return status;
}

/* The function that a line of available_filter_functions means; `after`: the address of the line before. */
static struct function *
listed_function(const char *name, const char *module, uint64_t after)
{
	struct function *all = kernel.fs.all, *fallback = NULL;
	uint32_t i = functions_find(&kernel.fs, name);

	for (; i != FUNCTION_NONE; i = all[i].next) {
		if (all[i].traceable || all[i].module != module)
			continue;
		if (all[i].address >= after)
			return &all[i];
		if (!fallback)
			fallback = &all[i];
	}
	return fallback;
}

static void
read_traceable(void)
{
	struct buf text = {0};
	struct err ignored;
	uint64_t after = 0;
	char *at, *line;

	if (!tracefs_read("available_filter_functions", &text, &ignored)) {
		at = text.data;
		while ((line = line_next(&at))) {
			char *name = word_next(&line);
			struct function *f = name ? listed_function(name, module_name(word_next(&line)), after) : NULL;

			if (!f)
				continue;
			f->traceable = true;
			after = f->address;
			kernel.fs.listed = true;
		}
	}
	buf_free(&text);
	for (size_t i = 0; i < kernel.fs.n && !kernel.fs.listed; i++)
		kernel.fs.all[i].traceable = is_function(kernel.fs.all[i].name);
}

/* Functions at one address are neighbours in kallsyms. */
static void
find_aliases(void)
{
	struct function *all = kernel.fs.all;
	size_t end;

	for (size_t i = 0; i < kernel.fs.n; i = end) {
		bool traceable = false;

		for (end = i; end < kernel.fs.n && all[end].address && all[end].address == all[i].address; end++)
			traceable |= all[end].traceable;
		for (size_t k = i; k < end && traceable; k++)
			all[k].alias = !all[k].traceable;
		end += end == i;
	}
}

static void
read_blacklist(void)
{
	struct buf text = {0};
	char *at, *line;

	if (!text_file_read("/sys/kernel/debug/kprobes/blacklist", &text)) {
		at = text.data;
		while ((line = line_next(&at))) {
			uint64_t address = strtoull(line, NULL, 16);
			char *name = word_next(&line) ? word_next(&line) : NULL;
			uint32_t i = name ? functions_find(&kernel.fs, name) : FUNCTION_NONE;

			for (; i != FUNCTION_NONE; i = kernel.fs.all[i].next)
				if (!address || address == kernel.fs.all[i].address)
					kernel.fs.all[i].blacklisted = true;
		}
	}
	buf_free(&text);
}

const struct functions *
functions_load(struct err *err)
{
	if (kernel.loaded)
		return &kernel.fs;
	if (read_symbols(err)) {
		functions_forget();
		return NULL;
	}
	read_traceable();
	find_aliases();
	read_blacklist();
	kernel.loaded = true;
	return &kernel.fs;
}

uint64_t
function_size(const struct functions *fs, const struct function *f)
{
	uint64_t end = UINT64_MAX;

	for (size_t i = 0; i < fs->n; i++)
		if (fs->all[i].address > f->address && fs->all[i].address < end)
			end = fs->all[i].address;
	return f->address && end != UINT64_MAX ? end - f->address : 0;
}
