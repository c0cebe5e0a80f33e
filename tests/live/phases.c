// SPDX-License-Identifier: GPL-2.0-or-later
/* Spends its time in one function, then in another: phases SECONDS ROUNDS. Prints "MILLISECONDS-SINCE-1970 FUNCTION" when
 * it goes on to the next. Two threads do so, and a child of another name spends a little in a function of its own. */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static volatile int phase;

#define SPIN(name)                                                                                                     \
	__attribute__((noinline)) static void name(void)                                                               \
	{                                                                                                              \
		for (int i = 0; i < 200000; i++)                                                                       \
			__asm__ volatile("" : "+r"(i));                                                                \
		__asm__ volatile("" ::: "memory"); /* no tail call: it stays on the stack */                           \
	}

SPIN(hot_red)
SPIN(hot_green)
SPIN(hot_blue)
SPIN(spend_a_little)

static const struct {
	const char *name;
	void (*spin)(void);
} phases[] = {{"hot_red", hot_red}, {"hot_green", hot_green}, {"hot_blue", hot_blue}};

enum { PHASES = sizeof(phases) / sizeof(*phases) };

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * (int64_t)1000 + t.tv_nsec / 1000000;
}

__attribute__((noinline)) static void *
work(void *unused)
{
	while (phase >= 0)
		phases[phase].spin();
	return unused;
}

static void
help(void)
{
	prctl(PR_SET_NAME, "helper");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int64_t end = now_ms() + 20;

		while (now_ms() < end)
			spend_a_little();
		usleep(80000);
	}
}

int
main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 5, rounds = argc > 2 ? atoi(argv[2]) : 6;
	pthread_t threads[2];
	pid_t child = fork();

	if (!child)
		help();
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	for (int i = 0; i < rounds; i++) {
		phase = i % PHASES;
		printf("%lld %s\n", (long long)now_ms(), phases[phase].name);
		fflush(stdout);
		usleep((useconds_t)seconds * 1000000);
	}
	phase = -1;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	kill(child, SIGKILL);
	return 0;
}
