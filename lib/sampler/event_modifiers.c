// SPDX-License-Identifier: GPL-2.0-or-later
/* What stands behind an event's name: where it counts, and how near to what has caused it a sample is to be. */
#include <string.h>

#include "sampler/event_parts.h"
#include "sampler/pmu.h"

static const char letters[] = "ukhHGIpP";

static size_t
count(const char *text, char letter)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == letter;
	return n;
}

bool
event_modifiers_known(const char *modifiers)
{
	modifiers += *modifiers == ':';
	if (!*modifiers || strspn(modifiers, letters) != strlen(modifiers))
		return false;
	for (const char *l = letters; *l; l++)
		if (count(modifiers, *l) > (*l == 'p' ? 3 : 1))
			return false;
	return !strchr(modifiers, 'p') || !strchr(modifiers, 'P');
}

int
event_modify(struct event_reading *r)
{
	struct perf_event_attr *a = r->attr;
	const char *m = r->modifiers;

	if (!*m)
		return 0;
	if (!event_modifiers_known(m))
		return err_set(r->err, "'%s': the modifiers are :u (user) and :k (kernel), :h (hypervisor), :G (guests of this machine), "
				       ":H (all but these), :I (not while idle), :p, :pp, :ppp (the more the nearer to the "
				       "instruction) and :P (as near as can be), each once", r->text);
	if (strpbrk(m, "ukh")) {
		a->exclude_user = !strchr(m, 'u');
		a->exclude_kernel = !strchr(m, 'k');
		a->exclude_hv = !strchr(m, 'h');
	}
	if (strpbrk(m, "HG")) {
		a->exclude_host = !strchr(m, 'H');
		a->exclude_guest = !strchr(m, 'G');
	}
	a->exclude_idle = strchr(m, 'I') != NULL;
	a->precise_ip = strchr(m, 'P') ? pmu_max_precise(r->sysfs, a->type) : (unsigned)count(m, 'p');
	if (a->precise_ip && !strpbrk(m, "HG"))
		a->exclude_guest = 1; /* the cpu would write its records into the guest's memory */
	if (a->precise_ip)
		a->sample_type |= PERF_SAMPLE_CALLCHAIN; /* else the kernel refuses a program that asks for stacks: EPROTO */
	return 0;
}
