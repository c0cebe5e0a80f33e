// SPDX-License-Identifier: GPL-2.0-or-later
// A load for scripts/bench: a minute of calls, maps and sorting in Go.
package main

import (
	"fmt"
	"sort"
	"strconv"
	"time"
)

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func main() {
	sum := 0
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		m := map[string]int{}
		for i := 0; i < 5000; i++ {
			m["key"+strconv.Itoa(i)] = i
		}
		keys := []string{}
		for key := range m {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		sum += fib(25) + len(keys)
	}
	fmt.Println(sum)
}
