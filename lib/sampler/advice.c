// SPDX-License-Identifier: GPL-2.0-or-later
/* Names the exact thing that stands in the way. */
#include "sampler/advice.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text_file.h"

/* The first line of a file below /proc or /sys, or "?". */
static const char *
first_line(const char *path, char *line, size_t size)
{
	return text_file_line(path, line, size) || !*line ? "?" : line;
}

/* Bit `cap` of CapEff. 38 is CAP_PERFMON, 39 CAP_BPF, 21 CAP_SYS_ADMIN (linux/capability.h). */
static bool
have_capability(unsigned cap)
{
	struct buf text = {0};
	const char *at = text_file_read("/proc/self/status", &text) ? NULL : strstr(text.data, "CapEff:");
	bool have = at && strtoull(at + 7, NULL, 16) >> cap & 1;

	buf_free(&text);
	return have;
}

static const char *
missing_capability(void)
{
	if (have_capability(21))
		return NULL;
	if (!have_capability(39) && !have_capability(38))
		return "the capabilities CAP_BPF and CAP_PERFMON are missing";
	if (!have_capability(39))
		return "the capability CAP_BPF is missing";
	return have_capability(38) ? NULL : "the capability CAP_PERFMON is missing";
}

int
advise_perf(struct err *err, const char *event, uint64_t frequency)
{
	int error = errno;
	char value[64];
	const char *now;

	if ((error == EACCES || error == EPERM) && missing_capability()) {
		now = first_line("/proc/sys/kernel/perf_event_paranoid", value, sizeof(value));
		return err_set(err, "%s: not permitted: %s (run as root; kernel.perf_event_paranoid is %s)", event,
			       missing_capability(), now);
	}
	now = first_line("/proc/sys/kernel/perf_event_max_sample_rate", value, sizeof(value));
	if (error == EINVAL && frequency && strtoull(now, NULL, 10) < frequency)
		return err_set(err, "-F %llu is more than the kernel allows: kernel.perf_event_max_sample_rate is %s",
			       (unsigned long long)frequency, now);
	if (error == EMFILE)
		return err_set(err, "%s: too many open files: raise 'ulimit -n'", event);
	return advise_event(err, event, frequency, error);
}

int
advise_bpf(struct err *err, const char *what, int error)
{
	char value[64];
	const char *lockdown = first_line("/sys/kernel/security/lockdown", value, sizeof(value));

	if (error == ENOSYS)
		return err_set(err, "%s: this kernel has no bpf(2): it was built without CONFIG_BPF_SYSCALL", what);
	if ((error == EPERM || error == EACCES) && missing_capability())
		return err_set(err, "%s: not permitted: %s (run as root)", what, missing_capability());
	if (error == EPERM && strstr(lockdown, "[confidentiality]"))
		return err_set(err, "%s: not permitted: the kernel is locked down (/sys/kernel/security/lockdown: %s)", what,
			       lockdown);
	if (error == EMFILE)
		return err_set(err, "loading the BPF program: too many open files: raise 'ulimit -n'");
	if (error == ENOMEM)
		return err_set(err, "loading the BPF program: out of memory ('ulimit -v', 'ulimit -l', the cgroup's limit)");
	if (error == ENOENT || error == ESRCH)
		if (access("/sys/kernel/btf/vmlinux", R_OK))
			return err_set(err, "%s: no /sys/kernel/btf/vmlinux: the kernel needs CONFIG_DEBUG_INFO_BTF", what);
	errno = error;
	return err_set(err, "%s:", what);
}

int
advise_traced(struct err *err, const char *name, int error)
{
	char value[64];
	const char *lockdown = first_line("/sys/kernel/security/lockdown", value, sizeof(value));

	if (error != EPERM || missing_capability())
		return advise_bpf(err, name, error);
	return err_set(err, "%s: not permitted: kernels that are locked down refuse fentry: and fexit: (/sys/kernel/security/lockdown: "
			    "%s); other kinds of events may do", name, *lockdown == '?' ? "securityfs is not mounted" : lockdown);
}

/* What the kernel means by refusing a probe. */
static const struct {
	int error;
	const char *text;
} refusals[] = {
	{EADDRNOTAVAIL, "the kernel allows no probe there (a function that probes need themselves: see "
			"/sys/kernel/debug/kprobes/blacklist)"},
	{EILSEQ, "no instruction begins there"},
	{EBUSY, "it is in use by another one that does not share it"},
	{524, "the kernel cannot probe this instruction"}, /* ENOTSUPP, the kernel's own */
	{ENOTSUP, "the kernel cannot probe this instruction"},
	{EEXIST, "it is asked for twice"},
	{ENODEV, "this kernel has no such probes"},
	{EINVAL, "the kernel does not accept it: no instruction begins there, or it cannot be probed"},
};

int
advise_probe(struct err *err, const char *name, int error)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (refusals[i].error == error)
			return err_set(err, "%s: %s", name, refusals[i].text);
	/* CAP_BPF and CAP_PERFMON are enough for some kinds of probes. */
	if ((error == EPERM || error == EACCES) && !have_capability(21) && !missing_capability())
		return err_set(err, "%s: not permitted: the capability CAP_SYS_ADMIN is missing (run as root)", name);
	return advise_bpf(err, name, error);
}
