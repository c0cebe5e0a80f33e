// SPDX-License-Identifier: GPL-2.0-or-later
// A load for scripts/bench: a minute of calls, JSON, patterns and sorting in V8.
const fib = n => n < 2 ? n : fib(n - 1) + fib(n - 2);
const numbers = [...Array(3000).keys()];

for (const end = Date.now() + 60000; Date.now() < end;) {
	fib(22);
	JSON.parse(JSON.stringify(numbers));
	"abbbc".repeat(2000).replace(/b+c/g, "d");
	numbers.map(String).sort();
}
