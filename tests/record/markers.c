// SPDX-License-Identifier: GPL-2.0-or-later
/* Passes the marker shop:sale so often, with a number and a price of three times that: markers COUNT. With -DSEMAPHORE it asks
 * first whether anybody listens, and says how often somebody did. */
#include <stdio.h>
#include <stdlib.h>

#ifdef SEMAPHORE
#define _SDT_HAS_SEMAPHORES 1
#define WATCHED __builtin_expect(shop_sale_semaphore, 0)
#else
#define WATCHED 1
#endif
#include <sys/sdt.h>

#ifdef SEMAPHORE
__extension__ volatile unsigned short shop_sale_semaphore __attribute__((section(".probes"))) = 0;
#endif

__attribute__((noinline)) static long
sell(int number)
{
	long price = number * 3L;

	if (!WATCHED)
		return 0;
	DTRACE_PROBE2(shop, sale, number, price);
	return 1;
}

int
main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 1;
	long seen = 0;

	for (int i = 0; i < count; i++)
		seen += sell(i);
	printf("%ld\n", seen);
	return 0;
}
