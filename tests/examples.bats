#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The examples of man/pb-record.1 and README.md, as they stand there, on a program that does a little of everything.
# Those about functions of the kernel run in probes_vm.bats, where the kernel has kprobes.
load helpers

setup_file() {
	export t=$BATS_FILE_TMPDIR
	gcc -O1 -g -pthread -o "$t/mixture" tests/record/mixture.c
	"$t/mixture" "$t/written" >/dev/null 2>&1 3>&- &
	echo $! >"$t/pid"
	grep -q " /sys/kernel/tracing tracefs" /proc/self/mounts || { mount -t tracefs tracefs /sys/kernel/tracing && touch "$t/mounted"; }
}

teardown_file() {
	kill "$(cat "$t/pid")"
	[ ! -e "$t/mounted" ] || umount /sys/kernel/tracing
}

# Lines that sample events, from the manual page (as it is read) and from README, each once.
examples() {
	{
		sed -n 's/^\.Dl \(pb-record .*> f\.svg\)$/\1/p' man/pb-record.1
		sed -n 's/^\(pb-record .*> f\.svg\)\( *#.*\)\?$/\1/p' README.md
	} | sed 's/\\e/\\/g; s/\\-/-/g' | sort -u
}

# Runs one for a second, on our program; a picture of samples has to come of it.
run_example() {
	local line=$1 picture
	line=${line//-p 42/-p $(cat "$t/pid")}
	line=${line//-d 10/-d 2}
	line=${line//--cgroup \/system.slice\/nginx.service/--cgroup /}
	cd "$t" && rm -f f.svg
	run bash -o pipefail -c "$line"
	[ "$status" = 0 ] || { echo "$line: $status: $output" && return 1; }
	xmllint --noout f.svg || return 1
	picture=$(grep -c '<title>' f.svg)
	[ "$picture" -ge 2 ] || { echo "$line: an empty picture: $output" && return 1; }
}

@test "each example draws what it is about" {
	local line n=0 failed=0
	while read -r line; do
		case $line in *kprobe:*) continue ;; esac
		(run_example "$line") || failed=$((failed + 1))
		n=$((n + 1))
	done < <(examples)
	[ $n -ge 12 ]
	[ $failed = 0 ]
}

@test "who allocates: the function that does, with its bytes" {
	pb-record -q -e uprobe:libc:malloc --weight bytes -p "$(cat "$t/pid")" -d 1 | pb-symbolize -q | pb-fold >"$t/folded"
	equals "$(awk '/;allocating;malloc / { a += $NF } { all += $NF } END { print (a > 0.9 * all) }' "$t/folded")" 1
	# 199 sizes a round, 16 to 3184: whole rounds but for the first and the last
	awk '/;allocating;malloc / { a += $NF } END { exit !(a > 318400) }' "$t/folded"
}

@test "where threads wait for locks: under the function that locks" {
	pb-record -q --off-cpu -p "$(cat "$t/pid")" -d 1 | pb-symbolize -q | pb-fold | grep futex >"$t/folded"
	grep -q 'locking;.*futex.*\[sleeping\] ' "$t/folded"
}
