// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel's type information (BTF) says of its functions and raw tracepoints. */
#include "sampler/types.h"

#include <bpf/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/table.h"

/* The kernel's own types, or those that a module adds. */
struct unit {
	char *module; /* NULL: the kernel */
	struct btf *btf; /* NULL: has none */
	struct table functions, tracepoints; /* type ids by hash of the name */
};

static struct {
	struct unit *units;
	size_t n_units, units_cap;
	const char **tracepoints;
	size_t n, cap;
} types;

static const char typedef_prefix[] = "btf_trace_";

static void
index_types(struct unit *unit, const struct btf *base)
{
	__u32 end = btf__type_cnt(unit->btf);
	size_t skip = sizeof(typedef_prefix) - 1;

	for (__u32 id = base ? btf__type_cnt(base) : 1; id < end; id++) {
		const struct btf_type *t = btf__type_by_id(unit->btf, id);
		const char *name = btf__name_by_offset(unit->btf, t->name_off);

		if (btf_is_func(t)) {
			table_insert(&unit->functions, hash_bytes(name, strlen(name)), id);
		} else if (btf_is_typedef(t) && !strncmp(name, typedef_prefix, skip)) {
			table_insert(&unit->tracepoints, hash_bytes(name + skip, strlen(name + skip)), id);
			if (base)
				continue;
			GROW(types.tracepoints, types.n, types.cap);
			types.tracepoints[types.n++] = name + skip;
		}
	}
}

/* libbpf says on stderr what it does not find, so it is not asked for what is not there. */
static struct btf *
load(const char *module, struct btf *base)
{
	char path[256];
	int n = snprintf(path, sizeof(path), "/sys/kernel/btf/%s", module ? module : "vmlinux");

	if (n >= (int)sizeof(path) || access(path, R_OK))
		return NULL;
	return module ? btf__load_module_btf(module, base) : btf__load_vmlinux_btf();
}

static const struct unit *
find_unit(const char *module)
{
	struct btf *base = module ? find_unit(NULL)->btf : NULL;
	struct unit *unit;

	for (size_t i = 0; i < types.n_units; i++) {
		unit = &types.units[i];
		if (module && unit->module ? !strcmp(module, unit->module) : module == unit->module)
			return unit;
	}
	GROW(types.units, types.n_units, types.units_cap);
	unit = &types.units[types.n_units++];
	*unit = (struct unit){.module = module ? xstrdup(module) : NULL};
	unit->btf = module && !base ? NULL : load(module, base);
	if (unit->btf)
		index_types(unit, base);
	return unit;
}

void
types_forget(void)
{
	/* What a module adds stands on the kernel's own, which were read first. */
	while (types.n_units) {
		struct unit *unit = &types.units[--types.n_units];

		btf__free(unit->btf);
		table_free(&unit->functions);
		table_free(&unit->tracepoints);
		free(unit->module);
	}
	free(types.units);
	free(types.tracepoints);
	memset(&types, 0, sizeof(types));
}

bool
types_known(void)
{
	return find_unit(NULL)->btf;
}

const char *const *
types_tracepoints(size_t *n)
{
	find_unit(NULL);
	*n = types.n;
	return types.tracepoints;
}

static const struct btf_type *
find_type(const struct unit *unit, const struct table *table, const char *name, size_t prefix)
{
	struct table_probe probe = table_probe(table, hash_bytes(name, strlen(name)));
	uint32_t id;

	while (table_next(table, &probe, &id)) {
		const struct btf_type *t = btf__type_by_id(unit->btf, id);

		if (!strcmp(btf__name_by_offset(unit->btf, t->name_off) + prefix, name))
			return t;
	}
	return NULL;
}

static const struct btf_type *
without_names(const struct btf *btf, __u32 id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t)))
		t = btf__type_by_id(btf, t->type);
	return t;
}

/* How a value of a type is passed, without its slot, and how many slots it takes; 0: not in registers for whole numbers. */
static unsigned
passing(const struct btf_type *t, struct passed *p)
{
	bool word = t && (btf_is_int(t) || btf_is_any_enum(t));

	*p = (struct passed){0};
	if (t && btf_is_ptr(t)) {
		p->size = 8;
		return 1;
	}
	if (!t || !(word || btf_is_composite(t)) || t->size > 16)
		return 0;
	if (word && t->size <= 8) {
		p->size = (uint8_t)t->size;
		p->is_signed = btf_is_int(t) ? btf_int_encoding(t) & BTF_INT_SIGNED : btf_kflag(t);
	}
	return t->size > 8 ? 2 : 1;
}

/* `skip` arguments in front are not the caller's. */
static void
read_prototype(const struct btf *btf, const struct btf_type *t, unsigned skip, struct prototype *p)
{
	const struct btf_param *params = btf_params(t);
	unsigned n = btf_vlen(t);
	const struct btf_type *result = without_names(btf, t->type);

	*p = (struct prototype){0};
	p->returns = t->type && result;
	if (p->returns && (!passing(result, &p->result) || btf_is_composite(result)))
		p->odd = "returns a struct";
	for (unsigned i = skip; i < n && !p->odd; i++) {
		unsigned slots;

		if (i == n - 1 && !params[i].type) {
			p->odd = "takes a varying number of arguments";
		} else if (p->n == PROTOTYPE_MAX) {
			p->odd = "takes too many arguments";
		} else if (!(slots = passing(without_names(btf, params[i].type), &p->args[p->n]))) {
			p->odd = "takes a large struct as an argument";
		} else {
			p->args[p->n++].slot = (uint8_t)p->slots;
			p->slots += slots;
		}
	}
}

bool
types_function(const char *module, const char *name, struct prototype *p)
{
	const struct unit *unit = find_unit(module);
	const struct btf_type *t = find_type(unit, &unit->functions, name, 0);

	t = t ? btf__type_by_id(unit->btf, t->type) : NULL;
	if (!t || !btf_is_func_proto(t))
		return false;
	read_prototype(unit->btf, t, 0, p);
	return true;
}

/* typedef void (*btf_trace_NAME)(void *__data, ...) */
bool
types_tracepoint(const char *name, struct prototype *p)
{
	const struct unit *unit = find_unit(NULL);
	const struct btf_type *t = find_type(unit, &unit->tracepoints, name, sizeof(typedef_prefix) - 1);

	t = t ? btf__type_by_id(unit->btf, t->type) : NULL;
	t = t && btf_is_ptr(t) ? btf__type_by_id(unit->btf, t->type) : NULL;
	if (!t || !btf_is_func_proto(t))
		return false;
	read_prototype(unit->btf, t, 1, p);
	return true;
}
