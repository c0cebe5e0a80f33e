#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# lib/unwind: the tables that are made of .eh_frame and .debug_frame.
load helpers

rows=build/tests/unwind/rows

setup_file() {
	make -s $rows
	make -s ASAN=1 build/asan/tests/unwind/rows
}

# same_as_readelf FILE...: all rows are.
same_as_readelf() {
	python3 tests/unwind/compare.py $rows "$@"
}

# program NAME OPTION...: builds one that holds frames of libc's and of ours.
program() {
	local name=$BATS_TEST_TMPDIR/$1
	shift
	gcc -O2 -D_GNU_SOURCE -Ilib -I. -o "$name" "$@" tests/unwind/rows.c build/lib/{unwind,elf,base}.a -lz
	same_as_readelf "$name"
}

# The library of this machine as the dynamic linker finds it; there may be those of others (libc6,x32).
library() {
	ldconfig -p | awk -v name="$1" '$1 == name && $2 ~ /x86-64|AArch64/ { print $NF; exit }'
}

@test "made byte by byte: instructions, encodings, lies" {
	run_ok python3 tests/unwind/cases.py build/asan/tests/unwind/rows "$BATS_TEST_TMPDIR"
	contains "$output" " cases, 0 failed"
}

@test "what fuzzing found interesting is read or refused" {
	run_ok python3 tests/unwind/cases.py build/asan/tests/unwind/rows "$BATS_TEST_TMPDIR" tests/corpus/unwind/*
	contains "$output" " cases, 0 failed"
}

@test "every row is the one that readelf tells: libc, ld.so, libcrypto, bash, python3" {
	run_ok same_as_readelf "$(library libc.so.6)" "$(library ld-linux-x86-64.so.2)" "$(library libcrypto.so.3)" /bin/bash /usr/bin/python3
	contains "$output" "SIGNAL=1"
}

@test "every row is the one that readelf tells: node" {
	[ -n "$(command -v node)" ] || skip "no node"
	run_ok same_as_readelf "$(command -v node)"
}

@test "every row is the one that readelf tells: libLLVM, in 8 MiB at the most" {
	local llvm chunks
	llvm=$(library libLLVM-14.so.1)
	[ -n "$llvm" ] || skip "no libLLVM"
	run_ok same_as_readelf "$llvm"
	run_ok $rows "$llvm"
	chunks=${output#*chunks=}
	[ "${chunks%% *}" -lt 2048 ]
}

@test "every row is the one that readelf tells: other layouts of a program" {
	run_ok program lld -fuse-ld=lld -Wl,-z,separate-code
	run_ok program lld-one -fuse-ld=lld -Wl,-z,noseparate-code
	run_ok program static -static -no-pie
	run_ok program static-pie -static-pie
	run_ok program frames -fno-omit-frame-pointer -fcf-protection=none
}

@test "every row is the one that readelf tells: .debug_frame, also compressed, with .eh_frame of other code" {
	local without=(-g -fno-asynchronous-unwind-tables -fno-unwind-tables)
	run_ok program debug "${without[@]}"
	run_ok program zlib "${without[@]}" -gz=zlib
	run_ok program gnu "${without[@]}" -gz=zlib-gnu
	contains "$(readelf -SW "$BATS_TEST_TMPDIR/gnu")" ".zdebug_frame"
}

@test "a stripped program without section headers" {
	local file=$BATS_TEST_TMPDIR/none
	run_ok program whole
	cp "$BATS_TEST_TMPDIR/whole" "$file"
	printf '\0\0\0\0\0\0\0\0' | dd of="$file" bs=1 seek=40 conv=notrunc status=none
	printf '\0\0\0\0' | dd of="$file" bs=1 seek=60 conv=notrunc status=none
	equals "$($rows -d "$file" | sed 1d)" "$($rows -d "$BATS_TEST_TMPDIR/whole" | sed 1d)"
}

@test "the vDSO" {
	run_ok $rows -v "$BATS_TEST_TMPDIR/vdso"
	run_ok same_as_readelf "$BATS_TEST_TMPDIR/vdso"
}

# Bytes are in the same order there, so the reader made for it runs here.
@test "every row is the one that readelf tells: arm64; signed return addresses are marked" {
	local d=$BATS_TEST_TMPDIR arm64=(clang -target aarch64-linux-gnu -O2 -nostdlib -shared -fPIC -fuse-ld=lld -fasynchronous-unwind-tables)
	gcc -D_GNU_SOURCE -D__TARGET_ARCH_arm64 -Ilib -I. -o "$d/rows" tests/unwind/rows.c \
		lib/unwind/{cfa,describe,entry,expression,go,image,machine,rules,section,state,table}.c build/lib/{elf,base}.a -lz
	"${arm64[@]}" -o "$d/plain" tests/unwind/arm64.c
	"${arm64[@]}" -o "$d/signed" -mbranch-protection=pac-ret+b-key tests/unwind/arm64.c
	run_ok python3 tests/unwind/compare.py "$d/rows" "$d/plain"
	equals "$("$d/rows" -d "$d/plain" | awk '$6 == 1' | wc -l)" 0
	equals "$("$d/rows" -d "$d/signed" | awk '$6 == 1 && $3 == 31' | wc -l)" 4
	fails 1 "not for x86-64: it is for ELF machine 183, 64 bits" $rows "$d/plain"
	fails 1 "not for arm64: it is for ELF machine 62, 64 bits" "$d/rows" /bin/bash
}
