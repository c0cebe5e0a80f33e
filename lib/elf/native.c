// SPDX-License-Identifier: GPL-2.0-or-later
/* What the dynamic linker of this machine has built in: x86-64 and arm64, Debian's places and everybody else's. */
#include "elf/native.h"

#include <elf.h>
#include <string.h>

#ifdef __aarch64__

const struct native native = {
	.machine = EM_AARCH64,
	.cache_flags = 0x0a03,
	.libs = {"lib/aarch64-linux-gnu", "lib64", "lib"},
};

bool
native_has(const char *hwcap)
{
	(void)hwcap;
	return false;
}

#else

const struct native native = {
	.machine = EM_X86_64,
	.cache_flags = 0x0303,
	.libs = {"lib/x86_64-linux-gnu", "lib64", "lib"},
	.hwcaps = {"x86-64-v4", "x86-64-v3", "x86-64-v2"},
};

static int
level(void)
{
	__builtin_cpu_init();
	if (!__builtin_cpu_supports("sse4.2") || !__builtin_cpu_supports("popcnt") || !__builtin_cpu_supports("ssse3"))
		return 1;
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2") ||
	    !__builtin_cpu_supports("fma"))
		return 2;
	if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
	    !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
	    !__builtin_cpu_supports("avx512vl"))
		return 3;
	return 4;
}

bool
native_has(const char *hwcap)
{
	int have = level();

	for (int i = 0; native.hwcaps[i]; i++)
		if (!strcmp(native.hwcaps[i], hwcap))
			return have >= 4 - i;
	return false;
}

#endif

bool
native_runs(const struct elf_file *f)
{
	return f->header.wide && f->header.machine == native.machine &&
	       (f->header.type == ET_DYN || f->header.type == ET_EXEC);
}
