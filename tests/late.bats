#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# pb-symbolize in a live pipe: samples go on while files are read and fetched, and names follow.
load helpers
load symbols

setup_file() {
	gcc -g -O1 -Wl,--build-id -o "$BATS_FILE_TMPDIR/names" "$BATS_TEST_DIRNAME/symbolize/names.c"
	gcc -g -O1 -Wl,--build-id=none -o "$BATS_FILE_TMPDIR/plain" "$BATS_TEST_DIRNAME/symbolize/names.c"
}

setup() {
	d=$BATS_FILE_TMPDIR t=$BATS_TEST_TMPDIR
	at=$(offset "$d/names" local_one 1) id=$(build_id "$d/names")
	unset DEBUGINFOD_URLS
}

teardown() {
	local job
	for job in $(jobs -p); do kill "$job" 2>/dev/null || true; done
	[ ! -e "$BATS_TEST_TMPDIR/pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/pid")" 2>/dev/null || true
}

# slowly WINDOWS: a stream from a pipe, a window each 0.2 s
slowly() {
	printf '%s\n' 'segment host="x"' 'event name="e" unit="samples"' "module build_id=$id path=\"/gone/a\"" "module path=\"$d/plain\"" \
		"frame module=0 offset=$at" 'frame module=1 offset=1' stack 'stack parent=0 frame=1' task >"$t/stream"
	for ((i = 0; i < $1; i++)); do
		printf '%s\n' "window start=$((i * 200))000000 end=$((i * 200 + 200))000000" 'sample stack=1 count=1' >>"$t/stream"
	done
	echo end >>"$t/stream"
	pb-dump -r <"$t/stream" >"$t/whole"
	python3 - "$t/whole" <<-'END'
	import struct, sys, time
	data = open(sys.argv[1], 'rb').read()
	at = 8
	sys.stdout.buffer.write(data[:8])
	while at < len(data):
	    size, kind = struct.unpack_from('<II', data, at)
	    sys.stdout.buffer.write(data[at:at + 8 + size])
	    at += 8 + size
	    if kind == 9:
	        sys.stdout.buffer.flush()
	        time.sleep(0.2)
	END
}

@test "a live pipe is not held up by a slow server: samples pass, names follow, all are there at the end" {
	find_says "sleep 1.2; echo $d/names"
	slowly 10 | pb-symbolize -q | python3 -c '
import os, struct, time
start = time.time()
data = b""
while True:
    part = os.read(0, 65536)
    if not part:
        break
    print("%.2f" % (time.time() - start), len(part))
    data += part
open("'"$t"'/out", "wb").write(data)' >"$t/times"
	pb-dump "$t/out" >"$t/text"
	cat "$t/times"
	# A sample comes each 0.2 s, but for the 0.2 s that the first may wait.
	awk '{ if ($1 - last > 0.9) exit 1; last = $1; n++ } END { exit n < 8 }' "$t/times"
	awk '/^name/ { named = NR } /^sample/ && !first { first = NR } /^sample/ { last = NR } END { exit !(first < named && named < last) }' "$t/text"
	grep -q 'function #0 name="local_one"' "$t/text"
	equals "$(pb-fold "$t/out")" "$(pb-symbolize -q "$t/whole" | pb-fold)"
	contains "$(pb-fold "$t/out")" "local_one"
}

@test "the input ends before the names are there: they are waited for" {
	find_says "sleep 0.7; echo $d/names"
	slowly 1 | pb-symbolize -q | pb-dump >"$t/text"
	grep -q 'local_one' "$t/text"
	equals "$(tail -1 "$t/text" | cut -d' ' -f1)" end
	equals "$(grep -c '^name' "$t/text")" 1
	# From a file they stand before the samples.
	pb-symbolize -q "$t/whole" | pb-dump >"$t/text"
	awk '/^name/ { named = NR } /^sample/ && !first { first = NR } END { exit !(named < first) }' "$t/text"
}

@test "nobody reads any more: it ends, though a server is still asked" {
	find_says "sleep 30; echo $d/names"
	from elsewhere /gone "$id" >"$t/in"
	start=$EPOCHREALTIME
	{ cat "$t/in"; } | pb-symbolize -q | head -c 8 >/dev/null
	awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { exit !(b - a < 5) }'
}

# Half a gigabyte of it: the names of functions are there at once, those of what was inlined follow.
@test "a live pipe on a process with much debug information: the page goes on, and has all in the end" {
	tests/symbolize/big/build "$t/big" 340
	size=$(readelf -SW "$t/big" | awk '{ sub(/^ *\[ *[0-9]+\] /, "") } /^\.debug/ { print $5 }' | python3 -c 'import sys; print(sum(int(x, 16) for x in sys.stdin))')
	[ "$size" -gt 500000000 ]
	"$t/big" 100000000 >/dev/null &
	pb-record -q -F 199 -p $! -d 8 | tee "$t/rec.pb" | pb-symbolize -q | pb-serve 2>"$t/err" 3>&- &
	within 5 grep -q '#t=' "$t/err"
	url=$(sed -n 's/^pb-serve: \(http:.*\)#t=.*/\1/p' "$t/err") token=$(sed -n 's/^pb-serve: http:.*#t=//p' "$t/err")
	python3 - "$url" "$token" <<-'END'
	import json, sys, time, urllib.request
	url, token = sys.argv[1:]
	def ask(path):
	    request = urllib.request.Request(url + path, headers={'Authorization': 'Bearer ' + token})
	    return urllib.request.urlopen(request, timeout=30).read().decode()
	last, seen, gap, start = time.time(), 0, 0, time.time()
	while True:
	    stats = json.loads(ask('api/stats'))
	    samples = stats['samples']
	    if samples > seen:
	        gap, seen, last = max(gap, time.time() - last if seen else 0), samples, time.time()
	        folded = ask('api/folded')
	        named = sum('work_' in line for line in folded.splitlines())
	        print('%.1f s: %d samples, %d of %d stacks with names, %d with inlined functions' % (time.time() - start, samples,
	              named, folded.count('\n'), folded.count('std::sort')))
	    if stats['state'] != 'live':
	        break
	    if time.time() - start > 120:
	        sys.exit('it does not end')
	    time.sleep(0.1)
	print('longest without a sample: %.1f s' % gap)
	sys.exit(gap > 3 or not seen)
	END
	curl -s -H "Authorization: Bearer $token" "${url}api/folded" >"$t/folded"
	equals "$(sort "$t/folded")" "$(pb-symbolize -q "$t/rec.pb" | pb-fold | sort)"
	grep -q 'std::' "$t/folded"
}
