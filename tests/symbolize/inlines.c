// SPDX-License-Identifier: GPL-2.0-or-later
/* Functions inlined into each other; labels mark instructions whose chain of functions is known. */
static int sink;

static inline __attribute__((always_inline)) void
innermost(void)
{
	__asm__ volatile("here: nop");
	sink++;
}

static inline __attribute__((always_inline)) void
middle(int n)
{
	sink += n;
	innermost();
	__asm__ volatile("between: nop");
}

__attribute__((noinline)) void
outer(int n)
{
	__asm__ volatile("before: nop");
	middle(n);
	__asm__ volatile("after: nop");
}

__attribute__((noinline, noreturn)) static void
leave(int n)
{
	outer(n);
	__builtin_exit(n);
}

int
main(int argc, char **argv)
{
	(void)argv;
	leave(argc);
}
