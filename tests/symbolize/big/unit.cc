// SPDX-License-Identifier: GPL-2.0-or-later
/* A unit that draws in much of the C++ library, and burns time in what is inlined of it. */
#include <algorithm>
#include <functional>
#include <future>
#include <iostream>
#include <map>
#include <numeric>
#include <random>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

extern "C" unsigned work_N(unsigned seed);

unsigned
work_N(unsigned seed)
{
	std::mt19937 random(seed);
	std::map<std::string, std::vector<int>> all;
	static const std::regex word("([a-z]+)([0-9]*)");
	std::unordered_map<std::string, std::set<int>> sets;
	unsigned sum = 0;
	for (int i = 0; i < 200; i++) {
		std::string text = "abc" + std::to_string(random() % 1000);
		std::smatch m;
		if (std::regex_match(text, m, word))
			all[m[2]].push_back(i);
		sets[text].insert(i);
	}
	for (auto &entry : all) {
		std::sort(entry.second.begin(), entry.second.end(), [](int a, int b) { return b < a; });
		sum += std::accumulate(entry.second.begin(), entry.second.end(), 0u, [](unsigned a, int b) { return a * 31 + b; });
	}
	return sum + sets.size();
}
