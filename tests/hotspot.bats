#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Stacks of Java: HotSpot's compiled code keeps no frame pointer, its frames are found by what it says of its code heaps.
load helpers

setup_file() {
	command -v java javac jcmd >/dev/null || skip "no JDK"
	[ "$(uname -m)" = x86_64 ] || skip "not for this machine"
	javac -d "$BATS_FILE_TMPDIR" tests/hotspot/Chain.java tests/hotspot/Churn.java
	make -s build/tests/hotspot/heaps build/tests/hotspot/lengths
	make -s ASAN=1 build/asan/tests/hotspot/corrupt
}

setup() {
	d=$BATS_FILE_TMPDIR t=$BATS_TEST_TMPDIR pid=
	churn=(java -XX:ReservedCodeCacheSize=10m -cp "$d" Churn)
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
	level=4
	[[ $* != *TieredStopAtLevel=3* ]] || level=3
	chain 100 "$@"
	"${chain[@]}" >"$t/java" 2>&1 &
	pid=$!
	codelist=
	within 30 is_warm
}

# The last compiler is done with it, and no method has other code than a moment ago. jcmd tells nothing before the machine
# answers.
is_warm() {
	local before=$codelist
	codelist=$(jcmd "$pid" Compiler.codelist 2>"$t/jcmd" | grep ' Chain\.') || return 1
	[ "$codelist" = "$before" ] && grep -q "^[0-9]* $level 0 Chain.work" <<<"$codelist"
}

# true_chains LEAST [any]: of what was recorded of $pid
true_chains() {
	pb-dump "$t/raw.pb" >"$t/text"
	run python3 tests/hotspot/check.py "$@" <"$t/text"
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
	jcmd "$pid" Compiler.perfmap >"$t/jcmd" # nobody reads names along with frame sizes then
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
	rooted 80 "$t/raw.pb"
}

# names_by FILE: start, size and name of methods in a perf map, as we call them: class and method, without what jcmd has besides
names_by() {
	sed -nE 's/^0x0*([0-9a-f]+) 0x0*([0-9a-f]+) (.* )?([^ (]+)\(.*/\1 \2 \4/p; s/^0x0*([0-9a-f]+) 0x0*([0-9a-f]+) ([^ (]+\.[^ (]+)$/\1 \2 \3/p' "$1" | sort
}

@test "each piece of code is called as the virtual machine itself calls it" {
	warm
	build/tests/hotspot/heaps "$pid" names | grep ^0x >"$t/ours"
	jcmd "$pid" Compiler.perfmap >"$t/jcmd"
	names_by "/tmp/perf-$pid.map" >"$t/theirs"
	names_by "$t/ours" >"$t/names"
	[ "$(wc -l <"$t/names")" -ge 10 ]
	[ "$(comm -12 "$t/names" "$t/theirs" | wc -l)" -ge $(($(wc -l <"$t/theirs") * 97 / 100)) ] # some come and go meanwhile
	[ "$(join "$t/names" "$t/theirs" | awk '$2 == $4 && $3 != $5' | tee "$t/wrong" | wc -l)" = 0 ]
}

# How much of its memory may be written and run, which the code heaps may.
code_bytes() {
	python3 -c 'import sys
lines = (line.split() for line in sys.stdin)
ranges = (words[0].split("-") for words in lines if words[1].startswith("rwx"))
print(sum(int(end, 16) - int(start, 16) for start, end in ranges))' <"/proc/$pid/maps"
}

@test "what it reads is not more than there is; when the process ends meanwhile, the recording goes on" {
	warm
	run_ok build/tests/hotspot/heaps "$pid"
	echo "$output"
	there=$(code_bytes)
	read=${output#* bytes=} again=${output#* again_bytes=}
	[ "${read%% *}" -lt "$there" ] && [ "${again%%[^0-9]*}" -lt "$there" ]
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
	[ "${output#*tables=}" -ge 30 ]
}

@test "a machine of an unknown kind: why it is not read is said" {
	gcc -shared -o "$t/libjvm.so" -x c /dev/null
	gcc -o "$t/host" -x c - <<<'
	#include <dlfcn.h>
	int main(int argc, char **argv) { if (argc > 1 && dlopen(argv[1], RTLD_NOW)) for (volatile int i = 0;; i++); return 1; }'
	"$t/host" "$t/libjvm.so" &
	pid=$!
	within 5 grep -q libjvm.so "/proc/$pid/maps"
	run_ok pb-record -v -F 97 -d 0.5 -p "$pid" -o "$t/raw.pb"
	contains "$stderr" "1 Java machines could not be read: "
	contains "$stderr" "no symbol gHotSpotVMStructs"
	rooted 90 "$t/raw.pb"
}

@test "little room for tables: refused ones are not tried again at once" {
	local n
	run_ok pb-record --unwind-memory 4M -F 997 -o "$t/raw.pb" -- "${churn[@]}" 3
	echo "$stderr"
	n=$(sed -nE 's/^pb-record: ([0-9,]+) times there was no room for an unwind table.*/\1/p' <<<"$stderr" | tr -d ,)
	[ "${n:-0}" -lt 200 ]
}

@test "code that is flushed, and other code in its place" {
	pb-record -q -F 997 -o "$t/raw.pb" -- "${churn[@]}" 4
	rooted 80 "$t/raw.pb"
}

@test "a machine that is idle for a while: its tables are there when it goes on" {
	warm
	(sleep 0.5 && kill -STOP "$pid" && sleep 2.5 && kill -CONT "$pid") &
	pb-record -q --timestamps -F 997 -d 4 -p "$pid" -o "$t/raw.pb"
	true_chains 99
	rooted 99 "$t/raw.pb"
}
