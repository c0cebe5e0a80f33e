// SPDX-License-Identifier: GPL-2.0-or-later
// C++ as it is written: many instances of the standard library's templates, inlined into each other.
#include <algorithm>
#include <deque>
#include <functional>
#include <iostream>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

template <int N> struct key {
	std::string text;
	long number;

	bool operator<(const key &other) const { return number + N < other.number + N || text < other.text; }
	bool operator==(const key &other) const { return number == other.number && text == other.text; }
};

template <int N> struct hash_of {
	std::size_t operator()(const key<N> &k) const { return std::hash<std::string>()(k.text) * 31 + N; }
};

template <int N> struct shop {
	using item = std::variant<int, double, std::string, key<N>>;

	std::map<key<N>, std::vector<item>> shelves;
	std::unordered_map<key<N>, std::shared_ptr<item>, hash_of<N>> index;
	std::set<key<N>, std::greater<>> wanted;
	std::deque<std::function<long(const item &)>> tills;
	std::list<std::unique_ptr<key<N>>> spare;

	bool operator<(const shop &other) const { return shelves.size() < other.shelves.size(); }

	void fill(int n)
	{
		for (int i = 0; i < n; i++) {
			key<N> k{std::to_string(i * N), i};

			shelves[k].emplace_back(i);
			shelves[k].emplace_back(i * 0.5);
			shelves[k].emplace_back(k);
			index.emplace(k, std::make_shared<item>(k.text));
			spare.push_back(std::make_unique<key<N>>(k));
			tills.push_back([i](const item &x) { return static_cast<long>(x.index()) * i; });
		}
	}

	long sell(const std::string &which)
	{
		long sum = 0;
		std::ostringstream out;

		for (auto &[k, items] : shelves) {
			if (k.text.find(which) == std::string::npos)
				continue;
			std::stable_sort(items.begin(), items.end(), [](const item &a, const item &b) { return a.index() > b.index(); });
			sum += std::accumulate(items.begin(), items.end(), 0L,
					       [this](long s, const item &x) { return s + tills.front()(x); });
			out << k.text << ' ' << sum << '\n';
		}
		spare.sort([](const auto &a, const auto &b) { return *a < *b; });
		return sum + static_cast<long>(out.str().size() + index.size() + wanted.size() + spare.size());
	}
};

template <int... N>
static long
run(std::integer_sequence<int, N...>, int n, const std::string &which)
{
	std::tuple<shop<N>...> shops;

	(std::get<N>(shops).fill(n), ...);
	return (std::get<N>(shops).sell(which) + ...);
}

int
main(int argc, char **)
{
	std::cout << run(std::make_integer_sequence<int, INSTANCES>(), argc * 100, "7") << '\n';
}
