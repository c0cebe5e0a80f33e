// SPDX-License-Identifier: GPL-2.0-or-later
/* last_call() ends in a call that never returns: the return address is the first byte of the next function, whose CFI
 * is another. */
#include "burn.h"

void last_call(void (*call)(void));

__asm__(".text\n"
	".type last_call, @function\n"
	"last_call: .cfi_startproc\n"
	"sub $1000, %rsp\n"
	".cfi_adjust_cfa_offset 1000\n"
	"call *%rdi\n"
	".cfi_endproc\n"
	".size last_call, . - last_call\n"
	".type next, @function\n"
	"next: .cfi_startproc\n"
	"ret\n"
	".cfi_endproc\n"
	".size next, . - next\n");

static KEEP void
never(void)
{
	WITH_ALL_REGISTERS(while (more()) burn());
	exit(0);
}

static KEEP void
outer(void)
{
	WITH_ALL_REGISTERS(last_call(never));
}

int
main(int argc, char **argv)
{
	begin(argc, argv);
	outer();
	return 0;
}
