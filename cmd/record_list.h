/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pb-record --list. */
#ifndef CMD_RECORD_LIST_H
#define CMD_RECORD_LIST_H

#include "sampler/sampler.h"

/* Prints the events that the config's would be, one a line. The exit status. */
int record_list(const struct sampler_config *config);

#endif
