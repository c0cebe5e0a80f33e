// SPDX-License-Identifier: GPL-2.0-or-later
// A load for scripts/bench: what a C++ compiler has to work on for some seconds.
#include <algorithm>
#include <iostream>
#include <map>
#include <regex>
#include <string>
#include <unordered_map>
#include <vector>

int
main(int argc, char **argv)
{
	std::map<std::string, std::vector<int>> numbers;
	std::unordered_map<int, std::string> names;
	std::regex expression("a(b|c)*d");

	for (int i = 0; i < argc; i++) {
		numbers[argv[i]].push_back(i);
		names[i] = argv[i];
	}
	for (auto &entry : numbers) {
		std::sort(entry.second.begin(), entry.second.end());
		std::cout << entry.first << std::regex_match(entry.first, expression) << names[entry.second[0]] << '\n';
	}
	return 0;
}
