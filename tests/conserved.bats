#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Events of all kinds at once, in every mode: each has its own name and its exact count, what fired is delivered, filtered or lost, a
# rate that is asked for is kept, and nothing of ours is left in the kernel.
load helpers
load capture

setup_file() {
	local d=$BATS_FILE_TMPDIR cc="gcc -O1 -g -pthread" src=$BATS_TEST_DIRNAME/record program
	mount_tracefs
	for program in shop turns caller; do
		$cc -o "$d/$program" "$src/$program.c"
	done
}

teardown_file() {
	unmount_tracefs
}

setup() {
	d=$BATS_FILE_TMPDIR t=$BATS_TEST_TMPDIR
	all=(-F 2999 -e cpu-clock -e syscalls:sys_enter_getppid -e raw_tp:sys_enter --filter "arg2 == 110"
		-e "uprobe:$d/shop:called" --weight n:arg1 -e "uretprobe:$d/shop:called" -e "usdt:$d/shop:shop:sale" -e page-faults)
	names="syscalls:sys_enter_getppid raw_tp:sys_enter uprobe:shop:called uretprobe:shop:called usdt:shop:sale"
}

teardown() {
	end_all
}

# each_fired SAMPLES: all of the events that shop counts have so many samples, in threads of its name.
each_fired() {
	local name
	for name in $names; do
		equals "$name $(of "$t/raw.pb" shop "$name")" "$name $1" || return
	done
}

# of_each_name: samples of all events, "EVENT SAMPLES" lines.
of_each_name() {
	counts "$t/raw.pb" | awk -v wanted=" $names " 'index(wanted, " " $1 " ") { print $1, $2 }'
}

# sum FILE...: of all samples of the events that shop counts.
sum() {
	of_each_name | total
}

@test "several events and a clock: each under its name, with its value, in every mode" {
	local options
	for options in "" "-a" "--timestamps" "-i 50ms --segment-size 30" "--no-kernel" "--no-user" "-a --timestamps -i 20ms"; do
		# shellcheck disable=SC2086
		pb-record -q "${all[@]}" $options -o "$t/raw.pb" -- "$d/shop" 1000
		conserved "$t/raw.pb"
		equals "$(tally "$t/raw.pb" 3)" 0
		each_fired 2000
		equals "$(counts "$t/raw.pb" | awk '/^uprobe/ { print $3 }')" 999000
		at_least "$(of "$t/raw.pb" shop cpu-clock)" 20
	done
	equals "$(counts "$t/raw.pb" | cut -d' ' -f1 | sort | xargs)" "$(echo cpu-clock "$names" page-faults | xargs -n1 | sort | xargs)"
}

@test "of a process, of a thread, of cpus: what others fire is filtered, and counted" {
	local by options
	for by in -p -t "-t" "-i 100ms --timestamps -p"; do
		paused "$d/shop" 1000 wait
		# shellcheck disable=SC2086
		start "$t/raw.pb" "${all[@]}" $by "$paused"
		"$d/shop" 200
		go
		wait "$recorder"
		conserved "$t/raw.pb"
		each_fired 2000
		# Of others' getppid() and shop's five events of each call.
		at_least "$(tally_of "$t/raw.pb" 2 "other tasks")" 2000
	done
}

@test "of one cpu and the other: together all, and each has only its own" {
	local cpu fired=0
	for cpu in 0 1; do
		pb-record -q "${all[@]}" -C $cpu -o "$t/raw.pb" -- taskset -c 0 "$d/shop" 1000
		conserved "$t/raw.pb"
		each_fired $((cpu ? 0 : 2000))
		at_least "$(tally_of "$t/raw.pb" 2 "other cpus")" $((cpu ? 10000 : 0))
		equals "$(pb-dump "$t/raw.pb" | grep -cE "^(sample|valued) .* cpu=$((1 - cpu)) ")" 0
	done
	pb-record -q "${all[@]}" -C 0-1 -o "$t/raw.pb" -- "$d/shop" 1000
	conserved "$t/raw.pb"
	each_fired 2000
	# As threads wander, so do the cpus of what they fire: what one cpu has not the other has.
	pb-record -q "${all[@]}" -C 1 -o "$t/raw.pb" -- "$d/shop" 1000
	conserved "$t/raw.pb"
	at_least 10000 "$(sum)"
}

@test "the whole system" {
	start "$t/raw.pb" "${all[@]}"
	"$d/shop" 500
	"$d/shop" 500
	stop
	conserved "$t/raw.pb"
	each_fired 2000
}

@test "map and ring set tiny: what is lost is counted, and of each event all that fired" {
	local name
	pb-record "${all[@]}" --map-size 1 --ring-size 4096 -o "$t/raw.pb" -- "$d/shop" 2000 2>"$t/err"
	conserved "$t/raw.pb"
	at_least "$(tally_of "$t/raw.pb" 3 "ring full")" 1
	grep -q 'samples were lost: ring full' "$t/err"
	equals "$(pb-dump "$t/raw.pb" | awk '$1 == "lost" { sub(/.*count=/, ""); n += $0 } END { print n + 0 }')" "$(tally "$t/raw.pb" 3)"
	pb-record -q "${all[@]}" --map-size 1 -o "$t/raw.pb" -- "$d/shop" 500
	conserved "$t/raw.pb"
	pb-record "${all[@]}" --timestamps --ring-size 4096 -o "$t/raw.pb" -- "$d/shop" 2000 2>"$t/err"
	conserved "$t/raw.pb"
	at_least "$(tally_of "$t/raw.pb" 3 "ring full")" 1
	# One event alone: what it lost and what it has are all of its calls.
	pb-record -q -e "uprobe:$d/shop:called" --map-size 1 --ring-size 4096 -o "$t/raw.pb" -- "$d/shop" 3000
	conserved "$t/raw.pb"
	equals $(($(tally "$t/raw.pb" 1) + $(tally "$t/raw.pb" 3))) 6000
}

@test "what comes after -d is too late, and counted" {
	"$d/turns" 3 3>&- >/dev/null &
	left_running+=" $!"
	pb-record -q -e "uprobe:$d/turns:called" -d 1 -o "$t/raw.pb"
	conserved "$t/raw.pb"
	at_least "$(tally "$t/raw.pb" 1)" 1000
}

# ---- --max-rate ----

# fair PERCENT: each caller's part of the samples is its part of the calls, give or take that much of all.
fair() {
	local name calls all
	all=$(awk '{ n += $2 } END { print n }' "$t/said")
	while read -r name calls; do
		echo "$name: $calls of $all"
		near "$(share "$t/folded" ";$name;called ")" "$(awk -v n="$calls" -v all="$all" 'BEGIN { print 100 * n / all }')" "$1" || return
	done <"$t/said"
}

@test "--max-rate: no more than that, the rest is counted, and all callers have their share" {
	local rate block calls
	while read -r rate block; do
		start=$EPOCHREALTIME
		# shellcheck disable=SC2086
		pb-record -q -e uprobe:called --max-rate $rate -o "$t/raw.pb" -- "$d/turns" 3 $block >"$t/said"
		seconds=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
		conserved "$t/raw.pb"
		calls=$(awk '{ n += $2 } END { print n }' "$t/said")
		equals "$(tally "$t/raw.pb" 0)" "$calls"
		equals $(($(tally "$t/raw.pb" 1) + $(tally_of "$t/raw.pb" 2 rate))) "$calls"
		# Each cpu has a slice of its own, of 10 ms or of one sample.
		at_least "$(awk -v r="$rate" -v s="$seconds" 'BEGIN { print 2 * (r * s + (r < 100 ? 1 : r / 100)) }')" "$(tally "$t/raw.pb" 1)"
		at_least "$(tally "$t/raw.pb" 1)" $((rate * 3 / 3))
		fold "$t/raw.pb" >"$t/folded"
		fair 8
	done <<-'END'
	1000
	2000 3000
	8000
	300 700
	END
}

@test "--max-rate: not reached, it leaves out nothing; it is of each event for itself" {
	pb-record -q "${all[@]}" --max-rate 1000000 -o "$t/raw.pb" -- "$d/shop" 500
	conserved "$t/raw.pb"
	each_fired 1000
	equals "$(tally_of "$t/raw.pb" 2 rate)" 0
	pb-record -q -e uprobe:called --max-rate 50 -o "$t/raw.pb" -- "$d/caller" 20 rest 10
	conserved "$t/raw.pb"
	equals $(($(tally "$t/raw.pb" 1) + $(tally_of "$t/raw.pb" 2 rate))) 20
}

# ---- what is left ----

# The probes that tracefs has, which those of perf_event_open(2) do not get to.
uprobes() {
	cat /sys/kernel/tracing/[uk]probe_events
}

@test "after the end and after kill -9 nothing of ours is left in the kernel" {
	local signal uprobes instances ours
	instances=$(ls /sys/kernel/tracing/instances)
	for signal in INT TERM KILL; do
		uprobes=$(uprobes)
		start "$t/raw.pb" "${all[@]}"
		"$d/shop" 100
		mapfile -t ours < <(in_kernel "$recorder")
		at_least "$(printf '%s\n' "${ours[@]}" | grep -c prog)" 4
		at_least "$(printf '%s\n' "${ours[@]}" | grep -c link)" 5
		stop $signal || [ $signal = KILL ]
		within 10 all_gone "${ours[@]}"
		equals "$(uprobes)" "$uprobes"
		equals "$(ls /sys/kernel/tracing/instances)" "$instances"
	done
	# The code is as it was before the probes.
	start "$t/raw.pb" -e "uprobe:$d/shop:called" -e "usdt:$d/shop:sale"
	mapfile -t ours < <(in_kernel "$recorder")
	paused "$d/shop" 10 wait
	within 5 grep -q shop "/proc/$paused/maps"
	stop KILL || true
	within 10 all_gone "${ours[@]}"
	python3 - "$paused" "$d/shop" "$(nm "$d/shop" | awk '$3 == "called" { print $1 }')" <<-'END'
	import sys
	pid, path, at = int(sys.argv[1]), sys.argv[2], int(sys.argv[3], 16)
	base = min(int(l.split("-")[0], 16) for l in open(f"/proc/{pid}/maps") if path in l)
	with open(f"/proc/{pid}/mem", "rb") as memory, open(path, "rb") as file:
	    memory.seek(base + at)
	    file.seek(at)
	    assert memory.read(16) == file.read(16)
	END
	go
}
