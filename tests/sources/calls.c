// SPDX-License-Identifier: GPL-2.0-or-later
/* A program that calls other files' functions in each way, and has functions that nobody else sees. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((noinline)) static int
hidden_one(int x)
{
	return x * 3 + (int)strtol("1", NULL, 10);
}

__attribute__((noinline)) static int
hidden_two(int x)
{
	return hidden_one(x) - 1;
}

__attribute__((noinline)) int
seen(int x)
{
	return hidden_two(x) + 2;
}

int
main(int argc, char **argv)
{
	void *(*volatile allocate)(size_t) = malloc; /* as a value, too: its entry is in .plt.got */
	char *text = allocate(strlen(argv[0]) + 1);

	strcpy(text, argv[0]);
	printf("%s %d %p\n", text, seen(argc), malloc(1));
	free(text);
	return 0;
}
