// SPDX-License-Identifier: GPL-2.0-or-later
/* What pb-record says about a recording. */
#include "cmd/record_say.h"

#include <string.h>

#include "base/buf.h"
#include "base/msg.h"
#include "base/sums.h"

enum { NAMED = 8 /* events that are named; of more, how many there are */ };

static void
say_event(const struct event_fact *e, const struct sampler_config *c, unsigned cpus)
{
	if (!e->frequency && !e->period)
		warn("recording %s, each time it fires", e->name);
	else
		warn("sampling %s at %llu %s on %u cpus", e->name,
		     (unsigned long long)(c->frequency ? c->frequency : c->period), c->frequency ? "Hz" : "events a sample", cpus);
}

void
say_start(const struct sampler *s, const struct sampler_config *c)
{
	size_t n = sampler_events(s);

	for (size_t i = 0; i < n && i < NAMED; i++)
		say_event(sampler_event(s, i), c, sampler_cpus(s));
	if (n > NAMED)
		warn("and %s events more", grouped(n - NAMED));
}

/* What can be done about a loss. */
static const struct {
	const char *cause, *advice;
} advice[] = {
	{"ring full", " (raise --ring-size, lower -F, or set --max-rate)"},
	{"cpu came later", ": it came online after the start"},
	{"no stack", ": the stack did not come"},
	{"program busy", ": too many programs interrupted one another"},
	{"too many threads", ": no more could be followed"},
	{"another program ran", ": the kernel starts no program for a probe while one runs on that cpu"},
	{"too many inside", ": the kernel keeps where a function returns to only for so many threads at a time (fexit: has no such limit)"},
};

static const char *
advice_on(const char *cause)
{
	for (size_t i = 0; i < sizeof(advice) / sizeof(advice[0]); i++)
		if (!strcmp(cause, advice[i].cause))
			return advice[i].advice;
	return "";
}

static void
say_lost_samples(const struct sampler_totals *t)
{
	uint64_t fired = totals_of(t, CLASS_FIRED), known = 0;

	for (size_t i = 0; i < SAMPLE_FATES; i++) {
		const struct fate_fact *f = &sample_fates[i];

		known += f->class == CLASS_FIRED ? 0 : t->fates[i];
		if (f->class == CLASS_LOST && t->fates[i])
			warn("%s of %s samples were lost: %s%s", grouped(t->fates[i]), grouped(fired), f->cause, advice_on(f->cause));
	}
	if (fired != known)
		warn("internal error: %s samples fired, %s are accounted for", grouped(fired), grouped(known));
}

static void
say_tables(const struct sampler_totals *t, bool verbose)
{
	if (t->tables_refused)
		warn("%s times there was no room for an unwind table (raise --unwind-memory)", grouped(t->tables_refused));
	if (t->tables_dropped)
		warn("%s unwind tables made room for others (raise --unwind-memory)", grouped(t->tables_dropped));
	if (t->layouts_refused)
		warn("%s times there was no room for the mappings of a process: its stacks are not whole",
		     grouped(t->layouts_refused));
	if (verbose && t->tables_unreadable)
		warn("%s binaries could not be opened for their unwind tables", grouped(t->tables_unreadable));
	if (verbose && t->machines_unreadable)
		warn("%s Java machines could not be read: %s", grouped(t->machines_unreadable), t->machines_why.text);
}

void
say_losses(const struct sampler_totals *t, bool verbose)
{
	say_lost_samples(t);
	if (t->probes_refused)
		warn("%s matches could not be probed: %s", grouped(t->probes_refused), t->probes_why.text);
	if (t->side_lost)
		warn("%s records about mappings and processes were lost by the kernel: some frames may be [unknown]",
		     grouped(t->side_lost));
	if (t->refused)
		warn("the mappings of %s processes could not be read (CAP_SYS_PTRACE): their frames are [unknown]",
		     grouped(t->refused));
	say_tables(t, verbose);
	if (t->new_cpus)
		warn("%u cpus came online in the meantime and were not sampled", t->new_cpus);
	if (verbose && t->unseen_switches)
		warn("%s switches of threads were not told of: their waits are as long as the scheduler says that they did not run",
		     grouped(t->unseen_switches));
	if (t->missed)
		warn("%s children could not be followed: too many tasks at a time", grouped(t->missed));
}

void
say_summary(const struct sampler_totals *t)
{
	struct buf filtered = {0};

	for (size_t i = 0; i < SAMPLE_FATES; i++)
		if (sample_fates[i].class == CLASS_FILTERED && t->fates[i])
			buf_printf(&filtered, "%s%s %s", filtered.len ? ", " : "; left out: ", grouped(t->fates[i]), sample_fates[i].cause);
	warn("%s samples, %s lost%s", grouped(totals_of(t, CLASS_DELIVERED)), grouped(totals_of(t, CLASS_LOST)),
	     buf_cstr(&filtered));
	buf_free(&filtered);
}
