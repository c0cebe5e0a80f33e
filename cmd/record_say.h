/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pb-record says about a recording, on standard error. */
#ifndef CMD_RECORD_SAY_H
#define CMD_RECORD_SAY_H

#include <stdbool.h>

#include "sampler/sampler.h"

/* All on standard error. */
void say_start(const struct sampler *s, const struct sampler_config *config); /* what is sampled, and how often */
void say_losses(const struct sampler_totals *t, bool verbose); /* what is missing, and what to do about it */
void say_summary(const struct sampler_totals *t); /* what became of all that fired */

#endif
