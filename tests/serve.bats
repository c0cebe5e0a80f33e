#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# pb-serve's server: what it answers and refuses, how it ends, and that clients of all kinds leave it unharmed.
load helpers

setup_file() {
	make -s build/tests/live/windows build/tests/serve/storm
	pb-dump -r tests/fold/main.txt >"$BATS_FILE_TMPDIR/main.pb"
	build/tests/live/windows 2000 500 5 0 >"$BATS_FILE_TMPDIR/ended.pb"
}

setup() {
	t=$BATS_TEST_TMPDIR
	pb=$BATS_FILE_TMPDIR
}

teardown() {
	local job
	for job in $(jobs -p); do kill "$job" 2>/dev/null || true; done
}

# serve INPUT [OPTION]...: pb-serve in the background, and its $pid, $url, $token and $port.
serve() {
	local input=$1
	shift
	"$bin/pb-serve" "$@" <"$input" 2>"$t/err" 3>&- 7>&- &
	pid=$!
	address
}

address() {
	within 5 grep -q '#t=' "$t/err" || { cat "$t/err" && return 1; }
	url=$(sed -n 's/^pb-serve: \(http:.*\)#t=.*/\1/p' "$t/err")
	token=$(sed -n 's/^pb-serve: http:.*#t=//p' "$t/err")
	port=${url##*:} port=${port%/}
}

# live [OPTION]...: one that reads a recording which goes on and on, $speed (20) windows a second, of $nodes (2000).
live() {
	mkfifo "$t/live"
	build/tests/live/windows "${nodes:-2000}" 500 4000 "${speed:-20}" >"$t/live" 2>/dev/null 3>&- &
	serve "$t/live" "$@"
}

# held [OPTION]...: one whose pipe is held open by this test, on fd 7.
held() {
	mkfifo "$t/held"
	exec 7<>"$t/held"
	serve "$t/held" "$@"
}

# ends WANTED: the server exits by itself, with this status.
ends() {
	local status=0
	within 8 gone
	wait "$pid" || status=$?
	equals "$status" "$1"
}

gone() {
	! kill -0 "$pid" 2>/dev/null || grep -q '^State:.*Z' "/proc/$pid/status" 2>/dev/null
}

# ask PATH [CURL-OPTION]...: the status, and the body in $t/body.
ask() {
	local path=$1
	shift
	curl -s --path-as-is --max-time 10 -D "$t/headers" -o "$t/body" -w '%{http_code}' "$@" "${url%/}$path"
}

client() {
	run timeout 100 python3 tests/serve/web_client.py "$1" "$port" "$token" "$pid"
	echo "$output"
	[ "$status" = 0 ]
}

said() {
	equals "$(grep -c -- "$1" "$t/err")" "${2:-1}" || { cat "$t/err" && false; }
}

api() {
	ask "$1" -H "Authorization: Bearer $token"
}

@test "the page: its headers, compressed or not, the same each time" {
	serve "$pb/main.pb"
	equals "$(ask /)" 200
	cp "$t/body" "$t/page"
	grep -q '<script>' "$t/page"
	! grep -q "$token" "$t/page"
	for header in 'Content-Type: text/html; charset=utf-8' 'X-Content-Type-Options: nosniff' 'Referrer-Policy: no-referrer' \
		'Cache-Control: no-store' 'Cross-Origin-Opener-Policy: same-origin' 'Cross-Origin-Resource-Policy: same-origin' \
		'X-Frame-Options: DENY' "Content-Security-Policy: default-src 'none'; script-src 'sha256-"; do
		grep -qF "$header" "$t/headers" || { echo "no $header"; cat "$t/headers"; false; }
	done
	contains "$(grep Content-Security "$t/headers")" "connect-src 'self'"
	equals "$(ask / --compressed)" 200
	grep -q '^Content-Encoding: gzip' "$t/headers"
	cmp "$t/body" "$t/page"
	equals "$(ask / -I)" 200
	[ ! -s "$t/body" ] || ! grep -q '<script>' "$t/body"
	equals "$(ask /favicon.ico)" 204
}

@test "the documents need the token, in the header, and have what pb-fold has" {
	serve "$pb/main.pb"
	for path in /api/tree.json /api/folded /api/flame.svg /api/stats; do
		equals "$(ask $path)" 401
		grep -q '^WWW-Authenticate: Bearer' "$t/headers"
		equals "$(ask "$path?t=$token")" 401
		equals "$(ask $path -H "Authorization: Bearer ${token%?}x")" 401
		equals "$(ask $path -H "Authorization: Bearer $token$token")" 401
		equals "$(ask $path -H "Authorization: Basic $token")" 401
		! grep -q main "$t/body"
		equals "$(api $path)" 200
		grep -q "^Content-Security-Policy: default-src 'none'; sandbox" "$t/headers"
		[ -s "$t/body" ]
	done
	within 3 grep -q ended "$t/err"
	api /api/folded
	cmp "$t/body" <(pb-fold "$pb/main.pb")
	api '/api/folded?by=process'
	cmp "$t/body" <(pb-fold --pid "$pb/main.pb")
	equals "$(api '/api/folded?by=moon')" 400
	grep -q 'by=thread and by=cpu are known' "$t/body"
	said 'refused: a query that makes no sense' 1
	api /api/stats
	python3 -m json.tool <"$t/body" >/dev/null
	api /api/flame.svg
	xmllint --noout "$t/body"
	said 'refused: a wrong or missing token' 1
	said "${token:0:8}" 1
}

@test "documents of events, whatever their names" {
	local name names=('kprobe:vfs_read' 'a&b' 'a+b c' '100%41' 'é;=?#' 'uprobe:/bin/x:std::swap(int&, int&)') n=1
	{
		printf '%s\n' segment module frame stack 'task comm="a"'
		printf 'event name="%s" unit="bytes"\n' "${names[@]}"
		for i in "${!names[@]}"; do
			printf 'window event=%s\nvalued count=1 value=%s\n' "$i" $((1 << i))
		done
		echo end
	} | pb-dump -r >"$t/events.pb"
	serve "$t/events.pb"
	within 3 grep -q ended "$t/err"
	for name in "${names[@]}"; do
		equals "$name: $(api "/api/folded?event=$(jq -rn --arg x "$name" '$x | @uri')")" "$name: 200"
		equals "$name: $(<"$t/body")" "$name: a;[unknown] $n"
		n=$((n * 2))
	done
	api '/api/folded?by=event&event=a*&event=kprobe:vfs_read'
	cmp "$t/body" <(pb-fold --events --no-comm -e 'a*' -e kprobe:vfs_read "$t/events.pb")
	equals "$(api '/api/tree.json?event=none')" 404
	grep -q '/api/stats lists them' "$t/body"
	equals "$(api "/api/folded?event=$(printf 'x%.0s' {1..1900})")" 404
	equals "$(api "/api/folded?event=$(printf 'x%.0s' {1..2500})")" 400
	api '/api/flame.svg?event=a%2A'
	grep -q '(6 B, 100%)' "$t/body"
}

@test "a forged Host, a foreign Origin, Origin: null: refused, also for the page" {
	serve "$pb/main.pb" --host pages.example --host other.example
	for host in localhost localhost:1 127.0.0.1 127.1.2.3:80 '[::1]:80' pages.example:8080 OTHER.example; do
		equals "$host $(ask / -H "Host: $host")" "$host 200"
	done
	for host in evil localhost.evil evil.localhost 10.0.0.1 '[fe80::1]' 'localhost:' 'localhost:x' 'a@localhost' '127.0.0.1.evil' \
		'::1' '[::1' 0x7f000001 'localhost, evil'; do
		equals "$host $(ask / -H "Host: $host")" "$host 403"
	done
	equals "$(ask / -H "Origin: http://127.0.0.1:$port")" 200
	for origin in null http://evil "https://127.0.0.1:$port" http://127.0.0.1 "http://127.0.0.1:$port.evil" "http://127.0.0.1:$port/" \
		"http://localhost:$port"; do
		equals "$origin $(ask /api/folded -H "Authorization: Bearer $token" -H "Origin: $origin")" "$origin 403"
	done
	said 'a foreign Host' 1
	said 'a foreign Origin' 1
}

@test "GET and HEAD only" {
	serve "$pb/main.pb"
	for method in POST PUT DELETE OPTIONS PATCH; do
		equals "$method $(ask / -X $method -d hello)" "$method 405"
		grep -q '^Allow: GET, HEAD' "$t/headers"
	done
	said 'a method other than GET and HEAD' 1
}

@test "no path reaches a file, no request that is none an answer" {
	serve "$pb/main.pb"
	client paths
	equals "$output" "28 paths"
	client requests
	equals "$output" "$(cat <<-'END'
		no Host: 403
		two Hosts: 403
		HTTP/1.0: 200
		CONNECT: closed
		BREW: 403
		HTTP/2: 403
		h2c: 404
		TLS: 403
		noise: 403
		a header of 1 MB: closed
		a Host of 1 MB: closed
		60,000 headers: closed
		a query of 1 MB: closed
		a body: 200
	END
	)"
	equals "$(ask /)" 200
	said 'malformed, too large or too slow' 1
}

@test "slow headers end in some seconds" {
	serve "$pb/main.pb"
	client slow
	equals "$(sort <<<"$output")" "a byte at a time: in time
half a request: in time
nothing: in time"
}

@test "10,000 half-open connections: few are kept, and the server answers afterwards" {
	serve "$pb/ended.pb"
	client flood
	equals "$output" "files at most bounded
memory at most bounded
afterwards 200 files as before"
	said 'too many connections' 1
	kill $pid
	ends 0
	contains "$(tail -1 "$t/err")" "refused "
}

# narrow: a server that has fewer files than it may have connections, most of them taken already.
narrow() {
	mkfifo "$t/narrow"
	exec 7<>"$t/narrow"
	(
		for fd in {10..40}; do eval "exec $fd</dev/null"; done
		ulimit -n 56
		exec "$bin/pb-serve" <"$t/narrow" 2>"$t/err" 3>&- 7>&-
	) &
	pid=$!
	address
}

@test "no file left for a connection: said once, nothing spins, and who comes later is answered" {
	narrow
	client full </dev/null
	equals "$output" $'asleep\nafterwards 200'
	said 'a connection for which there is no file' 1
	kill $pid
	ends 0
}

@test "no file left: SIGTERM ends it all the same" {
	narrow
	mkfifo "$t/hold"
	timeout 20 python3 tests/serve/web_client.py full "$port" "$token" "$pid" <"$t/hold" >"$t/got" 3>&- 7>&- &
	exec 8>"$t/hold"
	within 8 grep -q asleep "$t/got"
	kill $pid
	ends 0
	echo >&8
	exec 8>&-
}

@test "too few files to serve anybody: said" {
	fails 1 "20 open files are too few" bash -c "ulimit -n 20; pb-serve --once $pb/main.pb"
}

@test "WebSocket: token, Host and Origin are asked for before the upgrade; the token is not echoed" {
	[ -d tests/browser/node_modules/ws ] || skip "npm ci has not run in tests/browser"
	serve "$pb/main.pb"
	ws() { timeout 20 node tests/serve/web_ws.mjs "$port" "$@" | paste -sd' '; }
	equals "$(ws "$token")" "open pb-live message S close 1000"
	equals "$(ws "$token" "{\"origin\":\"http://127.0.0.1:$port\"}")" "open pb-live message S close 1000"
	equals "$(ws "")" 401
	equals "$(ws "${token%?}x")" 401
	equals "$(ws "" "{}" "/live?t=$token")" 401
	equals "$(ws "$token" '{"origin":"null"}')" 403
	equals "$(ws "$token" '{"origin":"http://evil"}')" 403
	equals "$(ws "$token" '{"host":"evil"}')" 403
	equals "$(ws "$token" '{}' /)" 404
	equals "$(ws "$token" '{}' /other)" 404
	client head
	contains "$output" "101 Switching Protocols"
	contains "$output" "Sec-WebSocket-Protocol: pb-live"
	[[ $output != *"$token"* ]]
}

@test "frames that are binary, too long or malformed close the connection, and nothing else" {
	serve "$pb/ended.pb"
	client frames
	equals "$output" "$(cat <<-'END'
		binary: 1003
		65 bytes: 1009
		1 MB: 1009
		a length of 2^62: 1009
		unknown words: 1008
		an endless message: 1009
		not masked: 1008
		reserved bits: 1002
		a kind that does not exist: 1002
		not UTF-8: 1008
		a continuation of nothing: 1002
		a ping of 126 bytes: gone
		a ping: answered
		goodbye: 1000
	END
	)"
	equals "$(ask /)" 200
	said 'a message that makes no sense' 1
}

@test "who comes back is given deltas from where it was, anybody else a snapshot" {
	live
	client resume
	equals "$output" "new: S then deltas only
back: deltas from there on
another epoch: S
ahead of time: S
?epoch=x&at=1 400
?epoch=1&at=-1 400
?epoch=1&at=99999999999999999999999 400
?epoch=1e3&at=0 400"
}

@test "clients paused for 30 s cost nothing and catch up" {
	nodes=20000 speed=2 live
	client paused
	equals "$output" "memory flat
50 caught up"
}

# recursion TASKS: a function that calls itself 4000 deep, its name of 1000 bytes, a sample at each depth and one in each task.
recursion() {
	python3 - "$1" <<-'END' | pb-dump -r
	import sys
	print('segment\nevent\nmodule path="/bin/a"\nframe\nfunction name="' + "f" * 1000 + '"\nname\nstack')
	for i in range(1, 4000):
	    print(f'stack parent={i - 1}')
	for i in range(int(sys.argv[1])):
	    print(f'task pid={i} tid={i} comm="a"')
	print('window end=1000000000')
	for i in range(4000):
	    print(f'sample stack={i} count=1')
	for i in range(int(sys.argv[1])):
	    print(f'sample task={i} stack=3999 count=1')
	print('end')
	END
}

@test "documents far larger than the memory: sent in parts, and the others are served meanwhile" {
	recursion 1 >"$t/stream"
	serve "$t/stream" --memory 16M
	within 8 grep -q ended "$t/err"
	client documents
	equals "$output" "the page meanwhile 200 soon
sent 8 busy 4
memory flat
1.1 chunked whole
1.0 plain whole"
	curl -s --max-time 60 -H "Authorization: Bearer $token" "${url}api/folded" | head -c 1000000 | sha256sum >"$t/sum"
	equals "$(<"$t/sum")" "$(pb-fold "$t/stream" | head -c 1000000 | sha256sum)"
	api /api/tree.json
	cmp "$t/body" <(pb-fold "$t/stream" | pb-d3 --json)
	curl -s --max-time 60 -H "Authorization: Bearer $token" "${url}api/folded" -o /dev/null --limit-rate 100k 3>&- &
	sleep 0.5
	kill $pid
	ends 0
}

@test "a document that does not fit: 503, and why" {
	recursion 2000 >"$t/stream"
	serve "$t/stream" --memory 16M
	within 8 grep -q ended "$t/err"
	equals "$(api '/api/tree.json?by=thread')" 503
	contains "$(<"$t/body")" "does not fit into the memory that documents may take (see --memory)"
	said 'a document that does not fit' 1
	equals "$(api /api/tree.json)" 200
	equals "$(api /api/tree.json -I)" 200
}

@test "clients that drip, each behind by another snapshot: what is kept for them stays in its bounds" {
	mkfifo "$t/live"
	build/tests/serve/storm 400 1500 20 | python3 tests/serve/drip.py 30 >"$t/live" 2>/dev/null 3>&- &
	serve "$t/live" --memory 16M
	within 8 eval 'api /api/stats && ! grep -q "\"pruned\": 0," "$t/body"'
	client behind
	equals "$output" "held at most an eighth"
	said 'too slow for what was kept for it alone' 1
}

@test "200 clients coming and going leave files and memory flat" {
	serve "$pb/ended.pb"
	within 3 grep -q ended "$t/err"
	client crowd
	equals "$output" "files flat
memory flat"
}

@test "--max-clients: one more is told why, and to come later" {
	[ -d tests/browser/node_modules/ws ] || skip "npm ci has not run in tests/browser"
	held --max-clients 1
	python3 -c "import sys; sys.argv = ['', 'head', '$port', '$token', '0']
exec(open('tests/serve/web_client.py').read()); live = Live(); time.sleep(4)" >/dev/null 3>&- 7>&- &
	sleep 1
	equals "$(timeout 9 node tests/serve/web_ws.mjs "$port" "$token")" $'open pb-live\nclose 1013 too many pages are open (--max-clients 1)'
	said 'too many live clients' 1
}

@test "stop: with --allow-control the last facts are sent, the pipe closes, all end with 0" {
	mkfifo "$t/pipe"
	(
		set +e
		build/tests/live/windows 2000 500 4000 20 3>&- | cat
		echo "${PIPESTATUS[@]}" >"$t/writers"
	) >"$t/pipe" 2>/dev/null 3>&- &
	serve "$t/pipe" --allow-control
	client stop
	equals "$output" "last words yes close 1001"
	ends 0
	within 3 test -s "$t/writers"
}

@test "stop: without --allow-control it is refused, and the recording goes on" {
	live
	client stop
	contains "$output" "close 1008"
	said 'see --allow-control' 1
	equals "$(ask /)" 200
}

@test "the stream ends: the page and its data stay until Ctrl-C" {
	held
	cat "$pb/main.pb" >&7
	within 3 eval '[ "$(api /api/stats)" = 200 ] && grep -q "\"state\": \"live\"" "$t/body"'
	exec 7>&-
	within 3 grep -q 'the stream has ended' "$t/err"
	api /api/folded
	cmp "$t/body" <(pb-fold "$pb/main.pb")
	kill -INT $pid
	ends 0
}

@test "Ctrl-C: the first ends the capture upstream, the rest is still served; the second quits" {
	run tests/pty -i 1 -i 2.5 "(trap '' INT; head -c 400 $pb/main.pb; sleep 1.8; tail -c +401 $pb/main.pb) | pb-serve"
	exits_with 0
	[[ $output == *^C*"the stream has ended"*^C* ]]
	[[ $output != *"cut short"* ]]
	run tests/pty -i 0.8 -i 1.2 -t 10 "(trap '' INT; sleep 3) | pb-serve; echo status \$?"
	contains "$output" "status 0"
}

@test "SIGTERM ends it at once, with 0" {
	held
	kill $pid
	ends 0
}

@test "a stream that stalls is served meanwhile, and goes on" {
	# There is no clock on the input: 3 s are as good as a minute.
	held
	head -c 600 "$pb/main.pb" >&7
	sleep 3
	equals "$(ask /)" 200
	api /api/stats
	equals "$(jq -c '[.state, .silent >= 2]' "$t/body")" '["live",true]'
	tail -c +601 "$pb/main.pb" >&7
	exec 7>&-
	within 3 grep -q 'the stream has ended' "$t/err"
	api /api/stats
	equals "$(jq -c '[.state, .silent]' "$t/body")" '["ended",0]'
	api /api/folded
	cmp "$t/body" <(pb-fold "$pb/main.pb")
}

@test "--once: a file, a stream cut short, one that is malformed, an empty one, stdin closed" {
	run_ok timeout 8 pb-serve --once "$pb/main.pb"
	equals "$(wc -l <<<"$stderr")" 1
	head -c 600 "$pb/main.pb" >"$t/cut"
	run_ok timeout 8 pb-serve --once <"$t/cut"
	contains "$stderr" "cut short"
	fails 1 "<stdin>: offset 0: not a pb stream" timeout 8 pb-serve --once </bin/sh
	fails 1 "empty: not a pb stream" timeout 8 pb-serve --once </dev/null
	fails 1 "pb-serve: " timeout 8 bash -c 'pb-serve --once <&-'
}

@test "malformed, and served until Ctrl-C: the status is 1 then" {
	cat "$pb/main.pb" /bin/sh >"$t/malformed"
	serve "$t/malformed"
	within 3 grep -q 'bytes after END' "$t/err"
	equals "$(ask /)" 200
	api /api/folded
	cmp "$t/body" <(pb-fold "$pb/main.pb")
	kill -INT $pid
	ends 1
}

@test "no stream at all, or nothing of one: status 1 at once" {
	head -c 20 "$pb/main.pb" >"$t/cut"
	fails 1 "<stdin>: offset 0: not a pb stream" timeout 8 pb-serve </bin/sh
	fails 1 "<stdin>: offset 0: empty: not a pb stream" timeout 8 bash -c 'sleep 0.5 | pb-serve'
	fails 1 "record cut short" timeout 8 pb-serve "$t/cut"
	[[ $stderr != *"is served until"* ]]
	held
	exec 7>&-
	ends 1
}

@test "--once: who is connected is given everything first" {
	held --once
	cat "$pb/ended.pb" >&7
	python3 -c "import sys; sys.argv = ['', 'head', '$port', '$token', '0']
exec(open('tests/serve/web_client.py').read()); print(*Live().messages(6))" >"$t/got" 3>&- 7>&- &
	sleep 1
	exec 7>&-
	ends 0
	within 3 grep -q 1001 "$t/got"
	contains "$(cat "$t/got")" "('S', "
}

@test "a port in use: status 1, and which" {
	held
	fails 1 "127.0.0.1:$port: in use" pb-serve --listen "127.0.0.1:$port" "$pb/main.pb"
	for where in 127.0.0.1 ::1:80 '[127.0.0.1]:0' '*:0' 'a b:0' 'a/b:0' '[::1%lo]:0' '[]:0' ':0' 127.0.0.1:65536 unix:; do
		fails 2 "--listen: '$where' is not a valid WHERE" pb-serve --listen "$where" "$pb/main.pb"
	done
}

@test "other addresses: IPv6; a warning on those that others reach" {
	serve "$pb/main.pb" --listen '[::1]:0'
	contains "$url" 'http://[::1]:'
	equals "$(ask / -g)" 200
	! grep -q encrypted "$t/err"
	kill $pid
	ends 0
	serve "$pb/main.pb" --listen 0.0.0.0:0
	within 2 grep -q 'nothing is encrypted' "$t/err"
	contains "$url" 'http://127.0.0.1:'
	said "on all addresses of this machine: for others, http://$(uname -n):$port/#t=$token"
	equals "$(ask / -H "Host: $(uname -n):$port")" 200
	equals "$(ask /)" 200
	equals "$(ask / -H 'Host: 10.1.2.3')" 200
	equals "$(ask / -H 'Host: evil')" 403
	kill $pid
	ends 0
	serve "$pb/main.pb" --listen 127.1:0
	equals "$url" "http://127.0.0.1:$port/"
	kill $pid
	ends 0
	serve "$pb/main.pb" --listen '[0::0]:0'
	equals "$url" "http://[::1]:$port/"
	said 'on all addresses' 1
}

@test "a unix socket: mode 0600; live, stale, in the way; removed at the end" {
	local user=nobody
	[ "$(id -u)" != 0 ] || user=root
	serve "$pb/main.pb" --user $user --listen "unix:$t/socket"
	equals "$(stat -c %a "$t/socket")" 600
	url=http://localhost/
	equals "$(ask / --unix-socket "$t/socket")" 200
	equals "$(ask /api/stats --unix-socket "$t/socket" -H "Authorization: Bearer $token")" 200
	contains "$(cat "$t/err")" "ssh -L PORT:$t/socket HOST"
	fails 1 "$t/socket: in use" pb-serve --listen "unix:$t/socket" "$pb/main.pb"
	kill -9 $pid
	wait $pid || true
	[ -S "$t/socket" ]
	serve "$pb/main.pb" --user $user --listen "unix:$t/socket"
	kill $pid
	ends 0
	[ ! -e "$t/socket" ]
	echo precious >"$t/file"
	fails 1 "$t/file: exists and is not a socket" pb-serve --listen "unix:$t/file" "$pb/main.pb"
	equals "$(cat "$t/file")" precious
	fails 2 "the path is too long: it may have 107 bytes" pb-serve --listen "unix:$t/$(printf %0108d 0)" "$pb/main.pb"
}

@test "a unix socket under sudo is made by the caller, where the caller may make one" {
	[ "$(id -u)" = 0 ] || skip "not root"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "${t%/*}" "$t" 2>/dev/null || true
	mkdir "$t/theirs" "$t/roots"
	chown 4711:4712 "$t/theirs"
	SUDO_UID=4711 SUDO_GID=4712 serve "$pb/main.pb" --user root --listen "unix:$t/theirs/socket"
	equals "$(stat -c '%a %u %g' "$t/theirs/socket")" '600 4711 4712'
	kill $pid
	ends 0
	[ ! -e "$t/theirs/socket" ]
	fails 1 "$t/roots/socket: Permission denied" env SUDO_UID=4711 SUDO_GID=4712 pb-serve --listen "unix:$t/roots/socket" "$pb/main.pb"
}

@test "at the end nothing is closed twice" {
	command -v strace >/dev/null || skip "no strace"
	run strace -f -e trace=close -o "$t/closed" timeout 8 pb-serve --user root --once "$pb/main.pb"
	[ "$status" = 0 ] || skip "nothing can be traced here"
	! grep -E 'EBADF' "$t/closed"
}

@test "root is given up as soon as the socket is there" {
	[ "$(id -u)" = 0 ] || skip "not root"
	held
	run grep -E '^(Uid|Gid|Groups|NoNewPrivs|CapEff|CapPrm)' /proc/$pid/status
	equals "$(tr -s '\t ' ' ' <<<"$output")" "$(cat <<-'END'
		Uid: 65534 65534 65534 65534
		Gid: 65534 65534 65534 65534
		Groups: 
		CapPrm: 0000000000000000
		CapEff: 0000000000000000
		NoNewPrivs: 1
	END
	)"
	kill $pid
	ends 0
	rm "$t/held"
	held --user 4711
	contains "$(grep ^Uid /proc/$pid/status)" 4711
	fails 2 "there is no user 'no such'" pb-serve --user 'no such' "$pb/main.pb"
	chmod 600 "$pb/main.pb"
	run_ok timeout 8 pb-serve --once "$pb/main.pb" # it was opened before
}

@test "--open: a browser of the user's, told by a file that only they can read" {
	mkdir -m 777 "$t/seen"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "${t%/*}" "$t" 2>/dev/null || true
	printf '#!/bin/sh\n{ id -u; echo "$@"; stat -c "%%a %%u" "$1"; cat "$1"; } >%s\n' "$t/seen/it" >"$t/xdg-open"
	chmod 755 "$t/xdg-open"
	PATH=$t:$PATH XDG_RUNTIME_DIR='' serve "$pb/main.pb" --open
	within 5 grep -q "url=${url}#t=$token" "$t/seen/it"
	local uid
	uid=$(id -u)
	[ "$uid" != 0 ] || uid=65534
	equals "$(sed -n 1p "$t/seen/it")" "$uid"
	[[ $(sed -n 2p "$t/seen/it") != *"$token"* ]]
	equals "$(sed -n 3p "$t/seen/it")" "600 $uid"
}

@test "--open: no place for the file in XDG_RUNTIME_DIR, then in /tmp; no place at all is said" {
	printf '#!/bin/sh\necho "$1" >%s\n' "$t/it" >"$t/xdg-open"
	chmod 755 "$t/xdg-open"
	chmod 777 "$t"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "${t%/*}" 2>/dev/null || true
	PATH=$t:$PATH XDG_RUNTIME_DIR=$t/no serve "$pb/main.pb" --open
	within 5 grep -q '^/tmp/pb-serve-......\.html$' "$t/it"
	kill $pid
	ends 0
	(ulimit -f 0 && trap '' XFSZ && exec "$bin/pb-serve" --open --once "$pb/main.pb") 2>&1 3>&- | cat >"$t/said" &
	within 5 grep -q -- '--open: no file to tell a browser by: File too large: open the address by hand' "$t/said"
}
