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
	spare=$top/build/tests/elf/spare
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
	read -r v _ <"$t/symbols"
	by=$((v - $(in_file "$t/x" "$v"))) # all code is one segment
	while read -r v _; do echo $((v - by)); done <"$t/symbols" | stream "$t/x" | pb-dump -r | names -q >"$t/got"
	equals "$(cat "$t/got")" "$(cut -d' ' -f2 "$t/symbols")"
	contains "$(grep main <"$t/got")" "main.(*T).Method"
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

@test "Go: each version's table, with pointers of 4 and of 8 bytes, and with relocations" {
	for version in 1.2 1.16 1.18 1.20; do
		for how in "4 fixed" "8 fixed" "8 moved"; do
			# shellcheck disable=SC2086 # words
			python3 "$src/pclntab.py" $version $how "$t/x"
			equals "$("$spare" go "$t/x")" "0x401000 16 main.f0
0x401010 16 main.f1
0x401020 16 main.f2" || { echo "$version $how" && return 1; }
		done
	done
}

# ---- debug information in further files ----

# compile CC FLAG...: a program of two files, x, with its parts in the current directory
compile() {
	local cc=$1
	shift
	cp "$src"/split_[ab].c .
	"$cc" -O1 "$@" -c split_a.c && "$cc" -O1 "$@" -c split_b.c && "$cc" "$@" -o x split_a.o split_b.o
	rm -f ./*.o
}

# chains [OPTION]... FILE: functions and lines at the two calls of rand(), both in an inlined function. Where they are
# another file may tell, $code.
chains() {
	local file=${*: -1}
	objdump -d "${code:-$file}" | awk '/call.*rand@plt/ { getline; print "0x" $1 }' | tr -d : | while read -r after; do
		echo $(($(in_file "${code:-$file}" "$after") - 1))
	done | stream "$PWD/$file" | pb-dump -r | timeout 20 pb-symbolize -v "${@:1:$#-1}" 2>said | pb-dump | awk '
	/^function / { split($3, f, "\""); function_[substr($2, 2)] = f[2] }
	/^source / { split($3, f, "\""); sub(/.*\//, "", f[2]); source[substr($2, 2)] = f[2] }
	/^name / {
		gsub(/[a-z]+=/, "")
		print function_[$3] " " ($4 in source ? source[$4] : "-") ":" $5
	}'
}

whole_chains="sq split_a.c:7
f split_a.c:14
cube split_b.c:6
other split_b.c:8"

# Without the parts the lines are still there, but not what was inlined.
bare_chains="f split_a.c:7
other split_b.c:6"

@test "split DWARF: .dwo files where they were made, or next to the program" {
	for cc in gcc clang; do
		for version in 4 5; do
			rm -rf "$t/made"
			mkdir "$t/made" && cd "$t/made"
			compile $cc -gdwarf-$version -gsplit-dwarf
			equals "$(chains x)" "$whole_chains" || { echo "$cc $version" && return 1; }
			rm -rf "$t/moved"
			mv "$t/made" "$t/moved"
			cd "$t/moved"
			equals "$(chains x)" "$whole_chains" || { echo "$cc $version, moved" && return 1; }
		done
	done
}

@test "split DWARF: a missing .dwo, and one of another program, are said" {
	cd "$t"
	compile gcc -gdwarf-5 -gsplit-dwarf
	cp split_b.dwo split_a.dwo
	equals "$(chains x)" "f split_a.c:7
cube split_b.c:6
other split_b.c:8"
	contains "$(cat said)" "$PWD/split_a.dwo: does not have the unit that was split off: another dwo_id"
	rm split_a.dwo split_b.dwo
	equals "$(chains x)" "$bare_chains"
	contains "$(cat said)" "$PWD/split_a.dwo: No such file or directory"
}

@test "split DWARF: packages" {
	local tried=0
	cd "$t"
	while read -r cc version tool; do
		command -v $tool >/dev/null || continue
		rm -f x.dwp
		compile $cc -gdwarf-$version -gsplit-dwarf
		timeout 10 $tool -e x -o x.dwp
		mkdir -p away && mv ./*.dwo away
		equals "$(chains x)" "$whole_chains" || { echo "$cc $version $tool" && return 1; }
		cp "$(type -P true)" x.dwp # what a package lacks may be in a .dwo
		equals "$(chains x | grep -c sq)" 0
		mv away/*.dwo .
		equals "$(chains x)" "$whole_chains" || { echo "$cc $version $tool, by .dwo" && return 1; }
		tried=$((tried + 1))
	done <<-'END'
	gcc 4 dwp
	clang 4 dwp
	clang 4 llvm-dwp
	clang 5 llvm-dwp
	END
	[ $tried -gt 0 ] || skip "no tool that makes packages"
}

@test "dwz: what two files share is found by its path or build-id, and another file refused" {
	command -v dwz >/dev/null || skip "no dwz"
	cd "$t"
	compile gcc -g
	mv x y
	compile gcc -g
	dwz -m shared -M shared x y
	id=$(readelf -n shared | awk '/Build ID/ { print $3; exit }')
	[ -n "$id" ]
	equals "$(chains x)" "$whole_chains"
	mkdir -p "root/.build-id/${id:0:2}" other/.dwz
	mv shared "root/.build-id/${id:0:2}/${id:2}.debug"
	equals "$(chains --debug-dir=root x)" "$whole_chains"
	equals "$(chains x | grep -cE 'sq|cube')" 0
	contains "$(cat said)" "parts of its debug information are in shared, which was not found"
	cp y shared
	equals "$(chains x | grep -cE 'sq|cube')" 0
	contains "$(cat said)" "$PWD/shared: not the file that debug information was moved to: another build-id"
	rm shared
	cp x z
	dwz -m other/.dwz/shared -M /nowhere/.dwz/shared x z 2>/dev/null || true
	mv "root/.build-id/${id:0:2}/${id:2}.debug" other/.dwz/shared
	objcopy --dump-section .gnu_debugaltlink=link x 2>/dev/null
	{ printf '../.dwz/shared\0' && tail -c +8 link; } >link2
	objcopy --update-section .gnu_debugaltlink=link2 y w
	equals "$(chains --debug-dir=other w)" "$whole_chains"
}

# ---- line tables and sections ----

@test "compressed sections: zlib, zstd and the old .zdebug_ read like plain ones" {
	cd "$t"
	compile gcc -g
	lines=$top/build/tests/dwarf/lines
	"$lines" x >plain
	contains "$(cat plain)" "/split_a.c:14"
	for how in zlib zlib-gnu zstd; do
		objcopy --compress-debug-sections=$how x packed 2>/dev/null || continue
		[[ $how = zlib-gnu ]] || readelf -t packed | grep -q 'COMPRESSED'
		"$lines" packed >got
		cmp plain got
		equals "$(chains packed)" "$whole_chains"
	done
}

@test "a section that claims 4 GiB, or more than its bytes can become, is refused without taking memory" {
	cd "$t"
	compile gcc -g
	objcopy --compress-debug-sections=zlib x packed
	at=$(readelf -SW packed | sed -n 's/.* \.debug_info *PROGBITS *[0-9a-f]* *\([0-9a-f]*\) .*/\1/p')
	for size in '\xff\xff\xff\xff\0\0\0\0' '\0\0\0\0\1\0\0\0' '\0\0\0\x80\0\0\0\0' '\xff\xff\xff\xff\xff\xff\xff\x7f'; do
		cp packed lying
		printf "$size" | dd of=lying bs=1 seek=$((0x$at + 8)) conv=notrunc status=none
		(
			[[ $bin = */asan ]] || ulimit -v 400000 # the sanitizer takes terabytes
			code=x
			chains lying >got
		)
		equals "$(cat got)" "f -:0
other -:0" || { echo "$size" && return 1; }
		contains "$(cat said)" "section .debug_info: it has not the size that it claims"
	done
}

# rows FILE: as readelf decodes its line tables: the address and line of each row that counts
rows() {
	llvm-dwarfdump --debug-line "$1" | awk '
	function flush() { if (have && (line != shown || first)) { print at, line; shown = line; first = 0 } }
	/^0x[0-9a-f]+ / {
		if ($1 != at) flush()
		at = $1; line = $2 ":" $4; have = 1
		if (/end_sequence/) { have = 0; shown = ""; first = 1; print at, "end" }
	}
	BEGIN { first = 1 }'
}

@test "line tables: versions 2 to 5 of two compilers, as llvm-dwarfdump has their rows" {
	command -v llvm-dwarfdump >/dev/null || skip "no llvm-dwarfdump"
	cd "$t"
	for cc in gcc clang; do
		for version in 2 3 4 5; do
			compile $cc -gdwarf-$version
			"$top/build/tests/dwarf/lines" x | sed -E 's/^(0x[0-9a-f]+) .*:([0-9]+)$/\1 \2/' | sort -u >got
			rows x | awk '{ sub(/:.*/, "", $2); printf "%s %s\n", $1, $2 }' | sed -E 's/^0x0*/0x/' | sort -u >wanted
			equals "$(cat got)" "$(cat wanted)" || { echo "$cc $version" && return 1; }
		done
	done
}

@test "line tables: code that the linker left out has no rows" {
	cd "$t"
	cat >gone.c <<-'END'
	int gone(int x) { return x * 3; }
	int main(void) { return 0; }
	END
	for link in -fuse-ld=bfd -fuse-ld=lld -fuse-ld=gold; do
		gcc -g -ffunction-sections -Wl,--gc-sections $link -o x gone.c 2>/dev/null || continue
		equals "$("$top/build/tests/dwarf/lines" x | grep -c 'gone.c:1$')" 0 || { echo "$link" && return 1; }
		equals "$("$top/build/tests/dwarf/lines" x | grep -c 'gone.c:2$')" 1 || { echo "$link" && return 1; }
	done
}

@test "what fuzzing found interesting is read or refused" {
	make -s ASAN=1 build/asan/lib/dwarf.a build/asan/lib/elf.a build/asan/lib/base.a
	for name in lines sections spare; do
		gcc -std=c11 -D_GNU_SOURCE -g -Ilib -I. -fsanitize=address,undefined -fno-sanitize-recover=undefined -o "$t/$name" \
			tests/fuzz/$name.c tests/fuzz/replay.c build/asan/lib/{dwarf,elf,base}.a -lz -ldeflate -lzstd -llzma
		run_ok "$t/$name" tests/corpus/$name/*
	done
}

@test "further files below a sysroot, where the recorded machine had them" {
	cd "$t"
	mkdir -p "sysroot$t/made" made && cd made
	compile gcc -gdwarf-5 -gsplit-dwarf
	mv ./* "$t/sysroot$t/made"
	mkdir "$t/sysroot/bin" && mv "$t/sysroot$t/made/x" "$t/sysroot/bin"
	cd "$t/sysroot/bin"
	equals "$(chains x | grep -c sq)" 0
	equals "$(chains --sysroot="$t/sysroot" x)" "$whole_chains"
	command -v dwz >/dev/null || skip "no dwz"
	cd "$t"
	compile gcc -g
	mv x y
	compile gcc -g
	dwz -m shared -M /usr/lib/debug/.dwz/shared x y
	mkdir -p sysroot/usr/lib/debug/.dwz
	mv shared sysroot/usr/lib/debug/.dwz
	equals "$(chains x | grep -c sq)" 0
	contains "$(cat said)" "parts of its debug information are in /usr/lib/debug/.dwz/shared, which was not found"
	equals "$(chains --sysroot="$t/sysroot" x)" "$whole_chains"
}

@test "split DWARF: a relative path is not looked for in the current directory" {
	cd "$t"
	compile gcc -gdwarf-5 -gsplit-dwarf "-fdebug-prefix-map=$t=."
	equals "$(chains x)" "$whole_chains" # next to the program
	mkdir away && mv x away
	code=away/x
	equals "$(chains away/x)" "$bare_chains"
}
