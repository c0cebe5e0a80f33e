/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What HotSpot calls a piece of its code. Private to lib/unwind. */
#ifndef UNWIND_HOTSPOT_NAME_H
#define UNWIND_HOTSPOT_NAME_H

#include "base/buf.h"
#include "unwind/hotspot_vm.h"

/* Appends the name of a compiled method, by the address of its Method: "java.lang.String.indexOf". False: it cannot be read. */
bool hotspot_method_name(struct memory *m, const struct hotspot_vm *vm, uint64_t method, struct buf *name);

#endif
