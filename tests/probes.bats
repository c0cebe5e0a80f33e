#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tracepoints, functions and markers on real programs that know how often they fire: the counts are exact, the stacks whole.
load helpers
load capture

setup_file() {
	local d=$BATS_FILE_TMPDIR cc="gcc -O1 -g -pthread" src=$BATS_TEST_DIRNAME/record program
	mount_tracefs
	$cc -nostdlib -static -o "$d/writer" "$src/writer.c"
	for program in switcher recurse caller loader markers allocs turns; do
		$cc -o "$d/$program" "$src/$program.c"
	done
	$cc -no-pie -o "$d/fixed" "$src/caller.c"
	$cc -rdynamic -o "$d/stripped" "$src/caller.c"
	strip "$d/stripped"
	$cc -DSEMAPHORE -o "$d/semaphore" "$src/markers.c"
	$cc -shared -fPIC -o "$d/plugin.so" "$src/plugin.c"
	$cc -shared -fPIC -DFUNCTION=plugged_otherwise -o "$d/other.so" "$src/plugin.c"
	g++ -O1 -g -w -o "$d/overloads" "$src/overloads.cc"
}

teardown_file() {
	unmount_tracefs
}

setup() {
	d=$BATS_FILE_TMPDIR t=$BATS_TEST_TMPDIR
}

teardown() {
	end_all
}

# fires WANTED OPTION... -- COMMAND...: the recording is conserved, and its events' "EVENT SAMPLES VALUE" lines are these.
fires() {
	local wanted=$1
	shift
	pb-record -q -o "$t/raw.pb" "$@" >"$t/said" || return
	conserved "$t/raw.pb" && equals "$(counts "$t/raw.pb")" "$wanted"
}

# fires_in_paused WANTED OPTION...: the same of the command that paused() has started.
fires_in_paused() {
	local wanted=$1
	shift
	start "$t/raw.pb" "$@" -p "$paused" || return
	go
	wait "$recorder"
	conserved "$t/raw.pb" && equals "$(counts "$t/raw.pb")" "$wanted"
}

# folded [OPTION...]: the stacks of what was recorded last.
folded() {
	pb-symbolize -q --no-inlines "$t/raw.pb" | pb-fold "$@"
}

libc_start="_start;__libc_start_main;__libc_start_call_main;main"

# depths FUNCTION: "DEPTH SAMPLES" lines of the folded stacks on stdin, all of which have to be whole.
depths() {
	awk -v f=";$1" -v start=";$libc_start" '
	index($0, start) != index($0, ";") { print "not whole:", $0 }
	{ n = gsub(f, ""); all[n] += $NF }
	END { for (n in all) print n, all[n] }' | sort -n
}

# ---- tracepoints ----

@test "tracepoints: as many as there were calls, each under its name" {
	fires "syscalls:sys_enter_write 1000 1000
syscalls:sys_exit_write 1000 1000
syscalls:sys_enter_getppid 500 500" -e syscalls:sys_enter_write -e syscalls:sys_exit_write -e syscalls:sys_enter_getppid -- "$d/writer"
}

@test "tracepoints: of all that a pattern matches those that fired, and no other" {
	pb-record -q -e 'syscalls:sys_enter_[erw]*' -e 'syscalls:sys_enter_getp*' -o "$t/raw.pb" -- "$d/writer"
	conserved "$t/raw.pb"
	equals "$(counts "$t/raw.pb" | awk '$2' | sort)" "syscalls:sys_enter_exit_group 1 1
syscalls:sys_enter_getppid 500 500
syscalls:sys_enter_read 250 250
syscalls:sys_enter_write 1000 1000"
	equals "$(pb-fold --events "$t/raw.pb" | sed 's/;.* / /' | sort)" "[syscalls:sys_enter_exit_group] 1
[syscalls:sys_enter_getppid] 500
[syscalls:sys_enter_read] 250
[syscalls:sys_enter_write] 1000"
}

@test "tracepoints and raw tracepoints: switches are those that the kernel has counted for the thread" {
	local least most event n
	pb-record -q -e sched:sched_switch -e raw_tp:sched_switch -o "$t/raw.pb" -- "$d/switcher" >"$t/said"
	conserved "$t/raw.pb"
	equals "$(tally "$t/raw.pb" 3)" 0
	read -r least most <"$t/said"
	at_least "$least" 300
	near "$least" "$most" 3
	for event in sched:sched_switch raw_tp:sched_switch; do
		n=$(of "$t/raw.pb" switching $event)
		at_least "$n" "$least"
		at_least "$most" "$n"
	done
}

@test "raw tracepoints: arguments as weight and filter" {
	fires "raw_tp:sys_enter 1000 1000" -e raw_tp:sys_enter --filter "arg2 == 1" -- "$d/writer"
	equals "$(tally_of "$t/raw.pb" 2 filter)" 751
}

@test "tracepoints: fields as weight and filter; what is left out is counted so" {
	fires "syscalls:sys_enter_write 1000 499500" -e syscalls:sys_enter_write --weight bytes:count -- "$d/writer"
	fires "syscalls:sys_enter_write 100 94950" -e syscalls:sys_enter_write --weight bytes:count --filter 'fd == 99 && count >= 900' -- "$d/writer"
	equals "$(tally_of "$t/raw.pb" 2 filter)" 900
	fires "syscalls:sys_exit_write 1000 1000" -e syscalls:sys_exit_write --filter 'ret == -9' -- "$d/writer"
	fires "syscalls:sys_enter_write 0 0" -e syscalls:sys_enter_write --filter 'fd != 99' -- "$d/writer"
	equals "$(tally_of "$t/raw.pb" 2 filter)" 1000
	# Arguments that are ints have 32 bits, whatever is above these in the register.
	closed=$'import os, contextlib\nwith contextlib.suppress(OSError): os.open("x", 0, dir_fd=-5)\nwith contextlib.suppress(OSError): os.write(-5, b"")'
	fires "syscalls:sys_enter_openat 1 1" -e syscalls:sys_enter_openat --filter 'dfd == -5' -- python3 -S -c "$closed"
	fires "syscalls:sys_enter_write 1 1" -e syscalls:sys_enter_write --filter 'fd == -5' -- python3 -S -c "$closed"
}

@test "tracepoints: texts as filter" {
	local least most n
	start "$t/raw.pb" -e sched:sched_switch --filter 'prev_comm == "switching"'
	"$d/switcher" >"$t/said"
	stop
	conserved "$t/raw.pb"
	read -r least most <"$t/said"
	n=$(of "$t/raw.pb" switching)
	at_least "$n" "$least"
	at_least "$most" "$n"
	equals "$(counts "$t/raw.pb")" "sched:sched_switch $n $n"
	at_least "$(tally_of "$t/raw.pb" 2 filter)" "$n"
}

# ---- functions ----

@test "functions: each call, position independent or not, stripped or not, with whole stacks" {
	local program
	for program in caller fixed stripped; do
		fires "uprobe:$program:called 3000 3000
uretprobe:$program:called 3000 3000" -e uprobe:called -e uretprobe:called -- "$d/$program" 3000
		equals "$(tally_of "$t/raw.pb" 4 'user stacks: root reached')" 6000
		[ $program = stripped ] || equals "$(folded --events)" \
			"$(printf "[%s:$program:called];$program;$libc_start;run;call_all;called 3000\n" uprobe uretprobe)"
	done
}

@test "functions: by FILE, by path and by the command's name alone" {
	local file
	cd "$d"
	for file in caller: ./caller: "$d/caller:" ""; do
		fires "uprobe:caller:called 50 50" -e "uprobe:${file}called" -- ./caller 50
	done
}

@test "functions of C++: overloads, templates and namespaces are told apart" {
	fires "uprobe:overloads:shop::Till::add(int) 10 10
uprobe:overloads:shop::Till::add(int, char) 20 20
uprobe:overloads:shop::Till::add(long) const 30 30" -e 'uprobe:shop::Till::add' -- "$d/overloads"
	fires "uprobe:overloads:shop::Till::add(int, char) 20 20" -e 'uprobe:shop::Till::add(int, char)' -- "$d/overloads"
	fires "uprobe:overloads:int shop::twice<int>(int) 40 40
uprobe:overloads:long shop::twice<long>(long) 50 50" -e 'uprobe:overloads:*shop::twice<*' -- "$d/overloads"
	fires "uprobe:overloads:long shop::twice<long>(long) 50 50" -e 'uprobe:shop::twice<long>' -- "$d/overloads"
	fires "uprobe:overloads:shop::(anonymous namespace)::hidden(int) 60 60" -e 'uprobe:overloads:*hidden*' -- "$d/overloads"
	equals "$(folded)" "overloads;$libc_start;shop::(anonymous namespace)::hidden(int) 60"
}

@test "functions of Rust: a module's, a type's, generic ones" {
	RUSTC_BOOTSTRAP=1 rustc -O -g -C symbol-mangling-version=v0 -o "$t/mangled" "$BATS_TEST_DIRNAME/record/mangled.rs"
	fires "uprobe:mangled:<mangled::shop::Till>::add 10 10" -e 'uprobe:mangled:*Till*::add' -- "$t/mangled"
	fires "uprobe:mangled:mangled::shop::price 20 20" -e 'uprobe:mangled::shop::price' -- "$t/mangled"
	fires "uprobe:mangled:mangled::shop::twice::<u32> 30 30
uprobe:mangled:mangled::shop::twice::<u64> 40 40" -e 'uprobe:mangled:mangled::shop::twice*' -- "$t/mangled"
	folded | awk '!/^mangled;_start;.*;mangled::main;mangled::shop::twice(::)?<u(32|64)> (30|40)$/ { print; bad++ } END { exit bad }'
}

@test "an offset in a function and a line of its source fire as the function does" {
	local at line
	line=$(awk '/the line that tests ask for/ { print NR }' "$BATS_TEST_DIRNAME/record/caller.c")
	fires "uprobe:caller:caller.c:$line 900 900" -e "uprobe:caller.c:$line" -- "$d/caller" 1000
	# The second instruction.
	at=$(objdump -d "$d/caller" --disassemble=called | awk '/<called>:/ { getline; getline; sub(":", "", $1); print $1 }')
	at=$(printf 0x%x $((0x$at - 0x$(nm "$d/caller" | awk '$3 == "called" { print $1 }'))))
	fires "uprobe:caller:called+$at 1000 1000" -e "uprobe:called+$at" -- "$d/caller" 1000
	equals "$(folded)" "caller;$libc_start;run;call_all;called 1000"
}

@test "arguments and results as weight and filter" {
	fires "uprobe:caller:called 1000 7992000" -e uprobe:called --weight bytes:arg2 -- "$d/caller" 1000
	fires "uprobe:caller:called 10 155" -e uprobe:called --weight n:arg1 --filter 'arg1 > 10 && arg1 <= 20' -- "$d/caller" 1000
	equals "$(tally_of "$t/raw.pb" 2 filter)" 990
	fires "uprobe:caller:called 3 3" -e uprobe:called --filter 'arg1 == 7 || arg2 == 160 || arg1 == 999' -- "$d/caller" 1000
	fires "uretprobe:caller:called 100 100" -e uretprobe:called --filter 'ret:s32 == -1' -- "$d/caller" 1000
	equals "$(tally_of "$t/raw.pb" 2 filter)" 900
	# Of 0 to 999 those that do not end in 9; -1 counts as nothing.
	fires "uretprobe:caller:called 1000 $((499500 - 50400))" -e uretprobe:called --weight n:ret:s32 -- "$d/caller" 1000
}

@test "many threads at once: each call is there, once" {
	fires "uprobe:caller:called 16000 16000
uretprobe:caller:called 16000 16000" -e uprobe:called -e uretprobe:called -- "$d/caller" 2000 threads 8
	equals "$(tally "$t/raw.pb" 3)" 0
	folded | awk '!/^caller;(__)?clone3?;start_thread;call_all;called / { print; bad++ } END { exit bad }'
}

@test "children are followed, of a command and of -p, unless --no-inherit" {
	fires "uprobe:caller:called 400 400" -e uprobe:called -- "$d/caller" 100 children 3
	fires "uprobe:caller:called 100 100" -e uprobe:called --no-inherit -- "$d/caller" 100 children 3
	paused "$d/caller" 100 wait children 3 threads 2
	fires_in_paused "uprobe:caller:called 800 800" -e uprobe:called
	paused "$d/caller" 100 wait children 3 threads 2
	fires_in_paused "uprobe:caller:called 200 200" -e uprobe:called --no-inherit
	equals "$(tally_of "$t/raw.pb" 2 'other tasks')" 600
}

@test "only the process that -p or the thread that -t names" {
	local by
	for by in -p -t; do
		paused "$d/caller" 1000 wait
		start "$t/raw.pb" -e "uprobe:$d/caller:called" $by "$paused"
		"$d/caller" 500
		go
		wait "$recorder"
		conserved "$t/raw.pb"
		equals "$(counts "$t/raw.pb")" "uprobe:caller:called 1000 1000"
		equals "$(tally_of "$t/raw.pb" 2 'other tasks')" 500
		equals "$(pb-dump "$t/raw.pb" | sed -n 's/^task .* pid=\([0-9]*\) .*/\1/p' | sort -u)" "$paused"
	done
}

@test "a program that starts later fires the whole system's probes" {
	start "$t/raw.pb" -e "uprobe:$d/caller:called"
	"$d/caller" 700
	"$d/caller" 300 threads 3
	stop
	conserved "$t/raw.pb"
	equals "$(counts "$t/raw.pb")" "uprobe:caller:called 1600 1600"
}

@test "a library that is loaded later" {
	fires "uprobe:plugin.so:plugged 2000 2000" -e "uprobe:$d/plugin.so:plugged" -- "$d/loader" "$d/plugin.so" 2000
	# What is fired within the first milliseconds may come before the mapping and its table are known, and says so.
	equals "$(folded | sed -E '/;\[no .* yet\];/d; s/ [0-9]+$//')" "loader;$libc_start;plugin_run;plugged"
	paused "$d/loader" "$d/plugin.so" 2000 wait
	within 5 grep -q plugin.so "/proc/$paused/maps"
	fires_in_paused "uprobe:plugin.so:plugged 2000 2000" -e uprobe:plugin.so:plugged
	equals "$(folded)" "loader;$libc_start;plugin_run;plugged 2000"
}

@test "a process in another mount namespace: FILE is what it sees there" {
	local file
	paused unshare -m sh -c 'mount --bind "$0/other.so" "$0/plugin.so" && exec "$0/loader" "$0/plugin.so" 600 wait' "$d"
	within 5 grep -q plugin.so "/proc/$paused/maps"
	for file in "$d/plugin.so" plugin.so; do
		fails 1 "plugin.so" pb-record -o /dev/null -e "uprobe:$file:plugged" -p "$paused"
	done
	fires_in_paused "uprobe:plugin.so:plugged_otherwise 600 600
uprobe:plugin.so:plugin_run 1 1" -e "uprobe:$d/plugin.so:plugged_otherwise" -e "uprobe:plugin.so:plugin_run"
}

@test "returns of a function that calls itself: each, with the whole stack, though return addresses are diverted" {
	local kind
	for kind in uprobe uretprobe; do
		pb-record -q -e $kind:fib -o "$t/raw.pb" -- "$d/recurse" 14 >"$t/said"
		conserved "$t/raw.pb"
		equals "$(folded | depths fib)" "$(cat "$t/said")"
		pb-record -q -e $kind:down -e uretprobe:main -o "$t/raw.pb" -- "$d/recurse" 60 down >"$t/said"
		conserved "$t/raw.pb"
		equals "$(folded -e $kind:recurse:down | depths down)" "$(cat "$t/said")"
		equals "$(counts "$t/raw.pb" | awk '/main/ { print $2 }')" 1
	done
}

@test "returns of deeper recursion: the kernel awaits 64 of a thread, and these have whole stacks" {
	pb-record -q -e uretprobe:down -e uprobe:down -o "$t/raw.pb" -- "$d/recurse" 200 down >"$t/said"
	conserved "$t/raw.pb"
	equals "$(folded -e 'uretprobe:*' | depths down)" "$(head -64 "$t/said")"
	equals "$(folded -e 'uprobe:*' | depths down)" "$(cat "$t/said")"
}

@test "all that a pattern matches, by one link: each function under its name, with its stack; returns, too" {
	local kind wanted
	for kind in uprobe uretprobe; do
		wanted=$(for it in "add(int) 10" "add(int, char) 20" "add(long) const 30"; do echo "$kind:overloads:shop::Till::$it"; done)
		pb-record -q -e "$kind:overloads:shop::*" -e $kind:main -o "$t/raw.pb" -- "$d/overloads"
		conserved "$t/raw.pb"
		equals "$(counts "$t/raw.pb" | grep Till | sed 's/ [0-9]*$//')" "$wanted"
		equals "$(counts "$t/raw.pb" | grep -c " 1 1$")" 1
		equals "$(tally "$t/raw.pb" 1)" $((10 + 20 + 30 + 40 + 50 + 60 + 1))
		folded -e '*shop*' | awk -v start="overloads;$libc_start;" '
		index($0, start) != 1 || substr($0, length(start)) !~ /^;(int |long )?shop::[^;]* [1-6]0$/ { print; bad++ } END { exit bad }'
		pb-record -q -e "$kind:recurse:[df]*n" -e "$kind:recurse:f?b" -o "$t/raw.pb" -- "$d/recurse" 12 >"$t/said"
		conserved "$t/raw.pb"
		equals "$(folded | depths fib)" "$(cat "$t/said")"
	done
}

@test "a call's stack is whole while returns of all its callers are awaited" {
	pb-record -q -e uprobe:fib -e uretprobe:fib -e uretprobe:main -e uretprobe:libc.so.6:__libc_start_call_main \
		-o "$t/raw.pb" -- "$d/recurse" 12 >"$t/said" || pb-record -q -e uprobe:fib -e uretprobe:fib -e uretprobe:main -o "$t/raw.pb" -- "$d/recurse" 12 >"$t/said"
	conserved "$t/raw.pb"
	equals "$(folded -e uprobe:recurse:fib | depths fib)" "$(cat "$t/said")"
	equals "$(folded -e uretprobe:recurse:fib | depths fib)" "$(cat "$t/said")"
}

@test "samples of the clock have whole stacks where probes fire: also while the probed instruction runs as a copy elsewhere" {
	local kind
	for kind in uprobe uretprobe; do
		pb-record -q -F 4999 -e cpu-clock -e $kind:called -o "$t/raw.pb" -- "$d/caller" 8000
		conserved "$t/raw.pb"
		folded -e cpu-clock | grep -v ';_start;_dl_start' >"$t/folded"
		at_least "$(share "$t/folded" "^caller;$libc_start;run;call_all[; ]")" 95
		at_least "$(share "$t/folded" ";called;")" 30
	done
}

# ---- markers ----

@test "markers: with a semaphore and without; arguments as weight and filter" {
	local program
	for program in markers semaphore; do
		fires "usdt:shop:sale 1000 1000" -e usdt:shop:sale -- "$d/$program" 1000
		equals "$(cat "$t/said")" 1000
		equals "$(folded)" "$program;$libc_start;sell 1000"
		fires "usdt:shop:sale 500 1124250" -e "usdt:$d/$program:sale" --weight money:arg2 --filter 'arg1 >= 500' -- "$d/$program" 1000
		equals "$(tally_of "$t/raw.pb" 2 filter)" 500
	done
	# Nobody listens any more.
	equals "$("$d/semaphore" 10)" 0
}

@test "markers: the semaphore of a process that runs already" {
	paused sh -c 'read -r line; exec "$0" 100' "$d/semaphore"
	fires_in_paused "usdt:shop:sale 100 100" -e "usdt:$d/semaphore:shop:sale"
	equals "$(cat "$t/paused.out")" 100
}

# ---- bytes ----

# on_path EVENT: "PATH BYTES SAMPLES" lines of one event's stacks, by the function that run() called.
on_path() {
	join <(folded -e "$1" | by_path) <(folded -e "$1" --count | by_path)
}

by_path() {
	awk '{ n = $NF } sub(/.*;run;/, "") { sub(/[; ].*/, ""); all[$0] += n } END { for (p in all) print p, all[p] }' | sort
}

@test "bytes that are allocated: as much and as often as the program says, on each path, by several threads" {
	local event
	pb-record -q -o "$t/raw.pb" $(for event in malloc calloc realloc memalign; do echo "-e uprobe:$event --weight bytes"; done) \
		-- "$d/allocs" 4 >"$t/said"
	conserved "$t/raw.pb"
	equals "$(on_path uprobe:libc.so.6:malloc | grep mallocs)" "$(grep mallocs "$t/said")"
	equals "$(on_path uprobe:libc.so.6:calloc | grep by_calloc)" "$(grep by_calloc "$t/said")"
	equals "$(on_path uprobe:libc.so.6:realloc)" "$(grep by_realloc "$t/said")"
	equals "$(on_path uprobe:libc.so.6:memalign)" "$(grep aligned "$t/said")"
	folded | awk '!/^allocs;(__)?clone3?;start_thread;run;/ && /;run;/ { print; bad++ } END { exit bad }'
}

@test "bytes that are read: what read() returned; at the end and where it fails it is none" {
	head -c 100000 /dev/zero >"$t/file"
	cat >"$t/reader.c" <<-'EOF'
	#include <fcntl.h>
	#include <unistd.h>
	int main(int argc, char **argv)
	{
		char data[4096];
		int fd = open(argv[argc - 1], O_RDONLY);
		while (read(fd, data, sizeof(data)) > 0)
			;
		return read(-1, data, 1) == 0;
	}
	EOF
	gcc -O1 -o "$t/reader" "$t/reader.c"
	fires "uretprobe:libc.so.6:read 27 100000" -e uretprobe:libc.so.6:read --weight bytes:ret -- "$t/reader" "$t/file"
	fires "uretprobe:libc.so.6:read 25 100000" -e uretprobe:libc.so.6:read --weight bytes --filter 'ret > 0' -- "$t/reader" "$t/file"
	equals "$(folded)" "reader;$libc_start;read 100000"
	fires "uprobe:libc.so.6:read 27 106497" -e uprobe:libc.so.6:read --weight bytes -- "$t/reader" "$t/file"
}
