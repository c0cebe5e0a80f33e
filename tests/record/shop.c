// SPDX-License-Identifier: GPL-2.0-or-later
/* Fires probes of all kinds, exactly so often: shop COUNT [wait] calls called(NUMBER) COUNT times in each of two threads, passes the
 * marker shop:sale in each call and has getppid(2) once each time. With "wait" it reads a line of standard input before. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sdt.h>
#include <sys/syscall.h>
#include <unistd.h>

static int count;

__attribute__((noinline, noclone)) int
called(int number)
{
	DTRACE_PROBE1(shop, sale, number);
	syscall(SYS_getppid);
	return number;
}

static void *
call_all(void *unused)
{
	int sum = 0;

	for (int i = 0; i < count; i++)
		sum += called(i);
	__asm__ volatile("" : : "r"(sum));
	return unused;
}

int
main(int argc, char **argv)
{
	pthread_t other;
	char line[64];

	count = atoi(argv[1]);
	if (argc > 2 && !fgets(line, sizeof(line), stdin))
		return 1;
	pthread_create(&other, NULL, call_all, NULL);
	call_all(NULL);
	pthread_join(other, NULL);
	return 0;
}
