#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Whom pb-record samples: cgroups, names of threads, processes left out, pid namespaces; for the clock and for probes alike.
load helpers
load capture

setup_file() {
	local d=$BATS_FILE_TMPDIR cc="gcc -O1 -g -pthread" src=$BATS_TEST_DIRNAME/record program
	mount_tracefs
	for program in shop caller shares; do
		$cc -O0 -fno-omit-frame-pointer -o "$d/$program" "$src/$program.c"
	done
	export CGROUPS=
	CGROUPS=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	if [ -z "$CGROUPS" ]; then
		CGROUPS=$d/cgroups
		mkdir "$CGROUPS"
		mount -t cgroup2 none "$CGROUPS"
	fi
	export OURS=pb-test-$$
	mkdir -p "$CGROUPS/$OURS"/{a/below/deeper,b}
	cat >"$d/in_cgroup" <<-'END'
	#!/bin/sh
	echo $$ >"$CGROUPS/$OURS/$1/cgroup.procs"
	shift
	exec "$@"
	END
	chmod +x "$d/in_cgroup"
}

teardown_file() {
	rmdir "$CGROUPS/$OURS"/{a/below/deeper,a/below,a,b,}
	[[ $CGROUPS != "$BATS_FILE_TMPDIR"* ]] || umount "$CGROUPS"
	unmount_tracefs
}

setup() {
	d=$BATS_FILE_TMPDIR t=$BATS_TEST_TMPDIR
	events=(-F 999 -e cpu-clock -e "uprobe:$d/caller:called" -e syscalls:sys_enter_getpgid)
}

teardown() {
	end_all
	within 5 emptied
}

emptied() {
	[ -z "$(cat "$CGROUPS/$OURS"/{a,a/below,a/below/deeper,b}/cgroup.procs)" ]
}

# named NAME COMMAND...: runs it under another name.
named() {
	ln -sf "$2" "$t/$1"
	"$t/$1" "${@:3}"
}

# by_name: "COMM SAMPLES" lines of the probe in what was recorded last.
by_name() {
	pb-fold -e 'uprobe:*' "$t/raw.pb" | awk -F'[; ]' '{ n[$1] += $NF } END { for (c in n) print c, n[c] }' | sort
}

# pids: of all tasks that were sampled.
pids() {
	pb-dump "$t/raw.pb" | sed -n 's/^task .* pid=\([0-9]*\) .*/\1/p' | sort -un | xargs
}

# ---- cgroups ----

# three_cgroups OPTION...: a program in each, of which a calls 100 times, below 200, b 400 and none of them 800.
three_cgroups() {
	local pair
	start "$t/raw.pb" -F 999 -e cpu-clock -e "uprobe:$d/caller:called" "$@" || return
	for pair in a:100 a/below/deeper:200 b:400; do
		"$d/in_cgroup" "${pair%:*}" "$d/caller" "${pair#*:}"
		"$d/in_cgroup" "${pair%:*}" "$d/shares" 0.05
	done
	"$d/caller" 800
	"$d/shares" 0.05
	stop
	conserved "$t/raw.pb"
}

@test "cgroups: only tasks in it and below, by path or by name" {
	local path
	for path in "$CGROUPS/$OURS/a" "$OURS/a" "/$OURS/a"; do
		three_cgroups --cgroup "$path"
		equals "$(of "$t/raw.pb" caller 'uprobe:*')" 300
		at_least "$(tally_of "$t/raw.pb" 2 cgroup)" 1200
		near "$(of "$t/raw.pb" shares cpu-clock)" 100 30
	done
	three_cgroups --cgroup "$OURS/a/below"
	equals "$(of "$t/raw.pb" caller 'uprobe:*')" 200
	near "$(of "$t/raw.pb" shares cpu-clock)" 50 20
	three_cgroups --cgroup "$OURS/b"
	equals "$(of "$t/raw.pb" caller 'uprobe:*')" 400
}

@test "cgroups: a relative path, from where we are" {
	cd "$CGROUPS/$OURS"
	for path in a ../$OURS/b/../a; do
		three_cgroups --cgroup $path
		equals "$(of "$t/raw.pb" caller 'uprobe:*')" 300
	done
}

@test "cgroups: several" {
	three_cgroups --cgroup "$OURS/a/below" --cgroup "$OURS/b"
	equals "$(of "$t/raw.pb" caller 'uprobe:*')" 600
	near "$(of "$t/raw.pb" shares cpu-clock)" 100 30
	three_cgroups --cgroup "$OURS"
	equals "$(of "$t/raw.pb" caller 'uprobe:*')" 700
	three_cgroups --cgroup /
	equals "$(of "$t/raw.pb" caller 'uprobe:*')" 1500
}

@test "cgroups: a process that moves is sampled while it is there" {
	paused "$d/in_cgroup" b sh -c '"$0" 10; read -r line; echo $$ >"$1/cgroup.procs"; exec "$0" 100' "$d/caller" "$CGROUPS/$OURS/a"
	within 5 grep -q . "$CGROUPS/$OURS/b/cgroup.procs"
	start "$t/raw.pb" -e "uprobe:$d/caller:called" --cgroup "$OURS/a"
	go
	stop
	conserved "$t/raw.pb"
	equals "$(of "$t/raw.pb" caller)" 100
}

@test "cgroups: with -p, -C and --comm only what all of them want" {
	paused "$d/in_cgroup" a "$d/caller" 50 wait
	start "$t/raw.pb" "${events[@]}" --cgroup "$OURS/a" -p "$paused"
	"$d/in_cgroup" a "$d/caller" 100
	go
	wait "$recorder"
	conserved "$t/raw.pb"
	equals "$(of "$t/raw.pb" caller 'uprobe:*')" 50
	paused "$d/in_cgroup" b "$d/caller" 50 wait
	start "$t/raw.pb" "${events[@]}" --cgroup "$OURS/a" -p "$paused"
	go
	wait "$recorder"
	conserved "$t/raw.pb"
	equals "$(tally "$t/raw.pb" 1)" 0
	at_least "$(tally_of "$t/raw.pb" 2 cgroup)" 50
	three_cgroups --cgroup "$OURS" --comm 'shar*'
	equals "$(of "$t/raw.pb" caller)" 0
	near "$(of "$t/raw.pb" shares)" 150 40
}

@test "cgroups: what is none, and what there is not" {
	fails 1 "--cgroup no-such: No such file or directory (cgroups of version 2 are below $CGROUPS)" pb-record -o /dev/null -d 1 --cgroup no-such
	fails 1 "--cgroup $t: it is no cgroup of version 2 (cgroups of version 2 are below $CGROUPS)" pb-record -o /dev/null -d 1 --cgroup "$t"
	fails 1 "--cgroup $OURS/a/cgroup.procs: Not a directory" pb-record -o /dev/null -d 1 --cgroup "$OURS/a/cgroup.procs"
	fails 2 "--cgroup: ''" pb-record -o /dev/null -d 1 --cgroup ''
	# shellcheck disable=SC2016
	fails 1 "no cgroups of version 2 are mounted (mount -t cgroup2 none /sys/fs/cgroup)" \
		unshare -m sh -c 'umount -l "$0" && exec "$@"' "$CGROUPS" "$bin/pb-record" -o /dev/null -d 1 --cgroup "$OURS/a"
}

# ---- names ----

# names OPTION...: each of these programs calls 100 times while we record.
names() {
	local name
	start "$t/raw.pb" "${events[@]}" "$@" || return
	for name in make cc1 cc1plus c++ a-name-of-fifteen x1 x2 'with space'; do
		named "$name" "$d/caller" 100
	done
	stop
	conserved "$t/raw.pb"
}

@test "names: patterns, sets and lists of them" {
	local patterns wanted
	while IFS='|' read -r patterns wanted; do
		names --comm "$patterns"
		equals "$patterns: $(by_name | awk '{ NF-- } 1' | xargs)" "$patterns: $wanted"
		equals "$(by_name | grep -vc ' 100$')" 0
	done <<-'END'
	make|make
	cc*|cc1 cc1plus
	make,c[+c]*|c++ cc1 cc1plus make
	x[!1]|x2
	x[0-9],nothing|x1 x2
	?ake|make
	a-name-of-fifte|a-name-of-fifte
	*fifteen|
	END
}

@test "names: those that are left out, alone and together with those wanted" {
	names --exclude-comm 'cc*,x?,with*'
	equals "$(by_name | awk '{ NF-- } 1' | xargs)" "a-name-of-fifte c++ make"
	at_least "$(tally_of "$t/raw.pb" 2 excluded)" 500
	names --comm 'c*' --exclude-comm '*plus'
	equals "$(by_name | awk '{ NF-- } 1' | xargs)" "c++ cc1"
	names --comm '*' --exclude-comm '*'
	equals "$(tally "$t/raw.pb" 1)" 0
}

@test "names: of the clock's samples, too; a thread is what it is called now" {
	named make "$d/shares" 4 3>&- &
	left_running+=" $!"
	named other "$d/shares" 4 3>&- &
	left_running+=" $!"
	pb-record -q -F 999 -e cpu-clock --comm 'mak?' -d 1s -o "$t/raw.pb"
	conserved "$t/raw.pb"
	at_least "$(of "$t/raw.pb" make)" 5
	equals "$(pb-fold "$t/raw.pb" | cut -d';' -f1 | sort -u)" make
	pb-record -q -F 999 -e cpu-clock --exclude-comm 'mak?' -d 1s -o "$t/raw.pb"
	conserved "$t/raw.pb"
	at_least "$(of "$t/raw.pb" other)" 5
	equals "$(of "$t/raw.pb" make)" 0
}

@test "names: of a command and with -C" {
	pb-record -q "${events[@]}" --comm caller -o "$t/raw.pb" -- sh -c '"$0" 70; exec "$1" 0.05' "$d/caller" "$d/shares"
	conserved "$t/raw.pb"
	equals "$(by_name)" "caller 70"
	equals "$(of "$t/raw.pb" shares)" 0
	pb-record -q "${events[@]}" --comm caller -C 1 -o "$t/raw.pb" -- taskset -c 0 "$d/caller" 70
	conserved "$t/raw.pb"
	equals "$(tally "$t/raw.pb" 1)" 0
	pb-record -q "${events[@]}" --comm caller -C 1 -o "$t/raw.pb" -- taskset -c 1 "$d/caller" 70
	conserved "$t/raw.pb"
	equals "$(by_name)" "caller 70"
}

@test "names: patterns that have no room, or fit no name" {
	fails 1 "'make,a-name-of-fifteen': no thread has so long a name: the kernel keeps 15 characters" \
		pb-record -o /dev/null -d 1 --comm make,a-name-of-fifteen
	fails 1 "no thread has so long a name" pb-record -o /dev/null -d 1 --exclude-comm '*a-name-[o]f-fif?een'
	pb-record -q -o "$t/raw.pb" -d 10ms --comm 'a-name-of-fifte*,123456789012345,*a*b*c*d*e*f*g*h*i*j'
	fails 1 "have room for 64 characters" pb-record -o /dev/null -d 1 --comm "$(printf 'abcdefghij,%.0s' {1..10})"
}

# ---- processes that are left out ----

@test "processes that are left out, alone and with others that are wanted" {
	local first gate=$t/other
	mkfifo "$gate"
	"$d/caller" 30 wait <"$gate" 3>&- &
	first=$!
	left_running+=" $!"
	exec {other_fd}>"$gate"
	paused "$d/caller" 50 wait
	start "$t/raw.pb" "${events[@]}" --exclude-pid "$first"
	echo >&"$other_fd"
	go
	wait "$first"
	stop
	conserved "$t/raw.pb"
	equals "$(by_name)" "caller 50"
	at_least "$(tally_of "$t/raw.pb" 2 excluded)" 30
	[[ " $(pids) " != *" $first "* && " $(pids) " == *" $paused "* ]]
	exec {other_fd}>&-

	paused "$d/caller" 50 wait children 2
	start "$t/raw.pb" "${events[@]}" -p "$paused" --exclude-pid "$paused"
	go
	wait "$recorder"
	conserved "$t/raw.pb"
	equals "$(by_name)" "caller 100"
	fails 2 "--exclude-pid: '0'" pb-record -o /dev/null -d 1 --exclude-pid 0
}

# ---- pid namespaces ----

@test "in a pid namespace: pids are its own, counts exact; by command, by -p, and all" {
	# shellcheck disable=SC2016
	unshare -pf --mount-proc bash -c '
	set -e
	bin=$1 d=$2 t=$3
	shift 3
	"$bin/pb-record" -q "$@" -o "$t/command.pb" -- "$d/shop" 500
	mkfifo "$t/gate"
	"$d/shop" 500 wait <"$t/gate" & shop=$!
	exec 5>"$t/gate"
	"$bin/pb-record" -v "$@" -p $shop -o "$t/pid.pb" 2>"$t/err" & record=$!
	until grep -qE "recording|sampling" "$t/err"; do sleep 0.05; done
	"$d/shop" 100
	echo >&5
	wait $record
	echo $shop >"$t/shop"
	# It runs before, so that its unwind table is there: of the whole system, those of new programs are made meanwhile.
	mkfifo "$t/gate2"
	"$d/shop" 500 wait <"$t/gate2" & shop=$!
	exec 6>"$t/gate2"
	"$bin/pb-record" -v "$@" -o "$t/all.pb" 2>"$t/err" & record=$!
	until grep -qE "recording|sampling" "$t/err"; do sleep 0.05; done
	sleep 0.3
	echo >&6
	wait $shop
	kill -INT $record
	wait $record
	cut -d" " -f5 /proc/loadavg >"$t/last"' - "$bin" "$d" "$t" -F 2999 -e cpu-clock -e "uprobe:$d/shop:called" -e "uretprobe:$d/shop:called" \
		-e syscalls:sys_enter_getppid -e "usdt:$d/shop:sale" -e raw_tp:sys_enter --filter "arg2 == 110"
	for name in command pid all; do
		mv "$t/$name.pb" "$t/raw.pb"
		conserved "$t/raw.pb"
		for event in "uprobe:*" "uretprobe:*" syscalls:sys_enter_getppid "usdt:*" raw_tp:sys_enter; do
			equals "$name $event $(of "$t/raw.pb" shop "$event")" "$name $event 1000"
		done
		at_least "$(of "$t/raw.pb" shop cpu-clock)" 5
		at_least "$(cat "$t/last")" "$(pids | xargs -n1 | sort -n | tail -1)"
		[ $name != pid ] || equals "$(pids)" "$(cat "$t/shop")"
		pb-symbolize -q "$t/raw.pb" | pb-fold -e "uprobe:*" >"$t/folded"
		equals "$(share "$t/folded" '^shop;(_start;__libc_start_main;__libc_start_call_main;main|.*clone3?;start_thread);call_all;called ')" 100.00
	done
}

@test "from outside on a process in a pid namespace: it has the pid that we know it by" {
	local inside
	paused unshare -pf --mount-proc "$d/caller" 500 wait children 2
	within 5 pgrep -P "$paused" caller
	inside=$(pgrep -P "$paused" caller)
	start "$t/raw.pb" "${events[@]}" -p "$inside"
	go
	wait "$recorder"
	conserved "$t/raw.pb"
	equals "$(by_name)" "caller 1500"
	contains " $(pids) " " $inside "
	equals "$(pids | wc -w)" 3
}

@test "in a pid namespace in another: pids are those of the inner one" {
	# shellcheck disable=SC2016
	unshare -pf --mount-proc unshare -pf --mount-proc "$bin/pb-record" -q "${events[@]}" -o "$t/raw.pb" -- "$d/caller" 300 children 1
	conserved "$t/raw.pb"
	equals "$(by_name)" "caller 600"
	[[ "$(pids)" =~ ^2\ [3-9]$ ]] || { pids && false; }
}
