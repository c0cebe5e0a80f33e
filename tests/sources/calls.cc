// SPDX-License-Identifier: GPL-2.0-or-later
/* A program that calls functions with C++ names in another file. */
#include <iostream>

int
main(int argc, char **)
{
	std::cout << "calls" << std::endl;
	return argc - 1;
}
