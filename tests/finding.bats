#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# pb-symbolize: where it looks for files, what it takes and what it refuses, and what it says of that.
load helpers
load symbols

setup_file() {
	local d=$BATS_FILE_TMPDIR src=$BATS_TEST_DIRNAME/symbolize
	gcc -g -O1 -Wl,--build-id -o "$d/names" "$src/names.c"
	gcc -g -O2 -Wl,--build-id -o "$d/other" "$src/names.c"
	gcc -g -O1 -Wl,--build-id=none -o "$d/plain" "$src/names.c"
}

setup() {
	d=$BATS_FILE_TMPDIR t=$BATS_TEST_TMPDIR
	at=$(offset "$d/names" local_one 1) id=$(build_id "$d/names")
	unset DEBUGINFOD_URLS
}

teardown() {
	local file
	for file in "$BATS_TEST_TMPDIR"/{pid,server}; do
		[ ! -e "$file" ] || kill "$(cat "$file")" 2>/dev/null || true
	done
}

# said [OPTION]... <STREAM: what pb-symbolize says
said() {
	pb-symbolize "$@" 2>&1 >/dev/null
}

# place FILE PATH: a copy of it there
place() {
	mkdir -p "${2%/*}"
	cp "$1" "$2"
}

@test "--sysroot: the path below it first, by path where there is no build-id, and -v says so" {
	place "$d/names" "$t/tree/usr/bin/app"
	from elsewhere /usr/bin/app "$id" >"$t/in"
	equals "$(names -q <"$t/in")" -
	equals "$(names -q --sysroot "$t/tree" <"$t/in")" local_one
	equals "$(names -q --sysroot "$t/tree/" <"$t/in")" local_one
	contains "$(said -qv --sysroot "$t/tree" <"$t/in")" "symbols from .symtab of $t/tree/usr/bin/app (sysroot)"
	from elsewhere /usr/bin/app >"$t/in"
	equals "$(names -q --sysroot "$t/tree" <"$t/in")" local_one
	fails 2 "'$t/in' is not a valid DIR" pb-symbolize --sysroot "$t/in" "$t/in"
	fails 2 "'' is not a valid DIR" pb-symbolize --sysroot= "$t/in"
}

@test "--sysroot: its links are followed as they were there, and never lead out of it" {
	place "$d/names" "$t/tree/usr/lib/app-1"
	place "$d/names" "$t/outside"
	ln -s /usr/lib "$t/tree/lib"
	ln -s ../../../../usr/lib/app-1 "$t/tree/usr/lib/app"
	ln -s "$t/outside" "$t/tree/usr/lib/out"
	ln -s out "$t/tree/usr/lib/out2"
	ln -s loop "$t/tree/usr/lib/loop"
	for path in /lib/app-1 /lib/app /usr/lib/../../../lib/app; do
		equals "$(from elsewhere $path | names -q --sysroot "$t/tree")" local_one || { echo $path && return 1; }
	done
	for path in /lib/out /lib/out2 /lib/loop /usr/lib "/../../../../..$t/outside" /proc/self/exe; do
		equals "$(from elsewhere "$path" | names -q --sysroot "$t/tree")" - || { echo "$path" && return 1; }
	done
}

@test "--sysroot: build-id directories and debug links in it" {
	cp "$d/names" "$t/stripped"
	split "$t/stripped" "$t/debug"
	for dir in '' /usr/lib/debug /usr/lib; do
		rm -rf "$t/tree"
		place "$d/names" "$(by_id "$d/names" "$t/tree$dir" '')"
		equals "$(from elsewhere /gone "$id" | names -q --sysroot "$t/tree")" local_one
		rm -rf "$t/tree"
		place "$t/debug" "$(by_id "$d/names" "$t/tree$dir" .debug)"
		equals "$(from elsewhere /gone "$id" | names -q --sysroot "$t/tree")" local_one
	done
	cp "$t/debug" "$t/app.debug"
	(cd "$t" && objcopy --add-gnu-debuglink=app.debug stripped)
	for dir in /usr/bin /usr/bin/.debug /usr/lib/debug/usr/bin; do
		rm -rf "$t/tree"
		place "$t/stripped" "$t/tree/usr/bin/app"
		place "$t/debug" "$t/tree$dir/app.debug"
		equals "$(from elsewhere /usr/bin/app "$id" | names -q --sysroot "$t/tree")" local_one
	done
}

@test "another machine's recording is not named by a file at the same path here, unless its build-id says so" {
	at=$(offset "$d/plain" local_one 1)
	from "$(uname -n)" "$d/plain" >"$t/here"
	from elsewhere "$d/plain" >"$t/in"
	equals "$(names -q <"$t/here")" local_one
	equals "$(names -q <"$t/in")" -
	equals "$(said <"$t/in")" "pb-symbolize: no symbols for 1 sample in $d/plain: not used: no build-id was recorded, and it was on another machine; see --sysroot"
	equals "$(names -q --sysroot / <"$t/in")" local_one
	equals "$(names -q --no-local <"$t/here")" -
	contains "$(said --no-local <"$t/here")" "$d/plain: not used: no build-id was recorded, and --no-local"
	at=$(offset "$d/names" local_one 1)
	equals "$(from elsewhere "$d/names" "$id" | names -q --no-local)" local_one
	# Each segment is of its own machine, and one file can be of both.
	cat "$t/here" "$t/in" "$t/here" | pb-symbolize -q | pb-dump >"$t/text"
	equals "$(grep -c '^name ' "$t/text")" 2
}

@test "the wrong file in each place: refused by its build-id, said, and never guessed" {
	other=$(build_id "$d/other")
	objcopy --only-keep-debug "$d/other" "$t/debug"
	place "$d/other" "$t/tree/usr/bin/app"
	place "$d/other" "$(by_id "$d/names" "$t/tree" '')"
	place "$t/debug" "$(by_id "$d/names" "$t/tree" .debug)"
	place "$d/other" "$(by_id "$d/names" "$t/dir" '')"
	place "$t/debug" "$(by_id "$d/names" "$t/dir" .debug)"
	from elsewhere /usr/bin/app "$id" >"$t/in"
	equals "$(names -q --sysroot "$t/tree" --debug-dir "$t/dir" <"$t/in")" -
	contains "$(said --sysroot "$t/tree" --debug-dir "$t/dir" <"$t/in")" \
		"app (build-id $id): $t/tree/usr/bin/app: another file than was recorded: its build-id is $other, not $id"
	run_ok pb-symbolize --sysroot "$t/tree" --debug-dir "$t/dir" --explain app "$t/in"
	equals "$(grep -c "another file than was recorded: its build-id is $other, not $id$" <<<"$output")" 5
	# The right one behind all of them.
	place "$d/names" "$(by_id "$d/names" "$t/right" '')"
	equals "$(names -q --sysroot "$t/tree" --debug-dir "$t/dir:$t/right" <"$t/in")" local_one
}

@test "--explain: all that was tried in its order, and what would help" {
	cp "$d/names" "$t/app"
	split "$t/app" "$t/debug"
	from elsewhere "$t/app" "$id" >"$t/in"
	run_ok pb-symbolize --debug-dir "$t/dir" --explain app "$t/in"
	[[ $output =~ ^"$t/app (build-id $id)"$'\n'"  file: $t/app (path): used"$'\n' ]]
	equals "$(sed -n 's/^  debug file: //p' <<<"$output")" "$(by_id "$d/names" "$t/dir" .debug) (build-id directory): not there
$(by_id "$d/names" /usr/lib/debug .debug) (build-id directory): not there"
	contains "$output" "symbols: "
	contains "$output" "from .dynsym of $t/app"
	contains "$output" "samples that lack names in it: 1"
	contains "$output" "would help: its debug file, as $(by_id "$d/names" /usr/lib/debug .debug)"
	contains "$output" "would help: a debuginfod server, its address in DEBUGINFOD_URLS"
	place "$t/debug" "$(by_id "$d/names" "$t/dir" .debug)"
	run_ok pb-symbolize --debug-dir "$t/dir" --explain "$t/app" "$t/in"
	contains "$output" "(build-id directory): used"
	contains "$output" "would help: nothing more"
	[[ $output != *"lack names"* ]]
	run_ok bash -c "from() { cat '$t/in'; }; from | pb-symbolize --explain '$t/*' | grep -c '^/'"
	equals "$output" 1
	fails 1 "no module is called 'nonsense*'" pb-symbolize --explain 'nonsense*' "$t/in"
}

@test "--explain alone: a file of this machine, and the package with its debug symbols" {
	run_ok bash -c "cd '$t' && cp '$d/names' x && pb-symbolize --explain x </dev/null"
	[[ $output =~ ^"$t/x (build-id $id)"$'\n'"  file: $t/x (path): used"$'\n'"  symbols: " ]]
	run_ok bash -c "pb-symbolize --explain /bin/dd </dev/null"
	contains "$output" "$(readlink -f /bin/dd) (path): used"
	contains "$output" "on Debian the package coreutils-dbgsym"
	fails 1 "/no/such: No such file" bash -c "pb-symbolize --explain /no/such </dev/null"
}

@test "a name that would command a terminal does not, in an explanation" {
	printf '%s\n' segment event 'module path="/\x1b[2Jx"' 'frame offset=1' stack task window 'sample count=1' end | pb-dump -r >"$t/in"
	run_ok pb-symbolize --explain '*x' "$t/in"
	contains "$output" '/?[2Jx (no build-id was recorded)'
	[[ $output != *$'\x1b'* ]]
}

# ---- debuginfod ----

@test "debuginfod: debug files, files that are gone, each asked for once, checked by build-id" {
	cp "$d/names" "$t/app"
	split "$t/app" "$t/debug"
	find_says 'case $2 in debuginfo) echo '"$t"'/debug ;; *) echo "Server query failed: No such file or directory" >&2; exit 1 ;; esac'
	from elsewhere "$t/app" "$id" >"$t/in"
	cat "$t/in" "$t/in" >"$t/twice"
	equals "$(names -q <"$t/in")" local_one
	pb-symbolize -q "$t/twice" | pb-dump | grep -c ^name | grep -qx 2
	equals "$(cat "$t/asked")" "-v debuginfo $id
-v debuginfo $id"
	contains "$(said -qv <"$t/in")" "from $t/debug (debuginfod)"
	# Nobody is asked where all is known, nor without a server.
	: >"$t/asked"
	equals "$(from elsewhere "$d/names" "$id" | names -q)" local_one
	equals "$(DEBUGINFOD_URLS=' ' names -q <"$t/in")" -
	equals "$(cat "$t/asked")" ""
	# No debug file, but the file itself.
	find_says 'case $2 in executable) echo '"$d"'/names ;; *) echo "Server query failed: No such file or directory" >&2; exit 1 ;; esac'
	equals "$(from elsewhere /gone "$id" | names -q)" local_one
	equals "$(cat "$t/asked")" "-v debuginfo $id
-v executable $id"
	# Another file than was asked for.
	find_says "echo $d/other"
	equals "$(from elsewhere /gone "$id" | names -q)" -
	contains "$(from elsewhere /gone "$id" | pb-symbolize --explain gone)" "$d/other (debuginfod): another file than was recorded"
}

@test "debuginfod: a server without an answer is given up in time, and not asked again; the program is killed" {
	printf '%s\n' 'segment host="x"' 'event name="e"' "module build_id=$id path=\"/gone/a\"" "module build_id=00$id path=\"/gone/b\"" \
		'frame module=0 offset=1' 'frame module=1 offset=1' stack 'stack parent=0 frame=1' task window 'sample stack=1 count=1' end |
		pb-dump -r >"$t/in"
	find_says 'while :; do echo "Progress 3 / 0" >&2; sleep 0.1; done'
	start=$EPOCHREALTIME
	run bash -c "pb-symbolize --debuginfod-timeout 0.5s '$t/in' 2>&1 >/dev/null"
	exits_with 0
	awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { exit !(b - a >= 0.5 && b - a < 3) }'
	equals "${lines[0]}" "pb-symbolize: debuginfod: debuginfod-find: no answer for 0.5 s"
	equals "$(cat "$t/asked")" "-v debuginfo $id"
	run kill -0 "$(cat "$t/pid")"
	[ "$status" != 0 ]
	contains "$(pb-symbolize --debuginfod-timeout 0.2s --explain '/gone/*' "$t/in")" "debug file: debuginfod: not asked for: debuginfod was in trouble before"
	# As long as something comes it goes on.
	find_says 'for i in 1 2 3 4 5 6; do echo "Progress $i / 6" >&2; sleep 0.2; done; echo '"$d"'/names'
	equals "$(from elsewhere /gone "$id" | names -q --debuginfod-timeout 0.5s)" local_one
}

@test "debuginfod: no program, no server, no word: said once" {
	from elsewhere /gone "$id" >"$t/in"
	mkdir "$t/none"
	for name in pb-symbolize; do ln -s "$(command -v $name)" "$t/none"; done
	export DEBUGINFOD_URLS=http://127.0.0.1:9/
	run bash -c "PATH='$t/none' pb-symbolize '$t/in' 2>&1 >/dev/null"
	equals "${lines[0]}" "pb-symbolize: debuginfod: there is no debuginfod-find: install the package debuginfod"
	equals "$(PATH=$t/none said -q <"$t/in")" ""
	find_says 'echo "Server query failed: Connection refused" >&2; exit 1'
	contains "$(said <"$t/in")" "debuginfod: debuginfod-find: Connection refused"
	find_says 'exit 3'
	contains "$(said <"$t/in")" "debuginfod: debuginfod-find: it failed without a word"
	find_says 'yes | head -c 100000000; exit 1'
	contains "$(said <"$t/in")" "it failed without a word"
}

@test "debuginfod: progress is shown on a terminal only, without what would command it" {
	find_says 'for i in 1 2 3 4 5; do echo "Progress ${i}000000 / 5000000" >&2; sleep 0.1; done; echo '"$d"'/names'
	from elsewhere "/gone/x" "$id" >"$t/in"
	python3 - "$t" <<-'END' >"$t/seen"
	import os, pty, sys
	t = sys.argv[1]
	pid, fd = pty.fork()
	if not pid:
	    os.dup2(os.open(t + '/in', os.O_RDONLY), 0)
	    os.dup2(os.open(t + '/out', os.O_WRONLY | os.O_CREAT), 1)
	    os.execvp('pb-symbolize', ['pb-symbolize', '-q'])
	seen = b''
	while True:
	    try:
	        part = os.read(fd, 4096)
	    except OSError:
	        break
	    if not part:
	        break
	    seen += part
	print(repr(seen))
	END
	contains "$(cat "$t/seen")" 'pb-symbolize: debuginfod: x: 1.0 of 5.0 MB'
	equals "$(said -q <"$t/in")" ""
}

# a port of the loopback that nobody listens at
free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

@test "debuginfod: a real server of the debug files: found, and found again when it is gone" {
	command -v debuginfod >/dev/null || skip "no debuginfod"
	cp "$d/names" "$t/app"
	split "$t/app" "$t/debug"
	place "$t/debug" "$t/served/some.debug"
	place "$t/app" "$t/served/app"
	port=$(free_port)
	debuginfod -F -d "$t/db" -p "$port" -t 0 "$t/served" >"$t/log" 2>&1 &
	echo $! >"$t/server"
	export DEBUGINFOD_URLS=http://127.0.0.1:$port/ DEBUGINFOD_CACHE_PATH=$t/cache
	within 20 curl -sfo /dev/null "${DEBUGINFOD_URLS}buildid/$id/debuginfo"
	from elsewhere "$t/app" "$id" >"$t/here"
	from elsewhere /gone "$id" >"$t/gone"
	equals "$(names -q <"$t/here")" local_one
	equals "$(names -q <"$t/gone")" local_one
	contains "$(said -qv <"$t/gone")" "from $t/cache/$id/debuginfo (debuginfod)"
	# What it does not have is said without trouble.
	from elsewhere /gone "00$id" >"$t/unknown"
	run_ok pb-symbolize --explain gone "$t/unknown"
	contains "$output" "debug file: debuginfod: not there"
	contains "$output" "file: debuginfod: not there"
	[[ $(said <"$t/unknown") != *debuginfod* ]]
	# debuginfod-find keeps what it has had.
	kill "$(cat "$t/server")"
	wait "$(cat "$t/server")" 2>/dev/null || true
	rm "$t/server"
	equals "$(names -q <"$t/here")" local_one
	rm -r "$t/cache"
	equals "$(names -q <"$t/here")" -
	contains "$(said <"$t/here")" "pb-symbolize: debuginfod: debuginfod-find: Connection refused"
}

@test "debuginfod: a real debuginfod-find at a socket that never answers is ended in time" {
	command -v debuginfod-find >/dev/null || skip "no debuginfod-find"
	python3 - "$t/port" <<-'END' &
	import socket, sys, time, os
	s = socket.socket()
	s.bind(('127.0.0.1', 0))
	s.listen()
	open(sys.argv[1] + '.part', 'w').write(str(s.getsockname()[1]))
	os.rename(sys.argv[1] + '.part', sys.argv[1])
	time.sleep(60)
	END
	echo $! >"$t/server"
	within 10 test -s "$t/port"
	export DEBUGINFOD_URLS=http://127.0.0.1:$(cat "$t/port")/ DEBUGINFOD_CACHE_PATH=$t/cache
	from elsewhere /gone "$id" >"$t/in"
	start=$EPOCHREALTIME
	run bash -c "pb-symbolize --debuginfod-timeout 1s '$t/in' 2>&1 >/dev/null"
	exits_with 0
	awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { exit !(b - a >= 1 && b - a < 4) }'
	contains "$output" "no answer for 1 s"
	run pgrep -f "debuginfod-find -v debuginfo $id"
	equals "$output" ""
}
