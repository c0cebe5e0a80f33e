#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# perf's names of events: they mean to us what they mean to perf, and a wrong one is told what would be right.
load helpers

setup_file() {
	make -s build/tests/probe/event build/tests/probe/list
	machine "$BATS_FILE_TMPDIR/sysfs"
}

setup() {
	sysfs=$BATS_FILE_TMPDIR/sysfs t=$BATS_TEST_TMPDIR
}

event() {
	build/tests/probe/event "$@"
}

# machine DIRECTORY: what sysfs has of a machine's PMUs, as FILE CONTENT
machine() {
	local file content
	while read -r file content; do
		mkdir -p "$1/${file%/*}"
		echo "$content" >"$1/$file"
	done <<-'END'
	cpu/type 4
	cpu/caps/max_precise 3
	cpu/format/event config:0-7
	cpu/format/umask config:8-15
	cpu/format/edge config:18
	cpu/format/cmask config:24-31
	cpu/format/split config:0-7,32-35
	cpu/format/ldlat config1:0-15
	cpu/format/offcore_rsp config1:0-63
	cpu/format/width config2:0-3,8
	cpu/format/whole config2
	cpu/format/odd config9:0-3
	cpu/format/wide config:0-70
	cpu/format/backwards config:7-0
	cpu/events/cpu-cycles event=0x3c
	cpu/events/mem-loads event=0xcd,umask=0x1,ldlat=3
	cpu/events/mem-loads.scale 1
	cpu/events/slots event=0x00,umask=0x4
	cpu/events/topdown-retiring event=0x00,umask=0x80
	cpu/events/wants event=0x1,umask=?
	cpu/events/circle circle
	cpu/events/broken event=,umask
	ibs_op/type 11
	ibs_op/format/cnt_ctl config:19
	uncore_imc/type 20
	uncore_imc/cpumask 0
	uncore_imc/format/event config:0-7
	uncore_imc/events/cas_count_read event=0x04
	intel_pt/type 8
	intel_pt/format/tsc config:10
	kprobe/type 6
	kprobe/format/retprobe config:0
	untyped/format/event config:0-7
	END
}

# What perf here knows: the first column is the kind.
texts() {
	sed -E 's/^[a-z]+ +//' <<-'END' | tr ' ' '\n'
	hardware cycles cpu-cycles instructions cache-references cache-misses branches branch-instructions branch-misses bus-cycles
	hardware stalled-cycles-frontend idle-cycles-frontend stalled-cycles-backend idle-cycles-backend ref-cycles
	software cpu-clock task-clock page-faults faults context-switches cs cpu-migrations migrations minor-faults major-faults
	software alignment-faults emulation-faults cgroup-switches
	cache L1-dcache-loads L1-dcache-load-misses L1-dcache-stores L1-dcache-store-misses L1-dcache-prefetches
	cache L1-dcache-prefetch-misses L1-icache-loads L1-icache-load-misses L1-icache-prefetches LLC-loads LLC-load-misses
	cache LLC-stores LLC-store-misses LLC-prefetch-misses dTLB-loads dTLB-load-misses dTLB-stores dTLB-store-misses iTLB-loads
	cache iTLB-load-misses branch-loads branch-load-misses node-loads node-load-misses node-stores node-store-misses
	cache node-prefetches node-prefetch-misses l1-d-read l1d-read-miss L1-data-write-access l1-i l1i-read-refs L1-instruction-miss
	cache L2-ops LLC d-tlb-speculative-read Data-TLB-speculative-load-misses i-tlb-Reference Instruction-TLB-loads-misses
	cache bpu-read btb bpc-misses branch-miss branch-load-ops node L1-dcache-misses-load
	raw r1a8 r0 rffffffffffffffff rABC r1a8:u
	breakpoint mem:0x1000 mem:4096 mem:0x1000/1:w mem:0x1000/8:rw mem:0x1000:r mem:0x1000:x mem:0x1000/4:x mem:0x1000:wr
	breakpoint mem:0xffffffff81000000:x mem:0x1000:u mem:0x1000:rw:k mem:0x1000/2:rwx:uk
	modifier cycles:u cycles:k cycles:h cycles:uk cycles:ukh cycles:H cycles:G cycles:GH cycles:uH cycles:p cycles:pp cycles:ppp
	modifier cycles:pG cycles:ppkH cycles:I cycles:IH cycles:upp page-faults:uk L1-dcache-load-misses:kpp r1a8:pp cpu-clock:pp
	pmu software/config=1/ software/config=2/u software/config=3,config1=7,config2=0x20/
	END
}

# perf_attr TEXT: as perf has it, in the words of tests/probe/event.
perf_attr() {
	perf stat -vv -a -e "$1" true 2>&1 | awk -v text="$1" '
	/^perf_event_attr:/ { inside = !seen++ }
	/^----/ { if (inside && ++lines == 2) inside = 0 }
	!inside { next }
	{ gsub(/[{}]|bp_addr, |bp_len, /, "") }
	{ value[$1] = $2 }
	END {
		line = text
		n = split("type config config1 config2 bp_type exclude_user exclude_kernel exclude_hv exclude_idle " \
			"exclude_host exclude_guest precise_ip", names)
		for (i = 1; i <= n; i++)
			if (value[names[i]])
				line = line " " names[i] "=" value[names[i]]
		print seen ? line : text " unknown to perf"
	}'
}

# perf leaves guests out where we do not.
without_guests() {
	awk '{ split($1, part, ":"); if ($1 !~ /:[a-zA-Z]*[HGp]/) sub(/ exclude_guest=1/, "") } 1'
}

@test "events are those of perf" {
	command -v perf >/dev/null && perf --version >/dev/null || skip "no perf"
	local text
	texts >"$t/texts"
	[ "$(wc -l <"$t/texts")" -gt 110 ]
	xargs build/tests/probe/event <"$t/texts" | without_guests >"$t/ours"
	while read -r text; do
		perf_attr "$text"
	done <"$t/texts" | without_guests >"$t/perfs"
	[ "$(grep -vc 'unknown to perf' "$t/perfs")" -gt 110 ]
	equals "$(cat "$t/ours")" "$(cat "$t/perfs")"
}

@test "what perf list shows here is known, or it is said why it cannot be sampled" {
	command -v perf >/dev/null && perf list >/dev/null || skip "no perf"
	local name
	perf list --no-desc 2>/dev/null | grep -E '\[(Hardware|Software|Tool|Kernel PMU|Hardware cache) event\]' |
		sed -E 's/\[.*//; s/ OR /\n/g' | tr -d ' ' | sort -u >"$t/names"
	[ "$(wc -l <"$t/names")" -ge 12 ]
	while read -r name; do
		run event "$name"
		[ "$status" = 0 ] || contains "$output" "cannot"
	done <"$t/names"
}

@test "terms of a PMU: bits where its formats say, aliases, what comes later replaces" {
	local text wanted
	while IFS='|' read -r text wanted; do
		run_ok event -s "$sysfs" "$text"
		equals "$output" "$text type=$wanted"
	done <<-'END'
	cpu/event=0x3c/|4 config=0x3c
	cpu/event=60,umask=0x10/|4 config=0x103c
	cpu/event=0x3c,edge/u|4 config=0x4003c exclude_kernel=1 exclude_hv=1
	cpu/event=0x3c,edge,cmask=0xff/:k|4 config=0xff04003c exclude_user=1 exclude_hv=1
	cpu/split=0xabc/|4 config=0xa000000bc
	cpu/split=0xf00,event=1/|4 config=0xf00000001
	cpu/offcore_rsp=0xffffffffffffffff,event=0xb7/|4 config=0xb7 config1=0xffffffffffffffff
	cpu/width=0x1f/|4 config2=0x10f
	cpu/whole=0x123456789/|4 config2=0x123456789
	cpu/config=0x12345,config1=2,config2=3/|4 config=0x12345 config1=0x2 config2=0x3
	cpu/config=0xffff,event=0x12/|4 config=0xff12
	cpu/mem-loads/|4 config=0x1cd config1=0x3
	cpu/mem-loads,ldlat=30/P|4 config=0x1cd config1=0x1e exclude_guest=1 precise_ip=3
	cpu/mem-loads,ldlat=30/upp|4 config=0x1cd config1=0x1e exclude_kernel=1 exclude_hv=1 exclude_guest=1 precise_ip=2
	mem-loads|4 config=0x1cd config1=0x3
	mem-loads:pp|4 config=0x1cd config1=0x3 exclude_guest=1 precise_ip=2
	slots:u|4 config=0x400 exclude_kernel=1 exclude_hv=1
	topdown-retiring|4 config=0x8000
	cpu/r1a8/|4 config=0x1a8
	cpu//|4
	r3c:P|4 config=0x3c exclude_guest=1 precise_ip=3
	ibs_op/cnt_ctl/|11 config=0x80000
	ibs_op/cnt_ctl=0/P|11
	END
}

@test "terms that are wrong are told apart" {
	local text said
	while IFS='|' read -r text said; do
		fails 1 "$said" event -s "$sysfs" "$text"
		[ "$output" = "" ]
	done <<-'END'
	cpu/event=0x100/|event is 0xff at the most
	cpu/edge=2/|edge is 0x1 at the most
	cpu/event=-1/|'-1' is not a value of event
	cpu/event=/|'' is not a value of event
	cpu/event=0x/|'0x' is not a value of event
	cpu/event=0x0x1/|'0x0x1' is not a value of event
	cpu/event= 1/|' 1' is not a value of event
	cpu/event=99999999999999999999/|is not a value of event
	cpu/config/|config wants a number
	cpu/config=x/|config wants a number
	cpu/emask=1/|cpu has no 'emask'; it has cmask, umask
	cpu/mem-load/|cpu has no 'mem-load'; it has mem-loads
	cpu/mem-loads=1/|cpu has no 'mem-loads'
	cpu/../type/|cpu has no '..'
	cpu/event=1|the '/' at its end is missing
	cpu/|the '/' at its end is missing
	cpu/event=1,,umask=1/|cpu has no ''
	cpu/event=1,/|cpu has no ''
	cpu/odd=1/|the bits of odd are 'config9:0-3'
	cpu/wide=1/|the bits of wide are 'config:0-70'
	cpu/backwards=1/|the bits of backwards are 'config:7-0'
	cpu/wants/|wants a value for umask
	cpu/broken/|'' is not a value of event
	cpu/circle/|cpu has no 'circle'
	circle|cpu has no 'circle'
	cpu/event=1/x|the modifiers are
	cpu/event=1/:|the modifiers are
	cpu/period=1000/|period is not a part of the event: -c says it
	cpu/event=1,freq=99/|freq is not a part of the event: -F says it
	cpy/event=1/|there is no PMU 'cpy' here; there is cpu
	something/event=1/|there is no PMU 'something' here
	untyped/event=1/|there is no PMU 'untyped' here
	../event=1/|there is no PMU '..' here
	/usr/lib/libc.so.6:malloc|uprobe:FILE:FUNC
	uncore_imc/event=4/|uncore_imc cannot sample: it counts for several cpus
	cas_count_read|uncore_imc cannot sample: it counts for several cpus
	intel_pt/tsc/|intel_pt cannot sample: it writes a trace
	kprobe/retprobe/|functions of the kernel are kprobe:FUNC
	cycles/config1=1/|cycles has no terms
	END
	fails 1 "the cpus have none" event -s "$t" cpu/event=1/
}

@test "names that are wrong are told what is near, modifiers what there are" {
	local text said
	while IFS='|' read -r text said; do
		fails 1 "$said" event -s "$sysfs" "$text"
	done <<-'END'
	cycels|'cycels' is not an event; there are cycles
	page-fault|there are page-faults
	L1-dcache-load-mises|there are L1-dcache-load-misses
	topdown-retirin|there are topdown-retiring
	nothing-like-it-at-all-anywhere|there are cycles, cpu-clock, page-faults
	inst_retired.any|PMU/event=…,umask=…/
	|'' is not an event
	L1-icache-stores|L1-icache has only loads, prefetches
	iTLB-prefetches|iTLB has only loads
	branch-stores|branch has only loads
	L1-dcache-load-store|is not an event
	L1-dcache-load-|is not an event
	L1-dcache-load-misses-refs|is not an event
	rxyz|is not an event
	r1ffffffffffffffff|is not an event
	r-1|is not an event
	dummy|it never fires
	bpf-output|cannot be sampled
	duration_time|perf-stat(1)
	cycles:|modifiers are :u (user) and :k (kernel)
	cycles:x|modifiers are :u (user) and :k (kernel)
	cycles:uu|each once
	cycles:pppp|each once
	cycles:pP|each once
	cycles:u:k|each once
	mem:|a breakpoint is mem:ADDRESS
	mem:foo|a breakpoint is mem:ADDRESS
	mem:0x|a breakpoint is mem:ADDRESS
	mem:-1|a breakpoint is mem:ADDRESS
	mem:0x1000/|a breakpoint is mem:ADDRESS
	mem:0x1000/0|a breakpoint is mem:ADDRESS
	mem:0x1000/9|a breakpoint is mem:ADDRESS
	mem:0x1000/4x|a breakpoint is mem:ADDRESS
	mem:0x1000:|a breakpoint is mem:ADDRESS
	mem:0x1000:rr|a breakpoint is mem:ADDRESS
	mem:0x1000:w:u:k|a breakpoint is mem:ADDRESS
	mem:0x10000000000000000|a breakpoint is mem:ADDRESS
	END
	fails 1 "too long" event "$(printf 'x%.0s' {1..600})"
	fails 1 "too long" event "cpu/$(printf 'x%.0s' {1..5000})/"
}

@test "a glob finds what the machine can sample, each with the modifiers" {
	run_ok build/tests/probe/list '*-faults:u'
	equals "$(sed 's/ .*//' <<<"$output")" "page-faults:u
minor-faults:u
major-faults:u
alignment-faults:u
emulation-faults:u"
	equals "$(grep -c ' user=1 kernel=0 ' <<<"$output")" 5
	run_ok build/tests/probe/list '*'
	contains "$output" "cpu-clock kind=0 type=1 config=0x0 "
	contains "$output" "cgroup-switches kind=0 type=1 config=0xb "
	[[ $output != *msr/* && $output != *dummy* && $output != *power/* ]]
	run_ok build/tests/probe/list 'cs*' # by its other name
	[[ $output == "context-switches "* ]]
	run_ok build/tests/probe/list -m 5 '*-faults'
	fails 1 "'*-faults': 5 events match, more than 4" build/tests/probe/list -m 4 '*-faults'
	fails 1 "no event matches" build/tests/probe/list 'L9-*'
	fails 1 "can sample none" build/tests/probe/list 'msr/*/'
}

@test "all that is known is listed, files about events aside" {
	run_ok event -s "$sysfs" -l
	for name in cycles cgroup-switches L1-dcache-load-misses node-prefetches branch-load-misses; do
		grep -q "^$name\b" <<<"$output" || { echo "no $name" && false; }
	done
	contains "$output" "cpu/mem-loads/ mem-loads"
	contains "$output" "cpu/topdown-retiring/ topdown-retiring"
	[[ $output != *scale* && $output != *cpu/cpu-cycles/* && $output != *cas_count* ]]
	equals "$(awk '{ print $1 }' <<<"$output" | sort | uniq -d)" ""
}

@test "a machine says what of an event it cannot do" {
	fails 1 "x86 has no :r" pb-record -q -o "$t/raw.pb" -d 1 -e mem:0x1001/8:w
	[ ! -e /sys/bus/event_source/devices/msr ] ||
		fails 1 "can count, but not sample" pb-record -q -o "$t/raw.pb" -d 1 -e msr/tsc/
	[ -e /sys/bus/event_source/devices/cpu ] ||
		fails 1 "no PMU" pb-record -q -o "$t/raw.pb" -d 1 -e L1-icache-loads
}

@test "a breakpoint finds the writer, a precise event is taken" {
	local writer=$t/writer address tries=0
	printf '%s\n' 'volatile long target, other;' 'static void __attribute__((noinline)) write_it(long i) { target = i; }' \
		'int main(void) { for (long i = 0; i < 20000; i++) { write_it(i); for (other = 0; other < 1000; other++); } }' >"$t/writer.c"
	gcc -O1 -fno-omit-frame-pointer -no-pie -o "$writer" "$t/writer.c"
	address=0x$(nm "$writer" | awk '$3 == "target" { print $1 }')
	until pb-record -q -c 100 -e "mem:$address/8:w:u" -o "$t/raw.pb" -- "$writer" 2>"$t/err"; do
		cat "$t/err"
		! grep -q "have no breakpoints to lend" "$t/err" || skip "no breakpoints"
		grep -q "breakpoints are all taken" "$t/err" && [ $((tries += 1)) -le 5 ] # by others, for now
		sleep 1
	done
	pb-symbolize -q "$t/raw.pb" | pb-fold | awk '{ n += $NF } $0 ~ /;write_it [0-9]+$/ { some += $NF } END { exit !(n == 200 && some == n) }'
	run_ok pb-record -q -e cpu-clock:pp -F 999 -o "$t/raw.pb" -- "$writer"
	pb-symbolize -q "$t/raw.pb" | pb-fold | grep -q 'writer;.*main'
}

@test "distorted texts: nothing but errors" {
	make -s ASAN=1 build/asan/tests/probe/event build/asan/tests/probe/list
	run_ok build/asan/tests/probe/event -s "$sysfs" -m 3000 $(texts | awk 'NR % 3 == 0') \
		cpu/event=0x3c,umask=0x10,edge/u cpu/mem-loads,ldlat=30/P mem:0x1000/8:rw:u cpu/split=0xabc,width=31/ '*-faults:u' 'L1-*'
	[ "$output" -gt 100 ]
	equals "$stderr" ""
	run_ok build/asan/tests/probe/list '*' mem:0x1000/8:rw:u
}
