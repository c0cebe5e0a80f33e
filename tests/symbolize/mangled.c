// SPDX-License-Identifier: GPL-2.0-or-later
/* Functions under mangled names as compilers give them, so that no rustc is needed. */
#define NAMED(n, label)                                                                                                \
	void f##n(void) __asm__(label);                                                                                \
	void f##n(void)                                                                                                \
	{                                                                                                              \
		__asm__ volatile("nop");                                                                               \
	}

NAMED(0, "_ZN3std2io5Write9write_fmt17h0123456789abcdefE")
NAMED(1, "_ZN4core3ptr42drop_in_place$LT$alloc..string..String$GT$17h0fe5c8d8d4ff9c1bE")
NAMED(2, "_RNvNtCs1234_7mycrate3foo3bar")
NAMED(3, "_RINvNtC3std3mem8align_ofjdE")
NAMED(4, "_ZN3std2io5Write9write_all17h0123456789abcdefE.llvm.1234567890")
NAMED(5, "_ZNSt6vectorIiSaIiEE9push_backERKi")
NAMED(6, "_Z4workv.part.0")
NAMED(7, "plain.constprop.0")
NAMED(8, "_Znonsense")
NAMED(9, "_Realloc")

int
main(void)
{
	return 0;
}
