// SPDX-License-Identifier: GPL-2.0-or-later
/* Functions of the kernel: kprobe:vfs_read, kprobe:vfs_read+0x10, kretprobe:vfs_*, fentry:tcp_sendmsg. */
#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/nearest.h"
#include "base/parse.h"
#include "base/text_file.h"
#include "sampler/functions.h"
#include "sampler/probe_parts.h"
#include "sampler/types.h"

/* What is looked for, and where it goes. */
struct search {
	struct probes *all;
	const struct probe_scope *scope;
	const struct functions *fs;
	enum probe_kind kind;
	const char *prefix; /* "kprobe" */
	const char *name;   /* or a pattern */
	uint64_t offset;
	bool with_offset;
};

/* The kernel's fentry does not take them: what its own tracing calls would never end. */
static const char *const refused[] = {
	"__rcu_read_lock", "__rcu_read_unlock", "migrate_disable", "migrate_enable", "preempt_count_add", "preempt_count_sub",
	"rcu_read_unlock_strict",
};

static bool
is_fentry(enum probe_kind kind)
{
	return kind == PROBE_FENTRY || kind == PROBE_FEXIT;
}

static bool
have_kprobes(void)
{
	return !access("/sys/bus/event_source/devices/kprobe", F_OK) || access("/sys/bus/event_source/devices", F_OK);
}

/* As far as can be seen: a locked-down kernel refuses fentry, and where securityfs is not mounted nobody knows. */
static bool
have_fentry(void)
{
	struct buf text = {0};
	bool open = !text_file_read("/sys/kernel/security/lockdown", &text) && strstr(text.data, "[none]");

	buf_free(&text);
	return open && types_known();
}

static int
check_kernel(const struct search *s, struct err *err)
{
	if (!is_fentry(s->kind) && !have_kprobes())
		return err_set(err, "%s:%s: this kernel has no kprobes: it was built without CONFIG_KPROBES; tracepoints and raw_tp:%s "
				    "work", s->prefix, s->name, have_fentry() ? " and fentry: and fexit:" : "");
	if (is_fentry(s->kind) && !types_known())
		return err_set(err, "%s:%s: no /sys/kernel/btf/vmlinux that we could read: the kernel needs CONFIG_DEBUG_INFO_BTF%s%s%s",
			       s->prefix, s->name, have_kprobes() ? "; k" : "",
			       have_kprobes() ? s->kind == PROBE_FENTRY ? "probe:" : "retprobe:" : "",
			       have_kprobes() ? " would do" : "");
	return 0;
}

/* Why fentry does not take a function, or NULL. */
static const char *
fentry_obstacle(const struct function *f)
{
	struct prototype p;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (!strcmp(f->name, refused[i]))
			return "is used by the tracing itself";
	if (!types_function(f->module, f->name, &p))
		return "has no type information (BTF)";
	if (p.odd)
		return p.odd;
	return p.slots > 6 ? "takes more than 6 arguments" : NULL;
}

static bool
is_ambiguous(const struct search *s, const struct function *f)
{
	return s->fs->all[functions_find(s->fs, f->name)].next != FUNCTION_NONE;
}

/* Functions that share their name are told apart by address, and those for fentry by nothing. */
static bool
is_taken(const struct search *s, const struct function *f)
{
	if (!f->traceable)
		return false;
	if (is_fentry(s->kind))
		return !is_ambiguous(s, f) && !fentry_obstacle(f);
	return !f->blacklisted && (f->address || !is_ambiguous(s, f));
}

static void
add_place(const struct search *s, const struct function *f)
{
	struct probe *p = probes_add(s->all, s->kind);
	struct buf name = {0};

	buf_printf(&name, "%s:%s", s->prefix, f->name);
	if (s->with_offset)
		buf_printf(&name, "+0x%" PRIx64, s->offset);
	p->name = buf_cstr(&name);
	p->symbol = xstrdup(f->name);
	p->offset = s->offset;
	if (is_ambiguous(s, f))
		p->address = f->address;
}

static int
find_pattern(const struct search *s, struct err *err)
{
	const struct functions *fs = s->fs;
	uint64_t found = 0, matching = 0;

	for (size_t id = 0; id < fs->n_names; id++) {
		if (fnmatch(s->name, fs->all[fs->first[id]].name, 0))
			continue;
		for (uint32_t i = fs->first[id]; i != FUNCTION_NONE; i = fs->all[i].next) {
			matching++;
			if (is_taken(s, &fs->all[i]) && found++ < s->scope->max_probes)
				add_place(s, &fs->all[i]);
		}
	}
	if (found > s->scope->max_probes)
		return probe_too_many(err, s->kind, s->name, found, "functions", s->scope->max_probes);
	if (!found && matching)
		return err_set(err, "%s:%s: of %" PRIu64 " matching functions none can be probed%s", s->prefix, s->name, matching,
			       is_fentry(s->kind) ? " this way (kprobe: may take them)" : "");
	return found ? 0 : err_set(err, "%s:%s matches no function of this kernel", s->prefix, s->name);
}

/* A function that has gone: its name with a suffix, of which ".cold" is no whole function; or else names like it. */
static int
no_such_function(const struct search *s, struct err *err)
{
	const struct functions *fs = s->fs;
	struct nearest near, variants;
	size_t len = strlen(s->name);
	char near_it[NEAREST_TEXT];
	const char *cold = NULL;

	nearest_begin(&near, s->name);
	nearest_begin(&variants, s->name);
	for (size_t id = 0; id < fs->n_names; id++) {
		const struct function *f = &fs->all[fs->first[id]];
		bool variant = !strncmp(f->name, s->name, len) && f->name[len] == '.';

		if (variant && !strncmp(f->name + len, ".cold", 5))
			cold = f->name;
		else if (variant && f->traceable)
			nearest_prefer(&variants, f->name);
		if (f->traceable)
			nearest_offer(&near, f->name, strlen(f->name));
	}
	nearest_text(variants.n ? &variants : &near, "; near it: ", near_it, sizeof(near_it));
	if (variants.n)
		return err_set(err, "%s:%s: the compiler has made variants of this function, and only they are there (%s:%s.* takes all)%s",
			       s->prefix, s->name, s->prefix, s->name, near_it);
	if (cold)
		return err_set(err, "%s:%s: the function was inlined; only its rarely run part is there, which cannot be probed (%s)",
			       s->prefix, s->name, cold);
	return err_set(err, "%s:%s: this kernel has no such function, or it was inlined%s", s->prefix, s->name, near_it);
}

/* None of the functions of this name will do; f is the first. */
static int
not_probeable(const struct search *s, const struct function *f, bool ambiguous, struct err *err)
{
	const char *obstacle;

	if (f->blacklisted && !is_fentry(s->kind))
		return err_set(err, "%s:%s: a probe here could bring the kernel down: the function is on its list of these "
				    "(/sys/kernel/debug/kprobes/blacklist)", s->prefix, s->name);
	if (!f->traceable && !f->alias)
		return err_set(err, "%s:%s: this function cannot be probed: %s", s->prefix, s->name,
			       s->fs->listed ? "the kernel does not trace it (it is not in tracefs' available_filter_functions)"
					     : "it is a part of a function");
	if (ambiguous && !is_fentry(s->kind))
		return err_set(err, "%s:%s: several functions have this name, and what tells them apart, their addresses, is hidden "
				    "(kernel.kptr_restrict, CAP_SYSLOG)", s->prefix, s->name);
	obstacle = ambiguous ? "shares its name with others" : fentry_obstacle(f);
	return err_set(err, "%s:%s: the function %s%s%s%s", s->prefix, s->name, obstacle, have_kprobes() ? "; k" : "",
		       have_kprobes() ? s->kind == PROBE_FENTRY ? "probe:" : "retprobe:" : "", have_kprobes() ? " would do" : "");
}

static int
check_offset(const struct search *s, const struct function *f, bool ambiguous, struct err *err)
{
	uint64_t size;

	if (!s->with_offset)
		return 0;
	if (ambiguous)
		return err_set(err, "%s:%s+0x%" PRIx64 ": several functions have this name: an offset into which?", s->prefix, s->name,
			       s->offset);
	size = function_size(s->fs, f);
	if (size && s->offset >= size)
		return err_set(err, "%s:%s+0x%" PRIx64 ": the function has only 0x%" PRIx64 " bytes", s->prefix, s->name, s->offset, size);
	return 0;
}

static int
find_exact(const struct search *s, struct err *err)
{
	const struct functions *fs = s->fs;
	uint32_t first = functions_find(fs, s->name);
	uint64_t found = 0, max = s->scope->max_probes;
	bool ambiguous;

	if (first == FUNCTION_NONE)
		return no_such_function(s, err);
	ambiguous = fs->all[first].next != FUNCTION_NONE;
	if (check_offset(s, &fs->all[first], ambiguous, err))
		return -1;
	for (uint32_t i = first; i != FUNCTION_NONE; i = fs->all[i].next) {
		struct function f = fs->all[i];

		f.traceable |= f.alias;
		if (is_taken(s, &f) && found++ < max)
			add_place(s, &f);
	}
	if (found > max)
		return probe_too_many(err, s->kind, s->name, found, "functions", max);
	return found ? 0 : not_probeable(s, &fs->all[first], ambiguous, err);
}

/* "vfs_read+0x10": cuts the offset off `text`. */
static int
cut_offset(struct search *s, char *text, struct err *err)
{
	char *plus = strrchr(text, '+');

	s->name = text;
	if (!plus)
		return 0;
	if (s->kind != PROBE_KPROBE)
		return err_set(err, "%s:%s: only kprobe: takes an offset", s->prefix, text);
	if (!parse_number(plus + 1, &s->offset) || s->offset > INT32_MAX)
		return err_set(err, "%s:%s: '%s' is not an offset (+16, +0x10)", s->prefix, text, plus);
	*plus = 0;
	s->with_offset = s->offset;
	if (is_pattern(text) && s->with_offset)
		return err_set(err, "%s:%s+0x%" PRIx64 ": an offset goes with one function, not with a pattern", s->prefix, text, s->offset);
	return 0;
}

int
find_kernel_functions(struct probes *all, enum probe_kind kind, const char *text, const struct probe_scope *scope, struct err *err)
{
	struct search s = {.all = all, .scope = scope, .kind = kind, .prefix = probe_prefix(kind)};
	char *copy = xstrdup(text);
	int status = cut_offset(&s, copy, err);

	if (!status && !*s.name)
		status = err_set(err, "%s: which function? (%s:vfs_read, %s:vfs_*)", s.prefix, s.prefix, s.prefix);
	if (!status)
		status = check_kernel(&s, err);
	if (!status)
		status = (s.fs = functions_load(err)) ? 0 : -1;
	if (!status)
		status = is_pattern(s.name) ? find_pattern(&s, err) : find_exact(&s, err);
	free(copy);
	return status;
}
