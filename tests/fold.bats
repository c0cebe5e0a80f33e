# SPDX-License-Identifier: GPL-2.0-or-later
# pb-fold: streams in, folded text out. Goldens are in tests/fold (scripts/record-golden makes them anew).
load helpers

# stream TEXT...: the stream of these lines, behind a segment, a module, two frames and a task.
stream() {
	printf '%s\n' segment 'event name="cycles" unit="samples"' 'module path="/bin/a"' 'frame offset=1' 'frame offset=2' \
		'task pid=7 tid=7 comm="a"' "$@" | pb-dump -r
}

# folds WANTED TEXT... [-- OPTION...]
folds() {
	local wanted=$1 lines=() options=()
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		lines+=("$1")
		shift
	done
	options=("${@:2}")
	equals "$(stream "${lines[@]}" end | pb-fold "${options[@]}")" "$(printf "$wanted")"
}

@test "each golden text is as it was, and so is what is said" {
	local name input options failed=0
	while IFS='|' read -r name input options; do
		eval "pb-dump -r tests/fold/$input.txt | pb-fold $options" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
		cmp "$BATS_TEST_TMPDIR/out" tests/fold/$name.folded || failed=1
		cmp "$BATS_TEST_TMPDIR/err" tests/fold/$name.err || failed=1
	done < <(grep -v '^#' tests/fold/cases)
	[ $failed = 0 ]
}

@test "counts add up to the samples of the stream, with every option" {
	local options
	pb-dump -r tests/fold/main.txt >"$BATS_TEST_TMPDIR/main"
	for options in '' --pid --tid --cpu --events --no-comm --module --annotate --lines --full-paths '--cpu --tid --no-comm --module --annotate'; do
		equals "$(pb-fold $options "$BATS_TEST_TMPDIR/main" | awk '{ n += $NF } END { print n }')" 32769
	done
}

@test "a large stream: exact counts, each stack once, the same in one and in two segments" {
	local large=$BATS_TEST_TMPDIR/large
	make -s build/tests/stream/generate
	build/tests/stream/generate 200000 20000 >"$large"
	pb-fold "$large" >"$large.folded"
	equals "$(awk '{ n += $NF } END { print n }' "$large.folded")" \
		"$(pb-dump "$large" | sed -n 's/^sample .* count=//p' | awk '{ n += $1 } END { print n }')"
	equals "$(sed 's/ [0-9]*$//' "$large.folded" | sort | uniq -d)" ""
	cmp <(pb-fold "$large" "$large") <(awk '{ $NF *= 2; print }' "$large.folded")
	cmp <(pb-fold --tid "$large" | sed -E 's/^([a-z]+-[0-9])-[0-9]+\/[0-9]+;/\1;/' | awk '{ n = $NF; sub(/ [0-9]+$/, ""); s[$0] += n }
		END { for (i in s) print i, s[i] }' | sort) <(sort "$large.folded")
	build/tests/stream/generate 200000 20000 timed >"$large"
	equals "$(pb-fold "$large" | awk '{ n += $NF } END { print n }')" 200000
}

@test "the same stack defined twice, and the same name for other frames, are one line" {
	folds 'a;[a] 7\n' 'stack' 'stack' 'stack frame=1' 'sample count=1' 'sample stack=1 count=2' 'sample stack=2 count=4'
}

@test "stacks shared by tasks of other names are told apart" {
	folds 'a;[a] 1\na;[a];[a] 8\nb;[a] 2\nb;[a];[a] 4\n' 'task comm="b"' 'stack' 'stack parent=0 frame=1' 'sample count=1' \
		'sample task=1 count=2' 'sample task=1 stack=1 count=4' 'sample stack=1 count=8'
}

@test "names may come after the samples, and a later group replaces an earlier one" {
	folds 'a;new 1\n' 'stack' 'sample count=1' 'function name="old"' 'function name="new"' 'name' ' --' 'name function=1'
	folds 'a;outer;inner 1\n' 'stack' 'sample count=1' 'function name="inner"' 'function name="outer"' 'name' 'name function=1'
}

@test "what ends a line for some readers, or is dropped by them, is written out" {
	folds 'a;a\\xe2\\x80\\xa8b\\xe2\\x80\\xa9c\\xc2\\x85d\\xef\\xbb\\xbf 1\n' 'stack' 'sample count=1' \
		'function name="a\xe2\x80\xa8b\xe2\x80\xa9c\xc2\x85d\xef\xbb\xbf"' 'name'
	folds 'a;\xe2\x80\xa7\xe2\x80\xaa\xef\xbb\xbe\xc2\xa0 1\n' 'stack' 'sample count=1' \
		'function name="\xe2\x80\xa7\xe2\x80\xaa\xef\xbb\xbe\xc2\xa0"' 'name'
}

@test "a name with any character is one line to Python, too, and begins no file with a mark" {
	perl -e 'print "segment\nevent unit=\"samples\"\nmodule path=\"/bin/a\"\nframe offset=1\nstack\n";
		 for $c (1..0x10ffff) { next if $c >= 0xd800 && $c < 0xe000 || $c > 0xffff && $c & 0xfff; utf8::encode($s = chr $c);
			$s =~ s/(.)/sprintf "\\x%02x", ord $1/ges; print "task tid=$c comm=\"${s}n$s\"\nsample task=", $n++, " count=1\n" }
		 print "end\n"' | pb-dump -r | pb-fold >"$BATS_TEST_TMPDIR/text"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/text")" -gt 63000 ]
	run_ok python3 -c 'import sys
text = open(sys.argv[1], encoding="utf-8", newline="").read()
print(len(text.splitlines()) - text.count("\n"), text.count("\ufeff"))' "$BATS_TEST_TMPDIR/text"
	equals "$output" "0 0"
}

@test "deep stacks and long inline chains end in [deeper]" {
	local deep
	deep=$(stream stack $(:) "$(for i in $(seq 5000); do echo "stack parent=$((i - 1))"; done)" 'sample stack=4095 count=1' \
		'sample stack=4096 count=2' 'sample stack=5000 count=4' end | pb-fold --no-comm)
	equals "$(awk -F ';' '{ print NF, $NF }' <<<"$deep")" $'4096 [a] 1\n4097 [deeper] 6'
	deep=$(stream stack 'sample count=1' 'function name="f"' "$(yes name | head -300)" end | pb-fold --no-comm)
	equals "$(awk -F ';' '{ print NF, $1, $256, $NF }' <<<"$deep")" '257 f f [deeper] 1'
}

@test "counts up to 2^63 - 1, and no further" {
	folds 'a;[a] 9223372036854775807\n' 'stack' 'sample count=9223372036854775806' 'sample count=1'
	fails 1 'offset 122: sample: the counts add up to more than 9223372036854775807' \
		pb-fold <(stream stack 'sample count=9223372036854775807' 'sample count=1' end)
	equals "$output" 'a;[a] 9223372036854775807'
	fails 1 'sample: the counts add up' pb-fold <(stream stack 'sample count=18446744073709551615' end)
	fails 1 'lost: the counts add up' pb-fold <(stream 'lost count=9223372036854775807' 'lost count=1' end)
	fails 1 'tally: the counts add up' pb-fold <(stream 'tally class=3 count=18446744073709551615' end)
	run_ok pb-fold <(stream 'tally class=0 count=18446744073709551615' end)
}

@test "--event: a name that no event has is an error that tells the names there are" {
	fails 1 "pb-fold: no event is named 'cycle'; there are samples of cycles" \
		pb-fold -e cycle <(stream stack window 'sample count=1' end)
	fails 1 "pb-fold: no event is named ''" pb-fold -e '' <(stream end)
	run_ok pb-fold -e cycles <(stream stack window end)
	equals "$stderr" "pb-fold: no samples"
}

@test "units decide what is added up, in all files" {
	run_ok pb-fold <(stream stack window 'sample count=1' end) \
		<(printf '%s\n' segment 'event name="off" unit="ns"' module frame stack task window 'sample count=5' end | pb-dump -r)
	equals "$output" 'a;[a] 1'
	equals "$stderr" 'pb-fold: left out 5 samples of events that count other things (off); see --event'
}

# events NAME...: a stream in which each of these had a sample, the first 1, the second 2, the third 4, …
events() {
	local name n=0 lines=(segment 'module path="/bin/a"' frame 'stack' 'task comm="a"')
	for name in "$@"; do
		lines+=("event name=\"$name\" unit=\"samples\"")
	done
	for name in "$@"; do
		lines+=("window event=$n" "sample count=$((1 << n++))")
	done
	printf '%s\n' "${lines[@]}" end | pb-dump -r
}

@test "--event: several, and patterns; what an event is named exactly is no pattern" {
	local number options
	events vfs_read vfs_write 'vfs_*' 'syscalls:sys_enter_read' 'uprobe:/lib/x.so:f' '' 'a[b]' 'nul\x00x' 'b\xff' >"$BATS_TEST_TMPDIR/names"
	while IFS='|' read -r number options; do
		run_ok eval "pb-fold $options $BATS_TEST_TMPDIR/names"
		equals "$options: $output$stderr" "$options: a;[a] $number"
	done <<-'END'
	1|-e vfs_read
	3|-e vfs_read -e vfs_write
	3|-e vfs_read -e vfs_write -e vfs_read
	4|-e 'vfs_*'
	7|-e 'vfs*'
	7|-e 'vfs_[!x]*'
	4|-e 'vfs_\*'
	8|-e '*:sys_enter_*'
	16|-e 'uprobe:*:f'
	24|-e '*:*'
	32|-e ''
	64|-e 'a[b]'
	67|-e 'a[b]' -e 'vfs_r*' -e vfs_writ?
	383|-e '*'
	END
	fails 1 "pb-fold: no event is named 'ab'; there are samples of vfs_read 1, vfs_write 2" pb-fold -e ab -e 'vfs_*' "$BATS_TEST_TMPDIR/names"
	equals "$output" 'a;[a] 4'
	fails 1 "pb-fold: no event is named '[a-'" pb-fold -e '[a-' "$BATS_TEST_TMPDIR/names"
}

@test "--event: whether a name is a pattern is seen in each recording" {
	equals "$(pb-fold -e 'vfs_*' <(events vfs_read) <(events vfs_read 'vfs_*'))" 'a;[a] 3'
	equals "$(pb-fold -e 'vfs_*' <(events vfs_read 'vfs_*') <(events vfs_read))" 'a;[a] 3'
	equals "$(pb-fold -e 'vfs_*' --list-events <(events vfs_read 'vfs_*') <(events vfs_read))" $'vfs_read\tsamples\t2\t2\nvfs_*\tsamples\t2\t2'
	run_ok pb-fold -e 'b*' <(stream 'event name="bytes"' end)
	equals "$stderr" "pb-fold: no samples"
}

@test "values: what adds up to 0 is no line, and said; no more than 2^63 - 1" {
	values() {
		printf '%s\n' segment 'event name="w" unit="ns"' module frame stack 'task comm="a"' window "$@" end | pb-dump -r
	}
	fails 0 'pb-fold: the values of all samples are 0; see --count' pb-fold <(values 'valued count=3 value=0')
	equals "$output" ""
	run_ok pb-fold --count <(values 'valued count=3 value=0' 'timed_value value=0')
	equals "$output" 'a;[unknown] 4'
	# the value of samples that another record has counted
	run_ok pb-fold <(values 'valued count=0 value=7' 'sample count=0' 'valued count=1 value=9223372036854775800')
	equals "$output" 'a;[unknown] 9223372036854775807'
	run_ok pb-fold --count <(values 'valued count=0 value=7' 'valued count=2 value=1')
	equals "$output" 'a;[unknown] 2'
	fails 1 'timed_value: the values add up to more than 9223372036854775807' \
		pb-fold <(values 'timed_value value=9223372036854775807' 'timed_value value=1')
	equals "$output" 'a;[unknown] 9223372036854775807'
	fails 1 'valued: the values add up' pb-fold <(values 'valued count=1 value=18446744073709551615')
	fails 1 'valued: the counts add up' pb-fold <(values 'valued count=18446744073709551615')
}

@test "--list-events: what the decoder counts, and what is folded" {
	local file event
	for file in tests/fold/*.txt tests/stream/all.txt; do
		pb-dump -r "$file" >"$BATS_TEST_TMPDIR/stream"
		pb-fold --list-events "$BATS_TEST_TMPDIR/stream" 2>/dev/null | sort >"$BATS_TEST_TMPDIR/list"
		python3 tests/decode.py man/pb-stream.5 events <"$BATS_TEST_TMPDIR/stream" | sort | diff - "$BATS_TEST_TMPDIR/list"
		while IFS=$'\t' read -r event _ samples value; do
			equals "$event $(pb-fold -e "$event" "$BATS_TEST_TMPDIR/stream" 2>/dev/null | awk '{ n += $NF } END { printf "%.0f", n }')" "$event $value"
			equals "$event $(pb-fold --count -e "$event" "$BATS_TEST_TMPDIR/stream" 2>/dev/null | awk '{ n += $NF } END { printf "%.0f", n }')" "$event $samples"
		done <"$BATS_TEST_TMPDIR/list"
	done
	equals "$(events 'a\x09b\n' 'é' | pb-fold --list-events)" $'a\\x09b\\x0a\tsamples\t1\t1\né\tsamples\t2\t2'
}

@test "--events: a frame for each, made safe; a thousand of them in each of ten intervals" {
	equals "$(events 'a;b' '' 'c 12' | pb-fold --events)" $'[a:b];a;[a] 1\n[c 12];a;[a] 4\n[unnamed];a;[a] 2'
	equals "$(events cycles | pb-fold --events --no-comm --cpu)" '[cycles];[cpu 0];[a] 1'
	{
		printf '%s\n' segment module frame stack stack 'task comm="a"'
		printf 'event name="kprobe:f%s" unit="bytes"\n' {1..1000}
		for _ in {1..10}; do
			printf 'window event=%s\nvalued count=2 value=3\nvalued stack=1 count=1 value=1\n' {0..999}
		done
		echo end
	} | pb-dump -r >"$BATS_TEST_TMPDIR/many"
	equals "$(pb-fold --events "$BATS_TEST_TMPDIR/many" | sort -u -k2 | wc -l)" 1
	equals "$(pb-fold --events -e 'kprobe:f7*' "$BATS_TEST_TMPDIR/many" | awk '{ n += $NF } END { print NR, n }')" "111 4440"
	equals "$(pb-fold "$BATS_TEST_TMPDIR/many" 2>/dev/null)" "a;[unknown] 40000"
	equals "$(pb-fold --list-events "$BATS_TEST_TMPDIR/many" | cut -f 2- | uniq -c)" "   1000 bytes"$'\t30\t40'
}

@test "lost samples are told, whatever their cause is called" {
	fails 0 'pb-fold: 3 of 3 samples were lost (ring full)' pb-fold <(stream 'lost cause="ring full" count=3' end)
	fails 0 'pb-fold: 1,234,567 of 1,234,567 samples were lost (?[31m?)' \
		pb-fold <(stream 'lost cause="\x1b[31m\xff" count=1234567' end)
	fails 0 '(1 1, 2 1, 3 1, 4 1, 5 1, 6 1, 7 1, 8 1, ...)' \
		pb-fold <(stream "$(seq 9 | sed 's/.*/lost cause="&" count=1/')" end)
}

@test "a file that is missing does not keep the others from being folded" {
	fails 1 'pb-fold: /no/such/file: No such file or directory' pb-fold /no/such/file <(stream stack 'sample count=1' end)
	equals "$output" 'a;[a] 1'
}

@test "a stream cut short: what there is, a warning, status 0" {
	fails 0 'ends without its END record; using what there is' pb-fold <(stream stack 'sample count=1')
	equals "$output" 'a;[a] 1'
}

@test "a real recording: as many samples as the decoder counts, and as the tally says" {
	pb-record -q -a -F 499 -o "$BATS_TEST_TMPDIR/rec" -- sh -c 'gzip -c /bin/bash /bin/bash /bin/bash >/dev/null'
	run_ok python3 tests/decode.py man/pb-stream.5 <"$BATS_TEST_TMPDIR/rec"
	local fired delivered filtered lost samples
	read -r samples fired delivered filtered lost < <(tail -n 1 <<<"$output" | awk '{ print $3, $5, $6, $7, $8 }')
	[ "$samples" -gt 0 ]
	equals "$fired" $((delivered + filtered + lost))
	equals "$samples" "$delivered"
	equals "$(pb-fold "$BATS_TEST_TMPDIR/rec" 2>/dev/null | awk '{ n += $NF } END { print n }')" "$samples"
	equals "$(pb-symbolize -q "$BATS_TEST_TMPDIR/rec" | pb-fold 2>/dev/null | awk '{ n += $NF } END { print n }')" "$samples"
	cmp <(pb-dump "$BATS_TEST_TMPDIR/rec" | pb-dump -r) "$BATS_TEST_TMPDIR/rec"
}
