/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf's names of hardware and software events. */
#ifndef SAMPLER_EVENT_H
#define SAMPLER_EVENT_H

#include <linux/perf_event.h>

#include "base/err.h"

/* Fills type, config, exclude_* from "cycles", "page-faults:u", …. -1 with the reason for an unknown name. */
int event_parse(const char *name, struct perf_event_attr *attr, struct err *err);

/* What is sampled when nobody says: "cycles" where there is a PMU, else "cpu-clock". */
const char *event_default(void);

#endif
