# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A load for scripts/bench: a minute of calls, text and short processes in bash.
fib() {
	local n=$1 a
	if ((n < 2)); then
		result=$n
	else
		fib $((n - 1))
		a=$result
		fib $((n - 2))
		result=$((a + result))
	fi
}

while ((SECONDS < 60)); do
	fib 13
	text=$(echo "$result" | tr 0-9 a-j)
	text=${text//[a-e]/x}
done
