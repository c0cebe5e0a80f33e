#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole pipeline: Ctrl-C, a member that dies, a reader that leaves, a stream that is cut anywhere.
load helpers

setup() {
	t=$BATS_TEST_TMPDIR
}

load_cpu() {
	timeout "$1" sh -c 'while :; do gzip -c /bin/bash >/dev/null; done' 3>&- &
}

elapsed() {
	awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }'
}

at_most() {
	awk -v v="$1" -v w="$2" 'BEGIN { exit !(v + 0 <= w + 0) }' || { echo "wanted at most $2, got $1"; return 1; }
}

@test "the pipeline, typed as in the README" {
	load_cpu 4
	pb-record -F 99 -d 2 | pb-symbolize -q | pb-fold | pb-svg >"$t/f.svg"
	xmllint --noout "$t/f.svg"
	contains "$(cat "$t/f.svg")" '>gzip ('
}

@test "pb-record -p PID > raw.pb" {
	load_cpu 3
	pb-record -p $! >"$t/raw.pb"
	pb-dump "$t/raw.pb" | tail -1 | grep -q '^end '
}

@test "Ctrl-C on a running pipeline leaves a complete picture and no error" {
	load_cpu 6
	tests/pty -i 1.5 -t 20 "pb-record -F 99 | pb-symbolize -q | pb-fold | pb-svg >'$t/f.svg'; echo \"\${PIPESTATUS[@]}\" >'$t/status'" \
		>"$t/terminal"
	equals "$(cat "$t/status")" "0 0 0 0"
	xmllint --noout "$t/f.svg"
	contains "$(cat "$t/f.svg")" '>gzip ('
	! grep -iE 'error|END|cut short|interrupt' "$t/terminal"
}

@test "Ctrl-C ends the capture also while the reader stalls; a second one kills" {
	cat >"$t/stalled.py" <<-'EOF'
		import fcntl, signal, time
		signal.signal(signal.SIGINT, signal.SIG_IGN)
		fcntl.fcntl(0, fcntl.F_SETPIPE_SZ, 4096)
		time.sleep(5)
	EOF
	tests/pty -i 1.5 -i 2.5 -t 20 "pb-record -F 4999 -i 50ms --idle --timestamps | python3 '$t/stalled.py'; echo \"\${PIPESTATUS[0]}\" >'$t/status'" >/dev/null
	equals "$(cat "$t/status")" 130
}

@test "killing any one member of the pipe ends the others soon, none hangs" {
	load_cpu 30
	load=$!
	for victim in pb-record pb-symbolize pb-fold pb-svg; do
		mkfifo "$t/1" "$t/2" "$t/3"
		"$bin/pb-record" -q -F 99 -i 100ms -d 30 >"$t/1" 3>&- &
		a=$!
		"$bin/pb-symbolize" -q <"$t/1" >"$t/2" 2>>"$t/err" 3>&- &
		b=$!
		"$bin/pb-fold" <"$t/2" >"$t/3" 2>>"$t/err" 3>&- &
		c=$!
		"$bin/pb-svg" <"$t/3" >"$t/f.svg" 2>>"$t/err" 3>&- &
		e=$!
		sleep 1.5
		declare -A pids=([pb-record]=$a [pb-symbolize]=$b [pb-fold]=$c [pb-svg]=$e)
		start=$EPOCHREALTIME
		kill -9 "${pids[$victim]}"
		case $victim in
		pb-record) wait $e; xmllint --noout "$t/f.svg" ;; # what was recorded until then is drawn
		pb-symbolize) wait $a; equals $? 0; wait $e || true ;;
		pb-fold) wait $a; equals $? 0; wait $b; equals $? 0; wait $e || true ;;
		pb-svg) kill -INT $a || true; wait $a; equals $? 0; wait $b; equals $? 0; wait $c; equals $? 0 ;;
		esac
		at_most "$(elapsed "$start")" 3.5
		rm "$t/1" "$t/2" "$t/3"
		for pid in $a $b $c $e; do wait "$pid" || true; done
	done
	kill $load
}

@test "| head -1 ends pb-record within one interval" {
	load_cpu 4
	start=$EPOCHREALTIME
	pb-record -F 99 | pb-symbolize -q | pb-dump | head -1
	equals "${PIPESTATUS[*]}" "0 0 0 0"
	at_most "$(elapsed "$start")" 2.5
}

@test "a real recording cut at each of its first 64 KiB, in every reader" {
	load_cpu 3
	pb-record -q -F 4999 -a -d 2 --timestamps | pb-symbolize -q >"$t/raw.pb"
	[ "$(stat -c %s "$t/raw.pb")" -ge 65536 ]
	build/asan/tests/stream/cut "$t/raw.pb" 65536 0
	for n in 0 1 7 8 9 100 1000 4711 30000 65535; do
		head -c $n "$t/raw.pb" >"$t/cut.pb"
		for command in pb-dump pb-fold pb-symbolize; do
			run --separate-stderr bash -c "build/asan/$command '$t/cut.pb' >'$t/out'"
			[ "$status" -le 1 ]
			contains "$stderr" "offset "
		done
	done
}

@test "a decoder written from pb-stream(5) alone reads a real recording" {
	load_cpu 3
	pb-record -q -F 999 -d 1 | pb-symbolize -q >"$t/raw.pb"
	equals "$(python3 tests/decode.py man/pb-stream.5 <"$t/raw.pb" | sed -n "s/.* stacks \([0-9]*\) samples;.*/\1/p")" \
		"$(pb-fold "$t/raw.pb" | awk '{ n += $NF } END { print n }')"
}
