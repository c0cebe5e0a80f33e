#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Files that are replaced, deleted, in memory, in another mount namespace: the right names while their processes live, and
# afterwards with --keep-binaries.
load helpers
load capture

setup_file() {
	local d=$BATS_FILE_TMPDIR name times=100000
	for name in old new; do
		gcc -O0 -Wl,--build-id -DNAME=${name}_work -DTIMES=$((++times)) -o "$d/$name" "$BATS_TEST_DIRNAME/kept/work.c"
		gcc -O0 -Wl,--build-id=none -DNAME=${name}_work -DTIMES=$times -o "$d/$name-bare" "$BATS_TEST_DIRNAME/kept/work.c"
	done
}

setup() {
	d=$BATS_FILE_TMPDIR t=$BATS_TEST_TMPDIR
	cd "$t" || return
}

teardown() {
	end_all
	umount -q "$BATS_TEST_TMPDIR"/{merged,upper} 2>/dev/null || true
}

# works STREAM NAME [OPTION]...: samples under a function
works() {
	local stream=$1 name=$2
	shift 2
	fold "$@" "$stream" | grep -E "$name" | total
}

# right STREAM [OPTION]...: the old program's names, never the new one's
right() {
	at_least "$(works "$1" old_work "${@:2}")" "${wanted:-100}"
	equals "$(works "$1" new_work "${@:2}")" 0
}

# refused STREAM: no names at all, and it is said
refused() {
	equals "$(works "$1" '(old|new)_work')" 0
	pb-symbolize "$1" 2>&1 >/dev/null | grep -q 'another file than was recorded'
}

# running COMMAND...: in the background, until the end of the test
running() {
	"$@" 3>&- &
	left_running+=" $!"
	sleep 0.2
}

for_each_kind() {
	local kind
	for kind in "" -bare; do
		echo "kind: '$kind'"
		"$@" "$kind" || return
	done
}

replaced_while_running() {
	cp "$d/old$1" program
	running ./program 100000
	cp "$d/new$1" other && mv other program
	pb-record -q -F 499 -d 1 -p $! -o raw.pb
	right raw.pb
	kill $! && wait $! || true
	refused raw.pb
	rm program
	equals "$(works raw.pb '(old|new)_work')" 0
}

@test "a binary that was replaced while it ran: its own names while it lives, then none" {
	wanted=30 for_each_kind replaced_while_running
}

replaced_in_recording() {
	cp "$d/old$1" program
	pb-record -q -F 499 -i 100ms -o raw.pb -- sh -c './program 500; cp "$1" other; mv other program; ./program 500' sh "$d/new$1"
	at_least "$(works raw.pb new_work)" 150
	equals "$(works raw.pb old_work)" 0
	near "$(works raw.pb new_work)" 249 100
	rm -rf kept
	cp "$d/old$1" program
	pb-record -q -F 499 --keep-binaries kept -o raw.pb -- sh -c './program 500; cp "$1" other; mv other program; ./program 500' sh "$d/new$1"
	near "$(works raw.pb new_work --debug-dir kept)" 249 100
	near "$(works raw.pb old_work --debug-dir kept)" 249 100
}

@test "two binaries at one path, one after the other, are two" {
	for_each_kind replaced_in_recording
}

deleted_while_running() {
	cp "$d/old$1" program
	running ./program 100000
	rm program
	pb-record -q -F 499 -d 1 -p $! -o raw.pb
	right raw.pb
	rm -rf kept
	pb-record -q -F 499 -d 1 -p $! --keep-binaries kept -o kept.pb
	kill $! && wait $! || true
	cp "$d/new$1" program
	right kept.pb --debug-dir kept
	refused kept.pb
}

@test "a binary that was deleted: named while it lives, and then if it was kept" {
	wanted=30 for_each_kind deleted_while_running
}

from_memory() {
	running python3 -c '
import os, sys
fd = os.memfd_create("program")
os.write(fd, open(sys.argv[1], "rb").read())
os.execve(fd, ["program", "100000"], os.environ)' "$d/old$1"
	rm -rf kept
	pb-record -q -F 499 -d 1 -p $! --keep-binaries kept -o raw.pb
	right raw.pb
	kill $! && wait $! || true
	right raw.pb --debug-dir kept
	equals "$(works raw.pb old_work)" 0
}

@test "a program that is in no file system" {
	wanted=30 for_each_kind from_memory
}

short_and_deleted() {
	rm -rf kept
	pb-record -q -F 999 --keep-binaries kept -o raw.pb -- sh -c '
		cp "$1" program; ./program 200 & sleep 0.05; rm program; wait' sh "$d/old$1"
	cp "$d/new$1" program
	right raw.pb --debug-dir kept
	refused raw.pb
}

@test "a program that was there for 50 ms, kept" {
	wanted=100 for_each_kind short_and_deleted
}

# tree DIR COMMAND...: a root directory with these and what they need
tree() {
	local to=$1 file
	mkdir -p "$to/proc" "$to/tmp"
	shift
	for file; do
		for file in "$file" $(ldd "$file" | grep -oE '/[^ ]+'); do
			mkdir -p "$to$(dirname "$file")"
			cp -L "$file" "$to$file"
		done
	done
}

@test "a container whose tree is deleted afterwards: all its names are there" {
	cp "$d/old" program
	tree "$t/tree" /bin/bash "$t/program"
	pb-record -q -F 499 --keep-binaries kept -o raw.pb -- unshare --mount --pid --fork chroot tree \
		/bin/bash -c "$t/program 300; $t/program 300; for ((i = 0; i < 100000; i++)); do :; done"
	rm -rf tree program
	wanted=250 right raw.pb --debug-dir kept
	pb-symbolize --debug-dir kept raw.pb 2>said | pb-fold --no-kernel >folded 2>/dev/null || true
	equals "$(grep -vE '/usr/bin/(bash|unshare|env)|/bin/bash' said | grep 'no symbols' || true)" ""
	refused_or_gone=$(works raw.pb old_work)
	equals "$refused_or_gone" 0
}

@test "a program in another mount namespace: named while it lives, though there is another file at its path here" {
	mkdir inner
	cp "$d/new" inner/program
	running unshare --mount sh -c 'mount -t tmpfs tmpfs inner; cp "$1" inner/program; exec inner/program 100000' sh "$d/old"
	pb-record -q -F 499 -d 1 -p $! -o raw.pb
	wanted=30 right raw.pb
}

@test "a program on an overlay" {
	mkdir lower upper work merged
	mount -t tmpfs tmpfs upper && mkdir upper/u upper/w
	cp "$d/new" lower/program
	if ! mount -t overlay overlay -o lowerdir=lower,upperdir=upper/u,workdir=upper/w merged; then
		umount upper
		skip "no overlay here"
	fi
	cp "$d/old" merged/program
	running merged/program 100000
	rm -rf kept
	pb-record -q -F 499 -d 1 -p $! --keep-binaries kept -o raw.pb
	kill $! && wait $! || true
	umount merged upper
	cp "$d/new" merged/program
	wanted=30 right raw.pb --debug-dir kept
	refused raw.pb
}

@test "a program on a file system in user space" {
	[ -e /dev/fuse ] || skip "no FUSE here"
	mkdir under merged
	cp "$d/old" under/program
	bindfs under merged
	running merged/program 100000
	pb-record -q -F 499 -d 1 -p $! --keep-binaries kept -o raw.pb
	right raw.pb
	kill $! && wait $! || true
	umount merged
	cp "$d/new" merged/program
	right raw.pb --debug-dir kept
	refused raw.pb
}

@test "debug files are kept, too" {
	gcc -g -O0 -Wl,--build-id -DNAME=old_work -DTIMES=100000 -o program "$BATS_TEST_DIRNAME/kept/work.c"
	mkdir .debug
	objcopy --only-keep-debug program .debug/program.debug
	strip program
	objcopy --add-gnu-debuglink=.debug/program.debug program
	running ./program 100000
	pb-record -q -F 499 -d 1 -p $! --keep-binaries kept -o raw.pb
	kill $! && wait $! || true
	rm -rf program .debug
	wanted=30 right raw.pb --debug-dir kept
}

@test "each file is kept once, whole, and under no other name" {
	running "$d/old" 100000
	pb-record -q -F 499 -i 100ms --segment-size 1 -d 1 -p $! --keep-binaries kept -o raw.pb
	equals "$(find kept -type f | grep -vcE '/\.build-id/[0-9a-f]{2}/[0-9a-f]+(\.debug)?$')" 0
	cmp "$d/old" "$(readelf -n "$d/old" | awk '/Build ID/ { print "kept/.build-id/" substr($3, 1, 2) "/" substr($3, 3) }')"
}

@test "what is too large is said; SIGINT does not cut a copy" {
	cp "$d/old" program
	truncate -s 1100M program
	cp "$d/old-bare" large
	running ./program 100000
	pb-record -F 499 -d 1 -p $! --keep-binaries kept -o raw.pb 2>err
	grep -q "^pb-record: not kept: $t/program: larger than 1 GiB" err
	wanted=30 right raw.pb --debug-dir kept
	rm -rf kept
	truncate -s 300M large
	running ./large 100000
	start raw.pb -F 499 -p $! --keep-binaries kept
	sleep 1
	stop INT
	equals "$(find kept -type f -size +200M | wc -l)" 1
	cmp large "$(find kept -type f -size +200M)"
}

@test "a directory that cannot be written to is an error before anything is recorded" {
	fails 1 "pb-record: --keep-binaries /proc/none: No such file or directory" \
		pb-record -o raw.pb --keep-binaries /proc/none -- true
	touch file
	fails 1 "pb-record: --keep-binaries file: Not a directory" pb-record -o raw.pb --keep-binaries file -- true
}

# changed SED-SCRIPT: raw.pb with other records
changed() {
	pb-dump raw.pb | sed -E "$1" | pb-dump -r
}

@test "a file is known by its content, and one that was gone by none" {
	pb-record -q -F 499 -o raw.pb -- "$d/old-bare" 500
	wanted=100 right raw.pb
	equals "$(pb-dump raw.pb | grep -cE '^content .* id=[0-9a-f]{32}70622d636f6e74656e742d31$')" 1
	changed 's/^(content .* id=)[0-9a-f]{32}/\100000000000000000000000000000000/' >gone.pb
	refused gone.pb
	changed 's/^(content .* id=)(..)/\1ff/; s/^(content .* id=)..(.*)$/\1fe\2/' >other.pb
	refused other.pb
	changed '/^content /d' >none.pb # as before there was such a record
	wanted=100 right none.pb
}

@test "a place is of use only if the file there is the one that was recorded" {
	cp "$d/old" program
	pb-record -q -F 499 -o raw.pb -- ./program 500
	rm program
	running "$d/new" 100000
	changed "s/^(place .*)pid=[0-9]+/\1pid=$!/" >other.pb
	equals "$(works other.pb '(old|new)_work')" 0
	running "$d/old" 100000
	changed "s/^(place .*)pid=[0-9]+ start=.*/\1pid=$! start=0x$(grep -m1 'r-xp.*/old$' /proc/$!/maps | sed 's/ .*//; s/-/ end=0x/')/" >same.pb
	wanted=100 right same.pb
	changed 's/^(place .*)pid=[0-9]+/\1pid=99999999999/' >none.pb
	equals "$(works none.pb '(old|new)_work')" 0
}
