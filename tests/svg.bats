# SPDX-License-Identifier: GPL-2.0-or-later
# pb-svg: folded text in, pictures out. Goldens are in tests/svg (scripts/record-golden makes them anew).
load helpers

svg=tests/svg

# Style and script are files of their own, and the same in every picture.
without_script() {
	sed -e '/^<style>$/,/^<\/style>$/c <style/>' -e '/^<script>/,/<\/script>$/c <script/>'
}

# titles [OPTION]...: the titles of the frames in the picture of stdin.
titles() {
	pb-svg "$@" | grep -o '^<g .*<title>[^<]*' | sed 's/.*<title>//'
}

# draws TEXT TITLE... [-- OPTION...]: the picture of TEXT has these titles, in this order.
draws() {
	local text=$1 wanted=() options=()
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		wanted+=("$1")
		shift
	done
	options=("${@:2}")
	equals "$(printf "$text" | titles "${options[@]}")" "$(printf '%s\n' "${wanted[@]}")"
}

@test "each golden picture is as it was, and well-formed" {
	local name input options failed=0
	while IFS='|' read -r name input options; do
		eval "pb-svg $options" <$svg/$input >"$BATS_TEST_TMPDIR/$name.svg"
		xmllint --noout "$BATS_TEST_TMPDIR/$name.svg" || failed=1
		equals "$(without_script <"$BATS_TEST_TMPDIR/$name.svg")" "$(<$svg/$name.svg)" || { echo "^ $name" && failed=1; }
	done < <(grep -v '^#' $svg/cases)
	[ $failed = 0 ]
}

@test "what fuzzing found interesting is drawn or refused" {
	local input
	for input in tests/corpus/folded/*; do # the first byte is how the fuzzer draws it
		run --separate-stderr pb-svg <(tail -c +2 "$input")
		case $status in
		0) xmllint --noout - <<<"$output" ;;
		1) equals "$output" "" && [[ $stderr == "pb-svg: "* ]] ;;
		*) false ;;
		esac || { echo "$input: status $status: $stderr" && false; }
	done
}

@test "each picture in tests/svg has its row in cases, and the reverse" {
	equals "$(ls $svg/*.svg | sed 's,.*/,,; s,\.svg$,,')" "$(grep -v '^#' $svg/cases | cut -d'|' -f1 | sort)"
}

@test "each bad input has its message, status 1, and no picture" {
	local input failed=0
	for input in $svg/bad/*.folded; do
		run --separate-stderr pb-svg <"$input"
		{ exits_with 1 && equals "$output" "" && equals "$stderr" "$(<"${input%.folded}.err")"; } ||
			{ echo "^ $input" && failed=1; }
	done
	[ $failed = 0 ]
}

@test "the message names the file and the line" {
	printf 'a 1\n\n# x\nb\n' >"$BATS_TEST_TMPDIR/x"
	fails 1 "pb-svg: $BATS_TEST_TMPDIR/x: line 4: no count at the end of the line" pb-svg "$BATS_TEST_TMPDIR/x"
}

@test "bad option values: status 2, and which" {
	local option failed=0
	while read -r option; do
		fails 2 "pb-svg: ${option%%=*}: '${option#*=}'" pb-svg "$option" <$svg/browser.folded || failed=1
	done <<-'END'
	--width=99
	--width=1e3
	--height=1
	--minwidth=
	--minwidth=-1
	--minwidth=5%%
	--minwidth=px
	--fontsize=0
	--fontsize=nan
	--colors=pink
	--bgcolors=pink
	--bgcolors=#12345
	--bgcolors=#12345g
	--total=0
	--total=-5
	--factor=0
	--factor=x
	--encoding=utf-16
	--encoding=UCS-2
	--encoding=a"b
	--encoding=
	END
	[ $failed = 0 ]
	fails 2 "one FILE at most" pb-svg a b
}

@test "every palette and background draws" {
	local name
	for name in hot mem io wakeup chain java js perl red green blue aqua yellow purple orange; do
		run_ok pb-svg --colors $name $svg/annotated.folded
	done
	for name in yellow blue green grey '#aBcDeF'; do
		run_ok pb-svg --bgcolors $name $svg/annotated.folded
	done
}

@test "the frame all has the sum; callers come before what they call, siblings by name" {
	draws 'm;b 1\nm;a 2\nm 3\n' 'all (6 samples, 100%)' 'm (6 samples, 100.00%)' 'a (2 samples, 33.33%)' 'b (1 samples, 16.67%)'
}

@test "equal stacks merge wherever they are in the text" {
	draws 'm;a 1\nn 1\nm;a 1\n' 'all (3 samples, 100%)' 'm (2 samples, 66.67%)' 'a (2 samples, 66.67%)' 'n (1 samples, 33.33%)'
}

@test "counts: commas, fractions, rounding at six digits" {
	draws 'a 1234567\nb 1\n' 'all (1,234,568 samples, 100%)' 'a (1,234,567 samples, 100.00%)' -- --minwidth 1
	draws 'a 0.5\nb 0.25\n' 'all (0.75 samples, 100%)' 'a (0.5 samples, 66.67%)' 'b (0.25 samples, 33.33%)'
	draws 'a 0.0000005\nb 0.0000014\n' 'all (0 samples, 100%)' 'a (0 samples, 50.00%)' 'b (0 samples, 50.00%)'
	draws 'a 9223372036854775807\n' 'all (9,223,372,036,854,775,807 samples, 100%)' 'a (9,223,372,036,854,775,807 samples, 100.00%)'
}

@test "a number at a name's end is a count only when all lines have two" {
	draws 'a 12 1\nb 1\n' 'all (2 samples, 100%)' 'a 12 (1 samples, 50.00%)' 'b (1 samples, 50.00%)'
	draws 'a 1 3\nb 2 1\n' 'all (4 samples, 100%)' 'a (3 samples, 75.00%; +50.00%)' 'b (1 samples, 25.00%; -25.00%)'
}

@test "the decision about columns does not depend on how the text arrives" {
	local text=$BATS_TEST_TMPDIR/text
	for size in 65500 65530 65536 65540 66000; do
		yes 'main;a 1 2' | head -c $size >"$text"
		printf '\nmain;b 3\n' >>"$text"
		local whole slow
		whole=$(pb-svg <"$text" 2>&1 | md5sum)
		slow=$({ head -c 1000 "$text"; sleep 0.1; tail -c +1001 "$text" | head -c 64000; sleep 0.1; tail -c +65001 "$text"; } |
			pb-svg 2>&1 | md5sum)
		equals "$slow" "$whole"
	done
}

@test "--reverse, --base, --total, --factor and --minwidth say what they mean" {
	draws 'm;a;x 3\nm;b;x 1\n' 'all (4 samples, 100%)' 'x (4 samples, 100.00%)' 'a (3 samples, 75.00%)' \
		'm (3 samples, 75.00%)' 'b (1 samples, 25.00%)' 'm (1 samples, 25.00%)' -- --reverse
	draws 'm;a;x;a 3\nm;b;x 1\n' 'all (3 samples, 100%)' 'a (3 samples, 100.00%)' 'x (3 samples, 100.00%)' \
		'a (3 samples, 100.00%)' -- --base a
	draws 'm;a;x;a 3\nm;b;x 1\n' 'all (4 samples, 100%)' 'x (4 samples, 100.00%)' 'a (3 samples, 75.00%)' -- --base x
	draws 'a 1\n' 'all (4 samples, 100%)' 'a (1 samples, 25.00%)' -- --total 4
	draws 'a 1000\n' 'all (0.5 ms, 100%)' 'a (0.5 ms, 100.00%)' -- --factor 0.0005 --countname ms
	draws 'a 99\nb 1\n' 'all (100 samples, 100%)' 'a (99 samples, 99.00%)' -- --minwidth 2%
	draws 'a 99\nb 1\n' 'all (100 samples, 100%)' 'a (99 samples, 99.00%)' -- --minwidth 12
	fails 1 "no stack has the frame 'zz'" pb-svg --base zz $svg/browser.folded
	fails 0 "--total 5 is ignored: the counts add up to 1000" pb-svg --total 5 $svg/browser.folded
}

# amounts UNIT TEXT...: how these numbers are shown, each as the only frame of a picture.
amounts() {
	local unit=$1 pair failed=0
	for pair in "${@:2}"; do
		equals "$(printf 'a %s\n' "${pair%%=*}" | titles --unit "$unit" | tail -1)" "a (${pair#*=}, 100.00%)" || failed=1
	done
	[ $failed = 0 ]
}

@test "--unit: times and sizes to three digits" {
	amounts ns '1=1 ns' '999=999 ns' '1000=1 us' '1004=1 us' '1006=1.01 us' '1050=1.05 us' '9994=9.99 us' '9996=10 us' '12345=12.3 us' \
		'999499=999 us' '999500=1 ms' '1250000000=1.25 s' '999600000000=1,000 s' '4711000000000=4,711 s' \
		'9223372036854775807=9,223,372,037 s' '0.5=0.5 ns' '1500.25=1.5 us'
	amounts bytes '1=1 B' '1023=1,023 B' '1024=1 KiB' '1536=1.5 KiB' '102400=100 KiB' '1048000=1,023 KiB' '1048570=1 MiB' '3670016=3.5 MiB' \
		'1073741824=1 GiB' '9223372036854775807=8 EiB'
	draws 'a 3\n' 'all (3 samples, 100%)' 'a (3 samples, 100.00%)' -- --unit samples
	draws 'a 3\n' 'all (3 x, 100%)' 'a (3 x, 100.00%)' -- --unit samples --countname x
	draws 'a 1250\n' 'all (1.25 s, 100%)' 'a (1.25 s, 100.00%)' -- --unit ns --factor 1e6
	draws 'a 1000 3000\n' 'all (3 us, 100%)' 'a (3 us, 100.00%; +66.67%)' -- --unit ns
	fails 2 "--unit: 'hours'" pb-svg --unit hours $svg/browser.folded
	fails 2 "--countname is for plain numbers" pb-svg --unit ns --countname ns $svg/browser.folded
}

@test "--flamechart keeps the order and merges neighbours only" {
	draws 'm;b 1\nm;a 1\nn 1\nm;b 1\n' 'all (4 samples, 100%)' 'm (2 samples, 50.00%)' 'b (1 samples, 25.00%)' \
		'a (1 samples, 25.00%)' 'n (1 samples, 25.00%)' 'm (1 samples, 25.00%)' 'b (1 samples, 25.00%)' -- --flamechart
	# a callee starts when it was called, not where its caller does
	printf 'm 3\nm;a 1\n' | pb-svg --flamechart | grep -q 'data-x="3" data-w="1"><title>a '
}

@test "titles by the kind of picture" {
	pb-svg $svg/browser.folded | grep -q '>Flame Graph</text>'
	pb-svg --inverted $svg/browser.folded | grep -q '>Icicle Graph</text>'
	pb-svg --flamechart $svg/browser.folded | grep -q '>Flame Chart</text>'
}

@test "the bytes are the same each time" {
	local a
	for options in "" --random --hash "--reverse --colors js"; do
		a=$(pb-svg $options $svg/hostile.folded | md5sum)
		equals "$(pb-svg $options $svg/hostile.folded | md5sum)" "$a"
		equals "$(cat $svg/hostile.folded | pb-svg $options | md5sum)" "$a"
	done
}

@test "sorted, shuffled and split lines give the same picture" {
	scripts/gen-folded -v lines=2000 -v names=300 -v shallow=5 -v deep=80 >"$BATS_TEST_TMPDIR/text"
	local wanted
	wanted=$(pb-svg <"$BATS_TEST_TMPDIR/text" | md5sum)
	equals "$(sort "$BATS_TEST_TMPDIR/text" | pb-svg | md5sum)" "$wanted"
	equals "$(shuf --random-source="$BATS_TEST_TMPDIR/text" "$BATS_TEST_TMPDIR/text" | pb-svg | md5sum)" "$wanted"
	equals "$(sed 's/$/\r/' "$BATS_TEST_TMPDIR/text" | pb-svg | md5sum)" "$wanted"
}

@test "lines longer than any buffer, and too long ones" {
	head -c 3000000 /dev/zero | tr '\0' x >"$BATS_TEST_TMPDIR/name"
	(cat "$BATS_TEST_TMPDIR/name"; echo ';leaf 1') | pb-svg | xmllint --huge --noout -
	fails 1 "line 2: longer than 16 MiB" bash -c "(echo a 1; head -c 40000000 /dev/zero | tr '\0' x) | pb-svg"
}

@test "50,000 frames deep" {
	awk 'BEGIN { for (i = 0; i < 50000; i++) printf "f;"; print "g 1" }' | pb-svg >"$BATS_TEST_TMPDIR/deep.svg"
	[ "$(grep -c '<title>f ' "$BATS_TEST_TMPDIR/deep.svg")" = 50000 ]
	xmllint --huge --noout "$BATS_TEST_TMPDIR/deep.svg"
}

@test "no byte of a name can break the document" {
	perl -e 'for $i (1..255) { next if $i == 10 || $i == 59; printf "main;x%cy 1\n", $i; }
		 for $i (0x80..0xffff) { next if $i >= 0xd800 && $i < 0xe000; $s = chr($i); utf8::encode($s); print "main;u$s 1\n" }' |
		pb-svg --minwidth 0 >"$BATS_TEST_TMPDIR/all.svg"
	xmllint --huge --noout "$BATS_TEST_TMPDIR/all.svg"
	[ "$(grep -c '<title>u' "$BATS_TEST_TMPDIR/all.svg")" = 63360 ]
	! grep -qP '\x{202e}|[\x00-\x08\x0b-\x1f]' "$BATS_TEST_TMPDIR/all.svg"
}

@test "--encoding: ASCII bytes only, the same names" {
	pb-svg --encoding iso-8859-1 $svg/names.folded >"$BATS_TEST_TMPDIR/a.svg"
	! grep -qP '[\x80-\xff]' "$BATS_TEST_TMPDIR/a.svg"
	contains "$(xmllint --encode utf-8 "$BATS_TEST_TMPDIR/a.svg")" "$(cut -d' ' -f1 $svg/names.folded | head -1 | cut -d';' -f3)"
}

@test "rsvg-convert renders every golden picture's input" {
	local name input options
	while IFS='|' read -r name input options; do
		eval "pb-svg $options" <$svg/$input | rsvg-convert -o "$BATS_TEST_TMPDIR/x.png"
		[ "$(stat -c %s "$BATS_TEST_TMPDIR/x.png")" -gt 2000 ]
	done < <(grep -v '^#' $svg/cases)
}

@test "the script has no way to make markup of names" {
	! grep -nE 'innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function|setAttribute\("on' lib/flame/svg_script.js
	! grep -nF ']]>' lib/flame/svg_script.js
	! grep -nP '[^\x00-\x7f]' lib/flame/svg_script.js lib/flame/svg_style.css
	! pb-svg $svg/hostile.folded | grep -E '<[^>]* on[a-z]+="'
}

@test "memory stays below 100 MB on 20 MB of stacks that share nothing" {
	[[ $bin != *asan* ]] || return 0 # whose own memory is more than that
	scripts/gen-folded -v lines=12000 -v fanout=0 >"$BATS_TEST_TMPDIR/text"
	(ulimit -v 100000 && pb-svg <"$BATS_TEST_TMPDIR/text" >/dev/null)
}

@test "in Chromium: zoom, search, keys, URL, dark mode, hostile names" {
	[ -d tests/browser/node_modules/playwright-core ] || skip "npm ci has not run in tests/browser"
	pb-svg $svg/browser.folded >"$BATS_TEST_TMPDIR/picture.svg"
	pb-svg $svg/hostile.folded >"$BATS_TEST_TMPDIR/hostile.svg"
	pb-svg --unit ns --factor 1000 $svg/browser.folded >"$BATS_TEST_TMPDIR/times.svg"
	pb-svg --unit bytes $svg/browser.folded >"$BATS_TEST_TMPDIR/sizes.svg"
	run node tests/browser/svg.mjs "$BATS_TEST_TMPDIR"/{picture,hostile,times,sizes}.svg
	echo "$output"
	[ "$status" = 0 ]
	[ "$(grep -c '^ok ' <<<"$output")" -ge 21 ]
}
