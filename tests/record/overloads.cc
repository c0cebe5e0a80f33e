// SPDX-License-Identifier: GPL-2.0-or-later
/* Functions of one name that C++ tells apart, each called another number of times. */
namespace shop {
struct Till {
	int sum = 0;
	int add(int price);
	int add(int price, char currency);
	int add(long price) const;
};

[[gnu::noinline, gnu::noclone]] int
Till::add(int price)
{
	return sum += price;
}

[[gnu::noinline, gnu::noclone]] int
Till::add(int price, char currency)
{
	return sum += price * currency;
}

[[gnu::noinline, gnu::noclone]] int
Till::add(long price) const
{
	__asm__ volatile("" : : "r"(price));
	return sum;
}

template <typename T>
[[gnu::noinline, gnu::noclone]] T
twice(T value)
{
	__asm__ volatile("" : "+r"(value));
	return value + value;
}

namespace {
[[gnu::noinline, gnu::noclone]] int
hidden(int value)
{
	__asm__ volatile("" : "+r"(value));
	return value;
}
}
}

static int
all()
{
	shop::Till till;
	int sum = 0;

	for (int i = 0; i < 10; i++)
		sum += till.add(i);
	for (int i = 0; i < 20; i++)
		sum += till.add(i, 'x');
	for (long i = 0; i < 30; i++)
		sum += till.add(i);
	for (int i = 0; i < 40; i++)
		sum += shop::twice<int>(i);
	for (long i = 0; i < 50; i++)
		sum += (int)shop::twice<long>(i);
	for (int i = 0; i < 60; i++)
		sum += shop::hidden(i);
	return sum;
}

int
main()
{
	return all() == -1;
}
