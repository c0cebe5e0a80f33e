/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work on files that are read where they are mapped. One that its owner makes shorter meanwhile has no pages any more there,
 * and reading them is answered by SIGBUS. */
#ifndef SAMPLER_GUARD_H
#define SAMPLER_GUARD_H

#include <stdbool.h>

void guard_install(void); /* once, before guard_run() */

/* Calls run(). False: it was cut off by SIGBUS, and what it had allocated is lost. */
bool guard_run(void (*run)(void *context), void *context);

#endif
