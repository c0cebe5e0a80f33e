# SPDX-License-Identifier: GPL-2.0-or-later
# pb-d3: folded text in, JSON and pages out. Goldens are in tests/d3 (scripts/record-golden makes them anew).
load helpers

d3=$top/tests/d3 svg=$top/tests/svg
templates=$top/tests/browser/node_modules/d3-flame-graph/dist/templates

# gives TEXT JSON [OPTION]...: what pb-d3 makes of TEXT.
gives() {
	equals "$(printf "$1" | pb-d3 "${@:3}")" "$2"
}

# The data block of the page on stdin.
data_block() {
	sed -n '/^<script type="application\/json" id="profile">/,/<\/script>$/p' | sed -e 's/^<script[^>]*>//' -e 's/<\/script>$//'
}

@test "each golden tree and filled template is as it was" {
	local name input options failed=0
	cd "$d3"
	while IFS='|' read -r name input options; do
		equals "$(eval "pb-d3 $options" <"$input")" "$(<"$name")" || { echo "^ $name" && failed=1; }
	done < <(grep -v '^#' cases)
	[ $failed = 0 ]
}

@test "the JSON is what Python makes of the text, number by number" {
	local text values
	scripts/gen-folded -v lines=3000 -v names=300 -v shallow=5 -v deep=80 >"$BATS_TEST_TMPDIR/generated"
	# a difference with fractions, and names that are the same without their annotations
	printf 'm;x_[k] 1.5 2\nm;x 0.25 1.125\nm;x_[i];_[k] 3 0\nm;x_[j];x_[w] 0 4.000001\n' >"$BATS_TEST_TMPDIR/kinds"
	for text in "$BATS_TEST_TMPDIR"/{generated,kinds} "$d3"/browser.folded "$svg"/*.folded; do
		pb-d3 "$text" >"$BATS_TEST_TMPDIR/json"
		run_ok "$d3/compare.py" "$text" "$BATS_TEST_TMPDIR/json"
		pb-d3 --values self --title 'a "title"' "$text" >"$BATS_TEST_TMPDIR/json"
		run_ok "$d3/compare.py" --self --root 'a "title"' "$text" "$BATS_TEST_TMPDIR/json"
	done
	run "$d3/compare.py" "$d3/browser.folded" "$BATS_TEST_TMPDIR/json" # it can tell
	[ "$status" = 1 ]
}

@test "blanks belong to names; a count is a number, decimal or not" {
	gives 'a b;c 3\n' '{"name":"all","libtype":"root","value":3,"children":[{"name":"a b","value":3,"children":[{"name":"c","value":3}]}]}'
	gives 'a 12 1\nb 0.50\n' '{"name":"all","libtype":"root","value":1.5,"children":[{"name":"a 12","value":1},{"name":"b","value":0.5}]}'
	gives 'a 0.000001\nb 0\n' '{"name":"all","libtype":"root","value":0.000001,"children":[{"name":"a","value":0.000001},{"name":"b","value":0}]}'
	gives 'a 9223372036854775807\n' '{"name":"all","libtype":"root","value":9223372036854775807,"children":[{"name":"a","value":9223372036854775807}]}'
	gives 'a 10.5\nb 20.05\n' '{"name":"all","libtype":"root","value":30.55,"children":[{"name":"a","value":10.5},{"name":"b","value":20.05}]}'
}

@test "annotations become libtype, others stay in the name" {
	gives 'a_[k] 1\na_[w] 1\n_[j] 1\n' '{"name":"all","libtype":"root","value":3,"children":[{"name":"_[j]","value":1},{"name":"a","libtype":"kernel","value":1},{"name":"a_[w]","value":1}]}'
}

@test "two counts: the value is the second, delta is the frame's own change" {
	gives 'a;b 5 2\na 0 1\n' '{"name":"all","libtype":"root","value":3,"delta":0,"children":[{"name":"a","value":3,"delta":1,"children":[{"name":"b","value":2,"delta":-3}]}]}'
	fails 0 "shows the second of the two counts" pb-d3 --html "$svg/diff.folded"
}

@test "each bad input has pb-svg's message, status 1, and no output" {
	local input said failed=0
	for input in "$svg"/bad/*.folded; do
		said=$(sed -e s/pb-svg/pb-d3/ -e 's/nothing to draw/nothing to show/' "${input%.folded}.err")
		for option in --json --html; do
			run --separate-stderr pb-d3 $option <"$input"
			{ exits_with 1 && equals "$output" "" && equals "$stderr" "$said"; } || { echo "^ $input" && failed=1; }
		done
	done
	[ $failed = 0 ]
	mkdir "$BATS_TEST_TMPDIR/out"
	printf 'a 1\n\n# x\nb\n' >"$BATS_TEST_TMPDIR/x"
	fails 1 "pb-d3: $BATS_TEST_TMPDIR/x: line 4: no count at the end of the line" pb-d3 -o "$BATS_TEST_TMPDIR/out/y" "$BATS_TEST_TMPDIR/x"
	fails 1 "pb-d3: /nowhere: No such file" pb-d3 /nowhere
	equals "$(ls "$BATS_TEST_TMPDIR/out")" ""
}

@test "what fuzzing found interesting is converted or refused" {
	local input
	for input in tests/corpus/folded/*; do
		run --separate-stderr pb-d3 <(tail -c +2 "$input")
		case $status in
		0) python3 -c 'import json, sys; json.load(sys.stdin)' <<<"$output" ;;
		1) equals "$output" "" && [[ $stderr == "pb-d3: "* ]] ;;
		*) false ;;
		esac || { echo "$input: status $status: $stderr" && false; }
	done
}

@test "the output is chosen by option, else by -o's ending" {
	local input=$d3/browser.folded json html out=$BATS_TEST_TMPDIR
	json=$(pb-d3 --json "$input") html=$(pb-d3 --html "$input")
	[[ $json == '{"name":"all"'* && $html == '<!doctype html>'* ]]
	pb-d3 -o "$out/a.json" "$input" && equals "$(<"$out/a.json")" "$json"
	pb-d3 --output "$out/a.html" <"$input" && equals "$(<"$out/a.html")" "$html"
	pb-d3 -o "$out/a.txt" "$input" && equals "$(<"$out/a.txt")" "$json"
	pb-d3 -o "$out/A.HTML" --countname samples "$input" && equals "$(<"$out/A.HTML")" "$html"
	pb-d3 -o "$out/b.html" --json "$input" && equals "$(<"$out/b.html")" "$json"
	equals "$(pb-d3 -o - "$input")" "$json"
	equals "$(pb-d3 - <"$input")" "$json"
	equals "$(tests/pty "pb-d3 $input")" "$json"
	fails 2 "one of --json, --html and --template" pb-d3 --json --html "$input"
	fails 2 "one of --json, --html and --template" pb-d3 --json --template "$d3/template.html" "$input"
	fails 2 "--values: 'total'" pb-d3 --values total "$input"
	fails 2 "--values is for" pb-d3 --values self --html "$input"
	fails 2 "--countname is for the page" pb-d3 --countname cycles "$input"
	fails 2 "--countname is for the page" pb-d3 --countname cycles --template "$d3/template.html" "$input"
	fails 2 "--unit is for the page" pb-d3 --unit ns "$input"
	fails 2 "--unit: 'weeks'" pb-d3 --html --unit weeks "$input"
	fails 2 "one of --countname and --unit" pb-d3 --html --unit ns --countname ns "$input"
	equals "$(pb-d3 --html --unit bytes "$input" | grep -c '"unit":"bytes"')" 1
	equals "$(pb-d3 --html --unit samples "$input")" "$html"
	fails 2 "one FILE at most" pb-d3 a b
}

@test "-o replaces a file as a whole, or leaves it alone" {
	local out=$BATS_TEST_TMPDIR/out
	mkdir "$out"
	echo old >"$out/a.json"
	chmod 640 "$out/a.json"
	ln -s a.json "$out/link"
	fails 1 "no count" bash -c "echo a | pb-d3 -o $out/a.json"
	equals "$(<"$out/a.json")" old
	echo 'a 1' | (umask 077 && pb-d3 -o "$out/link" && echo 'a 2' | pb-d3 -o "$out/new")
	contains "$(<"$out/a.json")" '"value":1,'
	equals "$(cd "$out" && stat -c '%n %a %F' -- *)" $'a.json 640 regular file\nlink 777 symbolic link\nnew 600 regular file'
	fails 1 "pb-d3: $out/no/x: No such file" pb-d3 -o "$out/no/x" "$d3/browser.folded"
	fails 1 "pb-d3: $out: Is a directory" pb-d3 -o "$out" "$d3/browser.folded"
	(ulimit -f 1 && trap '' XFSZ && fails 1 "pb-d3: $out/a.json: File too large" pb-d3 -o "$out/a.json" "$d3/browser.folded")
	contains "$(<"$out/a.json")" '"value":1,'
	equals "$(ls "$out")" $'a.json\nlink\nnew'
}

@test "-o onto a link that leads nowhere yet makes the file it names; a circle is said, and no name too" {
	local out=$BATS_TEST_TMPDIR/out
	mkdir -p "$out/in"
	ln -s in/new "$out/link"
	ln -s "$out/link" "$out/in/again"
	ln -s circle "$out/circle"
	(cd "$out/in" && echo 'a 3' | pb-d3 -o again)
	contains "$(<"$out/in/new")" '"value":3,'
	equals "$(cd "$out" && stat -c '%n %F' link in/again in/new)" $'link symbolic link\nin/again symbolic link\nin/new regular file'
	fails 1 "Too many levels of symbolic links" pb-d3 -o "$out/circle" "$d3/browser.folded"
	[ -L "$out/circle" ]
	fails 2 "-o: a file has a name" pb-d3 -o '' "$d3/browser.folded"
}

@test "two counts, the second of which is 0 everywhere: there is nothing to show" {
	printf 'a;b 5 0\n' >"$BATS_TEST_TMPDIR/gone"
	fails 1 "all counts are zero" pb-d3 --html "$BATS_TEST_TMPDIR/gone"
	fails 1 "all counts are zero" pb-d3 "$BATS_TEST_TMPDIR/gone"
	printf 'a;b 0 5\n' | pb-d3 --html >/dev/null
}

@test "a full disk is said, on stdout and in a device; a reader that left is not" {
	local option
	for option in --json --html "--template $d3/template.html"; do
		fails 1 "pb-d3: <stdout>: No space left" bash -c "pb-d3 $option $d3/browser.folded >/dev/full"
		fails 1 "pb-d3: /dev/full: No space left" pb-d3 $option -o /dev/full "$d3/browser.folded"
	done
	[ -c /dev/full ]
	scripts/gen-folded -v lines=2000 >"$BATS_TEST_TMPDIR/text"
	run_ok bash -c "set -o pipefail; pb-d3 $BATS_TEST_TMPDIR/text | head -c 100"
	equals "$stderr" ""
}

@test "50,000 frames deep, and 4,096 with everything that has a child" {
	awk 'BEGIN { for (i = 0; i < 50000; i++) printf "f;"; print "g 1" }' >"$BATS_TEST_TMPDIR/deep"
	awk 'BEGIN { for (i = 1; i <= 4096; i++) { s = s "f;"; print s "leaf " i } }' >"$BATS_TEST_TMPDIR/comb"
	for text in deep comb; do
		(ulimit -s 256 && pb-d3 "$BATS_TEST_TMPDIR/$text" >"$BATS_TEST_TMPDIR/json")
		run_ok "$d3/compare.py" "$BATS_TEST_TMPDIR/$text" "$BATS_TEST_TMPDIR/json"
		(ulimit -s 256 && pb-d3 --html "$BATS_TEST_TMPDIR/$text") | data_block | python3 -m json.tool >/dev/null
	done
	echo 'const n = t => { let i = 0; while ((t = t.children?.[0])) i++; return i; };
	console.log(n(JSON.parse(require("fs").readFileSync(0))));' >"$BATS_TEST_TMPDIR/depth.js"
	equals "$(pb-d3 "$BATS_TEST_TMPDIR/deep" | node "$BATS_TEST_TMPDIR/depth.js")" 50001
}

@test "no byte of a name can break JSON, page or template" {
	perl -e 'for $i (1..255) { next if $i == 10 || $i == 59; printf "main;x%cy 1\n", $i; }
		 for $i (0x80..0xffff) { next if $i >= 0xd800 && $i < 0xe000; $s = chr($i); utf8::encode($s); print "main;u$s 1\n" }
		 print "main;$_ 1\n" for "</script>", "<!--<script>", "/** \@options_json **/", "/** \@flamegraph_json **/";' >"$BATS_TEST_TMPDIR/names"
	pb-d3 "$BATS_TEST_TMPDIR/names" >"$BATS_TEST_TMPDIR/json"
	run_ok "$d3/compare.py" "$BATS_TEST_TMPDIR/names" "$BATS_TEST_TMPDIR/json"
	run ! grep -qP '[<>&]|\x{202e}|\xe2\x80[\xa8\xa9]|[\x00-\x08\x0b-\x1f]' "$BATS_TEST_TMPDIR/json"
	pb-d3 --html "$BATS_TEST_TMPDIR/names" | data_block >"$BATS_TEST_TMPDIR/data"
	run ! grep -qP '[<>&]|\x{202e}|\xe2\x80[\xa8\xa9]|[\x00-\x08\x0b-\x1f]' "$BATS_TEST_TMPDIR/data"
	equals "$(python3 -c 'import json, sys; d = json.load(sys.stdin); print(len(d["names"]), len(d["self"]), sum(d["self"]))' <"$BATS_TEST_TMPDIR/data")" \
		"$(wc -l <"$BATS_TEST_TMPDIR/names" | awk '{ print $1 + 1, $1 + 1, $1 }')"
	echo 'x = [/** @flamegraph_json **/] ' >"$BATS_TEST_TMPDIR/template"
	pb-d3 --template "$BATS_TEST_TMPDIR/template" "$BATS_TEST_TMPDIR/names" | sed -e 's/^x = \[//' -e 's/\] $//' >"$BATS_TEST_TMPDIR/json"
	run_ok "$d3/compare.py" --self --brief "$BATS_TEST_TMPDIR/names" "$BATS_TEST_TMPDIR/json"
}

@test "the page's data block adds up to the text, its title is text" {
	pb-d3 --html --title '</title><script>alert(1)</script>' --countname '</script>' "$d3/browser.folded" >"$BATS_TEST_TMPDIR/page"
	grep -qF '<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;</title>' "$BATS_TEST_TMPDIR/page"
	equals "$(grep -c '<script' "$BATS_TEST_TMPDIR/page")" 2
	run_ok python3 -c '
import json, sys
d = json.load(sys.stdin)
stacks = [""]
for i, (parent, frame) in enumerate(zip(d["parents"], d["frames"]), 1):
    assert parent < i
    stacks.append(stacks[parent] + ";" + d["names"][frame])
for stack, count in zip(stacks[1:], d["self"]):
    if count:
        print(stack[1:], count)
print(d["title"], d["unit"], d["decimals"], d["format"], d["version"], file=sys.stderr)' < <(data_block <"$BATS_TEST_TMPDIR/page")
	equals "$(sort <<<"$output")" "$(sort "$d3/browser.folded")"
	equals "$stderr" "</title><script>alert(1)</script> </script> 0 pb-profile 1"
}

@test "the parts of the page cannot end themselves" {
	run ! grep -iE '</script|<!--|<script' lib/viewer/*.js
	run ! grep -iE '</style' lib/viewer/*.css
	run ! grep -nE 'innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(' lib/viewer/*.js
}

@test "--template: every placeholder is filled once, and one must be there" {
	echo '<p>' >"$BATS_TEST_TMPDIR/none.html"
	echo '/** @options_json **/' >"$BATS_TEST_TMPDIR/options.html"
	: >"$BATS_TEST_TMPDIR/empty.html"
	for name in none options empty; do
		fails 1 "pb-d3: $BATS_TEST_TMPDIR/$name.html: no /** @flamegraph_json **/" pb-d3 --template "$BATS_TEST_TMPDIR/$name.html" "$d3/browser.folded"
	done
	fails 1 "pb-d3: /nowhere: No such file" pb-d3 --template /nowhere "$d3/browser.folded"
	fails 1 "pb-d3: /: Is a directory" pb-d3 --template / "$d3/browser.folded"
	printf 'a/** @flamegraph_json **/b/** @flamegraph_json **/' >"$BATS_TEST_TMPDIR/t"
	gives 'x 1\n' 'a{"n":"all","l":"root","v":0,"c":[{"n":"x","v":1}]}b{"n":"all","l":"root","v":0,"c":[{"n":"x","v":1}]}' --template "$BATS_TEST_TMPDIR/t"
}

# What a function is at the top of, and what it is anywhere in, as awk counts: name, total.
totals() {
	awk '{ count = $NF; sub(/ [0-9]+$/, ""); n = split($0, frame, ";"); split("", seen)
		for (i = 1; i <= n; i++) {
			sub(/_\[[kij]\]$/, "", frame[i])
			if (!(frame[i] in seen)) total[frame[i]] += count
			seen[frame[i]]
		}
		total["all"] += count
	} END { for (name in total) print name "\t" total[name] }' "$1"
}

@test "in Chromium: d3-flame-graph 4.1.3 and 5.0.0, its page template, and our page show awk's totals" {
	[ -d "$templates" ] || skip "npm ci has not run in tests/browser"
	local to=$BATS_TEST_TMPDIR text
	for text in "$d3/browser.folded" "$svg/hostile.folded"; do
		local name=${text##*/}
		name=$to/${name%.folded}
		pb-d3 -o "$name.json" "$text"
		pb-d3 --values self -o "$name-self.json" "$text"
		pb-d3 --template "$templates/d3-flamegraph-base.html" --title '</script><script>alert(1)</script>' -o "$name-template.html" "$text"
		pb-d3 --title '</script><script>alert(1)</script>' -o "$name.html" "$text"
	done
	pb-d3 -o "$to/diff.json" "$svg/diff.folded"
	totals "$d3/browser.folded" >"$to/totals"
	run timeout 120 node tests/browser/d3.mjs "$to"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(grep -c '^ok ' <<<"$output")" = 12 ]
}
