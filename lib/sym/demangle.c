// SPDX-License-Identifier: GPL-2.0-or-later
/* Names as their programmers wrote them, by libiberty. */
#include "sym/demangle.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <string.h>

enum { NAME_MAX_LEN = 64 << 10, STYLE = DMGL_PARAMS | DMGL_ANSI | DMGL_AUTO };

/* A short name can stand for a huge one, since parts of it may be repeated by reference. Output is taken piece by
 * piece, and an excess of it leaves the demangler, which keeps all it has on the stack, by a jump. */
struct output {
	struct buf *to;
	size_t limit;
	jmp_buf excess;
};

static void
take(const char *text, size_t len, void *opaque)
{
	struct output *out = opaque;

	if (out->to->len + len > out->limit)
		longjmp(out->excess, 1);
	buf_add(out->to, text, len);
}

/* Rust's names are written as "_R…", or like C++'s with a hash of 16 digits at the end: "…17h0123456789abcdefE". To ask its
 * demangler about each of C++'s costs a tenth of all. */
static bool
may_be_rust(const char *mangled)
{
	return mangled[1] == 'R' || strstr(mangled, "17h");
}

static bool
print(const char *mangled, struct buf *to)
{
	struct output out = {.to = to, .limit = to->len + NAME_MAX_LEN};

	if (setjmp(out.excess))
		return false;
	return (may_be_rust(mangled) && rust_demangle_callback(mangled, STYLE, take, &out)) ||
	       cplus_demangle_v3_callback(mangled, STYLE, take, &out);
}

static bool
is_mangled(const char *name, size_t len)
{
	return len > 2 && name[0] == '_' &&
	       (name[1] == 'Z' || name[1] == 'R' || (name[1] == '_' && len > 4 && !memcmp(name + 2, "_Z", 2)) ||
		(len > 9 && !memcmp(name, "_GLOBAL__", 9)));
}

/* The length without ".llvm.1234", which keeps names unique across LLVM's partitions and means nothing to readers. */
static size_t
without_partition(const char *name, size_t len)
{
	size_t n = len;

	while (n && ((name[n - 1] >= '0' && name[n - 1] <= '9') || (name[n - 1] >= 'A' && name[n - 1] <= 'F')))
		n--;
	return n < len && n > 6 && !memcmp(name + n - 6, ".llvm.", 6) ? n - 6 : len;
}

/* An entry of the procedure linkage table is named after the function that it leads to (elf/plt.h). */
static const char plt[] = "@plt";

bool
demangle(const char *name, size_t len, struct buf *readable)
{
	struct buf mangled = {0};
	size_t before = readable->len, suffix = sizeof(plt) - 1;
	bool done;

	if (len > NAME_MAX_LEN || !is_mangled(name, len))
		return false;
	if (len <= suffix || memcmp(name + len - suffix, plt, suffix) != 0)
		suffix = 0;
	buf_add(&mangled, name, without_partition(name, len - suffix));
	done = print(buf_cstr(&mangled), readable);
	if (!done)
		readable->len = before;
	buf_free(&mangled);
	done = done && readable->len > before;
	if (done)
		buf_add(readable, plt, suffix);
	return done;
}
