// SPDX-License-Identifier: GPL-2.0-or-later
/* Which cpus there are (/sys/devices/system/cpu/online). */
#include "sampler/cpus.h"

#include "base/text_file.h"

int
cpus_online(struct int_list *cpus, struct err *err)
{
	const char *path = "/sys/devices/system/cpu/online";
	char text[4096];

	if (text_file_line(path, text, sizeof(text)))
		return err_set(err, "%s:", path);
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
