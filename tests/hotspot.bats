#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Stacks of Java: HotSpot's compiled code keeps no frame pointer, its frames are found by what it says of its code heaps.
load helpers

setup_file() {
	command -v java javac jcmd >/dev/null || skip "no JDK"
	[ "$(uname -m)" = x86_64 ] || skip "not for this machine"
	javac -d "$BATS_FILE_TMPDIR" tests/hotspot/Chain.java
	make -s build/tests/hotspot/heaps build/tests/hotspot/lengths
	make -s ASAN=1 build/asan/tests/hotspot/corrupt
}

setup() {
	d=$BATS_FILE_TMPDIR t=$BATS_TEST_TMPDIR pid=
}

teardown() {
	[ -z "$pid" ] || kill "$pid" 2>"$t/kill" || true
	rm -f "/tmp/perf-$pid.map"
}

# chain SECONDS [OPTION]...: the command that runs it, in ${chain[@]}
chain() {
	local seconds=$1
	shift
	chain=(java -Xshare:auto -XX:CompileCommand=quiet "-XX:CompileCommand=dontinline,Chain::*" "$@" -cp "$d" Chain "$seconds")
}

# warm [OPTION]...: $pid runs it, and has compiled what there is
warm() {
	chain 60 "$@"
	"${chain[@]}" >"$t/java" 2>&1 &
	pid=$!
	within 10 is_warm
	sleep 1
}

# jcmd tells nothing before the machine answers.
is_warm() {
	jcmd "$pid" Compiler.codelist 2>/dev/null | grep -q 'Chain.work'
}

# true_chains LEAST [any]: of what was recorded of $pid
true_chains() {
	jcmd "$pid" Compiler.perfmap >"$t/jcmd"
	pb-dump "$t/raw.pb" >"$t/text"
	run python3 tests/hotspot/check.py "/tmp/perf-$pid.map" "$@" <"$t/text"
	echo "$output" | tail -5
	[ "$status" = 0 ]
}

# rooted LEAST FILE: so many percent of its user stacks reach their root, and there are enough of them.
rooted() {
	pb-dump "$2" | awk -F'"' -v least="$1" '
	/^tally class=4 cause="user stacks: / { split($3, n, "="); all += n[2]; if ($2 ~ /root reached/) root = n[2] }
	END { printf "%d of %d reach their root\n", root, all; exit all < 20 || 100 * root < least * all }'
}

@test "chains are true: as packaged" {
	warm
	pb-record -q --timestamps -F 997 -d 1.5 -p "$pid" -o "$t/raw.pb"
	true_chains 99.5
	rooted 99.5 "$t/raw.pb"
}

@test "chains are true: by the first compiler only, with its counters" {
	warm -XX:TieredStopAtLevel=3
	pb-record -q --timestamps -F 997 -d 1.5 -p "$pid" -o "$t/raw.pb"
	true_chains 99
}

@test "chains are true: by the second compiler only, in one code heap" {
	warm -XX:-TieredCompilation -XX:ReservedCodeCacheSize=32m
	pb-record -q --timestamps -F 997 -d 1.5 -p "$pid" -o "$t/raw.pb"
	true_chains 99
}

@test "chains are true: with barriers where methods begin" {
	warm -XX:+UseZGC
	pb-record -q --timestamps -F 997 -d 1.5 -p "$pid" -o "$t/raw.pb"
	true_chains 99
}

@test "chains are true: with frame pointers, and equal to those along them" {
	warm -XX:+PreserveFramePointer
	pb-record -q --timestamps -F 997 -d 1.5 -p "$pid" -o "$t/raw.pb"
	true_chains 99
	pb-record -q --timestamps --unwind fp -F 997 -d 1.5 -p "$pid" -o "$t/raw.pb"
	true_chains 95 any
}

@test "chains are true: interpreted methods between compiled ones" {
	warm -XX:CompileCommand=exclude,Chain::down
	pb-record -q --timestamps -F 997 -d 1.5 -p "$pid" -o "$t/raw.pb"
	true_chains 99
	rooted 99.5 "$t/raw.pb"
}

@test "from the first instruction on, two at once" {
	chain 3
	pb-record -q -F 997 -o "$t/raw.pb" -- bash -c '"$@" & "$@" & wait' - "${chain[@]}"
	rooted 95 "$t/raw.pb"
}

@test "what it reads is not more than there is; when the process ends meanwhile, the recording goes on" {
	warm
	run_ok build/tests/hotspot/heaps "$pid"
	contains "$output" "heaps="
	(sleep 0.5 && kill "$pid") &
	run_ok pb-record -q -F 997 -d 1 -p "$pid" -o "$t/raw.pb"
	rooted 95 "$t/raw.pb"
}

@test "nothing of it without tables" {
	warm
	pb-record -q --unwind fp -d 2 -p "$pid" -o "$t/raw.pb" &
	local recorder=$!
	sleep 1
	equals "$(find /proc/$recorder/task -mindepth 1 -maxdepth 1 | wc -l)" 1
	wait $recorder
}

# same_as_objdump FILE: the instructions of its first 3 MB of code are as long as objdump has them.
same_as_objdump() {
	objcopy -O binary --only-section=.text "$1" "$t/whole"
	head -c 3000000 "$t/whole" >"$t/code"
	build/tests/hotspot/lengths "$t/code" >"$t/ours"
	objdump -D -w --no-show-raw-insn -b binary -m i386:x86-64 "$t/code" | awk -F: '/^ / { gsub(/ /, "", $1); print $1 }' >"$t/theirs"
	[ "$(wc -l <"$t/ours")" -gt 100000 ]
	cmp "$t/ours" <(head -n "$(wc -l <"$t/ours")" "$t/theirs")
}

@test "instructions are as long as objdump has them" {
	same_as_objdump "$(dirname "$(readlink -f "$(command -v java)")")/../lib/server/libjvm.so"
	same_as_objdump "$(ldd "$bin/pb-record" | awk '$1 == "libc.so.6" { print $3 }')"
}

@test "memory that is not to be trusted: what is read is sound, and bounded" {
	warm
	run_ok build/asan/tests/hotspot/corrupt "$pid" 90
	contains "$output" "tables="
}
