// SPDX-License-Identifier: GPL-2.0-or-later
/* A signal handler (SA_SIGINFO) that burns: the chain goes on through the trampoline to what was interrupted.
 * With -DFLAGS=SA_ONSTACK it has a stack of its own. */
#include <signal.h>
#include <sys/time.h>
#include <ucontext.h>

#include "burn.h"

#ifndef FLAGS
#define FLAGS 0
#endif

static char stack[64 * 1024];

static KEEP void
handled(void)
{
	WITH_ALL_REGISTERS(burn());
}

static void
on_signal(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info, (void)context;
	handled();
	AND_BACK;
}

#if defined(__aarch64__)
#define SPOIL(i) __asm__ volatile("" : "+r"(i))
#else
#define SPOIL(i) __asm__ volatile("mov %0, %%rbp" : "+r"(i)::"rbp")
#endif

/* Is interrupted at any of its instructions; what it has in rbp is no address. */
static KEEP void
interrupted(void)
{
	for (long i = 0; i < 20000000; i++)
		SPOIL(i);
}

static KEEP void
outer(void)
{
	WITH_ALL_REGISTERS(while (more()) interrupted());
}

int
main(int argc, char **argv)
{
	struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART | FLAGS};
	struct itimerval often = {{0, 4000}, {0, 4000}};
	sigset_t all;
	stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)};

	begin(argc, argv);
	sigaltstack(&own, NULL);
	sigaction(SIGPROF, &action, NULL);
	setitimer(ITIMER_PROF, &often, NULL);
	outer();
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL); /* what interrupts the program's end is no chain of the table */
	return 0;
}
