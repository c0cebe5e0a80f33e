// SPDX-License-Identifier: GPL-2.0-or-later
/* A signal at the first instruction of trap(): one byte lower, where callers are looked up, is another function, and
 * its CFI is wrong here. With -DQUICK the handler does nothing, so the time goes into the way to it and back. */
#include <signal.h>
#include <ucontext.h>

#include "burn.h"

#ifdef QUICK
enum { TRAPS = 1000 };
#else
enum { TRAPS = 1 };
#endif

void trap(void);
void before_trap(void);

__asm__(".text\n"
	".type before_trap, @function\n"
	"before_trap: .cfi_startproc\n"
	"sub $4088, %rsp\n"
	".cfi_adjust_cfa_offset 4088\n"
	"ud2\n"
	".cfi_endproc\n"
	".size before_trap, . - before_trap\n"
	".type trap, @function\n"
	"trap: .cfi_startproc\n"
	"ud2\n"
	"ret\n"
	".cfi_endproc\n"
	".size trap, . - trap\n");

static void
on_trap(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info;
#ifndef QUICK
	WITH_ALL_REGISTERS(burn());
#endif
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += 2;
}

static KEEP void
outer(void)
{
	WITH_ALL_REGISTERS(while (more()) for (int i = 0; i < TRAPS; i++) trap());
}

int
main(int argc, char **argv)
{
	struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};

	begin(argc, argv);
	sigaction(SIGILL, &action, NULL);
	outer();
	return 0;
}
