// SPDX-License-Identifier: GPL-2.0-or-later
/* What runs already when the recording starts: /proc/PID/maps (proc_pid_maps(5)). */
#include "sampler/process.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "sampler/proc.h"

void
process_snapshot(struct processes *ps, uint32_t pid)
{
	struct buf b = {0};
	struct proc_map found;
	bool good = proc_maps(pid, &b);
	char *text = b.data;

	if (!good && (errno == EACCES || errno == EPERM) && geteuid())
		ps->refused++;
	if (good && b.len) {
		process_know(ps, pid);
		while (proc_map_next(&text, &found)) {
			struct mapping m = {.start = found.start, .end = found.end, .page_offset = found.offset};

			m.backing = backing_get(ps->backings, &(struct identity){.path = found.path, .device = found.device, .inode = found.inode});
			process_map(ps, pid, &m);
		}
	}
	buf_free(&b);
}

void
processes_snapshot(struct processes *ps)
{
	struct int_list pids = {0};

	proc_processes(&pids);
	for (size_t i = 0; i < pids.n; i++)
		process_snapshot(ps, pids.items[i]);
	free(pids.items);
}
