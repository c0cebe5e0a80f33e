/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command's standard output. When the reader of the pipe is done (EPIPE) the command ends quietly
 * with status 0; any other failed write is said and ends it with status 1. */
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include <stddef.h>

/* SIGPIPE becomes EPIPE; fds 0 to 2 are made sure to be open. To be called first in main(). */
void stdio_init(void);

void stdout_write(const void *data, size_t len); /* unbuffered */
void stdout_close(void); /* flushes stdio and closes; an error that was waiting (a full disk) is said */

/* Waits until fd can be read. When the reader of our standard output has left in the meantime, nobody wants what
 * would come: the process ends quietly with status 0, and with it the pipe upstream. */
void wait_for_input(int fd);

/* The same for up to INPUTS_MAX, and no longer than `timeout` ms (-1: for ever). Returns the index of the first that can be
 * read, or -1. */
enum { INPUTS_MAX = 2 };
int wait_for_inputs(const int *fds, int n, int timeout);

/* Status 2 unless stdout (or stdin) is something else than a terminal; `hint` says what to type instead. */
void refuse_terminal(int fd, const char *hint);

/* A filter in a pipeline carries on to the end of its input when Ctrl-C ends the capture upstream:
 * the first SIGINT is ignored if stdin is a pipe, a second one kills. */
void outlive_first_interrupt(void);

#endif
