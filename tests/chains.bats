#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Call chains are whole and true: programs without frame pointers, compiled and linked in many ways, whose chains are
# known (tests/chains/expected), recorded at any of their instructions.
load helpers

setup_file() {
	tests/chains/build "$BATS_FILE_TMPDIR"
}

setup() {
	d=$BATS_FILE_TMPDIR t=$BATS_TEST_TMPDIR
}

# check PROGRAM: reads a stream; the samples of the program have the chains of the table
check() {
	pb-symbolize -q | pb-fold --annotate --module >"$t/folded"
	python3 tests/chains/check.py "$1" tests/chains/expected <"$t/folded"
}

# chains PROGRAM [OPTION]...: four tenths of a second of it, after a pause in which its unwind tables are read
chains() {
	local program=$1
	shift
	pb-record -q -F 997 "$@" -- "$d/$program" 0.4 200000 >"$t/raw.pb"
	check "$program" <"$t/raw.pb"
}

# sum CAUSE: of the tally records for it in what was dumped
sum() {
	awk -v cause="cause=\"$1\"" '/^tally / && index($0, cause) { sub(/.*count=/, ""); n += $0 } END { print n + 0 }' "$t/dumped"
}

# verdict STATUS TEXT COUNT STACK...: of the checker, on COUNT of each stack and a table of two chains and a half
verdict() {
	local wanted=$1 text=$2 count=$3
	shift 3
	printf 'two\tb|c\t%s\n' 'a;lib.so.1`*;b' 'a;r x3;c;[k]' '?a;lib.so.1`...;c' >"$t/table"
	printf "two;%s $count\n" "$@" >"$t/folded"
	run python3 tests/chains/check.py two "$t/table" <"$t/folded"
	exits_with "$wanted" && contains "$output" "$text"
}

@test "the checker: what equals, what does not, what is too little" {
	local one='a;lib.so.1`x;two`b' other='a;r;r;r;c;k`x_[k];k`y_[k]'
	verdict 0 "200 of 200 samples equal (100.0 %), 0 outside" 100 "$one" "$other"
	verdict 0 "400 of 400" 100 'a;[lib.so.1];b' "$one;k\`irq_[k]" "$other" 'two`a;lib.so.1`x;[lib.so.1];two`c'
	verdict 1 "200 of 300" 100 "$one" "$other" "z;$one"
	verdict 1 "100 different: a;lib.so.2" 100 "$one" "$other" 'a;lib.so.2`x;b'
	verdict 1 "200 of 300" 100 "$one" "$other" 'a;r;r;c;k`x_[k]'
	verdict 1 "200 of 300" 100 "$one" "$other" "$one;d"
	verdict 1 "200 of 300" 100 "$one" "$other" b
	verdict 1 "200 of 300" 100 "$one" "$other" '[no unwind row];z'
	verdict 1 "never seen: a;lib.so.1" 100 "$other"
	verdict 1 "never seen: a;r x3" 100 "$one" 'a;r;r;r;c'
	verdict 1 "more than 10 % are outside" 100 "$one" "$other" a
	verdict 1 "fewer than 50 samples" 24 "$one" "$other"
	run python3 tests/chains/check.py three "$t/table" </dev/null
	exits_with 1 && contains "$output" "no chain of 'three'"
}

@test "every program loads, as kernels with bpf_loop() have it and as those without" {
	verifier "$t/verify"
	run --separate-stderr "$t/verify"
	verified 'traced_.* not permitted$' # by a kernel that is locked down
}

@test "a command has its tables before its first sample" {
	for _ in 1 2 3 4 5; do
		pb-record -q -F 4999 -- "$d/alloca" 0.05 >"$t/raw.pb"
		pb-dump "$t/raw.pb"
	done >"$t/dumped"
	[ "$(sum "user stacks: root reached")" -ge 500 ]
	[ "$(sum "user stacks: no unwind table yet")" -le 1 ]
}

@test "alloca: a frame with rbp as its base, among frames that use rbp for data" {
	chains alloca
}

@test "alloca, compiled by clang" {
	chains alloca-clang
}

@test "alloca, linked by lld with -z separate-code" {
	chains alloca-lld
}

@test "alloca, linked by lld with -z noseparate-code: offsets are not addresses" {
	chains alloca-lld-one
}

@test "alloca, static at a fixed address" {
	chains alloca-static
}

@test "alloca, static-pie" {
	chains alloca-spie
}

@test "alloca, without .eh_frame_hdr" {
	chains alloca-no-hdr
}

@test "alloca, with .debug_frame in place of .eh_frame" {
	chains alloca-debug
}

@test "a frame of 5 kB" {
	chains bigframe
}

@test "qsort's callback: through libc, one to three frames of its recursion" {
	chains sorting
}

@test "C++: in the phases of a throw, in destructors and a catch block, in templates" {
	chains exceptions
}

@test "a signal handler: through the trampoline to the instruction that was interrupted" {
	chains signals
}

@test "a signal handler on a stack of its own" {
	chains signals-alt
}

@test "a signal at the first instruction of a function: that function, by its own rule" {
	chains trapping
}

@test "below the kernel: the way to a signal handler and back, rt_sigreturn()" {
	chains sigreturn
}

@test "a call that is the last instruction of its function: the caller, not what follows it" {
	chains noreturn
}

@test "400 frames of recursion" {
	chains recursion
}

@test "makecontext(): the stack ends where it was made to begin" {
	chains context
}

@test "a dlopened library that calls back" {
	chains callback
}

@test "threads: from clone3" {
	chains threads
}

@test "a child that did not exec" {
	chains forking
}

@test "posix_spawn: the new task, before it has called anything" {
	chains spawning
}

@test "system calls in code without rows, which return 0 as to a new task" {
	chains yielding
}

@test "Go: goroutines, and handlers that change stacks" {
	chains goroutines
}

@test "clock_gettime in the vDSO, through libc and through the PLT" {
	chains clock
}

@test "a tail call: the function that jumped is not in the chain, and nothing else is missing" {
	chains tailcall
}

@test "functions that align their stack: the CFA is loaded from the frame" {
	chains realign
}

@test "code with and without frame pointers, in turns" {
	chains mixed
}

@test "assembly: CFA in rbx; no CFI but frame pointers, as caller and as leaf" {
	chains assembly
}

@test "below the kernel: read() and write()" {
	chains copying
}

@test "below the kernel: page faults" {
	chains faulting
}

@test "below the kernel: two threads switched by futex" {
	chains pingpong
}

@test "lazy binding: through _dl_runtime_resolve, from 16 libraries" {
	chains lazy
}

@test "functions of a few instructions: prologues, epilogues and the entry of the PLT" {
	chains edges
}

@test "without a pause: a chain is whole, or its root says why it is not" {
	pb-record -q -F 997 -- "$d/mixed" 0.4 >"$t/raw.pb"
	check mixed <"$t/raw.pb" || true
	grep ';mixed`burn' "$t/folded" | grep -vE '^mixed;(\[no [^;]* yet\];|mixed`_start;)' >"$t/other" || true
	equals "$(cat "$t/other")" ""
	[ "$(grep -c '^mixed;mixed`_start;.*;mixed`burn' "$t/folded")" -gt 0 ]
}

@test "a process that was running before" {
	"$d/alloca" 2 3>&- &
	sleep 0.2
	pb-record -q -F 997 -d 500ms -p $! >"$t/raw.pb"
	check alloca <"$t/raw.pb"
}

# The pause is longer: the tables of all that runs are made before those of a new program.
@test "the whole system: several programs at once" {
	pb-record -q -F 997 -a -- sh -c '"$1/realign" 0.3 2000000 & "$1/callback" 0.3 2000000 & "$1/signals" 0.3 2000000 & wait' sh "$d" >"$t/raw.pb"
	for program in realign callback signals; do
		check $program <"$t/raw.pb"
	done
}
