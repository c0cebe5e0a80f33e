// SPDX-License-Identifier: GPL-2.0-or-later
/* Shows where the arguments of a marker are on a machine: marker x86|arm64 NOTE N... */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sampler/registers.h"

int
main(int argc, char **argv)
{
	const struct register_file *rf = argc > 2 && !strcmp(argv[1], "arm64") ? &registers_arm64 : &registers_x86;
	struct event_operand o;
	struct err err;

	for (int i = 3; i < argc; i++)
		if (register_marker(rf, argv[2], (unsigned)atoi(argv[i]), &o, &err))
			printf("%s\n", err.text);
		else
			printf("kind=%u size=%u signed=%u offset=%u number=%lld\n", o.kind, o.size, o.is_signed, o.offset,
			       (long long)o.number);
	return 0;
}
