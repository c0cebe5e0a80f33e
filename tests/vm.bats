# SPDX-License-Identifier: GPL-2.0-or-later
# The static commands on Debian's kernels, with nothing in the file system but themselves and busybox.
load helpers

# The system calls of a program that copies single bytes are what there is to see.
script='
set -e
pb-record -q -F 99 -d 2 -o /out/t.pb -- dd if=/dev/zero of=/dev/null bs=1 count=100000000
pb-symbolize /out/t.pb 2>/out/said | pb-fold >/out/folded
pb-svg /out/folded >/out/flame.svg
pb-dump /out/t.pb >/out/text
dd if=/dev/zero of=/dev/null bs=1 count=100000000 2>/dev/null &
pb-record -q -F 99 -d 1 | pb-symbolize 2>/dev/null | pb-fold | pb-svg >/out/pipe.svg
kill $!
uname -r >/out/release
exit 7'

setup_file() {
	cd "$top"
	for series in 6.1 6.12; do
		status=0
		scripts/vm -k $series -t 200 -o "$BATS_FILE_TMPDIR/$series" -- "$script" >"$BATS_FILE_TMPDIR/$series.said" 2>&1 || status=$?
		echo $status >"$BATS_FILE_TMPDIR/$series.status"
	done
}

# in_vm SERIES: looks at what came back.
in_vm() {
	local at=$BATS_FILE_TMPDIR/$1
	cat "$at.said"
	equals "$(cat "$at.status")" 7
	[[ $(cat "$at/release") == $1.* ]]
	grep -q '^dd;' "$at/folded"
	grep -qE '^dd;.*(entry_SYSCALL_64|do_syscall_64).*;(ksys_read|ksys_write|vfs_read|vfs_write|__fdget_pos)' "$at/folded"
	awk -F'[ =]' '/^tally class=[0-3]/ { n[$3] += $NF }
		END { print n[0], n[1], n[2], n[3]; exit !(n[0] > 100 && n[0] == n[1] + n[2] + n[3]) }' "$at/text"
	equals "$(awk '{ n += $NF } END { print n }' "$at/folded")" \
		"$(awk -F= '/^tally class=1/ { print $NF }' "$at/text")"
	xmllint --noout "$at/flame.svg" "$at/pipe.svg"
	grep -q do_syscall_64 "$at/flame.svg"
}

@test "Debian 12's kernel 6.1: record, symbolize, fold and draw" {
	in_vm 6.1
}

@test "Debian 12's newer kernel 6.12: record, symbolize, fold and draw" {
	in_vm 6.12
}

@test "scripts/vm hands back stdout, stderr and status, and says when a machine does not end" {
	echo 'segment' | pb-dump -r >"$BATS_TEST_TMPDIR/a.pb"
	run --separate-stderr scripts/vm -f "$BATS_TEST_TMPDIR/a.pb" -- 'pb-dump /files/a.pb | grep -c segment; echo no >&2; exit 3'
	exits_with 3
	equals "$output" 1
	contains "$stderr" no
	fails 125 "not done after 3 s" scripts/vm -t 3 -- 'sleep 100'
	fails 2 "is not a series" scripts/vm -k 2.4 -- true
}

# What is recorded there, and the names that it gets there, where all files are.
elsewhere='
set -e
mkdir -p /lib64 /lib/x86_64-linux-gnu /opt /usr/lib/debug/.build-id
cp /files/ld-linux-x86-64.so.2 /lib64
cp /files/libc.so.6 /lib/x86_64-linux-gnu
cp /files/sorting /opt
[ ! -e /files/libc.debug ] || { mkdir -p /usr/lib/debug$(dirname $(cat /files/libc.path)); cp /files/libc.debug /usr/lib/debug$(cat /files/libc.path); }
/opt/sorting 60 &
dd if=/dev/zero of=/dev/null bs=1 count=100000000 2>/dev/null &
sleep 1
pb-record -q -F 99 -d 3 >/out/raw.pb
kill %1 %2
pb-symbolize -q /out/raw.pb >/out/named.pb'

# by_id FILE DIR [SUFFIX]: where it is in a build-id directory
by_id() {
	local id
	id=$(readelf -n "$1" | awk '/Build ID/ { print $3; exit }')
	echo "$2/.build-id/${id:0:2}/${id:2}${3:-}"
}

# keep FILE AS DIR [SUFFIX]: a copy of it where FILE belongs in a build-id directory
keep() {
	local to
	to=$(by_id "$2" "$3" "${4:-}")
	mkdir -p "${to%/*}"
	cp -L "$1" "$to"
}

@test "a recording carried out of the machine gets the same names here from a build-id directory, and none from wrong files" {
	local t=$BATS_TEST_TMPDIR libc=/lib/x86_64-linux-gnu/libc.so.6 debug file
	gcc -g -O2 -fomit-frame-pointer -D_GNU_SOURCE -Wl,--build-id -o "$t/sorting" tests/chains/sorting.c
	cp -L "$libc" /lib64/ld-linux-x86-64.so.2 "$t"
	set -- -f "$t/sorting" -f "$t/libc.so.6" -f "$t/ld-linux-x86-64.so.2"
	debug=$(by_id "$libc" /usr/lib/debug .debug)
	if [ -e "$debug" ]; then # names that are here are there, too
		cp "$debug" "$t/libc.debug"
		echo "${debug#/usr/lib/debug}" >"$t/libc.path"
		set -- "$@" -f "$t/libc.debug" -f "$t/libc.path"
	fi
	run_ok scripts/vm -k 6.1 -t 200 -o "$t/out" "$@" -- "$elsewhere"
	strip -o "$t/pb-record" build/static/pb-record
	for file in "$t"/{sorting,libc.so.6,ld-linux-x86-64.so.2,pb-record} "$(command -v busybox)"; do
		keep "$file" "$file" "$t/dir"
		keep /bin/true "$file" "$t/wrong"
	done
	pb-symbolize -q --debug-dir "$t/dir" "$t/out/raw.pb" >"$t/named.pb"
	cmp "$t/named.pb" "$t/out/named.pb"
	pb-fold "$t/named.pb" >"$t/folded"
	grep -q 'sorting;.*main;.*sort;.*qsort.*;compare' "$t/folded"
	grep -qE '^dd;.*(ksys_read|vfs_read|ksys_write|vfs_write)' "$t/folded"
	# The same from the program's debug file alone.
	rm "$(by_id "$t/sorting" "$t/dir")"
	objcopy --only-keep-debug "$t/sorting" "$t/debug"
	keep "$t/debug" "$t/sorting" "$t/dir" .debug
	pb-symbolize -q --debug-dir "$t/dir" "$t/out/raw.pb" | cmp - "$t/out/named.pb"
	# Each of them another file: not a name of the program's own, and it is said. (libc may be the one that is here.)
	pb-symbolize --debug-dir "$t/wrong" "$t/out/raw.pb" 2>"$t/said" | pb-fold | grep '^sorting;' >"$t/folded"
	equals "$(grep -E ";(main|sort|compare|burn)[; ]" "$t/folded")" ""
	grep -qF '[sorting]' "$t/folded"
	contains "$(cat "$t/said")" "/opt/sorting (build-id "
	contains "$(grep /opt/sorting "$t/said")" "another file than was recorded"
}
