// SPDX-License-Identifier: GPL-2.0-or-later
/* C++: methods, templates, constructors and lambdas that are inlined. */
namespace shop
{
template <typename T> struct till {
	T sum;
	__attribute__((always_inline)) till(T t) : sum(t) { __asm__ volatile("in_constructor: nop"); }
	__attribute__((always_inline)) T add(T t)
	{
		auto twice = [this](T u) __attribute__((always_inline)) {
			__asm__ volatile("in_lambda: nop");
			sum += 2 * u;
		};
		twice(t);
		return sum;
	}
};

namespace
{
__attribute__((noinline)) int
sell(int n)
{
	till<long> t(n);
	return static_cast<int>(t.add(n));
}
} // namespace
} // namespace shop

int
main(int argc, char **)
{
	return shop::sell(argc);
}
