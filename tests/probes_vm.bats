#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Probes of the kernel's functions, waits and targets on Debian's kernels, which have what this machine may lack: 6.1 attaches
# kprobes one by one, 6.12 together. All recordings of a kernel are made in one machine; the tests look at what came back.
load helpers
load capture

# What a machine has that could have been left behind, in "WHAT NUMBER" lines. The kernel gives BPF's things back a little later.
common='
set -e
cd /files
mount -t debugfs debugfs /sys/kernel/debug
now() { cut -d" " -f1 /proc/uptime; }
state() {
	n=0
	until ./left >/tmp/left && grep -q "^0 programs 0 maps 0 links" /tmp/left || [ $n = 20 ]; do n=$((n + 1)); usleep 250000; done
	cat /tmp/left
	cd /sys/kernel
	wc -l tracing/enabled_functions tracing/kprobe_events tracing/uprobe_events debug/kprobes/list | sed "\$d"
	cat tracing/enabled_functions tracing/events/enable debug/kprobes/enabled
	cd /files
}
# record NAME OPTION...: symbolized, into /out
record() {
	name=$1
	shift
	begin=$(now)
	pb-record -v -o /tmp/raw "$@" >/out/$name.said 2>/out/$name.err || echo "$name: $?"
	echo "$name $begin $(now)" >>/out/times
	pb-symbolize -q /tmp/raw >/out/$name.pb
}
refuse() { pb-record -o /tmp/refused -d 1 "$@" 2>&1 && echo "accepted: $*" || echo "status $?"; }
uname -r >/out/release'

# +5 and +9 are behind the call of fentry, of which the kernel does not let probes have a part.
script="$common"'
state >/out/state.before
./verify 2>/out/verify.err >/out/verified || true
off=5 glob="vfs_rea*" many="vfs_[r-w]*"
case $(uname -r) in
6.12*) off=9 glob="vfs_*" many="[x-z]*" ;;
esac
record exact -e kprobe:vfs_read -e kretprobe:vfs_read --weight bytes:ret -e fentry:vfs_read -e fexit:vfs_read --weight bytes:ret -- \
	./calls reads 10000
record some -e kprobe:vfs_read+$off -e kprobe:vfs_read --filter "arg3 > 50" -e kretprobe:vfs_read --filter "ret < 0" \
	-e fentry:vfs_read --filter "arg3 == 100 || arg3 == 1" -e fexit:vfs_read --filter "ret == 7" -- ./calls reads 10000
record nested -e kprobe:ep_loop_check_proc -e kretprobe:ep_loop_check_proc -- ./calls nested 5
record inside -e kretprobe:pipe_read -e fexit:pipe_read -e kretprobe:pipe_write -e fexit:pipe_write -- ./calls threads 100
record name -e kprobe:m_show -- cat /proc/mounts
pb-record --list kprobe:m_show >/out/name.list
mkdir -p /cgroup && mount -t cgroup2 none /cgroup && mkdir /cgroup/a /cgroup/a/b
record cgroup --cgroup /cgroup/a -e "kprobe:$glob" -- sh -c "./calls reads 500; echo \$\$ >/cgroup/a/b/cgroup.procs; ./calls reads 1000"
record comm --comm "call*" --exclude-comm "*er" -e fentry:vfs_read -e kprobe:vfs_write -- sh -c \
	"dd if=/dev/zero of=/dev/null bs=1 count=500 2>&1; cp calls /tmp/caller; /tmp/caller reads 500; ./calls reads 1000; ./calls writes 700"
./calls told 1000 & told=$!
record pid -p $told -e kprobe:vfs_read -- sh -c "kill -USR1 $told; while kill -0 $told 2>/dev/null; do usleep 50000; done"
record waits --off-cpu --waker -- ./waits 500
record wall --wall -- ./waits 500

# Many, and what is left of them.
record many --max-probes 2000 --max-rate 100 -e "kprobe:$many" -- sh -c "/files/left; cat /sys/kernel/debug/kprobes/list | wc -l"
pb-record --max-probes 2000 --list "kprobe:$many" | wc -l >/out/many.n
state >/out/state.after
pb-record -o /tmp/raw --max-rate 100 -e "kprobe:x86_pmu_c*" -e "kretprobe:vfs_rea*" -e fexit:vfs_read --off-cpu & one=$!
pb-record -o /tmp/more --max-rate 100 -e kprobe:vfs_read+$off -e syscalls:sys_enter_read -e uprobe:/files/calls:main & other=$!
n=0
until [ $(./left | sed "s/.* maps \(.*\) links/\1/") -ge 8 ] || [ $n = 100 ]; do n=$((n + 1)); usleep 200000; done
usleep 500000
cat /sys/kernel/tracing/enabled_functions >/out/state.killed
kill -9 $one $other
wait || true
state >/out/state.killed.after
case $(uname -r) in
6.12*) record storm --max-probes 10000 -e "kprobe:[s-t]*" -d 1 ;;
esac

{
	refuse -e kprobe:asm_exc_int3
	refuse -e kprobe:vfs_reed
	refuse -e kprobe:file_ppos
	refuse -e kprobe:vfs_read+1
	refuse -e fentry:migrate_disable
	refuse -e fexit:m_show
} >/out/refused
umount /sys/kernel/tracing
umount /sys/kernel/debug
record untraced -e kprobe:vfs_read -e kretprobe:vfs_read --weight bytes:ret -- ./calls reads 10
{
	refuse -e kprobe:asm_exc_int3
	refuse -e kprobe:vfs_read+1
	refuse -e syscalls:sys_enter_nosuch
	refuse -e sched:sched_switch
} >/out/refused.untraced
now >/out/uptime'

# On the emulated machine: loads, and a sample of each kind.
arm='
./verify 2>/out/verify.err >/out/verified || true
record exact -e kprobe:vfs_read -e kretprobe:vfs_read --weight bytes:ret -e uprobe:/files/calls:read_some -e sched:sched_process_exit \
	-F 99 -e cpu-clock -- ./calls reads 10000
record waits --off-cpu --waker -- ./waits 500
now >/out/uptime'

# in_vm MACHINE SERIES SCRIPT: leaves what it has made in $BATS_FILE_TMPDIR/MACHINE-SERIES.
in_vm() {
	local at=$BATS_FILE_TMPDIR/$1-$2 cross=gcc program flags=(-static -O2 -g -pthread -D_GNU_SOURCE -fno-omit-frame-pointer)
	local sysroot=build/sysroot-arm64/usr files=()
	mkdir -p "$at.files"
	[ "$1" = amd64 ] || cross=aarch64-linux-gnu-gcc
	$cross "${flags[@]}" -fno-optimize-sibling-calls -o "$at.files/waits" tests/record/waits.c
	$cross "${flags[@]}" -o "$at.files/calls" tests/probe/calls.c
	$cross "${flags[@]}" -o "$at.files/left" tests/probe/left.c
	if [ "$1" = amd64 ]; then
		verifier "$at.files/verify"
	else
		scripts/foreign arm64
		make -s ARCH=arm64 STATIC=1
		$cross "${flags[@]}" -I. -Ibuild/arm64/static/bpf -idirafter "$sysroot/include" -idirafter "$sysroot/include/aarch64-linux-gnu" \
			-L"$sysroot/lib/aarch64-linux-gnu" -o "$at.files/verify" tests/probe/verify.c -lbpf -lelf -lz
	fi
	for program in waits calls left verify; do files+=(-f "$at.files/$program"); done
	scripts/vm -a "$1" -k "$2" -t 400 -o "$at" "${files[@]}" -- "$3" >"$at.said" 2>&1 && echo done >>"$at.said"
}

# Two at a time, as a machine's two cpus have seldom both something to do.
setup_file() {
	make -s STATIC=1
	in_vm amd64 6.1 "$script" &
	in_vm amd64 6.12 "$script" || true
	wait $! || true
	in_vm arm64 6.1 "$common$arm" || true
}

setup() {
	t=$BATS_TEST_TMPDIR
}

# came MACHINE-SERIES NAME: the recording is there, whole, and nobody complained but about what is told of with -v.
came() {
	echo "$1: $2"
	tail -3 "$BATS_FILE_TMPDIR/$1.said"
	cat "$BATS_FILE_TMPDIR/$1/$2.err"
	out=$BATS_FILE_TMPDIR/$1 && conserved "$out/$2.pb"
}

# lines STREAM EVENT: its folded stacks, without the thread's name and what is before main().
lines() {
	pb-fold --count -e "$2" "$1" 2>/dev/null | sed 's/^[^;]*;\(_start;__libc_start_main;__libc_start_call_main;\)*//'
}

lost() {
	tally "$1" 3
}

@test "the machines came to the end of their scripts" {
	local machine
	for machine in amd64-6.1 amd64-6.12 arm64-6.1; do
		echo "$machine: $(cat "$BATS_FILE_TMPDIR/$machine.said")"
		equals "$(tail -1 "$BATS_FILE_TMPDIR/$machine.said")" "done"
		[[ $(cat "$BATS_FILE_TMPDIR/$machine/release") == ${machine#*-}.* ]]
		sed "s/^/$machine: /" "$BATS_FILE_TMPDIR/$machine/times" >&3
	done
}

@test "every program of ours loads on all kernels, as those with bpf_loop() have it and as those without" {
	local machine
	for machine in amd64-6.1 amd64-6.12 arm64-6.1; do
		echo "$machine"
		output=$(cat "$BATS_FILE_TMPDIR/$machine/verified")
		verified
	done
}

@test "kprobe, kretprobe, fentry and fexit: each call is counted, with its result, and its whole stack" {
	local series event
	for series in 6.1 6.12; do
		came amd64-$series exact
		equals "$(lost "$out/exact.pb")" 0
		equals "$(counts "$out/exact.pb")" "kprobe:vfs_read 15000 15000
kretprobe:vfs_read 15000 505000
fentry:vfs_read 15000 15000
fexit:vfs_read 15000 505000"
		for event in kprobe kretprobe fentry fexit; do
			equals "$(lines "$out/exact.pb" "$event:vfs_read" | sed 's/entry_SYSCALL_64_after_hwframe;\(x64_sys_call;\)*//')" \
				"main;reads;read;do_syscall_64;ksys_read;vfs_read 5000
main;reads;read_some;read;do_syscall_64;ksys_read;vfs_read 10000"
		done
	done
}

@test "an offset, and filters by arguments and result" {
	local series
	for series in 6.1 6.12; do
		came amd64-$series some
		equals "$(lost "$out/some.pb")" 0
		equals "$(counts "$out/some.pb" | sed 's/+0x[59]/+OFF/')" "kprobe:vfs_read+OFF 15000 15000
kprobe:vfs_read 5000 5000
kretprobe:vfs_read 5000 5000
fentry:vfs_read 5200 5200
fexit:vfs_read 100 100"
		equals "$(lines "$out/some.pb" kretprobe:vfs_read | sed 's/;entry_.*;/;/')" "main;reads;read;vfs_read 5000"
	done
}

@test "a function that calls itself: each call and each return, as deep as it is" {
	local series event
	for series in 6.1 6.12; do
		came amd64-$series nested
		for event in kprobe kretprobe; do
			equals "$(lines "$out/nested.pb" "$event:ep_loop_check_proc" | grep -oE '(;ep_loop_check_proc)+ .*' | sort)" \
				";ep_loop_check_proc 4
;ep_loop_check_proc;ep_loop_check_proc 3
;ep_loop_check_proc;ep_loop_check_proc;ep_loop_check_proc 2
;ep_loop_check_proc;ep_loop_check_proc;ep_loop_check_proc;ep_loop_check_proc 1"
		done
	done
}

@test "a hundred threads asleep in a function: what of their returns the kernel drops is counted as lost, fexit drops none" {
	local series delivered
	for series in 6.1 6.12; do
		came amd64-$series inside
		counts "$out/inside.pb" >"$t/counts"
		cat "$t/counts"
		equals "$(grep -v kretprobe:pipe_read "$t/counts")" "fexit:pipe_read 100 100
kretprobe:pipe_write 100 100
fexit:pipe_write 100 100"
		delivered=$(awk '$1 == "kretprobe:pipe_read" { print $2 }' "$t/counts")
		at_least "$delivered" 4
		equals $((delivered + $(tally_of "$out/inside.pb" 3 "too many inside"))) 100
		grep -q "samples were lost: too many inside" "$out/inside.err"
	done
}

@test "several functions of one name are all probed" {
	local series
	for series in 6.1 6.12; do
		came amd64-$series name
		equals "$(counts "$out/name.pb" | cut -d' ' -f1,2)" "kprobe:m_show $(wc -l <"$out/name.said")"
		at_least "$(cut -f2 "$out/name.list" | cut -d' ' -f1)" 2
		equals "$(lines "$out/name.pb" kprobe:m_show | grep -vc ';m_show ')" 0
	done
}

@test "a pattern: each function under its own name; a cgroup and those below it" {
	local series events
	for series in 6.1 6.12; do
		came amd64-$series cgroup
		# The shell itself reads what it is told, and is not in the cgroup until it has told so.
		equals "$(of "$out/cgroup.pb" calls kprobe:vfs_read)" 1500
		equals "$(tally_of "$out/cgroup.pb" 2 cgroup | sed 's/^7[5-9].$/7…/')" "7…"
		events=$(counts "$out/cgroup.pb" | wc -l)
		at_least "$events" "$([ $series = 6.1 ] && echo 3 || echo 60)"
		pb-fold --count --events -e '*' "$out/cgroup.pb" 2>/dev/null >"$t/folded"
		at_least "$(wc -l <"$t/folded")" 2
		equals "$(awk '{ sub(/ [0-9]*$/, ""); n = split($0, f, ";"); if (f[1] != "[kprobe:" f[n] "]") print }' "$t/folded")" ""
	done
}

@test "threads by name, with one kind of probe and another" {
	local series
	for series in 6.1 6.12; do
		came amd64-$series comm
		equals "$(counts "$out/comm.pb")" "fentry:vfs_read 1500 1500
kprobe:vfs_write 700 700"
		at_least "$(tally_of "$out/comm.pb" 2 comm)" 1000     # of dd
		at_least "$(tally_of "$out/comm.pb" 2 excluded)" 750 # of caller
	done
}

@test "a process" {
	local series
	for series in 6.1 6.12; do
		came amd64-$series pid
		equals "$(of "$out/pid.pb" calls)" 1500
	done
}

# waited DIRECTORY NAME: what tests/record/waits.c says of its parts is in the recording: no more, and no less but for the time that
# an emulated machine may have lost in between to others on this one.
waited() {
	local part took waited found
	pb-fold -e off-cpu "$1/$2.pb" 2>/dev/null >"$t/folded"
	while read -r part took waited; do
		[ "$part" != computing_part ] || took=$waited
		found=$(awk -v re=";main;${part}[.;]" '$0 ~ re { n += $NF } END { print n + 0 }' "$t/folded")
		echo "$part took $took, of which for a cpu $waited; found $found"
		at_least $((took + took / 50 + 5000000)) "$found" && at_least "$found" $((took - took / 5 - 5000000)) || return
	done <"$1/$2.said"
	equals "$(wc -l <"$1/$2.said")" 4
}

@test "waits: as long as they were, in each part; woken by the right thread, or by a timer" {
	local machine other
	for machine in amd64-6.1 amd64-6.12 arm64-6.1; do
		came $machine waits
		other=$(pb-fold --tid "$out/waits.pb" | sed -nE 's/^waits-[0-9]*\/([0-9]*);.*;other;.*/\1/p' | sort -u)
		equals "$(lost "$out/waits.pb")" 0
		waited "$out" waits
		equals "$(grep ';sleeping_part;.*;\[sleeping\]' "$t/folded" | grep -o '\[woken.*\]')" "[woken by an interrupt]"
		equals "$(grep -E ';(locked_part|reading_part)[;.].*;\[sleeping\]' "$t/folded" | grep -o '\[woken.*\]' | sort -u)" "[woken by waits-$other]"
		equals "$(grep -cE ';(locked_part|reading_part)[;.].*;\[sleeping\]' "$t/folded")" 2
		equals "$(grep -E '(clone3|thread_start);start_thread;other;.*;\[sleeping\]' "$t/folded" | grep -o '\[woken.*\]' | sort -u)" "[woken by an interrupt]"
	done
}

@test "all of the time: on cpus and off them it is as long as the program ran" {
	local series took
	for series in 6.1 6.12; do
		came amd64-$series wall
		equals "$(lost "$out/wall.pb")" 0
		waited "$out" wall
		took=$(awk '{ n += $2 } END { print n }' "$out/wall.said")
		pb-fold -e '*' --tid "$out/wall.pb" 2>/dev/null | sed -nE 's/^waits-([0-9]+)\/\1;.* ([0-9]+)$/x \2/p' >"$t/first"
		pb-fold -e '*' "$out/wall.pb" 2>/dev/null >"$t/folded"
		# Of the parts, and of all that the first thread did besides.
		near "$(awk '/;main;(sleeping|locked|reading|computing)_part/ { n += $NF } END { print n }' "$t/folded")" "$took" $((took / 20))
		at_least "$(total "$t/first")" $((took * 95 / 100))
	done
}

@test "a thousand functions by one link, and nothing is left of any probe, though the recorder was killed" {
	local series seconds
	for series in 6.1 6.12; do
		came amd64-$series many
		out=$BATS_FILE_TMPDIR/amd64-$series
		seconds=$(awk '$1 == "many" { print $3 - $2 }' "$out/times")
		echo "$(cat "$out/many.n") functions: $seconds s; meanwhile $(tr '\n' ' ' <"$out/many.said")"
		if [ $series = 6.12 ]; then
			at_least "$(cat "$out/many.n")" 1000
			at_least 20 "$(sed -n 's/.* maps \(.*\) links/\1/p' "$out/many.said")"
			at_least 25 "$seconds" # of which few are for attaching and detaching
		else
			at_least "$(cat "$out/many.n")" 20
			at_least "$(sed -n 's/.* maps \(.*\) links/\1/p' "$out/many.said")" "$(cat "$out/many.n")"
		fi
		at_least "$(grep -c . "$out/state.killed")" 3
		equals "$(cat "$out/state.after")" "$(cat "$out/state.before")"
		equals "$(cat "$out/state.killed.after")" "$(cat "$out/state.before")"
	done
}

@test "probes in the way of one another: what the kernel does not fire is counted" {
	came amd64-6.12 storm
	at_least "$(counts "$out/storm.pb" | wc -l)" 5000
	at_least "$(tally_of "$out/storm.pb" 3 "another program ran")" 100
	at_least "$(tally "$out/storm.pb" 1)" 100
}

@test "what cannot be probed is named, with what is near" {
	local series
	for series in 6.1 6.12; do
		equals "$(sed 's/near it: .*vfs_read.*/near it: vfs_read/; /file_ppos/s/; near it:.*//' "$BATS_FILE_TMPDIR/amd64-$series/refused")" \
			"pb-record: kprobe:asm_exc_int3: a probe here could bring the kernel down: the function is on its list of these (/sys/kernel/debug/kprobes/blacklist)
status 1
pb-record: kprobe:vfs_reed: this kernel has no such function, or it was inlined; near it: vfs_read
status 1
pb-record: kprobe:file_ppos: this kernel has no such function, or it was inlined
status 1
pb-record: kprobe:vfs_read+0x1: no instruction begins there
status 1
pb-record: fentry:migrate_disable: the function is used by the tracing itself; kprobe: would do
status 1
pb-record: fexit:m_show: the function shares its name with others; kretprobe: would do
status 1"
	done
}

@test "functions can be probed without tracefs and debugfs; tracepoints cannot, and how they could is said" {
	local series
	for series in 6.1 6.12; do
		came amd64-$series untraced
		equals "$(counts "$out/untraced.pb")" "kprobe:vfs_read 15 15
kretprobe:vfs_read 15 55"
		cat "$out/refused.untraced"
		equals "$(grep -c '^status 1' "$out/refused.untraced")" 4
		equals "$(grep -c "tracefs, which is not mounted: type 'mount -t tracefs" "$out/refused.untraced")" 2
	done
}

@test "on arm64: functions of the kernel and of a program, a tracepoint and the clock" {
	came arm64-6.1 exact
	equals "$(counts "$out/exact.pb" | grep -v cpu-clock)" "kprobe:vfs_read 15000 15000
kretprobe:vfs_read 15000 505000
uprobe:calls:read_some 1 1
sched:sched_process_exit 1 1"
	at_least "$(of "$out/exact.pb" calls cpu-clock)" 10
	equals "$(lines "$out/exact.pb" kretprobe:vfs_read | grep -c ';read_some;.*;ksys_read;vfs_read 10000$')" 1
}
