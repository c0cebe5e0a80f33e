#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# From an event's name to the places where it fires, and from --weight and --filter to what the programs are told. Kernels with
# other functions than this one's are made of files that are bound over /proc and /sys in a namespace.
load helpers

setup_file() {
	make -s "${bin#"$top"/}"/tests/probe/{list,rule,marker}
	make -s ASAN=1 build/asan/tests/probe/mutate
	export TRACEFS_IS_OURS=
	if ! mountpoint -q /sys/kernel/tracing; then
		mount -t tracefs tracefs /sys/kernel/tracing
		TRACEFS_IS_OURS=yes
	fi
}

teardown_file() {
	[ -z "$TRACEFS_IS_OURS" ] || umount /sys/kernel/tracing
}

setup() {
	d=$BATS_TEST_TMPDIR
	events=/sys/kernel/tracing/events
	PATH=$bin/tests/probe:$PATH
}

# number FILE LABEL FIELD: what the format says of a field: number sched/sched_switch offset prev_pid
number() {
	sed -nE "s/^\tfield:.*[ *]$3(\[[0-9]+\])?;.*\t$2:([0-9]+);.*/\2/p" "$events/$1/format"
}

# A kernel of our own: /proc/kallsyms has the functions on stdin ("TYPE NAME [MODULE]"), 256 bytes each, and those whose line
# ends in a star are the traceable ones. Traceable, but on the list of what kprobes would break: those that end in "*!".
make_kernel() {
	mkdir -p "$d/devices/kprobe" "$d/debug/kprobes"
	awk -v d="$d" '
	{
		address = sprintf("ffffffff81%06x", NR * 256)
		symbol = $2
		module = $3 ~ /^\[/ ? $3 : ""
		print address, $1, symbol (module ? "\t" module : "") > (d "/kallsyms")
		if (/\*!?$/)
			print symbol (module ? " " module : "") > (d "/filter")
		if (/!$/)
			print "0x" address "-0x" address "\t" symbol > (d "/debug/kprobes/blacklist")
	}' -
}

# in_kernel COMMAND...: runs it where that kernel seems to be.
in_kernel() {
	unshare -m bash -c '
	set -e
	mount --bind "$0/kallsyms" /proc/kallsyms
	mount --bind "$0/devices" /sys/bus/event_source/devices
	[ ! -e "$0/filter" ] || mount --bind "$0/filter" /sys/kernel/tracing/available_filter_functions
	[ ! -e "$0/debug" ] || mount --bind "$0/debug" /sys/kernel/debug
	exec "$@"' "$d" "$@"
}

# without_tracefs COMMAND...
without_tracefs() {
	unshare -m bash -c 'while umount -l /sys/kernel/tracing 2>/dev/null; do :; done; exec "$@"' - "$@"
}

kernel() {
	make_kernel <<-'END'
	T _stext
	T vfs_read *
	T vfs_readv *
	T vfs_write *
	t t_next *
	t s_show
	T ksys_read *
	t t_next *
	t s_show *
	T memcpy
	t foo.constprop.0 *
	t foo.isra.1 *
	t bar.cold
	t whole *
	t whole.cold
	T do_int3 *!
	t nf_hook	[nf_tables] *
	t bpf_prog_1 [bpf]
	D jiffies
	T last *
	END
}

@test "tracepoints: SYSTEM:NAME with its number, also behind tracepoint:" {
	run_ok list sched:sched_switch tracepoint:sched:sched_switch
	local id
	id=$(printf 'id=0x%x' "$(cat $events/sched/sched_switch/id)")
	equals "$output" "$(for i in 1 2; do echo "sched:sched_switch kind=5 symbol=sched_switch system=sched $id"; done)"
}

@test "tracepoints: a pattern for the name, for the system, for both; a star ends at the colon" {
	run_ok list 'syscalls:sys_enter_writ*'
	equals "$(grep -c system=syscalls <<<"$output")" "$(ls -d $events/syscalls/sys_enter_writ*/ | wc -l)"
	run_ok list '[s]ched:sched_switch' '*:sched_switch'
	equals "$(cut -d' ' -f1 <<<"$output")" $'sched:sched_switch\nsched:sched_switch'
	run_ok list -m 100000 'tracepoint:*:*'
	equals "$(wc -l <<<"$output")" "$(grep -c : /sys/kernel/tracing/available_events)"
	fails 1 "sched*switch matches no tracepoint" list 'tracepoint:sched*switch'
	fails 1 "sched:nix* matches no tracepoint" list 'sched:nix*'
}

@test "tracepoints: what is near a name that there is not" {
	fails 1 "sched:sched_swich: this kernel has no such tracepoint; near it: sched:sched_switch" list sched:sched_swich
	fails 1 "near it: sched:sched_switch" list shced:sched_switch
	fails 1 "nor others of this system; near it: sched:sched_switch" list scheduler:sched_switch
	fails 1 "SYSTEM:NAME; near it: syscalls:sys_enter_write" list tracepoint:sys_enter_write
	fails 1 "nix:nix: this kernel has no such tracepoint, nor others of this system" list nix:nix
	fails 1 "sched:../sched_switch: this kernel has no such" list sched:../sched_switch
}

@test "tracepoints: without tracefs the error has the command that helps" {
	local command="type 'mount -t tracefs tracefs /sys/kernel/tracing'"
	fails 1 "$command" without_tracefs list sched:sched_switch
	fails 1 "$command" without_tracefs list tracepoint:sched:sched_switch
	fails 1 "$command" without_tracefs list nix:nix
	run --separate-stderr without_tracefs list cycles:u mem:0x1000:w
	[[ $stderr != *tracefs* ]]
}

@test "tracepoints: found where tracefs is mounted otherwise" {
	mkdir "$d/here"
	run_ok unshare -m bash -c 'while umount -l /sys/kernel/tracing 2>/dev/null; do :; done
		mount -t tracefs x "$0/here" && list sched:sched_switch' "$d"
	contains "$output" "sched:sched_switch kind=5"
}

@test "tracepoints: who is not root is told so" {
	# The program may be where only root gets to.
	chmod 755 "$d"
	cp "$bin/tests/probe/list" "$d/list"
	mkdir "$d/up"
	run unshare -m bash -c 'mount -t tmpfs -o mode=755 x /mnt && cp "$0/list" /mnt && setpriv --reuid=65534 --clear-groups /mnt/list sched:sched_switch' "$d"
	exits_with 1
	contains "$output" "available_events: not permitted: tracefs is for root alone"
}

@test "more places than --max-probes are counted, not taken" {
	local n
	n=$(ls -d $events/syscalls/*/ | wc -l)
	fails 1 "syscalls:* matches $n tracepoints; --max-probes allows 3" list -m 3 'syscalls:*'
	equals "$output" ""
	fails 1 "raw tracepoints; --max-probes allows 2" list -m 2 'raw_tp:sched_*'
	run --separate-stderr list -m 1000 'fentry:*'
	[[ $stderr =~ ^'fentry:* matches '[0-9]+,[0-9]{3}' functions; --max-probes allows 1,000'$ ]]
}

@test "raw tracepoints: from the kernel's types, with or without tracefs" {
	local raw="raw_tp:sched_switch kind=6 symbol=sched_switch"
	run_ok list raw_tp:sched_switch 'raw_tp:sched_switc?'
	equals "$output" "$raw"$'\n'"$raw"
	run_ok without_tracefs list raw_tp:sched_switch
	equals "$output" "$raw"
	fails 1 "raw_tp:sched_swich: this kernel has no such raw tracepoint; near it: sched_switch" list raw_tp:sched_swich
	fails 1 "takes the NAME without its system); near it: sched_switch" list raw_tp:sched:sched_switch
	fails 1 "syscalls:sys_enter_write is one of its own" list raw_tp:sys_enter_write
}

@test "what has a colon but no known prefix: a tracepoint if perf has no such event, a mistyped prefix if it is nearly one" {
	fails 1 "is 'kprobe:vfs_read' what is meant?" list krpobe:vfs_read
	fails 1 "is 'uprobe:malloc' what is meant?" list urpobe:malloc
	fails 1 "no such tracepoint" list foo:bar
	run --separate-stderr list cycles:u cpu/event=0x3c/:u mem:0x1000:w
	[[ $stderr != *tracepoint* ]]
}

@test "a kernel without kprobes says so, and what works" {
	kernel
	rmdir "$d/devices/kprobe"
	local name
	for name in kprobe kretprobe; do
		fails 1 "$name:vfs_read: this kernel has no kprobes: it was built without CONFIG_KPROBES; tracepoints and raw_tp:" \
			in_kernel list $name:vfs_read
	done
}

@test "kprobe: a function, an offset in it, patterns; modules' functions, too" {
	kernel
	run_ok in_kernel list kprobe:vfs_read kretprobe:vfs_read kprobe:vfs_read+16 kprobe:vfs_read+0x10 kprobe:vfs_read+0 kprobe:nf_hook
	equals "$output" "$(
		cat <<-'END'
		kprobe:vfs_read kind=1 symbol=vfs_read
		kretprobe:vfs_read kind=2 symbol=vfs_read
		kprobe:vfs_read+0x10 kind=1 symbol=vfs_read offset=0x10
		kprobe:vfs_read+0x10 kind=1 symbol=vfs_read offset=0x10
		kprobe:vfs_read kind=1 symbol=vfs_read
		kprobe:nf_hook kind=1 symbol=nf_hook
		END
	)"
	run_ok in_kernel list 'kprobe:vfs_*' 'kretprobe:*_read' 'kprobe:foo.*'
	equals "$(cut -d' ' -f1 <<<"$output")" "$(
		printf '%s\n' kprobe:vfs_{read,readv,write} kretprobe:{vfs,ksys}_read kprobe:foo.{constprop.0,isra.1}
	)"
	run_ok in_kernel list 'kprobe:*'
	equals "$(wc -l <<<"$output")" 12
}

@test "kprobe: functions that share a name are told apart by address; those that cannot be probed are left out" {
	kernel
	run_ok in_kernel list kprobe:t_next kprobe:s_show 'kretprobe:[st]_*'
	equals "$output" "$(
		cat <<-'END'
		kprobe:t_next kind=1 symbol=t_next address=0xffffffff81000500
		kprobe:t_next kind=1 symbol=t_next address=0xffffffff81000800
		kprobe:s_show kind=1 symbol=s_show address=0xffffffff81000900
		kretprobe:t_next kind=2 symbol=t_next address=0xffffffff81000500
		kretprobe:t_next kind=2 symbol=t_next address=0xffffffff81000800
		kretprobe:s_show kind=2 symbol=s_show address=0xffffffff81000900
		END
	)"
	fails 1 "t_next+0x4: several functions have this name: an offset into which?" in_kernel list kprobe:t_next+4
	sed -i 's/^[0-9a-f]*/0000000000000000/' "$d/kallsyms"
	fails 1 "their addresses, is hidden (kernel.kptr_restrict, CAP_SYSLOG)" in_kernel list kprobe:t_next
	run_ok in_kernel list 'kprobe:vfs_*'
	equals "$(wc -l <<<"$output")" 3
}

@test "kprobe: why a function cannot be probed" {
	kernel
	fails 1 "it is not in tracefs' available_filter_functions" in_kernel list kprobe:memcpy
	fails 1 "on its list of these (/sys/kernel/debug/kprobes/blacklist)" in_kernel list kprobe:do_int3
	fails 1 "variants of this function, and only they are there (kprobe:foo.* takes all); near it: foo.constprop.0, foo.isra.1" \
		in_kernel list kprobe:foo
	fails 1 "was inlined; only its rarely run part is there, which cannot be probed (bar.cold)" in_kernel list kprobe:bar
	fails 1 "no such function, or it was inlined; near it: vfs_read, vfs_readv" in_kernel list kprobe:vfs_raed
	fails 1 "near it: ksys_read" in_kernel list kprobe:sys_read
	fails 1 "no such function" in_kernel list kprobe:jiffies
	fails 1 "kprobe:zz* matches no function of this kernel" in_kernel list 'kprobe:zz*'
	fails 1 "of 1 matching functions none can be probed" in_kernel list 'kprobe:memc*'
	fails 1 "kprobe:* matches 12 functions; --max-probes allows 5" in_kernel list -m 5 'kprobe:*'
	equals "$output" ""
}

@test "kprobe: offsets that are none" {
	kernel
	fails 1 "the function has only 0x100 bytes" in_kernel list kprobe:vfs_read+256
	fails 1 "'+x' is not an offset" in_kernel list kprobe:vfs_read+x
	fails 1 "'+' is not an offset" in_kernel list kprobe:vfs_read+
	fails 1 "'+-4' is not an offset" in_kernel list kprobe:vfs_read+-4
	fails 1 "'+99999999999999999999' is not an offset" in_kernel list kprobe:vfs_read+99999999999999999999
	fails 1 "goes with one function" in_kernel list 'kprobe:vfs_*+4'
	fails 1 "only kprobe: takes an offset" in_kernel list kretprobe:vfs_read+4
	fails 1 "only kprobe: takes an offset" in_kernel list fentry:vfs_read+4
	fails 1 "kprobe: which function?" in_kernel list kprobe:
}

@test "kprobe: without tracefs' list all functions may do, but for parts of some" {
	kernel
	rm "$d/filter"
	run_ok without_tracefs bash -c "$(declare -f in_kernel); d=$d in_kernel list 'kprobe:*'"
	equals "$(grep -c . <<<"$output")" 15
	[[ $output != *cold* && $output != *do_int3* ]]
}

@test "fentry and fexit: functions with types and at most six arguments" {
	run_ok list fentry:vfs_read fexit:vfs_read
	equals "$output" $'fentry:vfs_read kind=3 symbol=vfs_read\nfexit:vfs_read kind=4 symbol=vfs_read'
	run_ok list 'fentry:vfs_rea[dl]*'
	contains "$output" "fentry:vfs_read "
	fails 1 "no such function, or it was inlined; near it: vfs_read" list fentry:vfs_raed
	local many
	many=$(bpftool btf dump file /sys/kernel/btf/vmlinux | awk '
		/ FUNC_PROTO / { vlen[$1] = $NF }
		/ FUNC / { gsub("'\''", "", $3); sub("type_id=", "[", $4); if (vlen[$4 "]"] == "vlen=8") print $3 }' |
		grep -xFf <(awk 'NF == 3 && $2 ~ /[tT]/ { print $3 }' /proc/kallsyms | sort | uniq -u) | head -1)
	fails 1 "fentry:$many: the function takes more than 6 arguments" list "fentry:$many"
	kernel
	fails 1 "the function has no type information (BTF); kprobe: would do" in_kernel list fentry:foo.isra.1
	fails 1 "the function has no type information (BTF); kretprobe: would do" in_kernel list fexit:foo.isra.1
	fails 1 "the function shares its name with others; kprobe: would do" in_kernel list fentry:t_next
	fails 1 "fentry:foo.*: of 2 matching functions none can be probed this way (kprobe: may take them)" in_kernel list 'fentry:foo.*'
}

@test "fentry: a kernel without types names the option" {
	mkdir "$d/btf"
	fails 1 "the kernel needs CONFIG_DEBUG_INFO_BTF" \
		unshare -m bash -c 'mount --bind "$0/btf" /sys/kernel/btf && list fentry:vfs_read' "$d"
}

@test "--weight: fields of a tracepoint" {
	local at
	at=$(number kmem/kmalloc offset bytes_alloc)
	run_ok list -w bytes:bytes_alloc kmem:kmalloc
	contains "$output" $'\n\tfactor {kind=1 size=8 signed=0 offset='"$at number=0}"
	run_ok list -w bytes:node*0x10 kmem:kmalloc
	contains "$output" "size=4 signed=1 offset=$(number kmem/kmalloc offset node) number=0}"
	contains "$output" $'\n\tfactor {kind=3 size=8 signed=1 offset=0 number=16}'
	fails 1 "which field? (bytes:FIELD; there are call_site, ptr, bytes_req, bytes_alloc" list -w bytes kmem:kmalloc
	fails 1 "has no field 'size'; it has call_site" list -w bytes:size kmem:kmalloc
	fails 1 "hidden from BPF programs; -p, -t and --cpu choose" list -w n:common_pid kmem:kmalloc
	fails 1 "'filename' is a text or an array of varying length" list -w n:filename sched:sched_process_exec
	fails 1 "'prev_comm' is a text of 16 bytes, not a number" list -w n:prev_comm sched:sched_switch
}

@test "--weight: arguments and results of functions, as their types have them" {
	run_ok list -w bytes fentry:vfs_read
	contains "$output" "factor {kind=1 size=8 signed=0 offset=16 number=0}"
	run_ok list -w bytes fexit:vfs_read
	contains "$output" "factor {kind=1 size=8 signed=1 offset=32 number=0}"
	fails 1 "vfs_read has 4 arguments" list -w n:arg5 fentry:vfs_read
	fails 1 "ret is not known before the function returns; fexit: has it" list -w n:ret fentry:vfs_read
	fails 1 "wake_up_new_task returns nothing" list -w n:ret fexit:wake_up_new_task
	fails 1 "sched_switch has " list -w n:arg9 raw_tp:sched_switch
	fails 1 "which argument?" list -w n raw_tp:sched_switch
	run_ok list -w n:arg2 raw_tp:sched_switch
	contains "$output" "factor {kind=1 size=8 signed=0 offset=8 number=0}"
	run_ok list -w n:arg1:u8 fentry:vfs_read
	contains "$output" "factor {kind=1 size=1 signed=0 offset=0 number=0}"
}

@test "--weight: registers, and arguments in them (x86-64)" {
	[ "$(uname -m)" = x86_64 ]
	kernel
	run_ok in_kernel list -w n:arg1*arg4 kprobe:vfs_read
	contains "$output" "size=8 signed=0 offset=112"
	contains "$output" "size=8 signed=0 offset=88"
	run_ok in_kernel list -w n:ret kretprobe:vfs_read
	contains "$output" "size=8 signed=1 offset=80"
	run_ok in_kernel list -w n:di*r15 kprobe:vfs_read+4
	contains "$output" "size=8 signed=1 offset=112"
	contains "$output" "size=8 signed=1 offset=0"
	fails 1 "known only where a function begins; further in it, registers are" in_kernel list -w n:arg1 kprobe:vfs_read+4
	fails 1 "arg1 is not known any more when the function returns; kprobe: or fexit: has it" in_kernel list -w n:arg1 kretprobe:vfs_read
	run_ok rule -w n:eax*r9b uprobe f
	contains "$output" "size=4 signed=1 offset=80"
	contains "$output" "size=1 signed=1 offset=64"
	fails 1 "arg1 to arg6 are in registers, further ones are not" rule -w n:arg7 uprobe f
}

@test "--weight: a unit alone is what an allocator was asked for (x86-64)" {
	[ "$(uname -m)" = x86_64 ]
	local function offsets
	while read -r function offsets; do
		run_ok rule -w bytes uprobe "$function"
		equals "$function $(grep -oE 'offset=[0-9]+' <<<"$output" | cut -d= -f2 | xargs)" "$function $offsets"
	done <<-'END'
	malloc 112
	_Znwm 112
	calloc 112 104
	__libc_realloc@@GLIBC_2.2.5 104
	je_reallocarray 104 96
	aligned_alloc 104
	posix_memalign 96
	mmap 104
	runtime.mallocgc 80
	END
	run_ok rule -w bytes uretprobe read
	contains "$output" "offset=80"
	run_ok rule -w bytes -a '-4@$7' usdt p:n
	contains "$output" "factor {kind=3 size=4 signed=1 offset=0 number=7}"
	fails 1 "comes with no numbers" rule -w bytes perf cycles
}

@test "--weight: what is none" {
	fails 1 "at most 2 factors" list -w n:arg1*arg2*arg3 fentry:vfs_read
	fails 1 "a word or a number is expected where '' begins" list -w n: fentry:vfs_read
	fails 1 "a word or a number is expected where '' begins" list -w n:arg1* fentry:vfs_read
	fails 1 "'*' is expected where '+1' begins" list -w n:arg1+1 fentry:vfs_read
	fails 1 "it starts with a unit" list -w '' fentry:vfs_read
	fails 1 "it starts with a unit" list -w :arg1 fentry:vfs_read
	fails 1 "not a whole number below 2^63" list -w n:9223372036854775808 fentry:vfs_read
	fails 1 "not a whole number" list -w n:4k fentry:vfs_read
	fails 1 "is not a type; there are s8" list -w n:arg1:int fentry:vfs_read
	fails 1 "'s64' is wider than the value, which has 32 bits" list -w n:node:s64 kmem:kmalloc
}

# conditions WANTED COMMAND...: relation/right/negated/last of each.
conditions() {
	local wanted=$1
	shift
	run_ok "$@"
	equals "$(sed -nE 's/.* relation=([0-9]+) right=(-?[0-9]+) unsigned=[01] negated=([01]) last=([01])/\1,\2,\3,\4/p' <<<"$output" | xargs)" "$wanted"
}

@test "--filter: each relation" {
	conditions "0,1,0,1" list -f 'arg3 == 1' fexit:vfs_read
	conditions "1,1,0,1" list -f 'arg3 != 1' fexit:vfs_read
	conditions "2,1,0,1" list -f 'arg3 < 1' fexit:vfs_read
	conditions "3,1,0,1" list -f 'arg3 <= 0x1' fexit:vfs_read
	conditions "3,1,1,1" list -f 'arg3>1' fexit:vfs_read
	conditions "2,1,1,1" list -f 'arg3 >= 1' fexit:vfs_read
	conditions "4,16,0,1" list -f 'arg3 & 0x10' fexit:vfs_read
	conditions "4,16,1,1" list -f '!arg3 & 0x10' fexit:vfs_read
}

@test "--filter: && and || become groups, ! goes inwards" {
	conditions "0,1,0,0 0,2,0,1" list -f 'arg3==1&&ret==2' fexit:vfs_read
	conditions "0,1,0,1 0,2,0,1" list -f 'arg3==1||ret==2' fexit:vfs_read
	conditions "0,1,0,1 0,2,0,0 0,3,0,1" list -f 'arg3==1 || arg3==2 && ret==3' fexit:vfs_read
	conditions "0,1,0,0 0,3,0,1 0,2,0,0 0,3,0,1" list -f '(arg3==1 || arg3==2) && ret==3' fexit:vfs_read
	conditions "0,1,1,1 0,2,1,1" list -f '!(arg3==1&&ret==2)' fexit:vfs_read
	conditions "0,1,1,0 0,2,1,1" list -f '!(arg3==1||ret==2)' fexit:vfs_read
	conditions "0,1,0,0 0,2,0,1" list -f '!!(arg3==1&&!!ret==2)' fexit:vfs_read
	conditions "0,1,0,0 0,3,0,1 0,1,0,0 0,4,0,1 0,2,0,0 0,3,0,1 0,2,0,0 0,4,0,1" \
		list -f '(arg3==1||arg3==2)&&(ret==3||ret==4)' fexit:vfs_read
	fails 1 "column 46: this is too much: the kernel's side has room for 8 comparisons" \
		list -f '(arg3==1||arg3==2||arg3==5)&&(ret==3||ret==4)' fexit:vfs_read
}

@test "--filter: signs and sizes, as in C" {
	run_ok list -f 'prev_pid == 0xffffffff' sched:sched_switch
	contains "$output" "right=-1 unsigned=0"
	run_ok list -f 'fd:u32 == -1' syscalls:sys_enter_write
	contains "$output" "size=4 signed=0"
	contains "$output" "right=4294967295 unsigned=1"
	run_ok list -f 'arg3 > 18446744073709551615 || ret > 18446744073709551615 || ret > 5' fexit:vfs_read
	equals "$(grep -oE 'right=[-0-9]+ unsigned=[01]' <<<"$output" | xargs)" "right=-1 unsigned=1 right=-1 unsigned=1 right=5 unsigned=0"
	fails 1 "column 9: this never has so many bits" list -f 'node == 0x100000000' kmem:kmalloc
	fails 1 "column 8: this is never below 0: it has no sign" list -f 'arg3 > -1' fexit:vfs_read
	run_ok list -f 'arg3:s64 > -1' fexit:vfs_read
}

@test "--filter: texts are compared with the NUL that ends them, 8 bytes at a time" {
	local at
	at=$(number sched/sched_switch offset prev_comm)
	run_ok list -f 'prev_comm == "bash"' sched:sched_switch
	contains "$output" "{kind=1 size=8 signed=0 offset=$at number=0} mask=0xffffffffff relation=0 right=$((0x68736162)) unsigned=1 negated=0 last=1"
	conditions "0,$((0x6665646362613938)),0,0 0,0,0,1" list -f 'prev_comm == "89abcdef"' sched:sched_switch
	conditions "1,$((0x6665646362613938)),0,1 1,0,0,1" list -f 'prev_comm != "89abcdef"' sched:sched_switch
	conditions "1,$((0x6665646362613938)),0,1 1,0,0,1" list -f '!(prev_comm == "89abcdef")' sched:sched_switch
	conditions "0,$((0x22)),0,1" list -f 'prev_comm == "\""' sched:sched_switch
	conditions "0,0,0,1" list -f 'prev_comm == ""' sched:sched_switch
	fails 1 "column 14: the text is longer than the field" list -f 'prev_comm == "0123456789abcdefg"' sched:sched_switch
	fails 1 "column 14: this field holds text" list -f 'prev_comm == 5' sched:sched_switch
	fails 1 "column 13: texts are compared with == and != only" list -f 'prev_comm < "a"' sched:sched_switch
	fails 1 "column 9: only a tracepoint's field that holds text" list -f 'arg1 == "a"' fentry:vfs_read
	fails 1 "a text or an array of varying length" list -f 'filename == "a"' sched:sched_process_exec
	fails 1 "column 14: the text has no end" list -f 'prev_comm == "a' sched:sched_switch
}

@test "--filter: what is wrong has its column" {
	local text said
	while IFS='|' read -r text said; do
		fails 1 "$said" list -f "$text" fexit:vfs_read
	done <<-'END'
	|column 1: a comparison is missing
	arg3|column 5: one of == != < <= > >= & is expected
	arg3 = 1|column 6: one of ==
	arg3 && 1|column 6: one of ==
	arg3 >> 1|column 7: a number
	arg3 > |column 8: a number
	arg3 > ret|column 8: what a word is compared with has to be a number
	arg3 > 1 arg2 > 1|column 10: && or || is expected
	arg3 > 1 &&|column 12: a comparison is missing
	(arg3 > 1|column 10: a ) is missing
	arg3 > 1)|column 9: && or || is expected
	arg3 > 4k|column 8: this is not a whole number
	arg3 > 1.5|column 8: this is not a whole number
	arg3 > 0x|column 8: this is not a whole number
	arg3 > 99999999999999999999|column 8: the number does not fit in 64 bits
	1 < arg3|column 1: a comparison, as in
	nix == 1|column 1: fexit:vfs_read has no 'nix'; there are arg1, arg2, ... and ret
	END
	fails 1 "column 14: vfs_read has 4 arguments" list -f 'arg3 == 1 || arg9 == 2' fexit:vfs_read
	fails 1 "too many parentheses" list -f "$(printf '(%.0s' {1..100})" fexit:vfs_read
}

@test "arguments of markers, on both machines" {
	run_ok marker x86 '8@%rdi -4@-20(%rbp) 4@$5 -4@$-1 4@$-1 1@%ah 2@%ax 8@0x10(%rsp) 1@%spl' {1..9}
	equals "$output" "$(
		cat <<-'END'
		kind=1 size=8 signed=0 offset=112 number=0
		kind=2 size=4 signed=1 offset=32 number=-20
		kind=3 size=4 signed=0 offset=0 number=5
		kind=3 size=4 signed=1 offset=0 number=-1
		kind=3 size=4 signed=0 offset=0 number=4294967295
		kind=1 size=1 signed=0 offset=81 number=0
		kind=1 size=2 signed=0 offset=80 number=0
		kind=2 size=8 signed=0 offset=152 number=16
		kind=1 size=1 signed=0 offset=152 number=0
		END
	)"
	run_ok marker arm64 '8@x0 4@[sp, 12] -4@[sp] 8@5 -1@[x29,-8] 4@w3 8@lr' {1..7}
	equals "$output" "$(
		cat <<-'END'
		kind=1 size=8 signed=0 offset=0 number=0
		kind=2 size=4 signed=0 offset=248 number=12
		kind=2 size=4 signed=1 offset=248 number=0
		kind=3 size=8 signed=0 offset=0 number=5
		kind=2 size=1 signed=1 offset=232 number=-8
		kind=1 size=4 signed=0 offset=24 number=0
		kind=1 size=8 signed=0 offset=240 number=0
		END
	)"
	run_ok marker x86 '8@%rip(x) 8@foo(%rip) 8@(%rax,%rdx,8) 3@%rax 8@ @x 8@%fs:8(%rax) 8@%nix 99999999999@%rax 4@(%eax)' {1..10}
	equals "$(grep -c 'is where we cannot read it' <<<"$output")" 10
	run_ok marker arm64 '8@[x0, x1] 8@[sp, ] 8@[sp 8@x31' {1..4}
	equals "$(grep -c 'is where we cannot read it' <<<"$output")" 4
	run_ok marker x86 '8f@%xmm0' 1 2
	equals "$output" $'argument 1 of the marker is a floating-point number (8f@%xmm0)\nthe marker has only 1 argument'
	run_ok marker x86 '' 1
	equals "$output" "the marker has no arguments"
}

@test "a thousand places with a weight and a filter are found in well under a second" {
	local start=$EPOCHREALTIME
	run_ok list -m 100000 -w n:__syscall_nr*2 -f '__syscall_nr > 3 && __syscall_nr < 9 || __syscall_nr == 1' 'syscalls:*'
	[ "$(grep -c '^syscalls:' <<<"$output")" -gt 500 ]
	run_ok list -m 100000 'fentry:[a-d]*'
	[ "$(wc -l <<<"$output")" -gt 1000 ]
	awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { exit !(b - a < 2) }'
}

@test "spoilt specs, weights, filters and notes are answered" {
	run_ok build/asan/tests/probe/mutate 20000
	equals "$output" 20000
	kernel
	run_ok in_kernel build/asan/tests/probe/mutate 5000
}
