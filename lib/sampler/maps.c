// SPDX-License-Identifier: GPL-2.0-or-later
/* Maps of maps. */
#include "sampler/maps.h"

#include <bpf/bpf.h>

/* Before Linux 5.14 there is no batch for these maps. */
int
maps_place(int outer, const uint32_t *places, const int *maps, uint32_t n)
{
	uint32_t placed = n;

	if (!bpf_map_update_batch(outer, places, maps, &placed, NULL))
		return 0;
	for (uint32_t i = 0; i < n; i++)
		if (bpf_map_update_elem(outer, &places[i], &maps[i], BPF_ANY))
			return -1;
	return 0;
}
