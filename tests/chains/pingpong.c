// SPDX-License-Identifier: GPL-2.0-or-later
/* Two threads that wake each other and wait, by futex: they are switched in the kernel part of their stacks. */
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "burn.h"

static int turn;

/* Waits until it is the turn of me, then gives it to the other. */
static KEEP void
hit(int me)
{
	while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != me)
		syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, !me, NULL, NULL, 0);
	__atomic_store_n(&turn, !me, __ATOMIC_RELEASE);
	syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	AND_BACK;
}

/* Both play the same number of games, so neither waits for one that has left. */
static KEEP void
play(int me)
{
	static int last;

	for (int games = 1, end = 0; !end || games <= end; games++) {
		hit(me);
		end = __atomic_load_n(&last, __ATOMIC_ACQUIRE);
		if (me == 0 && end == 0 && games % 1000 == 0 && !more())
			__atomic_store_n(&last, games + 2, __ATOMIC_RELEASE);
	}
}

static void *
pong(void *unused)
{
	WITH_ALL_REGISTERS(play(1));
	return unused;
}

static KEEP void
ping(void)
{
	WITH_ALL_REGISTERS(play(0));
}

int
main(int argc, char **argv)
{
	pthread_t thread;

	begin(argc, argv);
	pthread_create(&thread, NULL, pong, NULL);
	ping();
	pthread_join(thread, NULL);
	return 0;
}
