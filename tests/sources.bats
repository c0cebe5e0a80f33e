#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Where names come from besides symbol tables: MiniDebugInfo, procedure linkage tables, Go's table of functions.
load helpers
load symbols

setup_file() {
	make -s build/tests/elf/spare build/tests/dwarf/lines
}

setup() {
	t=$BATS_TEST_TMPDIR src=$BATS_TEST_DIRNAME/sources
	spare=$bin/tests/elf/spare
}

# entries OBJDUMP FILE: "0x1030 puts@plt" of each entry, as objdump has it
entries() {
	"$1" -d "$2" | sed -n 's/^0*\([0-9a-f]*\) <\(.*@plt\)>:$/0x\1 \2/p' | sort
}

ours() {
	"$spare" plt "$1" | awk '$3 ~ /@plt$/ { print $1, $3 }' | sort
}

# mini FILE: leaves it as Fedora's packages do: stripped, with those functions of .symtab that .dynsym has not, compressed
mini() {
	nm -D "$1" --format=posix --defined-only | awk '{ print $1 }' | sort >"$t/dynamic"
	nm "$1" --format=posix --defined-only | awk '$2 ~ /[Tt]/ { print $1 }' | sort >"$t/functions"
	comm -13 "$t/dynamic" "$t/functions" >"$t/keep"
	objcopy --only-keep-debug "$1" "$t/debug"
	objcopy -S --remove-section .gdb_index --remove-section .comment --keep-symbols="$t/keep" "$t/debug" "$t/mini"
	xz -f "$t/mini"
	strip "$1"
	objcopy --add-section .gnu_debugdata="$t/mini.xz" "$1"
}

@test "MiniDebugInfo: functions that only the program itself sees" {
	gcc -O1 -g -rdynamic -o "$t/x" "$src/calls.c"
	one=$(offset "$t/x" hidden_one 1) two=$(offset "$t/x" hidden_two) seen=$(offset "$t/x" seen)
	cp "$t/x" "$t/bare"
	strip "$t/bare"
	mini "$t/x"
	equals "$(names_at -q "$t/bare" "$one" "$two" "$seen")" "-
-
seen"
	equals "$(names_at -q "$t/x" "$one" "$two" "$seen")" "hidden_one
hidden_two
seen"
	run bash -c "$(declare -f stream); echo $one | stream '$t/x' | pb-dump -r | pb-symbolize -v 2>&1 >/dev/null"
	contains "$output" "symbols from .dynsym and .gnu_debugdata of $t/x"
}

@test "MiniDebugInfo that is broken or too large is said, and the rest is used" {
	gcc -O1 -g -rdynamic -o "$t/x" "$src/calls.c"
	one=$(offset "$t/x" hidden_one 1) seen=$(offset "$t/x" seen)
	cp "$t/x" "$t/y"
	strip "$t/y"
	while read -r what reason; do
		case $what in
		cut) mini "$t/x" && head -c 200 "$t/mini.xz" >"$t/data" ;;
		text) echo "this is no archive" >"$t/data" ;;
		large) head -c 400M /dev/zero | xz -0 >"$t/data" ;;
		other) echo "this is no program" | xz >"$t/data" ;;
		esac
		objcopy --add-section .gnu_debugdata="$t/data" "$t/y" "$t/z"
		equals "$(names_at -q "$t/z" "$one" "$seen")" "-
seen"
		run bash -c "$(declare -f stream); echo $one | stream '$t/z' | pb-dump -r | pb-symbolize -v 2>&1 >/dev/null"
		contains "$output" "(.gnu_debugdata): $reason"
	done <<-'END'
	cut its compressed data are broken
	text its compressed data are broken
	large it takes too much memory to decompress
	other not an ELF file
	END
}

@test "PLT: every entry is called as objdump calls it, whichever way it was linked" {
	while read -r flags; do
		# shellcheck disable=SC2086 # words
		gcc -O1 -fno-builtin $flags -o "$t/x" "$src/calls.c" 2>/dev/null || continue
		entries objdump "$t/x" >"$t/wanted"
		ours "$t/x" >"$t/got"
		[ -s "$t/got" ] || { echo "$flags: no entries" && return 1; }
		# More are named of tables in two parts, of which objdump names one.
		equals "$(comm -23 "$t/wanted" "$t/got")" "" || { echo "$flags" && return 1; }
		case $flags in *ibt*) ;; *) equals "$(comm -13 "$t/wanted" "$t/got")" "" ;; esac
	done <<-'END'

	-Wl,-z,now
	-Wl,-z,lazy
	-no-pie
	-fno-plt
	-fcf-protection -Wl,-z,ibtplt -Wl,-z,lazy
	-fcf-protection -Wl,-z,ibtplt -Wl,-z,now
	-fuse-ld=lld
	-fuse-ld=lld -Wl,-z,lazy
	-fuse-ld=lld -Wl,-z,force-ibt
	-fuse-ld=gold
	END
}

@test "PLT: symbolized, at any byte of an entry, also in a stripped file; the table's own code" {
	gcc -O1 -fno-builtin -Wl,-z,lazy -o "$t/x" "$src/calls.c"
	strip "$t/x"
	read -r puts _ < <("$spare" plt "$t/x" | grep ' printf@plt')
	read -r own _ < <("$spare" plt "$t/x" | grep ' .plt$')
	equals "$(names_at -q "$t/x" "$(in_file "$t/x" "$puts")" "$(in_file "$t/x" $((puts + 11)))" "$(in_file "$t/x" "$own")")" \
		"printf@plt
printf@plt
.plt"
}

@test "PLT: C++ names are readable" {
	g++ -O1 -o "$t/x" "$src/calls.cc"
	entry=$(objdump -d "$t/x" | sed -n 's/^0*\([0-9a-f]*\) <_ZNSt8ios_base4InitC1Ev@plt>:$/0x\1/p')
	equals "$(names_at -q "$t/x" "$(in_file "$t/x" "$entry")")" "std::ios_base::Init::Init()@plt"
	equals "$(names_at -q --no-demangle "$t/x" "$(in_file "$t/x" "$entry")")" "_ZNSt8ios_base4InitC1Ev@plt"
}

@test "PLT: functions that are chosen at the start have the name of who chooses" {
	gcc -O1 -static -fno-builtin -o "$t/x" "$src/calls.c"
	ours "$t/x" >"$t/got"
	contains "$(cat "$t/got")" "memcpy@plt"
	entries objdump "$(ldd "$BATS_TEST_DIRNAME/../build/pb-fold" | awk '/libc.so/ { print $3 }')" | cut -d' ' -f1 >"$t/wanted"
	ours "$(ldd "$BATS_TEST_DIRNAME/../build/pb-fold" | awk '/libc.so/ { print $3 }')" | cut -d' ' -f1 >"$t/got"
	equals "$(cat "$t/got")" "$(cat "$t/wanted")"
}

@test "PLT of arm64" {
	command -v aarch64-linux-gnu-gcc >/dev/null || skip "no compiler for arm64"
	for flags in "" "-mbranch-protection=standard -Wl,-z,force-bti" -no-pie; do
		# shellcheck disable=SC2086 # words
		aarch64-linux-gnu-gcc -O1 -fno-builtin $flags -o "$t/x" "$src/calls.c" 2>/dev/null
		entries aarch64-linux-gnu-objdump "$t/x" >"$t/wanted"
		[ -s "$t/wanted" ]
		equals "$(ours "$t/x")" "$(cat "$t/wanted")" || { echo "$flags" && return 1; }
	done
}

go_build() {
	command -v go >/dev/null || skip "no go"
	GO111MODULE=off GOFLAGS='' GOCACHE=$BATS_RUN_TMPDIR/go go build "$@"
}

# Of each function of a Go program its first byte, the name being the one that its symbol has.
@test "Go: a stripped program's functions have the names of one that is not" {
	go_build -o "$t/whole" "$src/calls.go"
	go_build -ldflags='-s -w' -o "$t/x" "$src/calls.go"
	nm -n "$t/whole" | awk '$2 ~ /[tT]/ && $3 ~ /^(main|os|runtime)\.[(A-Za-z]/ && $3 !~ /\.abi0$|^runtime\.e?text$/ { print "0x" $1, $3 }' |
		awk '$1 == last { next } { last = $1; print }' >"$t/symbols"
	[ "$(wc -l <"$t/symbols")" -gt 300 ]
	while read -r v _; do in_file "$t/x" "$v"; done <"$t/symbols" | stream "$t/x" | pb-dump -r | names -q >"$t/got"
	equals "$(cat "$t/got")" "$(cut -d' ' -f2 "$t/symbols")"
	contains "$(grep main <"$t/got")" "main.(*T).Method"
	contains "$(grep main <"$t/got")" "main.main.func1"
	run bash -c "$(declare -f stream); echo 0x1000 | stream '$t/x' | pb-dump -r | pb-symbolize -v 2>&1 >/dev/null"
	contains "$output" "functions from .gopclntab"
}

@test "Go: position independent, and linked by the system's linker" {
	go_build -buildmode=pie -ldflags='-s -w' -o "$t/x" "$src/calls.go"
	contains "$("$spare" go "$t/x" | awk '{ print $3 }')" "main.(*T).Method"
	for mode in exe pie; do
		go_build -buildmode=$mode -o "$t/whole" "$src/cgo.go" || skip "no cgo"
		strip -o "$t/x" "$t/whole"
		read -r v _ < <(nm "$t/whole" | grep ' main.deep$')
		at=$(in_file "$t/x" "0x$v")
		equals "$(names_at -q "$t/x" "$at")" main.deep || { echo "$mode" && return 1; }
	done
}
