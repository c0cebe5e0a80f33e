// SPDX-License-Identifier: GPL-2.0-or-later
// A program in Go with C in it, so that the system's linker puts it together.
package main

// static int three(int x) { return x * 3; }
import "C"
import "os"

//go:noinline
func deep(n int) int { return int(C.three(C.int(n))) }

func main() { os.Exit(deep(0)) }
