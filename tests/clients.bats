# SPDX-License-Identifier: GPL-2.0-or-later
# What others make of our output: speedscope reads pb-fold's text, Chromium shows pb-svg's pictures of it.
load helpers

# Everything is opened once, in one browser; what was seen is in files that the tests read.
setup_file() {
	t=$BATS_FILE_TMPDIR
	[ -d tests/browser/node_modules/speedscope ] || return 0
	stream <<-'END' | pb-fold >"$t/sums.folded"
		7 app / main
		5 app / main / operator new
		11 app / main / f / f / f
		13 app / main / f / g / f / g
		17 app / main / g / f
		19 app / main / std::map<int, std::pair<a, b> >::operator[] / operator new
		23 app / main / std::map<int, std::pair<a, b> >::operator[] / std::map<int, std::pair<a, b> >::operator[]
		29 app / app / main
		1234567890123 worker 7 / start_thread / (anonymous namespace)::run(void (*)(int), char const*)
	END
	stream <<-'END' | pb-fold >"$t/hostile.folded"
		1 </script> / </script><script>alert(1)</script>
		2 <!-- / <!--<script>
		3 ]]> / ]]>
		4 \"'& / \"'&amp;&#x3c;b&#x3e;
		5 a / __proto__
		6 a / constructor
		7 a / toString
		8 a / <img src=x onerror=alert(1)>
		9 a / javascript:alert(1)
		10 a / {{constructor}}${1}%s%n
		11 a / \x1b[31mred
		12 a / bad\xff\xc0\xaf
		13 a / gnp\xe2\x80\xaetxt.exe
		14 a / \xe2\x80\x8fright \xe2\x81\xa6isolate\xe2\x81\xa9
		15 a / f 12
		16 a / f 12.5
		17 a / 12
		18 a / a;b
		19 a / # not a comment
		20 a / tab\x09line\nreturn\x0dnul\x00
		21 a / (speedscope root)
		22 a / (5 samples, 10.00%)
		23 a / -- / _[k] / [
		24 {\"a\":1} / \xe6\x97\xa5\xe6\x9c\xac
		25 a / \xef\xbb\xbfmark
		26 a / \xc2\x85next
		27 a / line\xe2\x80\xa8separator\xe2\x80\xa9s
		28 # / \" onload=\"alert(1)
		29 a /  blanks 
	END
	if record -o "$t/real.pb"; then
		pb-symbolize -q "$t/real.pb" | pb-fold >"$t/real.folded"
	fi
	for text in "$t"/*.folded; do
		pb-svg --minwidth 0 "$text" >"${text%folded}svg"
	done
	node tests/browser/speedscope.mjs "$t"
}

setup() {
	[ -d tests/browser/node_modules/speedscope ] || skip "npm ci has not run in tests/browser"
	t=$BATS_FILE_TMPDIR
}

record() {
	timeout 4 sh -c 'while :; do ls -lR /usr/share | sort | gzip >/dev/null; done' 3>&- &
	pb-record -q -F 999 -d 1 "$@"
	local status=$?
	kill $!
	return $status
}

# stream: the stream of lines "COUNT THREAD / CALLER / CALLEE", names as pb-dump writes them between quotes.
stream() {
	awk -F ' / ' '
	BEGIN { print "segment\nevent name=\"cycles\" unit=\"samples\"\nmodule path=\"/bin/a\"" }
	{
		count = $1
		sub(/ .*/, "", count)
		comm = substr($1, length(count) + 2)
		if (!(comm in task)) {
			task[comm] = tasks++
			print "task tid=" tasks " comm=\"" comm "\""
		}
		stack = "-"
		for (i = 2; i <= NF; i++) {
			if (!($i in frame)) {
				frame[$i] = frames++
				print "frame offset=" frames "\nfunction name=\"" $i "\"\nname frame=" frames - 1 " function=" frames - 1
			}
			print "stack parent=" stack " frame=" frame[$i]
			stack = stacks++
		}
		print "sample task=" task[comm] " stack=" stack " count=" count
	}
	END { print "end" }' | pb-dump -r
}

# What each function costs, as speedscope has it: total (once a stack, however often it is in it), self, name.
sums() {
	awk '{
		count = $NF
		sub(/ [0-9]+$/, "")
		n = split($0, frame, ";")
		split("", seen)
		for (i = 1; i <= n; i++)
			if (!(frame[i] in seen)) {
				seen[frame[i]]
				total[frame[i]] += count
			}
		self[frame[n]] += count
	}
	END { for (name in total) printf "%.0f %.0f %s\n", total[name], self[name], name }' "$1" | sort
}

# What each frame of a picture says: its name as pictures show it, and its count.
frames() {
	awk '{
		count = $NF
		sub(/ [0-9]+$/, "")
		n = split($0, frame, ";")
		path = ""
		for (i = 1; i <= n; i++) {
			path = path ";" frame[i]
			name[path] = frame[i]
			total[path] += count
		}
		all += count
	}
	END {
		printf "all (%.0f samples)\n", all
		for (path in total) printf "%s (%.0f samples)\n", name[path], total[path]
	}' "$1" | visible | sort
}

# Marks that would change the direction of text are written out in pictures.
visible() {
	perl -CSD -pe 's/([\x{200f}\x{202e}\x{2066}\x{2069}])/sprintf "\\u%04x", ord $1/ge'
}

# reads NAME: speedscope has the text of NAME, and shows each function with its total and its own count.
reads() {
	equals "$(<"$t/$1.trouble")" ""
	equals "$(sort "$t/$1.stacks")" "$(sort "$t/$1.folded")"
	equals "$(sort "$t/$1.table")" "$(sums "$t/$1.folded")"
}

# shows NAME: each frame of NAME is in the picture with its count, as text; nothing else happened.
shows() {
	equals "$(<"$t/$1.svg.trouble")" ""
	equals "$(sed -E ':a; s/([0-9]),([0-9,]* samples, [0-9.]+%\)$)/\1\2/; ta; s/, [0-9.]+%\)$/)/' "$t/$1.titles" | sort)" \
		"$(frames "$t/$1.folded")"
	equals "$(tr '\n' ' ' <"$t/$1.elements")" "defs g linearGradient rect script stop style svg text title "
}

@test "speedscope: recursion, templates, blanks and large counts add up" {
	reads sums
	equals "$(<"$t/sums.table")" "$(cat <<-'END'
		1234567890123 1234567890123 (anonymous namespace)::run(void (*)(int), char const*)
		124 36 main
		41 28 f
		24 24 operator new
		42 23 std::map<int, std::pair<a, b> >::operator[]
		30 13 g
		1234567890123 0 start_thread
		1234567890123 0 worker_7
		124 0 app
	END
	)"
	equals "$(<"$t/sums.summary")" "sums.folded - speedscope
1,234,567,890,123 (>99%) 1,234,567,890,123 (>99%) (anonymous namespace)::run(void (*)(int), char const*)"
}

@test "speedscope: hostile names are names" {
	reads hostile
	equals "$(wc -l <"$t/hostile.folded")" 29
	equals "$(awk '{ n += $2 } END { print n }' "$t/hostile.table")" $((29 * 30 / 2))
}

@test "speedscope: a real recording, each function's total and self exactly" {
	[ -s "$t/real.folded" ] || skip "cannot record here"
	reads real
	[ "$(wc -l <"$t/real.table")" -gt 20 ]
	equals "$(awk '{ n += $2 } END { print n }' "$t/real.table")" \
		"$(pb-dump "$t/real.pb" | sed -n 's/^sample .* count=//p' | awk '{ n += $1 } END { print n }')"
}

@test "Chromium: each frame of a picture has its count, also of a real recording" {
	shows sums
	[ ! -s "$t/real.folded" ] || shows real
}

@test "Chromium: hostile names, pointed at and clicked, are text and ask nobody" {
	shows hostile
}
