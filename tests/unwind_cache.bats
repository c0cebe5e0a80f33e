#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Unwind tables kept on disk: what is loaded is what would be built, and whatever is wrong with a file, it is as if it
# were not there.
load helpers

id=0123456789abcdef0123456789abcdef01234567

# program NAME FUNCTIONS [BUILD-ID]: a binary whose table has a row or more for each of the functions.
program() {
	seq "$2" | sed 's/.*/int f&(int x) { return x + &; }/' |
		gcc -x c -O0 -shared -fPIC -Wl,--build-id=0x"${3:-$id}" -o "$BATS_FILE_TMPDIR/$1" -
}

setup_file() {
	make -s "${bin#"$top"/}/tests/unwind/cache"
	program big 3000
	program other 4000
	program small 10
	program second 3000 2222222222222222
	program third 3000 3333333333333333
}

setup() {
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	d=$BATS_FILE_TMPDIR tables=$XDG_CACHE_HOME/pb/unwind
	PATH=$bin/tests/unwind:$PATH
	umask 022
}

# use FILE...: what the driver says of each, without their names.
use() {
	timeout 20 cache "$@" | cut -d' ' -f1 | paste -sd' '
}

kept() {
	equals "$(use "$d/big")" built
	equals "$(use "$d/big")" loaded
}

# refused: the file that is there is not used. replaced: and a good one takes its place.
refused() {
	equals "$(use "$d/big")" built
}

replaced() {
	refused && equals "$(use "$d/big")" loaded
}

# without_override COMMAND...: so that a directory's mode counts for root, too.
without_override() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --bounding-set -dac_override "$@"
	else
		"$@"
	fi
}

@test "a table comes back as it was; the directory and the file are ours alone" {
	kept
	equals "$(cd "$tables" && stat -c '%a %n' . *)" "700 .
600 $id"
	equals "$(stat -c %a "$XDG_CACHE_HOME" "$XDG_CACHE_HOME/pb" | sort -u)" 700
}

@test "tables of the system's own libraries come back as they were" {
	local files
	files=$(ldd "$(command -v clang || command -v bash)" | grep -o '/[^ ]*')
	use $files >/dev/null
	run_ok cache $files
	contains "$output" loaded
	equals "$(cut -d' ' -f1 <<<"$output" | sort -u | grep -vx -e loaded -e built -e nothing)" ""
}

@test "a small table has no file" {
	equals "$(use "$d/small" "$d/small")" "built built"
	equals "$(ls "$tables")" ""
}

@test "another file with the same build-id gets no table of the first" {
	kept
	equals "$(use "$d/other" "$d/other" "$d/big" "$d/big")" "built loaded built loaded"
}

@test "a file without a build-id is not kept" {
	objcopy --remove-section .note.gnu.build-id "$d/big" "$BATS_TEST_TMPDIR/without"
	equals "$(use "$BATS_TEST_TMPDIR/without" "$BATS_TEST_TMPDIR/without")" "built built"
	equals "$(ls "$tables")" ""
}

@test "a file with another one's name is not used" {
	equals "$(use "$d/second")" built
	mv "$tables/2222222222222222" "$tables/$id"
	replaced
}

@test "a flipped bit anywhere" {
	local size at byte
	kept
	size=$(stat -c %s "$tables/$id")
	cp "$tables/$id" "$BATS_TEST_TMPDIR/good"
	for at in $(seq 0 7 255) 256 1000 4096 $((size / 2)) $((size - 4097)) $((size - 1)); do
		cp "$BATS_TEST_TMPDIR/good" "$tables/$id"
		byte=$(od -An -tu1 -j "$at" -N1 "$tables/$id")
		printf "\\x$(printf %x $((byte ^ 1 << at % 8)))" | dd of="$tables/$id" bs=1 seek="$at" conv=notrunc status=none
		refused || { echo "at $at" && false; }
	done
	equals "$(use "$d/big")" loaded
}

@test "cut short, empty, too long" {
	local size cut
	kept
	size=$(stat -c %s "$tables/$id")
	cp "$tables/$id" "$BATS_TEST_TMPDIR/good"
	for cut in 0 1 31 32 191 192 193 224 4096 $((size / 2)) $((size - 4096)) $((size - 1)) $((size + 1)) \
		$((size + 4096)) 300000000 100000000000; do
		cp "$BATS_TEST_TMPDIR/good" "$tables/$id"
		truncate -s $cut "$tables/$id"
		refused || { echo "$cut bytes" && false; }
	done
	equals "$(use "$d/big")" loaded
}

@test "a file that others can write to, or of another owner" {
	kept
	chmod g+w "$tables/$id"
	replaced
	chmod o+w "$tables/$id"
	replaced
	[ "$(id -u)" = 0 ] || return 0
	chown 65534 "$tables/$id"
	replaced
	equals "$(stat -c %u "$tables/$id")" 0
}

@test "a symbolic link, a FIFO, a socket, a device, a directory in its place" {
	kept
	mv "$tables/$id" "$BATS_TEST_TMPDIR/good"
	ln -s "$BATS_TEST_TMPDIR/good" "$tables/$id"
	replaced
	cmp "$tables/$id" "$BATS_TEST_TMPDIR/good"
	rm "$tables/$id"
	mkfifo "$tables/$id"
	replaced
	rm "$tables/$id"
	python3 -c 'import socket, os, sys; os.chdir(sys.argv[1]); socket.socket(socket.AF_UNIX).bind(sys.argv[2])' \
		"$tables" "$id"
	replaced
	rm "$tables/$id"
	mkdir "$tables/$id"
	refused
	refused
	equals "$(ls "$tables")" "$id"
	rmdir "$tables/$id"
	if mknod "$tables/$id" c 1 5 2>/dev/null; then
		replaced
	fi
}

@test "a directory that others can write to, or of another owner, is not used" {
	kept
	for mode in 770 702; do
		chmod $mode "$tables"
		equals "$(use "$d/big")" "off built"
		chmod 700 "$tables"
		chmod $mode "$XDG_CACHE_HOME/pb"
		equals "$(use "$d/big")" "off built"
		chmod 700 "$XDG_CACHE_HOME/pb"
	done
	equals "$(use "$d/big")" loaded
	[ "$(id -u)" = 0 ] || return 0
	chown 65534 "$tables"
	equals "$(use "$d/big")" "off built"
}

@test "root with another user's HOME: off, and nothing is made there" {
	local home=$BATS_TEST_TMPDIR/home
	[ "$(id -u)" = 0 ] || skip "not root"
	mkdir "$home" && chown 65534 "$home"
	equals "$(XDG_CACHE_HOME='' HOME=$home use "$d/big")" "off built"
	equals "$(XDG_CACHE_HOME=$home/new use "$d/big")" "off built"
	equals "$(ls -A "$home")" ""
	install -d -o 65534 "$home/.cache"
	equals "$(XDG_CACHE_HOME='' HOME=$home use "$d/big")" "off built"
	equals "$(XDG_CACHE_HOME=$home/.cache use "$d/big")" "off built"
	equals "$(ls -A "$home/.cache")" ""
}

@test "HOME, and no HOME" {
	local home=$BATS_TEST_TMPDIR/home
	mkdir "$home"
	unset XDG_CACHE_HOME
	equals "$(HOME=$home use "$d/big" "$d/big")" "built loaded"
	[ -f "$home/.cache/pb/unwind/$id" ]
	equals "$(XDG_CACHE_HOME=relative HOME=$home use "$d/big")" loaded
	unset HOME
	equals "$(use "$d/big")" "off built"
	for home in '' relative /nonexistent /proc /dev/null; do
		equals "$(HOME=$home use "$d/big")" "off built"
	done
	[ ! -e relative ]
}

@test "a directory that cannot be written to is read" {
	kept
	chmod 500 "$tables"
	equals "$(without_override cache "$d/big" "$d/second" "$d/second" | cut -d' ' -f1 | paste -sd' ')" "loaded built built"
	equals "$(ls "$tables")" "$id"
	chmod 500 "$BATS_TEST_TMPDIR"
	equals "$(XDG_CACHE_HOME=$BATS_TEST_TMPDIR/new without_override cache "$d/big" | head -1)" off
	chmod 700 "$BATS_TEST_TMPDIR" "$tables"
}

@test "no room: what was begun is removed" {
	equals "$(ulimit -f 20 && use "$d/big" "$d/big")" "built built"
	equals "$(ls "$tables")" ""
	mkdir -p "$tables"
	unshare -m true 2>/dev/null || skip "no namespaces"
	equals "$(unshare -m bash -c "mount -t tmpfs -o size=16k,mode=700 none '$tables' && timeout 20 cache '$d/big' && ls '$tables'")" \
		"built $d/big"
}

@test "many processes at once" {
	local i
	for i in 1 2 3 4 5 6 7 8; do
		for _ in 1 2 3 4 5; do
			timeout 20 cache "$d/big" "$d/other" "$d/second"
		done >"$BATS_TEST_TMPDIR/$i" &
	done
	wait
	equals "$(cat "$BATS_TEST_TMPDIR"/[1-8] | wc -l)" 120
	equals "$(grep -h different "$BATS_TEST_TMPDIR"/[1-8])" ""
	equals "$(ls "$tables")" "$(printf '%s\n' $id 2222222222222222)"
}

@test "the bound holds; what was not used for the longest time goes first" {
	local size
	use "$d/big" "$d/second" >/dev/null
	size=$(stat -c %s "$tables/$id")
	touch -d '2 days ago' "$tables/$id"
	touch -d '3 days ago' "$tables/2222222222222222"
	equals "$(use -b $((size * 2 + 5000)) "$d/third")" built
	equals "$(ls "$tables")" "$(printf '%s\n' $id 3333333333333333)"
	equals "$(use -b $((size * 2 + 5000)) "$d/big" "$d/second")" "loaded built"
	equals "$(ls "$tables" | wc -l)" 2
	equals "$(use -b 1000 "$d/third")" built
	equals "$(ls "$tables" | wc -l)" 2
}

@test "only our own files are removed, and those that writers left behind" {
	touch -d '1 year ago' "$BATS_TEST_TMPDIR/old"
	mkdir -p "$tables" && chmod 700 "$XDG_CACHE_HOME/pb" "$tables"
	head -c 200000 /dev/zero | tee "$tables/README" "$tables/abcdefgh" "$tables/aa.bb" >"$tables/$id.77-3"
	touch -r "$BATS_TEST_TMPDIR/old" "$tables"/*
	: >"$tables/$id.78-0"
	equals "$(use -b 200000 "$d/big")" built
	equals "$(ls "$tables")" "$(printf '%s\n' $id $id.78-0 README aa.bb abcdefgh | sort)"
}

@test "a load is marked, once an hour" {
	local before
	kept
	touch -d '30 minutes ago' "$tables/$id"
	before=$(stat -c %Y "$tables/$id")
	equals "$(use "$d/big")" loaded
	equals "$(stat -c %Y "$tables/$id")" "$before"
	touch -d '2 hours ago' "$tables/$id"
	equals "$(use "$d/big")" loaded
	[ "$(stat -c %Y "$tables/$id")" -gt "$before" ]
}
