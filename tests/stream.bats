# SPDX-License-Identifier: GPL-2.0-or-later
# The binary stream: what every reader does with sound, cut, concatenated and hostile ones, and what pb-stream(5) says.
load helpers

readers=(pb-dump pb-fold pb-symbolize)

setup_file() {
	make -s build/tests/stream/extremes
	make -s ASAN=1 all build/asan/tests/stream/cut
}

# stream TEXT...: the stream of these lines.
stream() {
	printf '%s\n' "$@" | pb-dump -r
}

# A small recording of a program with two functions, and one that lost its end.
small() {
	stream 'segment host="h"' 'event name="cycles" unit="samples"' 'module path="/bin/a"' 'frame offset=1' 'frame offset=2' \
		'stack frame=0' 'stack parent=0 frame=1' 'task pid=7 comm="a"' 'window end=9' 'sample stack=1 count=3' \
		'function name="main"' 'name' 'tally count=3' 'tally class=1 count=3' "${1:-end}"
}

@test "every record with extreme values reads back as it was written" {
	build/tests/stream/extremes >"$BATS_TEST_TMPDIR/extremes"
	build/tests/stream/extremes check <"$BATS_TEST_TMPDIR/extremes"
}

@test "the table in pb-stream(5) is the one in records.def" {
	equals "$(sed -n '/^\.\\" begin of tables/,/^\.\\" end of tables/p' man/pb-stream.5 | sed '1d;$d')" "$(scripts/record-tables)"
}

@test "the example in pb-stream(5) is true" {
	part() { sed -n "/^\.\\\\\" begin of example $1/,/^\.\\\\\" end of example $1/p" man/pb-stream.5 | sed '1d;$d'; }
	equals "$(part text | pb-dump -r | od -An -v -tx1 | tr -d ' \n')" "$(part bytes | tr -d ' \n')"
	equals "$(part text | pb-dump -r | pb-dump)" "$(part text)"
}

@test "a decoder written from pb-stream(5) alone agrees with pb-fold" {
	local file
	pb-dump -r tests/fold/main.txt >"$BATS_TEST_TMPDIR/main"
	pb-dump -r tests/fold/lost.txt >"$BATS_TEST_TMPDIR/lost"
	build/tests/stream/extremes >"$BATS_TEST_TMPDIR/extremes"
	for file in main lost; do
		equals "$(python3 tests/decode.py man/pb-stream.5 <"$BATS_TEST_TMPDIR/$file" | sed '$d' | awk '{ n += $1 } END { print n }')" \
			"$(pb-fold "$BATS_TEST_TMPDIR/$file" 2>/dev/null | awk '{ n += $NF } END { print n }')"
	done
	contains "$(python3 tests/decode.py man/pb-stream.5 <"$BATS_TEST_TMPDIR/main")" "15 stacks 32769 samples; 32769 32769 0 0 in the tally"
	contains "$(python3 tests/decode.py man/pb-stream.5 <"$BATS_TEST_TMPDIR/extremes")" "12 stacks"
}

@test "cut at every byte, and with every byte changed: read, or refused with an offset" {
	local file
	{ pb-dump -r tests/fold/main.txt; small; } >"$BATS_TEST_TMPDIR/two"
	small >"$BATS_TEST_TMPDIR/one"
	pb-dump -r tests/stream/all.txt >"$BATS_TEST_TMPDIR/all"
	for file in one two all; do
		run_ok build/asan/tests/stream/cut "$BATS_TEST_TMPDIR/$file"
		contains "$output" " 0 wrong"
	done
}

@test "every command reads what is left of a stream cut at any byte" {
	local n name failed=0
	small >"$BATS_TEST_TMPDIR/one"
	for n in $(seq 8 $(($(stat -c %s "$BATS_TEST_TMPDIR/one") - 1))); do
		for name in "${readers[@]}"; do
			head -c $n "$BATS_TEST_TMPDIR/one" >"$BATS_TEST_TMPDIR/cut"
			build/asan/$name <"$BATS_TEST_TMPDIR/cut" >/dev/null 2>"$BATS_TEST_TMPDIR/said" || failed=1
			grep -q "^$name: <stdin>: offset [0-9]*: .*; using what there is$" "$BATS_TEST_TMPDIR/said" ||
				{ cat "$BATS_TEST_TMPDIR/said" && echo "^ $name, cut at $n" && failed=1; }
		done
	done
	[ $failed = 0 ]
}

@test "each malformed stream: status 1, its own message, what came before is used" {
	local file name failed=0 wanted
	for file in tests/stream/bad/*.txt; do
		wanted=$(sed -n '1s/^# //p' "$file")
		pb-dump -r "$file" >"$BATS_TEST_TMPDIR/bad"
		for name in "${readers[@]}"; do
			fails 1 "$name: <stdin>: $wanted" build/asan/$name <"$BATS_TEST_TMPDIR/bad" >"$BATS_TEST_TMPDIR/said" ||
				{ tr -d '\0' <"$BATS_TEST_TMPDIR/said" && echo "^ $name $file" && failed=1; }
		done 2>/dev/null
	done
	equals "$(pb-dump -r tests/stream/bad/type-0.txt | pb-fold 2>/dev/null)" 'a;[a] 1'
	[ $failed = 0 ]
}

@test "a length of 4 GiB, and one of 16 MiB that is not there, allocate nothing" {
	local name
	for name in "${readers[@]}"; do
		(ulimit -v 100000 && ! pb-dump -r tests/stream/bad/length-4-GiB.txt | $name >/dev/null 2>&1)
		(ulimit -v 100000 && stream segment 'bytes data=0000000105000000ffff' | $name >/dev/null 2>&1)
	done
}

@test "segments one after the other: each stands for itself, and pb-fold adds them up" {
	equals "$({ small && small; } | pb-fold)" 'a;main;[a] 6'
	equals "$(pb-fold <(small) - <(small) < <(small))" 'a;main;[a] 9'
	equals "$({ small && small; } | pb-dump | grep -c '#0')" 12
	equals "$({ small && small; } | pb-dump | pb-dump -r | od)" "$({ small && small; } | od)"
}

@test "a stream without its end and one after it: a warning, and both are used" {
	run_ok pb-fold <(small '# no end' && small)
	equals "$output" 'a;main;[a] 6'
	contains "$stderr" 'offset 167: a new segment opens before the END of the last; using what there is'
	run_ok pb-fold <(small && small | head -c 5)
	equals "$output" 'a;main;[a] 3'
	contains "$stderr" 'record cut short; using what there is'
}

@test "thousands of streams without their end: a few warnings and how many" {
	small '# no end' >"$BATS_TEST_TMPDIR/cut"
	for name in "${readers[@]}"; do
		run bash -c "yes $BATS_TEST_TMPDIR/cut | head -3000 | xargs cat | $name 2>&1 >/dev/null | grep -a offset"
		equals "$(wc -l <<<"$output")" 4
		run bash -c "yes $BATS_TEST_TMPDIR/cut | head -3000 | xargs cat | $name 2>&1 >/dev/null | grep -a 'without their'"
		equals "$output" "$name: <stdin>: 3000 segments without their END record in all; using what there is"
	done
}

@test "memory grows with the stream and not with the text: a deep stack in many tasks" {
	python3 - >"$BATS_TEST_TMPDIR/tasks" <<-'END'
	import struct, sys
	def block(type, payload):
	    sys.stdout.buffer.write(struct.pack("<II", len(payload), type) + payload)
	sys.stdout.buffer.write(b"PBSTREAM")
	block(1, bytes([1, 0, 0, 0, 0, 0, 0, 0]))
	block(3, b"\0\0\0\0")
	block(5, b"\0\2")
	block(6, b"\0\0" + b"\1\0" * 999)
	block(7, b"".join(b"\2\0\0\6%06d" % i for i in range(200_000)))
	block(9, b"\0\0\xce\x0f\1" + b"\2\0\0\1" * 199_999)
	block(16, b"\6")
	END
	run_ok bash -c "ulimit -v 300000; timeout 100 pb-fold $BATS_TEST_TMPDIR/tasks | tail -n 1 | tr -d -c '; \n' | wc -c"
	equals "$output" 1002
}

@test "a stream cut within a block and one after it: refused where it stops making sense" {
	fails 1 'pb-fold: ' pb-fold <(small | head -c 100 && small)
	contains "$stderr" ': offset '
}

@test "ten million definitions: no crash, in bounded time and memory" {
	local name deep=$BATS_TEST_TMPDIR/deep
	python3 - >"$deep" <<-'END'
	import struct, sys
	def block(type, payload):
	    sys.stdout.buffer.write(struct.pack("<II", len(payload), type) + payload)
	sys.stdout.buffer.write(b"PBSTREAM")
	block(1, bytes([1, 0, 0, 0, 0, 0, 0, 0]))
	block(2, b"\0\0\0\0")
	block(3, b"\0\0\0\0")
	block(5, b"\0\2" * 5_000_000)
	block(6, b"\0\0" + b"\1\2" * 4_999_999)
	block(7, b"\0\0\0\0")
	block(8, b"\0\0\0")
	block(9, b"\0\0\2\1" * 4_000_000)
	block(12, b"\0" * 10_000_000)
	block(16, b"\11")
	END
	run_ok bash -c "ulimit -v 1500000; timeout 60 pb-fold $deep | awk '{ n += \$NF } END { print n, NR }'"
	equals "$output" "4000000 4096"
	run_ok bash -c "ulimit -v 100000; timeout 60 pb-dump $deep | tail -n 1"
	equals "$output" "end blocks=9"
	run bash -c "ulimit -v 3000000; timeout 120 pb-symbolize $deep 2>/dev/null | pb-dump | tail -n 1 | cut -c 1-10"
	equals "$output" "end blocks"
}

@test "what fuzzing found interesting is read or refused" {
	make -s ASAN=1 build/asan/tests/stream/replay
	build/asan/tests/stream/replay tests/corpus/stream/*
}
