# SPDX-License-Identifier: GPL-2.0-or-later
# pb-dump: streams as text and back.
load helpers

# again TEXT...: what becomes of these lines as a stream and as text again.
again() {
	printf '%s\n' "$@" | pb-dump -r | pb-dump
}

# refuses TEXT MESSAGE: as line 2 of a text.
refuses() {
	run --separate-stderr bash -c 'printf "segment\n%s\n" "$1" | pb-dump -r | pb-dump; exit ${PIPESTATUS[1]}' - "$1"
	exits_with 1 && equals "$stderr" "pb-dump: <stdin>: line 2: $2"$'\n''pb-dump: <stdin>: offset 24: the recording ends without its END record; using what there is'
}

@test "every record with extreme values goes to text and back, byte for byte" {
	make -s build/tests/stream/extremes
	build/tests/stream/extremes >"$BATS_TEST_TMPDIR/extremes"
	cmp <(pb-dump "$BATS_TEST_TMPDIR/extremes" | pb-dump -r) "$BATS_TEST_TMPDIR/extremes"
	pb-dump "$BATS_TEST_TMPDIR/extremes" | iconv -f UTF-8 -t UTF-8 >/dev/null
	! pb-dump "$BATS_TEST_TMPDIR/extremes" | grep -q $'[^[:print:]\x80-\xff]'
}

@test "a large stream goes to text and back, byte for byte" {
	make -s build/tests/stream/generate
	build/tests/stream/generate 300000 30000 >"$BATS_TEST_TMPDIR/large"
	cmp <(pb-dump "$BATS_TEST_TMPDIR/large" | pb-dump -r) "$BATS_TEST_TMPDIR/large"
}

@test "what pb-dump prints, for each record" {
	equals "$(again "$(<tests/stream/all.txt)")" "$(<tests/stream/all.txt)"
	equals "$(cut -d' ' -f1 tests/stream/all.txt | grep -v -e -- -e block | sort -u)" \
		"$(sed -n 's/^RECORD(\([a-z_]*\),.*/\1/p' lib/stream/records.def | sort)"
}

@test "fields may be left out and come in any order, numbers may be hexadecimal, ids need not be given" {
	equals "$(again segment 'module path="a"' 'frame #0 offset=17' 'frame offset=0xAB module=0x0' 'stack frame=1' 'stack parent=0' \
		'function' 'name' 'end')" "$(cat <<-'END'
		segment version=1 host="" release="" arch="" cpus=0 monotonic=0 realtime=0 command=""
		module #0 kind=0 pid=0 build_id= path="a"
		frame #0 module=0 offset=0x11
		frame #1 module=0 offset=0xab
		stack #0 parent=- frame=1
		stack #1 parent=0 frame=0
		function #0 name=""
		name frame=0 function=0 source=- line=0
		end blocks=6
		END
	)"
}

@test "comments, blank lines, blanks, line ends of other systems, no newline at the end" {
	equals "$(printf '# one\n\n \t\nsegment  version=1\tcpus=2 # two\r\n\r\n  #\nend #' | pb-dump -r | pb-dump | sed -n 's/.* cpus=//p')" \
		'2 monotonic=0 realtime=0 command=""'
	equals "$(again 'segment host="# no comment" # one')" "$(again 'segment host="# no comment"')"
}

@test "texts: every byte is kept, and nothing that a terminal would obey is shown" {
	equals "$(again segment 'module path="a\\b\"c\nd\x00\x1b\x7f é €"' | sed -n 's/.*path=//p')" '"a\\b\"c\nd\x00\x1b\x7f é €"'
	equals "$(printf 'segment\nmodule path="\xff\xc3\t\xc2\x85\xe2\x80\xae\xe2\x81\xa6\xed\xa0\x80\xef\xbb\xbf"\n' | pb-dump -r | pb-dump |
		sed -n 's/.*path=//p')" '"\xff\xc3\x09\xc2\x85\xe2\x80\xae\xe2\x81\xa6\xed\xa0\x80\xef\xbb\xbf"'
	equals "$(again segment 'module path="\X41"' 2>&1 >/dev/null | head -1)" \
		'pb-dump: <stdin>: line 2: module: path: wrong escape; there are \" \\ \n and \x with two digits'
}

@test "blocks: -- ends one, another record does, and so it comes back" {
	local text
	text=$(again segment 'module' 'module' '--' 'module' 'event' 'module' 'block type=77 data=00ff' 'block type=77 data=' 'end')
	equals "$(grep -c -- '^--' <<<"$text")" 1
	equals "$(tail -1 <<<"$text")" 'end blocks=7'
	equals "$(again "$text")" "$text"
}

@test "wrong streams can be written" {
	equals "$(printf '%s\n' segment 'frame module=9' 'bytes data=00ff' 'block type=0 data=01' 'end blocks=77' | pb-dump -r | tail -c +25 |
		od -An -v -tx1 | tr -d ' \n')" 0200000005000000120000ff01000000000000000101000000100000004d
}

@test "each wrong text: status 1, the line, and what is wrong" {
	refuses 'nosuch a=1' "no such record 'nosuch'"
	refuses 'Frame' "no such record 'Frame'"
	refuses 'frame foo=1' "frame: no such field 'foo'"
	refuses 'frame modul=1' "frame: no such field 'modul'"
	refuses 'frame module' "frame: 'module' is not a field=value"
	refuses 'frame module=' 'frame: module: not a number from 0 to 18446744073709551615'
	refuses 'frame module=1x' 'frame: module: not a number from 0 to 18446744073709551615'
	refuses 'frame module=-1' 'frame: module: not a number from 0 to 18446744073709551615'
	refuses 'frame module=0x' 'frame: module: not a number from 0 to 18446744073709551615'
	refuses 'frame module=18446744073709551616' 'frame: module: not a number from 0 to 18446744073709551615'
	refuses 'frame offset=0x10000000000000000' 'frame: offset: not a number from 0 to 18446744073709551615'
	refuses 'frame module=1 module=1' 'frame: module: given twice'
	refuses 'frame #1' 'frame #1: the next one is #0'
	refuses 'frame #x' "frame: '#' without a number"
	refuses 'stack parent=0' 'stack: parent: is the record itself'
	refuses 'stack parent=x' "stack: parent: not a number or '-'"
	refuses 'name source=18446744073709551615' 'name: source: the largest number cannot be referred to'
	refuses 'function name=main' 'function: name: text must stand in double quotes'
	refuses 'function name="main' 'function: name: text without its closing quote'
	refuses 'function name="main\"' 'function: name: text without its closing quote'
	refuses 'function name="a"b' 'function: name: a blank is missing after the text'
	refuses 'function name="\q"' 'function: name: wrong escape; there are \" \\ \n and \x with two digits'
	refuses 'function name="\x4"' 'function: name: wrong escape; there are \" \\ \n and \x with two digits'
	refuses 'module build_id=abc' 'module: build_id: not pairs of hexadecimal digits'
	refuses 'module build_id=xy' 'module: build_id: not pairs of hexadecimal digits'
	refuses '-- more' 'nothing may follow --'
	refuses 'block data=00' 'block: type= is missing'
	refuses 'block type=4294967296 data=00' 'block: type: not a number from 0 to 4294967295'
	refuses 'block type=77' 'data= is missing'
	refuses 'block type=77 data=0' 'data: not pairs of hexadecimal digits'
	refuses 'block type=77 data=00 x' 'nothing may follow data='
	refuses $'\x1b[31m' "no such record '?[31m'"
}

@test "a stream instead of text, a text instead of a stream" {
	pb-dump -r tests/stream/all.txt >"$BATS_TEST_TMPDIR/all"
	fails 1 'line 1: no such record' pb-dump -r "$BATS_TEST_TMPDIR/all"
	fails 1 'offset 0: not a pb stream' pb-dump tests/stream/all.txt
}

@test "a record longer than a block can be is refused, one that just fits is not" {
	local fits=$((16777216 - 4))
	make_text() { echo segment; printf 'function name="'; head -c $1 /dev/zero | tr '\0' x; echo '"'; }
	equals "$(make_text $fits | pb-dump -r | wc -c)" $((24 + 8 + 16777216))
	fails 1 'pb-dump: <stdin>: line 2: function: longer than a block can be' pb-dump -r < <(make_text $((fits + 1)))
}

@test "records that do not fit into one block go on in the next" {
	local text=$BATS_TEST_TMPDIR/text
	{ echo segment; for i in 1 2 3; do printf 'function name="'; head -c 7000000 /dev/zero | tr '\0' x; echo '"'; done; echo end; } >"$text"
	equals "$(pb-dump -r "$text" | pb-dump | cut -c 1-12)" $'segment vers\nfunction #0 \nfunction #1 \n--\nfunction #2 \nend blocks=3'
}

@test "several files are one text, or one stream" {
	equals "$(pb-dump -r <(echo segment) - <(echo end) < <(echo event) | pb-dump | wc -l)" 3
	fails 1 'line 1: no such record' pb-dump -r <(printf 'segment\nevent\n') <(echo x)
	pb-dump -r tests/stream/all.txt >"$BATS_TEST_TMPDIR/all"
	equals "$(pb-dump "$BATS_TEST_TMPDIR/all" "$BATS_TEST_TMPDIR/all")" "$(cat tests/stream/all.txt tests/stream/all.txt)"
	fails 1 'No such file' pb-dump /no/such/file "$BATS_TEST_TMPDIR/all"
	equals "$output" "$(<tests/stream/all.txt)"
}
