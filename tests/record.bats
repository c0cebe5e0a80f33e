#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# pb-record on real programs: what it says is true, nothing is lost in silence, and it ends as it should.
load helpers
load capture

setup_file() {
	local d=$BATS_FILE_TMPDIR cc="gcc -O2 -fno-omit-frame-pointer -pthread" src=$BATS_TEST_DIRNAME/record
	$cc -O0 -o "$d/shares" "$src/shares.c" # at -O2 gcc leaves out the frames of leaf functions all the same
	$cc -nostdlib -static -o "$d/burst" "$src/burst.c"
	$cc -nostdlib -static -no-pie -DNAME=before_exec -o "$d/before" "$src/burst.c"
	$cc -nostdlib -static -no-pie -DNAME=after_exec -o "$d/after" "$src/burst.c"
	for program in repeat churn leader mapper; do
		$cc -o "$d/$program" "$src/$program.c"
	done
}

setup() {
	d=$BATS_FILE_TMPDIR t=$BATS_TEST_TMPDIR
}

# busy SECONDS: both cpus run a compiler, in the background.
busy() {
	local k
	for k in 1 2; do
		timeout "$1" sh -c 'while :; do gcc -O2 -c -o "$1" "$2"; done' sh "$t/busy$k.o" \
			"$top/lib/stream/stream.c" -I"$top/lib" -D_GNU_SOURCE >/dev/null 2>&1 3>&- &
	done
	sleep 0.3
}

# As the program itself has measured it.
truthful() {
	local function wanted
	equals "$(awk '{ print $1 }' "$t/said" | sort -u | wc -l)" 3
	while read -r function wanted; do
		near "$(share "$1" "$function")" "$wanted" 2
	done < <(awk '{ n[$1] += $2; all += $2 } END { for (f in n) print f, 100 * n[f] / all }' "$t/said")
	at_least "$(share "$1" 'main;|work;')" 99.5
}

@test "shares are true: one thread, as a command" {
	pb-record -q -F 999 -o "$t/raw.pb" -- "$d/shares" 3 >"$t/said"
	conserved "$t/raw.pb"
	fold "$t/raw.pb" | grep -E '^shares;.*(main|work)' >"$t/folded"
	at_least "$(total "$t/folded")" 2000
	truthful "$t/folded"
}

@test "shares are true: 8 threads" {
	pb-record -q -F 999 -o "$t/raw.pb" -- "$d/shares" 0.5 8 >"$t/said"
	conserved "$t/raw.pb"
	fold "$t/raw.pb" | grep '^shares;' | grep -v '_\[k\]' | grep spend_ >"$t/folded"
	near "$(total "$t/folded")" 3996 120
	truthful "$t/folded"
}

@test "shares are true: 8 processes" {
	pb-record -q -F 999 -o "$t/raw.pb" -- "$d/shares" 0.5 1 8 >"$t/said"
	conserved "$t/raw.pb"
	fold "$t/raw.pb" | grep '^shares;' | grep spend_ >"$t/folded"
	near "$(total "$t/folded")" 3996 120
	truthful "$t/folded"
}

@test "all stacks of a program with frame pointers reach main or the thread's start" {
	pb-record -q --no-kernel -F 999 -o "$t/raw.pb" -- "$d/shares" 1 4 >"$t/said"
	fold "$t/raw.pb" | grep '^shares;' >"$t/folded"
	near "$(total "$t/folded")" 3996 120
	at_least "$(share "$t/folded" ';main;|;work;')" 99.5
}

@test "conservation: 999 Hz for 10 s, both cpus compiling: nothing is lost" {
	busy 11
	pb-record -q -F 999 -d 10 >"$t/raw.pb"
	conserved "$t/raw.pb"
	equals "$(tally "$t/raw.pb" 3)" 0
	at_least "$(tally "$t/raw.pb" 1)" 15000
}

@test "conservation: 9,999 Hz for 10 s, both cpus compiling: nothing is lost" {
	busy 11
	pb-record -q -F 9999 -d 10 >"$t/raw.pb"
	conserved "$t/raw.pb"
	equals "$(tally "$t/raw.pb" 3)" 0
	at_least "$(tally "$t/raw.pb" 1)" 150000
}

@test "conservation: map and ring set tiny: losses are counted and named" {
	busy 4
	pb-record -F 9999 -d 3 --map-size 8 --ring-size 4096 >"$t/raw.pb" 2>"$t/err"
	conserved "$t/raw.pb"
	at_least "$(tally "$t/raw.pb" 3)" 1
	grep -q 'samples were lost: ring full' "$t/err"
	pb-dump "$t/raw.pb" | grep -q '^tally class=3 cause="ring full" count=[1-9]'
	in_line=$(pb-dump "$t/raw.pb" | awk '$1 == "lost" { sub(/.*count=/, ""); n += $0 } END { print n + 0 }')
	equals "$in_line" "$(tally "$t/raw.pb" 3)"
}

@test "a tiny map alone loses nothing: its samples go through the ring" {
	busy 3
	pb-record -q -F 999 -d 2 --map-size 1 >"$t/raw.pb"
	conserved "$t/raw.pb"
	equals "$(tally "$t/raw.pb" 3)" 0
}

@test "conservation with --timestamps; times ascend within their windows" {
	busy 3
	pb-record -q -F 999 -d 2 --timestamps >"$t/raw.pb"
	conserved "$t/raw.pb"
	equals "$(pb-dump "$t/raw.pb" | grep -c '^sample ')" 0
	pb-dump "$t/raw.pb" | awk '$1 == "timed" { sub(/.* time=/, ""); t = $1 + 0; if (t < last) bad++; last = t; n++ }
		END { exit !(n > 1000 && !bad) }'
}

@test "conservation with filters that compose: -p with -C, and -t" {
	"$d/shares" 5 2 >"$t/said" 3>&- &
	pid=$!
	sleep 0.2
	pb-record -q -F 999 -d 1 -p $pid -C 1 >"$t/raw.pb"
	conserved "$t/raw.pb"
	equals "$(pb-dump "$t/raw.pb" | awk '$1 == "sample" { sub(/.* cpu=/, ""); print $1 }' | sort -u)" 1
	equals "$(pb-dump "$t/raw.pb" | sed -n 's/^task .* pid=\([0-9]*\) .*/\1/p' | sort -u)" $pid
	tid=$(ls /proc/$pid/task | tail -1)
	pb-record -q -F 999 -d 1 -t "$tid" >"$t/raw.pb"
	conserved "$t/raw.pb"
	equals "$(pb-dump "$t/raw.pb" | sed -n 's/^task .* tid=\([0-9]*\) .*/\1/p' | sort -u)" "$tid"
	kill $pid
}

@test "short lives: 1,000 processes of 7 ms, all gone: their function is named" {
	pb-record -q -F 999 -a -- "$d/repeat" 1000 "$d/burst" 7 >"$t/raw.pb"
	conserved "$t/raw.pb"
	pb-symbolize -q "$t/raw.pb" | pb-fold --annotate | grep '^burst;' | grep -v '_\[k\]' >"$t/folded"
	at_least "$(total "$t/folded")" 4000
	at_least "$(share "$t/folded" ';burst_here ')" 99
}

@test "exec in a window never lends the old program's names to the new one" {
	pb-record -q -F 4999 -i 10s -- "$d/repeat" 100 "$d/before" 4 "$d/after" 8 >"$t/raw.pb"
	fold "$t/raw.pb" >"$t/folded"
	at_least "$(share "$t/folded" '^before;.*before_exec')" 25
	at_least "$(share "$t/folded" '^after;.*after_exec')" 25
	equals "$(grep -c '^after;.*;before_exec[; ]' "$t/folded")" 0
	equals "$(grep -c '^before;.*;after_exec[; ]' "$t/folded")" 0
}

@test "a command's exit status is ours; a signal is 128 + its number" {
	run pb-record -q -o "$t/raw.pb" -- sh -c 'exit 7'
	exits_with 7
	run pb-record -q -o "$t/raw.pb" -- sh -c 'kill -9 $$'
	exits_with 137
	fails 127 'no-such-command: No such file or directory' pb-record -o "$t/raw.pb" -- no-such-command
	fails 126 'Permission denied' pb-record -o "$t/raw.pb" -- /etc/passwd
}

@test "a command's output stays out of the stream" {
	pb-record -q -- echo hello >"$t/raw.pb" 2>"$t/err"
	equals "$(cat "$t/err")" hello
	pb-dump "$t/raw.pb" | tail -1 | grep -q '^end '
}

@test "-p ends when its last target is gone" {
	sleep 0.5 3>&- &
	a=$!
	sleep 1 3>&- &
	b=$!
	start=$EPOCHREALTIME
	pb-record -q -p $a,$b >"$t/raw.pb"
	near "$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')" 1.2 0.5
	pb-dump "$t/raw.pb" | tail -1 | grep -q '^end '
}

@test "SIGINT and SIGTERM end the capture; the stream is whole" {
	for signal in INT TERM; do
		"$bin/pb-record" -q -F 99 >"$t/raw.pb" 3>&- &
		sleep 0.6
		env kill -s $signal $!
		wait $!
		pb-dump "$t/raw.pb" >"$t/text" 2>"$t/err"
		tail -1 "$t/text" | grep -q '^end '
		equals "$(cat "$t/err")" ""
	done
}

@test "children are followed, unless --no-inherit" {
	pb-record -q -F 999 -- sh -c "'$d/burst' 300; true" >"$t/raw.pb"
	at_least "$(fold "$t/raw.pb" | grep '^burst;' | total)" 200
	pb-record -q -F 999 --no-inherit -- sh -c "'$d/burst' 300; true" >"$t/raw.pb"
	equals "$(fold "$t/raw.pb" | grep '^burst;' | total)" 0
}

@test "a command is sampled from its first instruction, for as long as it runs" {
	pb-record -q -F 9999 -- "$d/burst" 500 >"$t/raw.pb"
	near "$(fold "$t/raw.pb" | grep '^burst;' | total)" 5000 400
}

@test "--no-kernel, --no-user, --max-depth" {
	pb-record -q -F 999 --no-user -o "$t/raw.pb" -- "$d/shares" 0.3 >"$t/said"
	equals "$(pb-dump "$t/raw.pb" | grep -c 'module .*kind=0')" 0
	pb-record -q -F 999 --no-kernel -o "$t/raw.pb" -- "$d/shares" 0.3 >"$t/said"
	equals "$(pb-dump "$t/raw.pb" | grep -c 'module .*kind=1')" 0
	pb-record -q -F 999 --no-kernel --max-depth 2 -o "$t/raw.pb" -- "$d/shares" 0.3 >"$t/said"
	fold "$t/raw.pb" >"$t/folded"
	at_least "$(share "$t/folded" '^shares;\[truncated\];(work|run_threads);spend_')" 90
}

@test "events by perf's names, with modifiers, by frequency and by period" {
	pb-record -q -e page-faults -c 1 -- ls / >"$t/raw.pb" 2>/dev/null
	conserved "$t/raw.pb"
	at_least "$(pb-fold "$t/raw.pb" | total)" 20
	pb-record -q -e task-clock:u -F 999 -- "$d/burst" 300 >"$t/raw.pb"
	at_least "$(pb-fold "$t/raw.pb" | total)" 200
	equals "$(pb-dump "$t/raw.pb" | grep -c 'module .*kind=1')" 0
	pb-dump "$t/raw.pb" | grep -q '^event .*name="task-clock:u" unit="samples" frequency=999 period=0'
	fails 1 "'no-such-event' is not an event" pb-record -o "$t/raw.pb" -e no-such-event -d 1
	fails 1 "modifiers are :u (user) and :k (kernel)" pb-record -o "$t/raw.pb" -e cycles:x -d 1
}

@test "wrong options and targets" {
	fails 2 "-F and -c exclude each other" pb-record -o /dev/null -F 9 -c 9
	fails 2 "--pid: '0'" pb-record -o /dev/null -p 0
	fails 2 "leave nothing" pb-record -o /dev/null --no-kernel --no-user
	fails 2 "--freq: '99x'" pb-record -o /dev/null -F 99x
	fails 2 "--freq: '0'" pb-record -o /dev/null -F 0
	fails 2 "--duration: '5 s'" pb-record -o /dev/null -d '5 s'
	fails 2 "--cpu: '3-1'" pb-record -o /dev/null -C 3-1
	fails 2 "--pid: ''" pb-record -o /dev/null -p ''
	fails 1 "cpu 9999 is not online" pb-record -o /dev/null -C 9999 -d 1
	fails 1 "process 4194303: No such process" pb-record -o /dev/null -p 4194303
	fails 1 "thread 4194303: no such thread" pb-record -o /dev/null -t 4194303
	fails 1 "kernel.perf_event_max_sample_rate" pb-record -o /dev/null -F 1000000 -d 1
	fails 1 "/no/such/dir/f: No such file or directory" pb-record -o /no/such/dir/f -d 1
	fails 1 "No space left on device" pb-record -o /dev/full -d 200ms
}

@test "the reader goes away: pb-record ends at once, with status 0, and says nothing" {
	start=$EPOCHREALTIME
	pb-record -F 99 2>"$t/err" | head -c 1 >/dev/null
	status=("${PIPESTATUS[@]}")
	equals "${status[0]}" 0
	equals "$(cat "$t/err")" ""
	at_least 1.5 "$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')"
	# What has begun can be read, though it was killed before its first window was over.
	pb-record -F 99 -o "$t/killed.pb" & killed=$!
	within 5 test -s "$t/killed.pb"
	kill -9 $killed
	run_ok pb-fold "$t/killed.pb"
	contains "$stderr" "ends without its END record"
}

@test "streams concatenated fold to the sum of both" {
	pb-record -q -F 999 -- "$d/burst" 100 >"$t/a.pb"
	pb-record -q -F 999 -- "$d/burst" 200 >"$t/b.pb"
	sum=$(($(pb-fold "$t/a.pb" | total) + $(pb-fold "$t/b.pb" | total)))
	equals "$(cat "$t/a.pb" "$t/b.pb" | pb-fold | total)" $sum
	equals "$(cat "$t/a.pb" "$t/b.pb" | pb-symbolize -q | pb-fold | total)" $sum
}

@test "children that live for less than a period are sampled all the same" {
	for options in "" "-C 0-1" "--timestamps"; do
		# shellcheck disable=SC2086
		pb-record -q -F 99 $options -- "$d/repeat" 250 "$d/burst" 8 >"$t/raw.pb"
		conserved "$t/raw.pb"
		near "$(fold "$t/raw.pb" | grep '^burst;' | total)" 198 50
	done
}

@test "-d holds though the recorder comes late" {
	mkfifo "$t/fifo"
	"$bin/pb-record" -q -F 4999 -d 1 --idle --timestamps >"$t/fifo" 3>&- &
	pid=$!
	exec 4<"$t/fifo"
	sleep 0.3
	kill -STOP $pid
	sleep 1.5
	kill -CONT $pid
	cat <&4 >"$t/raw.pb"
	exec 4<&-
	wait $pid
	conserved "$t/raw.pb"
	pb-dump "$t/raw.pb" | grep -q '^tally class=2 cause="after the end" count=[1-9]'
	pb-dump "$t/raw.pb" | awk '$1 == "timed" && $2 !~ /#/ { sub("time=", "", $2); if ($2 > last) last = $2 + 0 } END { exit !(last < 1001000000) }'
}

@test "each thread of a process that clones all the time is sampled once" {
	"$d/churn" 50 30 3>&- &
	local churn=$!
	sleep 0.5
	pb-record -q -e page-faults -c 1 -d 2 -p $churn >"$t/raw.pb"
	kill $churn
	conserved "$t/raw.pb"
	pb-dump "$t/raw.pb" | awk '$1 == "sample" { sub(/.*count=/, "", $5); n[$2] += $5 }
		END { for (task in n) { all++; if (n[task] > 75) twice++ } print all + 0, twice + 0 }' >"$t/counts"
	read -r all twice <"$t/counts"
	at_least "$all" 200
	at_least 1 "$twice" # the first thread, which has faults of its own
}

@test "a process whose first thread has ended keeps its names" {
	"$d/leader" 3>&- &
	sleep 0.2
	pb-record -q -F 999 -p $! >"$t/raw.pb"
	fold "$t/raw.pb" >"$t/folded"
	at_least "$(total "$t/folded")" 500
	at_least "$(share "$t/folded" '^leader;(.*;)?(burn_alone|clock_gettime)')" 95
}

@test "several execs between two samples, as env(1) and scripts have them: frames are those of the last program" {
	local loop='for ((i = 0; i < 20000; i++)); do :; done'
	# shellcheck disable=SC2016 # it expands $1
	pb-record -q -F 999 -- bash -c 'for n in {1..40}; do (exec env env bash -c "$1"); done' - "$loop" >"$t/raw.pb"
	fold "$t/raw.pb" >"$t/folded"
	at_least "$(total "$t/folded")" 300
	at_least 2 "$(share "$t/folded" 'unknown')"
}

@test "when side-band records are lost frames are [unknown], never the old program's" {
	"$d/mapper" 4 3>&- &
	mappers=$!
	"$d/mapper" 4 3>&- &
	mappers+=" $!"
	pb-record -F 999 -a -d 3 -- "$d/repeat" 40 "$d/before" 8 "$d/after" 16 >"$t/raw.pb" 2>"$t/err" 3>&- &
	local recorder=$!
	sleep 0.8
	kill -STOP $recorder # the kernel's buffers fill
	sleep 1
	kill -CONT $recorder
	# shellcheck disable=SC2086
	wait $recorder $mappers
	conserved "$t/raw.pb"
	grep -q 'records about mappings and processes were lost' "$t/err"
	fold "$t/raw.pb" >"$t/folded"
	at_least "$(share "$t/folded" '^after;.*(after_exec|unknown)')" 1
	at_least 1 "$(share <(grep '^after;' "$t/folded") 'before_exec')"
}

@test "with a command, -p adds a process and the command decides the end" {
	sleep 0.5 3>&- &
	run_ok pb-record -q -o "$t/raw.pb" -p $! -- sh -c 'sleep 1; echo survived'
	equals "$output" survived
}

@test "-t ends when its thread has" {
	sleep 0.7 3>&- &
	timeout 10 pb-record -q -t $! >"$t/raw.pb"
	pb-dump "$t/raw.pb" | tail -1 | grep -q '^end '
}

@test "an output that cannot be had costs no recording that was there" {
	echo precious >"$t/keep.pb"
	run pb-record -o "$t/keep.pb" -e no-such-event
	equals "$(cat "$t/keep.pb")" precious
	run -127 pb-record -o "$t/keep.pb" -- no-such-command
	equals "$(cat "$t/keep.pb")" precious
}

@test "a reader at a socket that leaves ends the recording; a non-blocking pipe does not" {
	run timeout 20 python3 - "$bin/pb-record" <<-'EOF'
		import os, socket, subprocess, sys, time
		ours, theirs = socket.socketpair()
		record = subprocess.Popen([sys.argv[1], "-q", "-F", "99", "-i", "100s"], stdout=theirs)
		theirs.close()
		time.sleep(0.7)
		ours.close()
		assert record.wait(timeout=2) == 0
		r, w = os.pipe()
		os.set_blocking(w, False)
		record = subprocess.Popen([sys.argv[1], "-q", "-F", "4999", "-d", "1", "--timestamps"], stdout=w)
		os.close(w)
		time.sleep(1.5)
		data = open(r, "rb").read()
		assert record.wait(timeout=5) == 0 and len(data) > 1000
	EOF
	exits_with 0
}

@test "in a pid namespace: processes by its pids, with their names" {
	unshare --pid --fork --mount-proc "$bin/pb-record" -q -F 999 -a -o "$t/raw.pb" -- "$d/shares" 0.5 2 >"$t/said"
	conserved "$t/raw.pb"
	fold "$t/raw.pb" | grep '^shares;' >"$t/folded"
	near "$(total "$t/folded")" 999 60
	at_least "$(share "$t/folded" 'spend_')" 95
	equals "$(pb-dump "$t/raw.pb" | sed -n 's/^task .* pid=\([0-9]*\) .*comm="shares"/\1/p' | sort -u)" 2
}

@test "a long recording goes on in new segments, each of them whole and conserved" {
	busy 4
	pb-record -q -F 999 -d 3 -i 200ms --segment-size 500 >"$t/raw.pb"
	conserved "$t/raw.pb"
	segments=$(pb-dump "$t/raw.pb" | grep -c '^segment ')
	at_least "$segments" 3
	equals "$(pb-dump "$t/raw.pb" | grep -c '^end ')" "$segments"
	pb-record -q -F 999 -d 1 -i 100ms --segment-size 100 --timestamps >"$t/timed.pb"
	equals "$(pb-dump "$t/timed.pb" | grep -c '^timed time=0 ')" 0
	pb-dump "$t/raw.pb" | awk '$1 == "segment" { n = 0 } $1 == "sample" { sub(/.*count=/, ""); n += $0 }
		$1 == "tally" && $2 == "class=1" { sub(/.*count=/, ""); if ($0 + 0 != n) bad++ } END { exit bad }'
}

@test "nothing of ours is left in the kernel" {
	"$bin/pb-record" -q -F 99 -o "$t/raw.pb" 3>&- &
	pid=$!
	within 5 test -s "$t/raw.pb"
	mapfile -t ours < <(in_kernel $pid)
	[ ${#ours[@]} -ge 1 ]
	kill -9 $pid
	wait $pid || true
	within 10 all_gone "${ours[@]}"
}

@test "what stands in the way is named: no capability" {
	fails 1 "CAP_BPF and CAP_PERFMON are missing" setpriv --reuid 65534 --clear-groups --bounding-set -all \
		"$bin/pb-record" -d 1 -o /dev/null
}

@test "kernel functions have their names also where kallsyms is hidden" {
	old=$(cat /proc/sys/kernel/kptr_restrict)
	echo 2 >/proc/sys/kernel/kptr_restrict
	pb-record -q -F 999 --no-user -- sh -c 'dd if=/dev/zero of=/dev/null bs=1 count=500000 2>/dev/null' >"$t/raw.pb" || true
	echo "$old" >/proc/sys/kernel/kptr_restrict
	fold "$t/raw.pb" >"$t/folded"
	at_least "$(grep ';vfs_read[; ]' "$t/folded" | total)" 5
	equals "$(grep -c '\[kernel\]' "$t/folded")" 0
}

@test "ordinary user with CAP_BPF and CAP_PERFMON" {
	run setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps +bpf,+perfmon --ambient-caps +bpf,+perfmon \
		"$bin/pb-record" -q -F 99 -d 300ms -o /dev/null
	exits_with 0
}
