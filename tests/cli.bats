# SPDX-License-Identifier: GPL-2.0-or-later
# Manners that all commands share, pb(7). One row of the table is a command; one test is a manner, tried on
# every row it is for.
load helpers

# command, what it reads and writes (stream, text or - for nothing), how to run it, a wrong option value
rows() {
	grep -v '^#' <<-'END' | while IFS='|' read -r name reads writes run wrong; do
	pb-record   |-     |stream|pb-record -q -d 0.2 -F 99            |--freq=99x
	pb-symbolize|stream|stream|pb-symbolize                         |
	pb-fold     |stream|text  |pb-fold                              |
	pb-svg      |text  |text  |pb-svg                               |--width=wide
	pb-d3       |text  |text  |pb-d3                                |--values=total
	pb-serve    |stream|-     |pb-serve --once -q                   |--listen=nowhere
	pb-dump     |stream|text  |pb-dump                              |
	pb-dump     |text  |stream|pb-dump -r                           |
	END
		name=${name%% *} reads=${reads%% *} writes=${writes%% *}
		[ -x "$bin/$name" ] && echo "$name|$reads|$writes|${run%"${run##*[! ]}"}|$wrong"
	done
}

# each FIELD PATTERN TEST [ARGUMENT]: runs TEST with the row's fields in variables, for the rows whose FIELD is
# like PATTERN.
each() {
	local field=$1 pattern=$2 name reads writes run wrong failed=0
	shift 2
	while IFS='|' read -r name reads writes run wrong <&9; do
		[[ ${!field} == $pattern ]] || continue
		"$@" && continue
		echo "^ $run"
		failed=1
	done 9< <(rows)
	[ $failed = 0 ]
}

setup_file() {
	cd "$BATS_FILE_TMPDIR"
	cat >text <<-'END'
	segment host="fixture" release="6.1" arch="x86_64" cpus=1
	event name="cpu-clock" unit="samples" frequency=99
	module kind=1 path="[kernel]"
	symbol module=0 start=0x10 size=16 name="a"
	symbol module=0 start=0x20 size=16 name="b"
	frame module=0 offset=0x10
	frame module=0 offset=0x20
	stack frame=0
	stack parent=0 frame=1
	task pid=1 tid=1 start=0 comm="init"
	window event=0 start=0 end=1000000000
	sample task=0 cpu=0 stack=1 count=99
	tally class=0 count=99
	tally class=1 count=99
	end
	END
	if [ -x "$bin/pb-dump" ]; then pb-dump -r <text >stream; fi
	echo 'init;a;b 99' >folded
}

# The file a command of this row can read.
input() {
	case $name,$reads in
	*,-) echo /dev/null ;;
	pb-dump,text) echo "$BATS_FILE_TMPDIR/text" ;;
	*,text) echo "$BATS_FILE_TMPDIR/folded" ;;
	*,stream) echo "$BATS_FILE_TMPDIR/stream" ;;
	esac
}

# What was said, without the address of pb-serve.
own() {
	grep -v '/#t=' || true
}

@test "every command is in the table, and does its work" {
	equals "$(rows | cut -d'|' -f1 | sort -u)" "$(commands)"
	works() { run_ok $run <"$(input)" && [[ -n $output || $writes = - ]]; }
	each name '*' works
}

@test "-h and --help: on stdout, status 0, the same" {
	helps() {
		run_ok $name --help && contains "$output" "Usage: $name " && [ -z "$stderr" ] || return
		local long=$output
		run_ok $name -h && equals "$output" "$long"
	}
	each name '*' helps
}

@test "--help fits a terminal of 80 columns" {
	narrow() { ! $name --help | sed 1,2d | grep -nE '^.{81,}'; }
	each name '*' narrow
}

@test "--version: name and version" {
	versions() { run_ok $name --version && [[ $output =~ ^$name\ [0-9]+\.[0-9]+ ]]; }
	each name '*' versions
}

@test "an unknown option: status 2, and what to try" {
	unknown() {
		fails 2 "$name: " $name --no-such-option && contains "$stderr" "Try '$name --help'." &&
			contains "$stderr" no-such-option && [ -z "$output" ] &&
			fails 2 "Try '$name --help'." $name -Z
	}
	each name '*' unknown
}

@test "an option without its argument, and with one too many: status 2" {
	argument() { fails 2 "Try" $name "${wrong%%=*}"; }
	each wrong '-*' argument
	surplus() { fails 2 "Try" $name --version=3; }
	each name '*' surplus
}

@test "a wrong value: status 2, and what was wrong with it" {
	value() { fails 2 "${wrong%%=*}: '${wrong#*=}'" $name "$wrong" && contains "$stderr" "Try"; }
	each wrong '-*' value
}

@test "a number, duration or size beyond its limits, or none: status 2, and the limits" {
	local name option value said
	while IFS='|' read -r name option value said; do
		[ ! -x "$bin/$name" ] || fails 2 "$name: $option: '$value' is not a $said" $name "$option=$value"
	done <<-'END'
	pb-record|--interval|1ms|duration from 10ms to 1h
	pb-record|--duration|0|duration of 1ns or more
	pb-record|--ring-size|1k|size from 4k to 1G
	pb-record|--max-depth|0|number from 1 to 1024
	pb-svg|--width|99|number from 100 to 100000
	pb-serve|--window|500ms|duration from 1s to 3600h
	pb-serve|--window|3601h|duration from 1s to 3600h
	pb-serve|--memory|15M|size from 16M to 1024G
	pb-serve|--memory|1T|size from 16M to 1024G
	pb-serve|--max-clients|none|number from 1 to 10000
	END
}

@test "a missing file: status 1, its name and why" {
	missing() { fails 1 "$name: /no/such/file: No such file or directory" $run /no/such/file; }
	each reads '[st]*' missing
}

@test "a directory for a file: status 1, its name and why" {
	directory() { fails 1 "$name: /etc: " $run /etc && contains "$stderr" "Is a directory"; }
	each reads '[st]*' directory
}

@test "a file and - for stdin are read like stdin" {
	same() {
		local wanted
		wanted=$($run <"$(input)" | md5sum)
		equals "$($run "$(input)" | md5sum)" "$wanted" && equals "$($run - <"$(input)" | md5sum)" "$wanted"
	}
	each reads '[st]*' same
}

@test "a full disk: status 1, and why" {
	full() { fails 1 "$name: <stdout>: No space left on device" bash -c "$run <$(input) >/dev/full"; }
	each writes '[st]*' full
	helps() { fails 1 "No space left on device" bash -c "$name --help >/dev/full"; }
	each name '*' helps
}

@test "closed stdout, stdin or stderr: nothing hangs, nothing is written elsewhere" {
	closed() {
		run timeout 10 bash -c "$run <$(input) $1"
		[ "$status" -le 1 ] && [ -z "$output" ]
	}
	for how in '>/dev/null 2>&-' '<&- >/dev/null 2>&1' '<&- >&- 2>&-'; do
		each name '*' closed "$how"
	done
	lost() { fails 1 "$name: <stdout>: Bad file descriptor" bash -c "$run <$(input) >&-"; }
	each writes '[st]*' lost
}

@test "the reader of the pipe is done: status 0, quietly" {
	early() {
		run timeout 20 bash -c "{ sleep 0.3; cat $(input); } | $run | true; exit \${PIPESTATUS[1]}"
		[ "$status" = 0 ] && equals "$(own <<<"$output")" ""
	}
	each name '*' early
	[ ! -x "$bin/pb-svg" ] || {
		run bash -c "seq 100000 | sed 's/.*/a;b& 1/' | pb-svg --minwidth 0 | head -c 1 >/dev/null; echo \${PIPESTATUS[@]}"
		equals "$output" "0 0 0 0"
	}
}

@test "SIGPIPE ignored or not by the parent makes no difference" {
	early() {
		run timeout 20 bash -c "{ sleep 0.3; cat $(input); } | (trap '' PIPE; $run) | true; exit \${PIPESTATUS[1]}"
		[ "$status" = 0 ] && equals "$(own <<<"$output")" ""
	}
	each name '*' early
}

@test "a stream is not written to a terminal: status 2, and what to type instead" {
	refuses() {
		run tests/pty "$run <$(input)"
		exits_with 2 && contains "$output" "$name: <stdout> is a terminal: " && contains "$output" ">"
	}
	each writes stream refuses
}

@test "a stream is not read from a terminal: status 2, and what to type instead" {
	refuses() {
		run tests/pty "$run >/dev/null"
		exits_with 2 && contains "$output" "$name: <stdin> is a terminal: "
	}
	each reads stream refuses
}

@test "Ctrl-C ends the capture, not the filters: they carry on to the end of their input" {
	outlives() {
		local wanted got=$BATS_TEST_TMPDIR/got half
		half=$(($(stat -c %s "$(input)") / 2))
		wanted=$($run <"$(input)" | md5sum)
		run tests/pty -i 1 "(trap '' INT; head -c $half $(input); sleep 1.5; tail -c +$((half + 1)) $(input)) | $run >$got"
		equals "$(md5sum <"$got")" "$wanted"
	}
	each reads '[st]*' outlives
}

@test "a second Ctrl-C kills a filter" {
	dies() {
		run tests/pty -i 0.5 -i 0.8 "(trap '' INT; sleep 1.2) | $run >/dev/null"
		exits_with $([ "$writes" = - ] && echo 0 || echo 130) # pb-serve has nothing left to write: it just ends
	}
	each reads '[st]*' dies
}

@test "without a terminal nothing is said about progress" {
	quiet() { run_ok $run <"$(input)" && equals "$(own <<<"$stderr")" ""; }
	each reads '[st]*' quiet
}
