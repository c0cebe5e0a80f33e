/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pb-record's kernel frames: their modules, their symbols, and the vDSO's symbols, which no file holds later. */
#ifndef CMD_RECORD_KERNEL_H
#define CMD_RECORD_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct definer;
struct kernel_frames;

struct kernel_frames *kernel_frames_open(struct definer *d);
void kernel_frames_close(struct kernel_frames *k);
void kernel_frames_forget(struct kernel_frames *k); /* a new segment: ids start anew */
void kernel_frames_window(struct kernel_frames *k); /* a window has ended: unknown addresses may be looked up anew */
const char *kernel_frames_warning(const struct kernel_frames *k); /* why there are no names, or NULL */

/* The frame of a kernel address; defines its module and symbol before. */
uint32_t kernel_frame(struct kernel_frames *k, uint64_t address);

/* Defines the symbols of this kernel's vDSO, for a module that was just defined. */
void define_vdso_symbols(struct definer *d, uint32_t module);

/* Whether an address is of a program that runs by a probe, or of how the kernel comes to it. */
bool kernel_is_program(struct kernel_frames *k, uint64_t address);

#endif
