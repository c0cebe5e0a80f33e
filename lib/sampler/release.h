/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How new the kernel is: for what it can be asked for in no other way. */
#ifndef SAMPLER_RELEASE_H
#define SAMPLER_RELEASE_H

#include <stdbool.h>

bool is_release(int major, int minor); /* or a later one */

#endif
