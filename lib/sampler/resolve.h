/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Raw samples to facts for the sink: addresses become places in modules, by the mappings of their time. */
#ifndef SAMPLER_RESOLVE_H
#define SAMPLER_RESOLVE_H

#include "sampler/events.h"
#include "sampler/process.h"
#include "sampler/sampler.h"
#include "sampler/window.h"

struct resolver;

/* keep_files: the sink wants descriptors of files. events: of the samples, to be known with the first one. max_depth: frames wanted of each part; kernel_depth: the most that the kernel gives. */
struct resolver *resolver_open(struct processes *processes, const struct events *events, const struct sampler_sink *sink,
			       unsigned max_depth, unsigned kernel_depth, bool keep_files);
void resolver_close(struct resolver *r);
void resolver_forget(struct resolver *r); /* no id of the sink's is valid any more */

/* The sample's task and stack as the sink calls them. The processes must have been advanced to its time. */
struct sample_fact resolve(struct resolver *r, const struct raw_sample *raw, const uint64_t *addresses);

#endif
