// SPDX-License-Identifier: GPL-2.0-or-later
// Spends so many ms of cpu time in two functions by turns, which are compiled; the second one only half-way (tests/jit.bats).
function fibonacci(n) {
	return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

function ackermann(m, n) {
	return m === 0 ? n + 1 : ackermann(m - 1, n === 0 ? 1 : ackermann(m, n - 1));
}

function spend(until, work) {
	let sum = 0;
	while (process.cpuUsage().user < until)
		sum += work();
	return sum;
}

const start = process.cpuUsage().user, ms = 1000 * process.argv[2];
spend(start + ms / 2, () => fibonacci(15));
spend(start + ms, () => ackermann(2, 20));
