// SPDX-License-Identifier: GPL-2.0-or-later
// A program in Go with a function, a method and a closure.
package main

import "os"

type T struct{ x int }

//go:noinline
func deep(n int) int { return n * 3 }

//go:noinline
func (t *T) Method() int { return deep(t.x) }

func main() {
	inner := func(n int) int { return deep(n) }
	os.Exit((&T{inner(0)}).Method())
}
