#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The call chains of tests/chains in virtual machines: on Debian's kernels, and on arm64.
load helpers

# What runs in the machine: each program is met while it burns.
script='
set -e
interpreter=$(ls /files/ld-linux-*)
case $interpreter in
*x86*) mkdir -p /lib64 /lib/x86_64-linux-gnu && cp $interpreter /lib64 ;;
*) mkdir -p /lib && cp $interpreter /lib ;;
esac
mkdir -p /lib/x86_64-linux-gnu /lib/aarch64-linux-gnu
cp /files/lib*.so.* /lib/x86_64-linux-gnu
cp /files/lib*.so.* /lib/aarch64-linux-gnu
cd /files
record() {
	./$1 60 >/dev/null 2>&1 &
	sleep 1
	pb-record -q -F 199 -d $2 -o /out/$1.pb -p $!
	kill -9 $!
	pb-symbolize -q /out/$1.pb | pb-fold --annotate --module >/out/$1.folded
	rm /out/$1.pb
}
set -- $(cat programs)
while [ $# -gt 0 ]; do
	record $1 2 &
	[ $# = 1 ] || record $2 2
	wait %1 || exit 1
	shift
	[ $# = 0 ] || shift
done
uname -rm >/out/release'

# in_vm MACHINE SERIES LIBRARIES DIR PROGRAM...
in_vm() {
	local machine=$1 series=$2 libraries=$3 d=$4 out=$BATS_TEST_TMPDIR/out file failed=0 arguments=()
	shift 4
	printf '%s\n' "$@" >"$d/programs"
	for file in "$d/programs" "$libraries"/{ld-linux-*.so.*,libc.so.6,libm.so.6,libgcc_s.so.1,libstdc++.so.6}; do
		[ -e "$file" ] || continue
		cp -L "$file" "$BATS_TEST_TMPDIR/" && arguments+=(-f "$BATS_TEST_TMPDIR/$(basename "$file")")
	done
	for file in "$@" callback.so; do arguments+=(-f "$d/$file"); done
	run_ok scripts/vm -a "$machine" -k "$series" -t 400 -m 2048 -o "$out" "${arguments[@]}" -- "$script"
	[[ $(cat "$out/release") == $series.* ]]
	for file in "$@"; do
		python3 tests/chains/check.py --emulated "$file" tests/chains/expected <"$out/$file.folded" || failed=1
	done
	[ $failed = 0 ]
}

programs=(alloca alloca-static alloca-spie bigframe sorting signals signals-alt recursion context callback threads tailcall
	copying faulting pingpong)

@test "the chains on kernel 6.1" {
	tests/chains/build "$BATS_TEST_TMPDIR/programs.d"
	in_vm amd64 6.1 /lib/x86_64-linux-gnu "$BATS_TEST_TMPDIR/programs.d" "${programs[@]}" alloca-lld realign exceptions \
		clock mixed assembly noreturn trapping
}

@test "the chains on kernel 6.12" {
	tests/chains/build "$BATS_TEST_TMPDIR/programs.d"
	in_vm amd64 6.12 /lib/x86_64-linux-gnu "$BATS_TEST_TMPDIR/programs.d" alloca sorting signals recursion threads copying
}

@test "the chains on arm64" {
	CROSS=aarch64-linux-gnu- tests/chains/build "$BATS_TEST_TMPDIR/programs.d" "${programs[@]}" callback.so
	in_vm arm64 6.1 /usr/aarch64-linux-gnu/lib "$BATS_TEST_TMPDIR/programs.d" "${programs[@]}"
}
