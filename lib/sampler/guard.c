// SPDX-License-Identifier: GPL-2.0-or-later
/* Work on files that are read where they are mapped. */
#include "sampler/guard.h"

#include <setjmp.h>
#include <signal.h>
#include <stddef.h>

static _Thread_local sigjmp_buf *guarded;

static void
on_bus_error(int signo)
{
	if (guarded)
		siglongjmp(*guarded, 1);
	signal(signo, SIG_DFL);
	raise(signo);
}

void
guard_install(void)
{
	signal(SIGBUS, on_bus_error);
}

bool
guard_run(void (*run)(void *context), void *context)
{
	sigjmp_buf here;

	if (sigsetjmp(here, 1)) {
		guarded = NULL;
		return false;
	}
	guarded = &here;
	run(context);
	guarded = NULL;
	return true;
}
