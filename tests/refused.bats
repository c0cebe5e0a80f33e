#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What cannot be recorded is refused at once, with the reason and with what to do; no stream is begun and no command is run.
load helpers
load capture

setup_file() {
	mount_tracefs
	gcc -O1 -g -pthread -o "$BATS_FILE_TMPDIR/caller" "$BATS_TEST_DIRNAME/record/caller.c"
	gcc -O1 -g -o "$BATS_FILE_TMPDIR/markers" "$BATS_TEST_DIRNAME/record/markers.c"
}

teardown_file() {
	unmount_tracefs
}

setup() {
	t=$BATS_TEST_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
}

# refuses MESSAGE OPTION...: says exactly that and no more, with status 1, and leaves nothing.
refuses() {
	local message=$1
	shift
	run --separate-stderr pb-record -o "$t/refused.pb" -d 10s "$@" -- touch "$t/was-run"
	exits_with 1 && equals "$stderr" "pb-record: $message" && [ ! -e "$t/was-run" ] && [ ! -s "$t/refused.pb" ]
}

# begins MESSAGE OPTION...: the same of a message that begins so.
begins() {
	local message=$1
	shift
	run --separate-stderr pb-record -o "$t/refused.pb" -d 10s "$@" -- touch "$t/was-run"
	exits_with 1 && equals "${stderr:0:${#message}+11}" "pb-record: $message" && [ ! -e "$t/was-run" ] && [ ! -s "$t/refused.pb" ]
}

@test "what this kernel has not, or does not permit" {
	refuses "kprobe:vfs_read: this kernel has no kprobes: it was built without CONFIG_KPROBES; tracepoints and raw_tp: work" -e kprobe:vfs_read
	begins "kretprobe:vfs_read: this kernel has no kprobes: it was built without CONFIG_KPROBES" -e kretprobe:vfs_read
	begins "fentry:vfs_read: not permitted: kernels that are locked down refuse fentry: and fexit: (/sys/kernel/security/lockdown: " \
		-e fentry:vfs_read
	begins "cycles: this machine's cpus have no PMU" -e cycles
}

@test "without tracefs: what to type; what needs no tracefs goes on" {
	# shellcheck disable=SC2016
	local without='while umount -l /sys/kernel/tracing 2>/dev/null; do :; done; exec "$@"'
	fails 1 "pb-record: tracepoints need tracefs, which is not mounted: type 'mount -t tracefs tracefs /sys/kernel/tracing'" \
		unshare -m bash -c "$without" - "$bin/pb-record" -o /dev/null -d 1 -e sched:sched_switch
	equals "${#stderr_lines[@]}" 1
	run_ok unshare -m bash -c "$without" - "$bin/pb-record" -q -o "$t/raw.pb" -e raw_tp:sched_switch -e uprobe:called -- ./caller 50
	equals "$(of "$t/raw.pb" caller 'uprobe:*')" 50
}

@test "names that there are not: what is near them" {
	begins "sched:sched_swich: this kernel has no such tracepoint; near it: sched:sched_switch" -e sched:sched_swich
	begins "raw_tp:sched_swich: this kernel has no such raw tracepoint; near it: sched_switch" -e raw_tp:sched_swich
	refuses "uprobe:./caller:caled: caller has no function caled; nearest: called" -e uprobe:./caller:caled
	refuses "uprobe:./nosuch:called: ./nosuch: No such file or directory" -e uprobe:./nosuch:called
	refuses "usdt:./markers:shop:sail: markers has no marker shop:sail; nearest: shop:sale" -e usdt:./markers:shop:sail
	refuses "uprobe:: there is no name of a function" -e uprobe:
	begins "uprobe:./caller:caller.c:9999: no code at line 9999 of caller.c or after it" -e uprobe:./caller:caller.c:9999 ||
		begins "uprobe:./caller:caller.c:9999: caller" -e uprobe:./caller:caller.c:9999
	begins "'no-such-event' is not an event" -e no-such-event || begins "no-such-event" -e no-such-event
}

@test "--weight and --filter without an event, or that it has no numbers for" {
	fails 2 "pb-record: --weight: it says something about the -e before it, and there is none" pb-record -o /dev/null --weight bytes -d 1
	fails 2 "pb-record: --filter: it says something about the -e before it, and there is none" pb-record -o /dev/null --filter 'arg1 > 1' -e sched:sched_switch
	fails 2 "--weight: ''" pb-record -o /dev/null -e sched:sched_switch --weight ''
	refuses "cpu-clock: --weight bytes:arg1: cpu-clock comes with no numbers; tracepoints, functions and markers do" -e cpu-clock --weight bytes:arg1
	begins "sched:sched_switch: --filter 'nix == 1', column 1: sched:sched_switch has no field 'nix'; it has prev_comm, prev_pid" \
		-e sched:sched_switch --filter 'nix == 1'
	begins "syscalls:sys_enter_write: --weight bytes: which field? (bytes:FIELD; there are " -e syscalls:sys_enter_write --weight bytes
	begins "usdt:shop:sale: --weight n:arg3: the marker has only 2 arguments" -e usdt:./markers:sale --weight n:arg3
}

@test "an allocator's result is no amount" {
	local function
	for function in malloc calloc realloc memalign posix_memalign mmap strdup; do
		refuses "uretprobe:libc.so.6:$function: --weight bytes: $function does not return how much, but where it is; the amount is \
an argument, which uprobe: has, and bytes:ret takes what is returned all the same" -e uretprobe:libc.so.6:$function --weight bytes
	done
	begins "fexit:__kmalloc_noprof: --weight bytes: __kmalloc_noprof does not return how much" -e fexit:__kmalloc_noprof --weight bytes
	run_ok pb-record --list uretprobe:libc.so.6:malloc --weight bytes:ret
	run_ok pb-record --list uretprobe:libc.so.6:read --weight bytes
	run_ok pb-record --list uretprobe:libc.so.6:write --weight bytes
	run_ok pb-record --list uprobe:libc.so.6:malloc --weight bytes
}

@test "too many, or twice" {
	local n
	n=$(ls -d /sys/kernel/tracing/events/sched/*/ | wc -l)
	refuses "sched:* matches $n tracepoints; --max-probes allows 10" -e 'sched:*' --max-probes 10
	begins "uprobe:libc.so.6:* matches " -e 'uprobe:libc.so.6:*'
	contains "$stderr" "functions; --max-probes allows 1,000"
	refuses "sched:sched_switch is asked for twice" -e sched:sched_switch -e 'sched:sched_sw*'
	local soft
	mapfile -t soft < <(printf -- '-e%s\n' {page,minor,major}-faults{:u,:k,} {cpu,task}-clock{:u,:k,} context-switches:u cpu-migrations:u)
	refuses "cpu-migrations:u: there can be at most 16 events of its kind" "${soft[@]}"
	unset "soft[16]"
	run_ok pb-record -q -o "$t/raw.pb" "${soft[@]}" -- true
	conserved "$t/raw.pb"
}

@test "what is there already: it would be counted twice under one name" {
	local spec
	for spec in cpu-clock page-faults:u raw_tp:sched_switch uprobe:./caller:called uretprobe:./caller:called \
		usdt:./markers:shop:sale syscalls:sys_enter_write; do
		refuses "$(sed -E 's|\./markers:||; s|\./||' <<<"$spec") is asked for twice" -e $spec -e $spec
	done
	refuses "uprobe:caller:called is asked for twice" -e uprobe:./caller:called -e 'uprobe:./caller:call*'
	# Files of one name are several.
	mkdir -p other && cp caller other/
	run_ok pb-record -q -o "$t/raw.pb" -e uprobe:./caller:called -e uprobe:./other/caller:called -e uretprobe:./caller:called -- ./caller 30
	conserved "$t/raw.pb"
	equals "$(tally "$t/raw.pb" 1)" 60
}

@test "one that is bad among good ones: all are refused" {
	begins "sched:nosuch: this kernel has no such tracepoint" -e cpu-clock -e uprobe:./caller:called -e sched:nosuch -e page-faults
	begins "uprobe:nosuch: touch and " -e cpu-clock -e page-faults -e uprobe:nosuch
	fails 2 "--event: ''" pb-record -o "$t/refused.pb" -e cpu-clock -e '' -- touch "$t/was-run"
	refuses "cpu 9999 is not online" -e uprobe:./caller:called -C 9999
	[ ! -e "$t/was-run" ] && [ ! -e "$t/refused.pb" ]
}

# ordinary [CAPABILITY,...] -- OPTION...: as a user who has these capabilities.
ordinary() {
	local caps=()
	[ "$1" = -- ] || { caps=(--inh-caps "$1" --ambient-caps "$1") && shift; }
	shift
	setpriv --reuid 65534 --regid 65534 --clear-groups "${caps[@]}" "$bin/pb-record" -o /dev/null -d 100ms "$@"
}

@test "capabilities: those that are missing are named" {
	local event
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_FILE_TMPDIR/.."
	for event in cpu-clock raw_tp:sched_switch usdt:./markers:sale uprobe:./caller:called; do
		fails 1 "not permitted: the capabilities CAP_BPF and CAP_PERFMON are missing (run as root" ordinary -- -e $event
		fails 1 "not permitted: the capability CAP_BPF is missing (run as root" ordinary +perfmon -- -e $event
		fails 1 "not permitted: the capability CAP_PERFMON is missing (run as root" ordinary +bpf -- -e $event
	done
	run_ok ordinary +bpf,+perfmon -- -e raw_tp:sched_switch
	run_ok ordinary +bpf,+perfmon -- -e cpu-clock
	fails 1 "/sys/kernel/tracing/available_events: not permitted: tracefs is for root alone (run as root" ordinary +bpf,+perfmon -- -e sched:sched_switch
	# Probes of code are for root, whatever else is permitted.
	fails 1 "pb-record: uprobe:caller:called: not permitted: the capability CAP_SYS_ADMIN is missing (run as root)" \
		ordinary +bpf,+perfmon -- -e uprobe:./caller:called
	run_ok ordinary +bpf,+perfmon,+sys_admin -- -q -e uprobe:./caller:called
}
