// SPDX-License-Identifier: GPL-2.0-or-later
/* Which cpus there are (/sys/devices/system/cpu/online). */
#include "sampler/cpus.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int
cpus_online(struct int_list *cpus, struct err *err)
{
	const char *path = "/sys/devices/system/cpu/online";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[4096];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return err_set(err, "%s:", path);
	text[n] = 0;
	text[strcspn(text, "\n")] = 0;
	return parse_int_list(text, UINT16_MAX, cpus) ? 0 : err_set(err, "%s: '%s'", path, text);
}

int
cpus_check(const struct int_list *wanted, const struct int_list *online, struct err *err)
{
	for (size_t i = 0; i < wanted->n; i++)
		if (!int_list_has(online, wanted->items[i]))
			return err_set(err, "cpu %u is not online", wanted->items[i]);
	return 0;
}
