/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a function was not found, and what may have been meant. */
#ifndef SAMPLER_USER_FAILURE_H
#define SAMPLER_USER_FAILURE_H

#include "base/err.h"
#include "sampler/user_search.h"

/* Sets *err to the reason why the search has found nothing, and returns -1. */
int user_failure(struct user_search *s, struct err *err);

#endif
