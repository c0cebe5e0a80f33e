// SPDX-License-Identifier: GPL-2.0-or-later
/* How often the kernel did not start the program of a kprobe that was hit. */
#include "sampler/link_missed.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "sampler/release.h"

enum { EVENT_KPROBE = 3, EVENT_KRETPROBE = 4, MULTI_RETURN = 1 };

/* struct bpf_link_info; linux/bpf.h of 6.9. */
struct link_info {
	__u32 type, id, program, unused;
	union {
		struct {
			__u64 addresses;
			__u32 n, flags;
			__u64 missed, cookies;
		} many;
		struct {
			__u32 type, unused;
			__u64 name;
			__u32 name_len, offset;
			__u64 address, missed, cookie;
		} event;
	};
};

bool
links_tell_missed(void)
{
	return is_release(6, 7);
}

uint64_t
link_missed(int fd, bool *is_return)
{
	struct link_info info = {0};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return 0;
	if (info.type == BPF_LINK_TYPE_KPROBE_MULTI) {
		*is_return = info.many.flags & MULTI_RETURN;
		return info.many.missed;
	}
	if (info.type != BPF_LINK_TYPE_PERF_EVENT || (info.event.type != EVENT_KPROBE && info.event.type != EVENT_KRETPROBE))
		return 0;
	*is_return = info.event.type == EVENT_KRETPROBE;
	return info.event.missed;
}
