// SPDX-License-Identifier: GPL-2.0-or-later
/* A library that is loaded late (loader.c): FUNCTION() counts how often it was called. */
#ifndef FUNCTION
#define FUNCTION plugged
#endif

__attribute__((noinline)) int
FUNCTION(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

int
plugin_run(int count)
{
	int sum = 0;

	for (int i = 0; i < count; i++)
		sum += FUNCTION(i);
	return sum;
}
