// SPDX-License-Identifier: GPL-2.0-or-later
/* Sleeps, yields and works under the name "switching", and says how often the kernel has switched away from it meanwhile: at
 * least and at most, as the counters cannot be read and the name be set at one time. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static long
switches(void)
{
	struct rusage r;

	getrusage(RUSAGE_THREAD, &r);
	return r.ru_nvcsw + r.ru_nivcsw;
}

int
main(void)
{
	long outer = switches(), inner;

	prctl(PR_SET_NAME, "switching");
	inner = switches();
	for (int i = 0; i < 300; i++) {
		usleep(500);
		sched_yield();
		for (volatile int n = 0; n < 300000; n++)
			;
	}
	inner = switches() - inner;
	prctl(PR_SET_NAME, "switcher");
	printf("%ld %ld\n", inner, switches() - outer);
	return 0;
}
