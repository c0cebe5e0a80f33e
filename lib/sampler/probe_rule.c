// SPDX-License-Identifier: GPL-2.0-or-later
/* --weight and --filter as the programs need them: "bytes:arg1*arg2" is a unit and the factors of a sample's value. */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "sampler/filter.h"
#include "sampler/operand.h"
#include "sampler/probe.h"

/* What a unit alone means for functions that are not asked for an amount by their first argument. Go passes arguments in
 * registers of its own choice. */
static const struct {
	const char *function, *factors;
} amounts[] = {
	{"__rust_realloc", "arg4"},
	{"aligned_alloc", "arg2"},
	{"calloc", "arg1*arg2"},
	{"krealloc", "arg2"},
	{"krealloc_noprof", "arg2"},
	{"memalign", "arg2"},
	{"mmap", "arg2"},
	{"mmap64", "arg2"},
	{"mremap", "arg3"},
	{"munmap", "arg2"},
	{"posix_memalign", "arg3"},
	{"pread64", "arg3"},
	{"pwrite64", "arg3"},
	{"rallocx", "arg2"},
	{"read", "arg3"},
	{"realloc", "arg2"},
	{"reallocarray", "arg2*arg3"},
	{"recv", "arg3"},
#ifdef __x86_64__
	{"runtime.mallocgc", "ax"},
#endif
	{"send", "arg3"},
	{"vfs_read", "arg3"},
	{"vfs_write", "arg3"},
	{"write", "arg3"},
};

/* What allocators put before the names of libc. */
static const char *const prefixes[] = {"__libc_", "_rjem_", "je_", "mi_", "tc_"};

/* What these return is no amount, but where in memory something is. */
static const char *const allocators[] = {
	"__kmalloc", "__kmalloc_noprof", "__rust_alloc", "__rust_alloc_zeroed", "__rust_realloc", "_Zna*", "_Znw*", "aligned_alloc",
	"brk", "calloc", "kmalloc*", "krealloc*", "kvmalloc*", "kzalloc", "mallocx", "malloc", "memalign", "mmap", "mmap64", "mremap",
	"posix_memalign", "pvalloc", "rallocx", "realloc", "reallocarray", "runtime.mallocgc", "runtime.newobject", "sbrk", "strdup",
	"strndup", "valloc", "vmalloc*", "vzalloc*", "zalloc",
};

/* "realloc" of "__libc_realloc@@GLIBC_2.2.5". */
static const char *
bare_name(const char *function, char *name, size_t size)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(function, prefixes[i], strlen(prefixes[i]))) {
			function += strlen(prefixes[i]);
			break;
		}
	snprintf(name, size, "%.*s", (int)strcspn(function, "@"), function);
	return name;
}

static const char *
amount(const char *function)
{
	char name[64];

	bare_name(function, name, sizeof(name));
	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++)
		if (!strcmp(amounts[i].function, name))
			return amounts[i].factors;
	return "arg1";
}

static const char *
result(const struct probe *p, const char *weight, struct err *err)
{
	char name[64];

	bare_name(p->symbol, name, sizeof(name));
	for (size_t i = 0; i < sizeof(allocators) / sizeof(allocators[0]); i++)
		if (!fnmatch(allocators[i], name, 0)) {
			err_set(err, "%s: --weight %s: %s does not return how much, but where it is; the amount is an argument, which "
				     "%s has, and %s:ret takes what is returned all the same", p->name, weight, p->symbol,
				p->kind == PROBE_URETPROBE ? "uprobe:" : p->kind == PROBE_FEXIT ? "fentry:" : "kprobe:", weight);
			return NULL;
		}
	return "ret";
}

/* The factors that a unit alone means; NULL with the reason: what could be written instead. */
static const char *
factors_of_unit(const struct probe *p, const char *weight, struct err *err)
{
	switch (p->kind) {
	case PROBE_KPROBE:
	case PROBE_FENTRY:
	case PROBE_UPROBE:
		return amount(p->symbol);
	case PROBE_USDT:
		return "arg1";
	case PROBE_KRETPROBE:
	case PROBE_FEXIT:
	case PROBE_URETPROBE:
		return result(p, weight, err);
	case PROBE_TRACEPOINT:
		err_set(err, "%s: --weight %s: which field? (%s:FIELD; there are %s)", p->name, weight, weight, operand_fields(p));
		return NULL;
	case PROBE_RAW_TP:
		err_set(err, "%s: --weight %s: which argument? (%s:arg1, %s:arg2, ...)", p->name, weight, weight, weight);
		return NULL;
	default:
		err_set(err, "%s: --weight %s: this event comes with no numbers; tracepoints, functions and markers do", p->name, weight);
		return NULL;
	}
}

/* A word or a constant at `text`; its length is *len. */
static int
parse_factor(const struct probe *p, const char *text, size_t *len, struct event_operand *o, struct err *err)
{
	const char *end;
	uint64_t n;

	*len = operand_word(text);
	if (*len)
		return operand_find(p, text, *len, o, err);
	if (*text < '0' || *text > '9')
		return err_set(err, "a word or a number is expected where '%s' begins", text);
	*o = (struct event_operand){.kind = OPERAND_CONSTANT, .size = 8, .is_signed = 1};
	if (!parse_number_at(text, &end, &n) || n > INT64_MAX || (*end && *end != '*'))
		return err_set(err, "'%s' is not a whole number below 2^63, decimal or 0x hexadecimal", text);
	o->number = (__s64)n;
	*len = (size_t)(end - text);
	return 0;
}

static int
parse_factors(struct probe *p, const char *text, struct err *err)
{
	size_t len;

	for (;; text++) {
		if (p->rule.n_factors == FACTORS_MAX)
			return err_set(err, "a value is a product of at most %d factors", FACTORS_MAX);
		if (parse_factor(p, text, &len, &p->rule.factors[p->rule.n_factors], err))
			return -1;
		p->rule.n_factors++;
		text += len;
		if (!*text)
			return 0;
		if (*text != '*')
			return err_set(err, "'*' is expected where '%s' begins", text);
	}
}

static int
parse_weight(struct probe *p, const char *weight, struct err *err)
{
	size_t unit = strcspn(weight, ":");
	const char *factors = weight + unit + 1;
	struct err why;

	if (!unit || strcspn(weight, " \t*;") < unit)
		return err_set(err, "--weight '%s': it starts with a unit: bytes, bytes:arg1, ns:FIELD", weight);
	if (!weight[unit] && !(factors = factors_of_unit(p, weight, err)))
		return -1;
	p->rule.n_factors = 0;
	if (parse_factors(p, factors, &why))
		return err_set(err, "%s: --weight %s: %s", p->name, weight, why.text);
	return 0;
}

int
probe_rule(struct probe *p, const char *weight, const char *filter, struct err *err)
{
	if (weight && parse_weight(p, weight, err))
		return -1;
	return filter ? filter_parse(p, filter, err) : 0;
}
