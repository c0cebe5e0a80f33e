// SPDX-License-Identifier: GPL-2.0-or-later

// Go: frame pointers, stacks of its own, and a runtime that interrupts by signals. goroutines [SECONDS [PAUSE]]
package main

import (
	"os"
	"strconv"
	"sync"
	"time"
)

var sink uint64

//go:noinline
func burn() {
	for i := uint64(0); i < 3000000; i++ {
		sink += i
	}
}

//go:noinline
func more(end time.Time) bool {
	return time.Now().Before(end)
}

//go:noinline
func outer(end time.Time) {
	for more(end) {
		burn()
	}
}

//go:noinline
func worker(end time.Time, done *sync.WaitGroup) {
	defer done.Done()
	outer(end)
}

func main() {
	var done sync.WaitGroup

	seconds, _ := strconv.ParseFloat(os.Args[1], 64)
	pause, _ := strconv.Atoi(os.Args[2])
	time.Sleep(time.Duration(pause) * time.Microsecond)
	end := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	done.Add(1)
	go worker(end, &done)
	outer(end)
	done.Wait()
}
