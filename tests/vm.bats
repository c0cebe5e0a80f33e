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
