/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often the kernel did not start the program of a kprobe that was hit. */
#ifndef SAMPLER_LINK_MISSED_H
#define SAMPLER_LINK_MISSED_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the kernel tells: Linux 6.7 and later. */
bool links_tell_missed(void);

/* Since the link was made; 0 for other links. For an entry: a kprobe was being served on that cpu. For a return: also, that the
 * function was entered by more threads than it has places to keep where they return to. */
uint64_t link_missed(int fd, bool *is_return);

#endif
