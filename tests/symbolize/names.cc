// SPDX-License-Identifier: GPL-2.0-or-later
/* C++ names worth demangling. */
#include <map>
#include <string>
#include <vector>

namespace outer
{
struct shape {
	virtual ~shape() {}
	virtual double area(int scale) const = 0;
	bool operator<(const shape &other) const
	{
		return area(1) < other.area(1);
	}
};

template <typename T, int N> struct box : shape {
	T sides[N];
	double area(int scale) const override
	{
		double a = scale;

		for (const T &s : sides)
			a *= static_cast<double>(s);
		return a;
	}
};

template <typename F>
__attribute__((noinline)) int
apply(F f, std::vector<std::map<std::string, int>> &v)
{
	int n = 0;

	for (auto &m : v)
		for (auto &p : m)
			n += f(p.first, p.second);
	return n;
}
} // namespace outer

int
main(int argc, char **argv)
{
	std::vector<std::map<std::string, int>> v(static_cast<size_t>(argc));
	outer::box<int, 3> a{};
	outer::box<float, 2> b{};

	for (int i = 0; i < argc; i++)
		v[static_cast<size_t>(i)][argv[i]] = i;
	return outer::apply([](const std::string &s, int n) { return static_cast<int>(s.size()) + n; }, v) + (a < b);
}
