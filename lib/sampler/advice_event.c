// SPDX-License-Identifier: GPL-2.0-or-later
/* Names what of an event a machine cannot do: the kernel says EINVAL or EOPNOTSUPP to all of it, so parts are left out by turns
 * until it would take the rest. */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sampler/advice.h"
#include "sampler/event.h"
#include "sampler/pmu.h"

static bool
opens(struct perf_event_attr *attr)
{
	int fd = (int)syscall(SYS_perf_event_open, attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0) /* perhaps it is not to be had for a task */
		fd = (int)syscall(SYS_perf_event_open, attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void
not_precise(struct perf_event_attr *a)
{
	a->precise_ip = 0;
}

static void
everywhere(struct perf_event_attr *a)
{
	a->exclude_user = a->exclude_kernel = a->exclude_hv = a->exclude_idle = a->exclude_host = a->exclude_guest = 0;
}

static void
plain(struct perf_event_attr *a)
{
	not_precise(a);
	everywhere(a);
}

static void
counting(struct perf_event_attr *a)
{
	a->freq = 0;
	a->sample_period = 0;
}

static void
plain_counting(struct perf_event_attr *a)
{
	plain(a);
	counting(a);
}

static const struct {
	void (*leave_out)(struct perf_event_attr *attr);
	const char *said;
} parts[] = {
	{not_precise, "this machine has it, but not as precise: leave out the p behind the colon"},
	{everywhere, "this machine has it, but cannot tell where it happens: leave out what is behind the colon"},
	{plain, "this machine has it, but not so: leave out what is behind the colon"},
	{counting, "its PMU can count, but not sample: perf-stat(1) can show how much; '-e cpu-clock' works everywhere"},
	{plain_counting, "its PMU can count, but not sample: perf-stat(1) can show how much; '-e cpu-clock' works everywhere"},
};

static int
advise_breakpoint(struct err *err, const char *event, int error)
{
	if (error == ENOSPC || error == EBUSY)
		return err_set(err, "%s: the cpu's breakpoints are all taken (x86 has 4): by other mem: events or a debugger", event);
	if (error == EINVAL)
		return err_set(err, "%s: the cpu has no such breakpoint: it is :w, :rw or :x (x86 has no :r, and :x goes alone), for 1, 2, 4 "
				    "or 8 bytes at a multiple of that (:x for %zu, as when no length is said); with :u the address is "
				    "none of the kernel's", event, sizeof(long));
	return err_set(err, "%s: this machine's cpus or its kernel have no breakpoints to lend", event);
}

static int
advise_absence(struct err *err, const char *event, uint32_t type)
{
	unsigned cores = pmu_count_cores(EVENT_SYSFS);

	if (type == PERF_TYPE_SOFTWARE)
		return err_set(err, "%s: this kernel is too old to have it", event);
	if (!cores)
		return err_set(err, "%s: this machine's cpus have no PMU, as in many virtual machines (whose host could lend one); "
				    "'-e cpu-clock' works everywhere", event);
	if (cores > 1)
		return err_set(err, "%s: not on each cpu: they are of %u kinds, and have PMUs of their own, whose files 'cpus' in %s say "
				    "which are theirs: name one, as PMU/…/, and its cpus with -C", event, cores, EVENT_SYSFS);
	return err_set(err, "%s: the PMU of this machine's cpus has no such event; '-e \"*\"' with --list shows what it has", event);
}

int
advise_event(struct err *err, const char *event, uint64_t frequency, int error)
{
	struct perf_event_attr attr = {.size = sizeof(attr), .disabled = 1};
	bool known = !event_parse(event, &attr, err);

	attr.freq = frequency > 0;
	attr.sample_period = frequency ? frequency : 1000000;
	if (known && attr.type == PERF_TYPE_BREAKPOINT && error != EACCES && error != EPERM)
		return advise_breakpoint(err, event, error);
	if (known && (error == EINVAL || error == EOPNOTSUPP) && !opens(&attr))
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
			struct perf_event_attr rest = attr;

			parts[i].leave_out(&rest);
			if (opens(&rest))
				return err_set(err, "%s: %s", event, parts[i].said);
		}
	if (known && (error == ENOENT || error == EOPNOTSUPP || error == ENODEV))
		return advise_absence(err, event, attr.type);
	if (error == EBUSY || error == ENOSPC)
		return err_set(err, "%s: no counter is free: another profiler, a virtual machine or the kernel's watchdog has them "
				    "(sysctl kernel.nmi_watchdog=0 gives one back)", event);
	errno = error;
	return err_set(err, "%s: perf_event_open:", event);
}
