// SPDX-License-Identifier: GPL-2.0-or-later
// Go: functions that its compiler inlines by itself.
package main

import "os"

type till struct{ sum int }

func (t *till) add(n int) {
	t.sum += n * len(os.Args)
}

func twice(t *till, n int) {
	t.add(n)
	t.add(n + 1)
}

//go:noinline
func sell(n int) int {
	t := &till{sum: n}
	twice(t, n)
	return t.sum
}

func main() {
	os.Exit(sell(len(os.Args)) - 4)
}
