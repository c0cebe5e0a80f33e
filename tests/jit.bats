#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Code that is made at run time: its symbols, from perf maps and jitdumps.
load helpers
load capture

setup_file() {
	[ "$(uname -m)" = x86_64 ] || return 0
	gcc -O1 -D_GNU_SOURCE -o "$BATS_FILE_TMPDIR/maker" "$BATS_TEST_DIRNAME/jit/maker.c"
}

setup() {
	d=$BATS_FILE_TMPDIR t=$BATS_TEST_TMPDIR
	[ "$(uname -m)" = x86_64 ] || skip "its code is for x86-64"
	cd "$t" || return
	touch begun
}

teardown() {
	end_all
	find /tmp -maxdepth 1 -name 'perf-*.map' -cnewer "$BATS_TEST_TMPDIR/begun" -delete
}

# named STREAM COMM NAME: how many of a program's samples are under a function whose name matches
named() {
	fold "$1" | grep "^$2;" | grep -E "$3" | total
}

unknown() {
	named "$1" "$2" '\[unknown\]'
}

script=$BATS_TEST_DIRNAME/jit/spin.js

# JavaScript's functions are seen, and nothing is unknown.
is_node() {
	at_least "$(named "$1" node '\b(fibonacci|ackermann)\b')" "$2"
	at_least "$(named "$1" node '\bfibonacci\b')" $(($2 / 3))
	at_least "$(named "$1" node '\backermann\b')" $(($2 / 3))
	equals "$(unknown "$1" node)" 0
}

@test "node --perf-basic-prof: JavaScript's functions" {
	pb-record -q -F 499 -o raw.pb -- node --perf-basic-prof "$script" 2000
	is_node raw.pb 700
	conserved raw.pb
}

@test "node: the frames of its interpreter are functions, too" {
	pb-record -q -F 499 -o raw.pb -- node --perf-basic-prof --interpreted-frames-native-stack "$script" 2000
	is_node raw.pb 700
}

@test "node that runs already, whose map grows" {
	node --perf-basic-prof "$script" 6000 3>&- &
	left_running+=" $!"
	sleep 1
	pb-record -q -F 499 -p $! -o raw.pb
	is_node raw.pb 1000
}

@test "node in a pid namespace, named after it has exited" {
	pb-record -q -F 499 -o raw.pb -- unshare --pid --mount --mount-proc --fork sh -c \
		'mount -t tmpfs tmpfs /tmp && exec node --perf-basic-prof - 2000' <"$script"
	is_node raw.pb 700
}

@test "node in a pid namespace, for a shorter time than a window" {
	pb-record -q -F 999 -i 5s -o raw.pb -- unshare --pid --mount --mount-proc --fork sh -c \
		'mount -t tmpfs tmpfs /tmp && exec node --perf-basic-prof - 1000' <"$script"
	is_node raw.pb 700
}

@test "node --perf-prof: a jitdump" {
	pb-record -q -F 499 -o raw.pb -- node --perf-prof "$script" 2000
	is_node raw.pb 700
	rm -f jit-*.dump
}

@test "java, without any option: its compiled methods and the machine's own code" {
	mkdir classes && javac -d classes "$BATS_TEST_DIRNAME/hotspot/Chain.java"
	pb-record -q -F 499 -o raw.pb -- java -XX:CompileCommand=quiet "-XX:CompileCommand=dontinline,Chain::*" -cp classes Chain 3
	at_least "$(named raw.pb java ';Chain\.main;.*;Chain\.down;.*Chain\.work;')" 50
	at_least "$(named raw.pb java ';StubRoutines .1.;')" 100
	at_least $(($(named raw.pb java '') / 50)) "$(unknown raw.pb java)"
	conserved raw.pb
}

@test "java: a map that is written at the end" {
	mkdir classes && javac -d classes "$BATS_TEST_DIRNAME/hotspot/Chain.java"
	pb-record -q -F 199 -o raw.pb -- java -XX:+UnlockDiagnosticVMOptions -XX:+DumpPerfMapAtExit -cp classes Chain 3
	fold raw.pb >folded
	[ "$(grep -c 'Chain' folded)" -gt 0 ] || skip "this java does not write one"
	at_least "$(grep -E 'Chain[.:]' folded | total)" 100
}

@test "one piece of code: its symbol, in a module of kind jit" {
	pb-record -q -F 499 -o raw.pb -- "$d/maker" first
	at_least "$(named raw.pb maker 'made_first')" 400
	equals "$(unknown raw.pb maker)" 0
	equals "$(pb-dump raw.pb | grep -c '^symbol .*name="made_first"')" 1
	equals "$(pb-dump raw.pb | grep -c '^module .* kind=3 .* path="\[jit\]"')" 1
}

@test "code in memory of a file without a name" {
	pb-record -q -F 499 -o raw.pb -- "$d/maker" memfd
	at_least "$(named raw.pb maker 'made_first')" 400
}

@test "a symbol that comes windows after its code has run names all frames" {
	pb-record -q -F 499 -o raw.pb -- "$d/maker" late
	at_least "$(named raw.pb maker 'made_late')" 1150
	equals "$(unknown raw.pb maker)" 0
}

@test "a map that is written at the end names all frames" {
	pb-record -q -F 499 -i 200ms -o raw.pb -- "$d/maker" last
	at_least "$(named raw.pb maker 'made_last')" 400
	equals "$(unknown raw.pb maker)" 0
}

@test "code that replaces other code at its place is told from it" {
	local i
	pb-record -q -F 499 -i 200ms -o raw.pb -- "$d/maker" replace
	for i in 0 1 2 3; do
		near "$(named raw.pb maker "made_$i\b")" 600 150
	done
}

@test "a process that was forked has its parent's code" {
	pb-record -q -F 499 -o raw.pb -- "$d/maker" fork
	at_least "$(named raw.pb maker 'made_by_parent')" 400
	equals "$(unknown raw.pb maker)" 0
}

@test "a process that was forked before the recording has its parent's code" {
	"$d/maker" fork 3>&- &
	left_running+=" $!"
	sleep 0.2
	pb-record -q -F 499 -d 1 -o raw.pb
	at_least "$(named raw.pb maker 'made_by_parent')" 30
	equals "$(unknown raw.pb maker)" 0
}

@test "who tells nobody stays unknown" {
	pb-record -q -F 499 -o raw.pb -- "$d/maker" silent
	at_least "$(unknown raw.pb maker)" 400
}

@test "maps that are not the process's are not believed: older, others', fifos, links" {
	local how
	for how in old other fifo link; do
		pb-record -q -F 499 -o raw.pb -- sh -c '
			map=/tmp/perf-$$.map line="0 7fffffffffff believed"
			case $1 in
			old) echo "$line" >$map; touch -d "1 minute ago" $map ;;
			other) echo "$line" >$map; chown nobody $map ;;
			fifo) mkfifo $map ;;
			link) echo "$line" >/tmp/perf-elsewhere.map; ln -s /tmp/perf-elsewhere.map $map ;;
			esac
			exec "$2" silent' sh $how "$d/maker"
		equals "$(pb-dump raw.pb | grep -cE '^(symbol|function).*believed')" 0
		at_least "$(unknown raw.pb maker)" 400
	done
}

@test "a map of 10 million lines neither stalls the recording nor fills the memory" {
	"$d/maker" much 10000000 3>&- &
	left_running+=" $!"
	within 60 grep -q made_last "/tmp/perf-$!.map"
	/usr/bin/env time -f '%M %e %U' -o cost pb-record -F 99 -d 4 -o raw.pb 2>err
	conserved raw.pb
	read -r memory wall user <cost
	echo "$memory KiB, $wall s, $user s of user time"
	[ "$memory" -lt 700000 ]
	near "$wall" 4.5 2
	# Every window came in its time.
	pb-dump raw.pb | awk '$1 == "window" { sub(/.*end=/, ""); if (last && $1 - last > 1.3e9) bad++; last = $1; n++ } END { exit !(n >= 4 && !bad) }'
}

@test "a map that makes no sense" {
	pb-record -q -F 499 -o raw.pb -- sh -c '
		{ head -c 300000 /dev/urandom; printf "\nzzz\n\n0 0 x\nffffffffffffffff ffffffffffffffff y\n1 2\n"
		  printf "10 10 "; head -c 1000000 /dev/zero | tr "\0" a; printf "\n"; } >/tmp/perf-$$.map; exec "$1" silent' sh "$d/maker"
	conserved raw.pb
	at_least "$(unknown raw.pb maker)" 400
}
