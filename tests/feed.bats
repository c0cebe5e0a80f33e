# SPDX-License-Identifier: GPL-2.0-or-later
# pb-serve's data side without its network: tests/serve/feed reads a stream and writes messages and documents,
# tests/serve/decode.py reads the messages from their description alone and checks them against each other.
load helpers

setup_file() {
	make -s build/tests/serve/feed build/tests/serve/storm build/tests/stream/generate build/tests/live/windows
}

# feed OPTION_OR_DOCUMENT... < STREAM: documents, and page-name, page-thread, page-cpu, come to the test's directory.
# What decode.py says is in $said, and the program's own words in $took.
feed() {
	build/tests/serve/feed "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/took" || return
	said=$(python3 tests/serve/decode.py --into "$BATS_TEST_TMPDIR" <"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/sizes") || return
	took=$(cat "$BATS_TEST_TMPDIR/took" "$BATS_TEST_TMPDIR/sizes")
}

# same FILE COMMAND...: the file of the test's directory is what the command writes.
same() {
	cmp "$BATS_TEST_TMPDIR/$1" <("${@:2}" 2>/dev/null)
}

# drip MILLISECONDS < STREAM
drip() {
	python3 tests/serve/drip.py "$1"
}

# A stream from lines of text on stdin.
stream() {
	pb-dump -r >"$BATS_TEST_TMPDIR/stream"
}

@test "documents are byte for byte what pb-fold, pb-d3 and pb-svg write" {
	local text
	for text in tests/fold/main.txt tests/fold/bare.txt tests/fold/events.txt tests/fold/lost.txt tests/stream/all.txt; do
		stream <"$text"
		feed folded 'folded?by=none' 'folded?by=process' 'folded?by=thread' 'folded?by=cpu' tree svg 'tree?by=thread' \
			<"$BATS_TEST_TMPDIR/stream"
		same folded pb-fold "$BATS_TEST_TMPDIR/stream"
		same folded-none pb-fold --no-comm "$BATS_TEST_TMPDIR/stream"
		same folded-process pb-fold --pid "$BATS_TEST_TMPDIR/stream"
		same folded-thread pb-fold --tid "$BATS_TEST_TMPDIR/stream"
		same folded-cpu pb-fold --cpu --no-comm "$BATS_TEST_TMPDIR/stream"
		same svg pb-svg "$BATS_TEST_TMPDIR/folded"
		same tree pb-d3 --json "$BATS_TEST_TMPDIR/folded"
		same tree-thread pb-d3 --json "$BATS_TEST_TMPDIR/folded-thread"
	done
}

@test "a document of no samples, and one that does not exist" {
	stream <tests/fold/none.txt
	feed folded svg tree 'folded?by=moon' 'stats?by=name' <"$BATS_TEST_TMPDIR/stream"
	equals "$(wc -c <"$BATS_TEST_TMPDIR/folded")" 0
	xmllint --noout "$BATS_TEST_TMPDIR/svg"
	python3 -m json.tool "$BATS_TEST_TMPDIR/tree" >/dev/null
	contains "$(cat "$BATS_TEST_TMPDIR/refused")" "nothing to choose"
}

@test "what pages add up is what pb-fold counts, by name, thread and cpu, in one burst and drop by drop" {
	local ms
	build/tests/stream/generate 20000 2000 >"$BATS_TEST_TMPDIR/large"
	cat "$BATS_TEST_TMPDIR/large" <(pb-dump -r tests/stream/all.txt) "$BATS_TEST_TMPDIR/large" >"$BATS_TEST_TMPDIR/stream"
	for ms in 0 15; do
		feed -c 10 folded < <(drip $ms <"$BATS_TEST_TMPDIR/stream")
		same folded pb-fold "$BATS_TEST_TMPDIR/stream"
		same page-name pb-fold "$BATS_TEST_TMPDIR/stream"
		same page-thread pb-fold --tid "$BATS_TEST_TMPDIR/stream"
		same page-cpu pb-fold --cpu --no-comm "$BATS_TEST_TMPDIR/stream"
	done
}

# Names that come after the samples, replace others, and add inlined functions; windows and blocks in pieces.
late_names() {
	printf '%s\n' segment 'event name="cycles" unit="samples"' 'module path="/bin/a"' 'frame offset=1' 'frame offset=2' \
		'task pid=7 tid=7 comm="a"' stack 'stack parent=0 frame=1' 'window start=0 end=1000000000' 'sample stack=1 count=1' -- \
		'function name="old"' name -- 'window start=1000000000 end=2000000000' 'sample stack=1 count=2' -- \
		'sample count=4' -- 'function name="new"' 'function name="deep"' 'name function=1' -- \
		'window start=2000000000 end=3000000000' 'sample stack=1 count=8' -- 'name frame=1 function=1' \
		'name frame=1 function=2' -- 'lost cause="ring full" count=3' 'sample stack=1 count=16' end
}

@test "events: what pages add up is what pb-fold counts, and documents choose them as it does" {
	local text name query
	for text in tests/fold/several.txt tests/fold/events.txt tests/stream/all.txt; do
		stream <"$text"
		feed stats folded 'folded?by=event' svg <"$BATS_TEST_TMPDIR/stream"
		same folded pb-fold "$BATS_TEST_TMPDIR/stream"
		same svg pb-svg "$BATS_TEST_TMPDIR/folded"
		same folded-event pb-fold --events --no-comm "$BATS_TEST_TMPDIR/stream"
		pb-fold --list-events "$BATS_TEST_TMPDIR/stream" 2>/dev/null | awk -F '\t' '$3' | sort >"$BATS_TEST_TMPDIR/list"
		diff "$BATS_TEST_TMPDIR/list" <(jq -r '.events[] | [.name, .unit, .samples, .value] | @tsv' "$BATS_TEST_TMPDIR/stats" | sort)
		while IFS=$'\t' read -r name _; do
			pb-fold --events --no-comm -e "$name" "$BATS_TEST_TMPDIR/stream" 2>/dev/null
		done <"$BATS_TEST_TMPDIR/list" | diff - "$BATS_TEST_TMPDIR/page-event"
	done
	stream <tests/fold/several.txt
	feed 'folded?event=off-cpu&by=thread' 'folded?event=kprobe:vfs_read' 'svg?event=off-cpu' 'folded?event=off-cpu' \
		'folded?event=k*&by=event' 'folded?event=kprobe%3avfs_rea%64' 'folded?event=*' 'folded?event=cpu-clock&event=off-cpu' \
		'folded?event=kprobe:vfs_*&event=off-cpu' stats <"$BATS_TEST_TMPDIR/stream"
	same 'folded-event=off-cpu&by=thread' pb-fold --tid -e off-cpu "$BATS_TEST_TMPDIR/stream"
	same 'folded-event=kprobe:vfs_read' pb-fold -e kprobe:vfs_read "$BATS_TEST_TMPDIR/stream"
	same 'svg-event=off-cpu' pb-svg --unit ns "$BATS_TEST_TMPDIR/folded-event=off-cpu"
	same 'folded-event=k*&by=event' pb-fold --no-comm --events -e 'k*' "$BATS_TEST_TMPDIR/stream"
	same 'folded-event=kprobe%3avfs_rea%64' pb-fold -e kprobe:vfs_read "$BATS_TEST_TMPDIR/stream"
	same 'folded-event=*' pb-fold -e '*' "$BATS_TEST_TMPDIR/stream"
	same 'folded-event=cpu-clock&event=off-cpu' pb-fold -e cpu-clock -e off-cpu "$BATS_TEST_TMPDIR/stream"
	same 'folded-event=kprobe:vfs_*&event=off-cpu' pb-fold -e 'kprobe:*' -e off-cpu "$BATS_TEST_TMPDIR/stream"
	equals "$(jq -c '[.samples, .left_out, .lost, [.events[].lost]]' "$BATS_TEST_TMPDIR/stats")" '[108,1015,{"map full":3},[0,0,0,3,0]]'
}

@test "events: one that is not there, a query that makes no sense" {
	stream <tests/fold/several.txt
	build/tests/serve/feed -q 'folded?event=nothing' 'tree?event=cpu-clock&event=*y*' 'svg?event=' <"$BATS_TEST_TMPDIR/stream" 2>/dev/null \
		>"$BATS_TEST_TMPDIR/out"
	equals "$(grep -ao 'unknown 0$' "$BATS_TEST_TMPDIR/out" | wc -l)" 3
	for query in 'event' 'event=%00' 'event=a%0' 'evint=a' 'by=name&' '&' 'by=name&by=moon' "event=$(printf 'x%.0s' {1..3000})"; do
		feed "folded?$query" <"$BATS_TEST_TMPDIR/stream"
		case $query in
		'by=name&' | 'event=a%0') [ ! -e "$BATS_TEST_TMPDIR/refused" ] ;;
		*) contains "$(cat "$BATS_TEST_TMPDIR/refused")" "by=cpu are known, and event=NAME" ;;
		esac || { echo "$query" && return 1; }
		rm -f "$BATS_TEST_TMPDIR/refused"
	done
}

@test "events: a thousand and twenty-four, what is beyond is left out; drop by drop" {
	{
		printf '%s\n' 'segment realtime=1000000000' module frame stack stack 'task comm="a"'
		printf 'event name="e%s" unit="samples"\n' {1..1100}
		printf 'window event=%s end=5000\nsample count=2\nlost cause="x" count=1\n' {0..1099}
		printf '%s\n' 'window event=0 start=5000 end=9000' 'sample stack=1 count=7' end
	} | stream
	feed stats folded 'folded?event=e1024' < <(drip 30 <"$BATS_TEST_TMPDIR/stream")
	equals "$(jq -c '[.samples, .delivered, .left_out, .windows, (.events | length), ([.events[].lost] | add), .lost.x]' "$BATS_TEST_TMPDIR/stats")" \
		'[2055,2207,152,2,1024,1024,1100]'
	equals "$(<"$BATS_TEST_TMPDIR/folded")" "a;[unknown] 2055"
	equals "$(<"$BATS_TEST_TMPDIR/folded-event=e1024")" "a;[unknown] 2"
	contains "$said" "2055 samples 1024 lost 2 windows ended"
}

@test "a storm in a thousand events: memory stays in its bounds, and no sample of any event is lost" {
	build/tests/serve/storm 60 2000 20 1000 >"$BATS_TEST_TMPDIR/stream"
	bounded 33554432 stats 'folded?event=event_1' 'folded?event=event_998' <"$BATS_TEST_TMPDIR/stream"
	equals "$(jq -c '[.samples, .delivered, .left_out, .pruned > 0, .pruned < 120000, .memory < .memory_limit, (.events | length)]' "$BATS_TEST_TMPDIR/stats")" \
		'[60000,120000,60000,true,true,true,1000]'
	equals "$(awk '{ n += $NF } END { print n }' "$BATS_TEST_TMPDIR/folded-event=event_1")" 120000
	equals "$(awk '{ n += $NF } END { print n }' "$BATS_TEST_TMPDIR/folded-event=event_998")" 120
}

@test "names that come after the samples, and those that replace others, count for what was before" {
	late_names | stream
	feed folded < <(drip 30 <"$BATS_TEST_TMPDIR/stream")
	equals "$(cat "$BATS_TEST_TMPDIR/folded")" $'a;new 4\na;new;deep;new 27'
	same folded pb-fold "$BATS_TEST_TMPDIR/stream"
	same page-name pb-fold "$BATS_TEST_TMPDIR/stream"
	equals "$said" "31 samples 3 lost 3 windows ended "
	contains "$took" " 3 renewals"
	feed folded <"$BATS_TEST_TMPDIR/stream"
	same page-name pb-fold "$BATS_TEST_TMPDIR/stream"
	contains "$took" " 0 renewals"
}

@test "losses, events of other units, causes and tallies are in the facts" {
	local f=$BATS_TEST_TMPDIR/stats
	stream <tests/fold/lost.txt
	feed stats <"$BATS_TEST_TMPDIR/stream"
	equals "$(jq -c '[.state, .delivered, .lost, .samples]' "$f")" '["cut",2990,{"map full":1,"ring full":9},2990]'
	stream <tests/fold/events.txt
	feed stats <"$BATS_TEST_TMPDIR/stream"
	equals "$(jq -c '[.state, .left_out, .samples]' "$f")" '["ended",7000,16]'
	printf '%s\n' 'segment host="<h>\x1b\xff\"" command="a & b" release="6.1" cpus=3' 'event name="e" unit="samples" frequency=99' \
		'module' 'frame' 'stack' 'task' 'window end=5' 'sample count=1' 'lost cause="__proto__" count=1' 'tally class=1 count=7' \
		'tally class=3 cause="x" count=2' end | stream
	feed stats <"$BATS_TEST_TMPDIR/stream"
	equals "$(jq -c '[.host, .command, .release, .cpus, .event, .unit, .frequency, .period, .delivered, .lost, .control]' "$f")" \
		'["<h>\\x1b\\xff\"","a & b","6.1",3,"e","samples",99,0,7,{"x":2},false]'
}

# segments TEXT...: three segments of the same lines.
segments() {
	local i
	for i in 1 2 3; do
		printf '%s\n' segment event module frame stack task 'window end=5' "$@"
	done | stream
}

@test "what several segments lost or delivered does not add up beyond what can be counted" {
	local most=9223372036854775807 line
	for line in "lost cause=\"x\" count=$most" "tally class=3 cause=\"x\" count=$most" "tally class=1 count=$most"; do
		segments 'sample count=1' "$line" end
		build/tests/serve/feed -q stats <"$BATS_TEST_TMPDIR/stream" 2>/dev/null | grep -ao '{"host".*}' | tail -1 >"$BATS_TEST_TMPDIR/stats"
		contains "$(<"$BATS_TEST_TMPDIR/stats")" "the counts add up to more than $most"
		equals "$(jq -c '[.state, ([.delivered, .lost[]] | max | . > 9e18 and . < 9.3e18)]' "$BATS_TEST_TMPDIR/stats")" '["failed",true]'
		fails 1 "the counts add up to more than $most" pb-fold "$BATS_TEST_TMPDIR/stream"
	done
}

@test "empty, cut short, malformed, stopped: what came before stays, and why is said" {
	feed folded </dev/null
	contains "$said" "0 samples 0 lost 0 windows failed <stdin>: offset 0: empty: not a pb stream"
	late_names | stream
	feed folded < <(head -c 200 "$BATS_TEST_TMPDIR/stream")
	contains "$said" "7 samples 0 lost 2 windows cut <stdin>: offset"
	feed folded < <(cat "$BATS_TEST_TMPDIR/stream"; printf 'not a block')
	contains "$said" "31 samples 3 lost 3 windows failed <stdin>: offset"
	local start=$EPOCHREALTIME
	feed -s 200 folded < <(head -c 220 "$BATS_TEST_TMPDIR/stream"; exec sleep 20)
	contains "$said" " windows stopped "
	awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { exit !(b - a < 2) }'
	feed -s 100 folded <"$BATS_TEST_TMPDIR/stream"
	contains "$said" "31 samples 3 lost 3 windows ended"
}

@test "a stream without windows, and windows without samples" {
	printf '%s\n' 'segment realtime=5000000' 'module' 'frame' 'stack' 'task comm="a"' 'sample count=5' end | stream
	feed <"$BATS_TEST_TMPDIR/stream"
	contains "$said" "5 samples 0 lost 1 windows ended"
	printf '%s\n' segment event 'window end=5' -- 'window start=5 end=7' -- 'window start=3 end=1' end | stream
	feed <"$BATS_TEST_TMPDIR/stream"
	contains "$said" "0 samples 0 lost 3 windows ended"
}

@test "numbers beyond what a page holds, deep stacks, long names" {
	{
		printf '%s\n' 'segment realtime=18446744073709551615' 'event frequency=18446744073709551615' module 'frame' \
			'task pid=18446744073709551615 tid=18446744073709551615' stack
		for i in $(seq 5000); do echo "stack parent=$((i - 1))"; done
		echo 'window start=18446744073709551615 end=18446744073709551615'
		printf 'sample cpu=18446744073709551615 stack=5000 count=9007199254740991\nfunction name="'
		head -c 100000 /dev/zero | tr '\0' '\033' | sed 's/\x1b/\\x1b/g'
		printf '"\nname\nend\n'
	} | stream
	feed -m 16777216 folded <"$BATS_TEST_TMPDIR/stream"
	contains "$said" "9007199254740991 samples 0 lost 1 windows ended"
}

@test "a storm of processes and stacks: memory stays in its bounds and no sample is lost" {
	build/tests/serve/storm 1200 500 20 >"$BATS_TEST_TMPDIR/stream"
	build/tests/serve/feed -q -m 33554432 -c 30 stats 'folded?by=cpu' folded <"$BATS_TEST_TMPDIR/stream" 2>"$BATS_TEST_TMPDIR/took" \
		>"$BATS_TEST_TMPDIR/out"
	python3 tests/serve/decode.py --into "$BATS_TEST_TMPDIR" <"$BATS_TEST_TMPDIR/out" >/dev/null 2>&1
	equals "$(jq -c '[.samples, .delivered, .pruned > 0, .memory < .memory_limit]' "$BATS_TEST_TMPDIR/stats")" '[600000,600000,true,true]'
	local kb
	kb=$(awk 'END { print $(NF - 1) }' "$BATS_TEST_TMPDIR/took")
	[ "$kb" -lt $((32768 + 8192)) ] || { echo "$kb kB" && return 1; }
	equals "$(awk '{ split($0, f, ";"); n[f[1]] += $NF } END { for (c in n) print c, n[c] }' "$BATS_TEST_TMPDIR/folded-cpu" | sort)" \
		"$(pb-dump "$BATS_TEST_TMPDIR/stream" | awk '/^sample/ { c = 0; for (i = 2; i <= NF; i++) if ($i ~ /^cpu=/) c = substr($i, 5)
			n["[cpu " c "]"]++ } END { for (c in n) print c, n[c] }' | sort)"
	equals "$(grep -c '^steady;main_0;steady_[0-9] 30000$' "$BATS_TEST_TMPDIR/folded")" 10
	same page-cpu cat "$BATS_TEST_TMPDIR/folded-cpu"
}

# bounded MEMORY DOCUMENT... < STREAM: the documents come to the test's directory; the process took no more than MEMORY and 8 MB.
bounded() {
	local kb
	build/tests/serve/feed -q -m "$@" 2>"$BATS_TEST_TMPDIR/took" >"$BATS_TEST_TMPDIR/out" || return
	python3 tests/serve/decode.py --into "$BATS_TEST_TMPDIR" <"$BATS_TEST_TMPDIR/out" >/dev/null 2>&1 || return
	kb=$(awk 'END { print $(NF - 1) }' "$BATS_TEST_TMPDIR/took")
	[ "$kb" -lt $(($1 / 1024 + 8192)) ] || { echo "$kb kB" && return 1; }
}

@test "a segment that defines too much says so; the memory comes back with the next one" {
	build/tests/serve/storm 140 500 120 >"$BATS_TEST_TMPDIR/stream"
	build/tests/serve/feed -m 33554432 stats <"$BATS_TEST_TMPDIR/stream" 2>"$BATS_TEST_TMPDIR/took" >"$BATS_TEST_TMPDIR/out"
	equals "$(grep -c 'takes more than three eighths of --memory' "$BATS_TEST_TMPDIR/took")" 1
	grep -ao '{"host".*}' "$BATS_TEST_TMPDIR/out" | tail -1 >"$BATS_TEST_TMPDIR/stats"
	equals "$(jq -c '[.crowded, .memory < 17000000]' "$BATS_TEST_TMPDIR/stats")" '[false,true]'
	! grep -q 'takes more' <(build/tests/serve/storm 20 500 20 | build/tests/serve/feed -q -m 33554432 2>&1 >/dev/null)
}

@test "names of 64 KiB that take four times that to be shown: they are cut, quickly, and memory stays in its bounds" {
	python3 - <<-'END' | pb-dump -r >"$BATS_TEST_TMPDIR/stream"
	for s in range(8):
	    print('segment\nevent\nmodule path="/bin/a"\ntask comm="a"')
	    for i in range(60):
	        print(f'frame offset={i}\nfunction name="{s}_{i}_' + '\\x01' * 65000 + f'"\nname frame={i} function={i}\nstack frame={i}')
	    print('window end=1000000000')
	    for i in range(60):
	        print(f'sample stack={i} count=1')
	    print('end')
	END
	local start=$SECONDS
	bounded 16777216 stats folded <"$BATS_TEST_TMPDIR/stream"
	[ $((SECONDS - start)) -lt 20 ]
	equals "$(jq -c '[.samples, .memory < .memory_limit, .cut]' "$BATS_TEST_TMPDIR/stats")" '[480,true,true]'
	equals "$(awk '{ n += $NF } END { print n }' "$BATS_TEST_TMPDIR/folded")" 480
	grep -q 'x01\.\.\.\[cut\] 1$' "$BATS_TEST_TMPDIR/folded"
	equals "$(grep -c 'are too long to be kept whole' "$BATS_TEST_TMPDIR/took")" 1
}

@test "a long name is cut between two characters" {
	{
		printf '%s\n' segment event module frame stack task
		printf 'function name="%s"\nname\nwindow end=5\nsample count=1\nend\n' "$(printf 'é%.0s' {1..3000})"
	} | stream
	feed folded <"$BATS_TEST_TMPDIR/stream"
	iconv -f UTF-8 -t UTF-8 "$BATS_TEST_TMPDIR/folded" >/dev/null
	grep -q 'é\.\.\.\[cut\] 1$' "$BATS_TEST_TMPDIR/folded"
}

@test "what comes again and again stays, while functions and tasks of one sample make room" {
	build/tests/live/windows 10000 1500 900 0 20 >"$BATS_TEST_TMPDIR/stream"
	bounded 33554432 stats <"$BATS_TEST_TMPDIR/stream"
	jq -c '[.samples, .pruned]' "$BATS_TEST_TMPDIR/stats"
	equals "$(jq -c '[.samples == 1376500, .pruned > 0, .pruned < .samples / 50]' "$BATS_TEST_TMPDIR/stats")" '[true,true,true]'
}

@test "what is new stays, however many samples the past had" {
	python3 tests/serve/phases.py 30000 1000 8000 | stream
	bounded 16777216 stats folded <"$BATS_TEST_TMPDIR/stream"
	equals "$(jq -c '[.samples, .pruned > 0]' "$BATS_TEST_TMPDIR/stats")" '[30008000,true]'
	equals "$(grep -c ';new_.* 1$' "$BATS_TEST_TMPDIR/folded")" 8000
	cp "$BATS_TEST_TMPDIR/folded" "$BATS_TEST_TMPDIR/before"
	bounded 16777216 folded <"$BATS_TEST_TMPDIR/stream"
	cmp "$BATS_TEST_TMPDIR/folded" "$BATS_TEST_TMPDIR/before"
}

# One function that calls itself $1 deep, its name of $2 bytes, with a sample in each of $3 tasks at the end; a sample in
# each stack if there is $4.
recursion() {
	python3 - "$@" <<-'END' | pb-dump -r
	import sys
	depth, length, tasks, each = *map(int, sys.argv[1:4]), len(sys.argv) > 4
	print('segment\nevent\nmodule path="/bin/a"\nframe\nfunction name="' + "f" * length + '"\nname\nstack')
	for i in range(1, depth):
	    print(f'stack parent={i - 1}')
	for i in range(tasks):
	    print(f'task pid={i} tid={i} comm="a"')
	print('window end=1000000000')
	for i in range(depth if each else 0):
	    print(f'sample stack={i} count=1')
	for i in range(tasks):
	    print(f'sample task={i} stack={depth - 1} count=1')
	print('end')
	END
}

@test "documents far larger than the memory come in parts, each soon, and take next to none" {
	recursion 4000 1000 1 each >"$BATS_TEST_TMPDIR/stream"
	build/tests/serve/feed -q -m 16777216 folded tree svg <"$BATS_TEST_TMPDIR/stream" 2>"$BATS_TEST_TMPDIR/took" >/dev/null
	awk '/^document folded/ { good += $7 > 1000000000 } /^document/ { good += $(NF - 1) < 300000 } / messages, / { good += $(NF - 1) < 32768 }
		END { exit good != 5 }' "$BATS_TEST_TMPDIR/took" || { cat "$BATS_TEST_TMPDIR/took" && false; }
}

@test "a path longer than what is kept of it is written whole" {
	recursion 40 4000 1 each >"$BATS_TEST_TMPDIR/stream"
	feed folded <"$BATS_TEST_TMPDIR/stream"
	same folded pb-fold "$BATS_TEST_TMPDIR/stream"
	awk '{ bad += length($0) != 1 + 4001 * NR + 2 } END { exit bad || NR != 40 }' "$BATS_TEST_TMPDIR/folded"
}

@test "a document that does not fit into the memory for documents is not made" {
	recursion 1200 2 2000 >"$BATS_TEST_TMPDIR/stream"
	bounded 16777216 'tree?by=thread' 'svg?by=process' tree 'folded?by=thread' <"$BATS_TEST_TMPDIR/stream"
	equals "$(grep -ao 'too large 0' "$BATS_TEST_TMPDIR/out" | wc -l)" 2
	equals "$(wc -l <"$BATS_TEST_TMPDIR/folded-thread")" 2000
}

# apart NAME SECONDS: of NAME's 600 windows the last SECONDS are told apart, the others merged; to how many
# depends on what is read at a time.
apart() {
	feed -w "${2}000000000" stats <"$BATS_TEST_TMPDIR/$1"
	jq -e --argjson n "$2" '.windows >= $n and .windows <= $n + ([64, $n / 8] | max) and .merged > 0 and .merged <= 600 - $n' \
		"$BATS_TEST_TMPDIR/stats" >/dev/null ||
		{ echo "$*: $(jq -c '[.windows, .merged]' "$BATS_TEST_TMPDIR/stats")" && false; }
}

# whole NAME SECONDS: none of them are merged.
whole() {
	feed -w "${2}000000000" stats <"$BATS_TEST_TMPDIR/$1"
	equals "$(jq -c '[.windows, .merged]' "$BATS_TEST_TMPDIR/stats")" '[600,0]'
}

# seconds FROM TO: the lines of a segment whose windows are these seconds.
seconds() {
	printf '%s\n' segment event module frame stack task
	for ((i = $1; i < $2; i++)); do
		printf 'window start=%d000000000 end=%d000000000\nsample count=1\n' $i $((i + 1))
	done
	echo end
}

@test "--window: the last so many seconds are told apart, what was before is merged to an eighth as many, or 64" {
	seconds 0 600 | pb-dump -r >"$BATS_TEST_TMPDIR/600"
	whole 600 3600
	whole 600 600
	for n in 500 60 10 1; do apart 600 $n; done
	# a pause of a day does not count
	{ seconds 0 300 && seconds 86700 87000; } | pb-dump -r >"$BATS_TEST_TMPDIR/pause"
	whole pause 600
	apart pause 400
}

@test "days of windows: they are merged, oldest first, evenly; no more than 3640 are told apart" {
	build/tests/serve/storm 20000 2 1000 >"$BATS_TEST_TMPDIR/stream"
	feed -w 600000000000 stats <"$BATS_TEST_TMPDIR/stream"
	equals "$(jq -c '[.samples, .windows <= 675, .merged >= 19000]' "$BATS_TEST_TMPDIR/stats")" '[40000,true,true]'
	feed -w 360000000000000 stats <"$BATS_TEST_TMPDIR/stream"
	equals "$(jq -c '[.samples, .windows <= 4096, .windows > 3640, .merged <= 16360]' "$BATS_TEST_TMPDIR/stats")" '[40000,true,true,true]'
}

@test "a large snapshot is quick, clients that hold theirs share it" {
	build/tests/stream/generate 4000 800 >"$BATS_TEST_TMPDIR/stream"
	build/tests/serve/feed -a -c 100 <"$BATS_TEST_TMPDIR/stream" 2>"$BATS_TEST_TMPDIR/took" >/dev/null
	awk '/held for clients/ { held = $1 } /^snapshot/ { if ($2 > 100000) bad = 1 } / messages, / { if (held > $7) bad = 1 }
		END { exit bad }' "$BATS_TEST_TMPDIR/took"
}

@test "the corpus of malformed streams, and a stream cut at each byte, under the sanitizers" {
	local file size i
	make -s ASAN=1 build/asan/tests/serve/feed
	for file in tests/corpus/stream/*; do
		timeout 20 build/asan/tests/serve/feed -m 16777216 folded tree stats <"$file" >/dev/null 2>"$BATS_TEST_TMPDIR/err" ||
			{ echo "$file" && cat "$BATS_TEST_TMPDIR/err" && return 1; }
	done
	late_names | stream
	size=$(wc -c <"$BATS_TEST_TMPDIR/stream")
	for ((i = 1; i < size; i += 3)); do
		head -c $i "$BATS_TEST_TMPDIR/stream" | build/asan/tests/serve/feed folded >/dev/null 2>"$BATS_TEST_TMPDIR/err" ||
			{ echo "$i" && cat "$BATS_TEST_TMPDIR/err" && return 1; }
	done
}
