#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# pb-symbolize: which file answers, which name is shown, and that the rest of the stream stays as it is.
load helpers
load symbols

setup_file() {
	local d=$BATS_FILE_TMPDIR src=$BATS_TEST_DIRNAME/symbolize
	gcc -g -O1 -Wl,--build-id -o "$d/names" "$src/names.c"
	g++ -g -O0 -Wl,--build-id -o "$d/cxx" "$src/names.cc"
	gcc -O1 -o "$d/mangled" "$src/mangled.c"
	gcc -std=c11 -D_GNU_SOURCE -I"$top/lib" -o "$d/kallsyms" "$src/kallsyms.c" \
		"$bin"/lib/{sym,elf,base}.a $(asan_too)
}

asan_too() {
	case $bin in */asan) echo -fsanitize=address,undefined ;; esac
}

setup() {
	d=$BATS_FILE_TMPDIR t=$BATS_TEST_TMPDIR
}

# chains [OPTION]... <STREAM: for each frame its functions, innermost first: "f@file.c:12 g@file.c:34"
chains() {
	timeout 20 pb-symbolize -q "$@" | pb-dump | chains_of
}

# chains_of <TEXT: the same of what pb-dump wrote
chains_of() {
	awk '
	function quoted(line) {
		sub(/^[^"]*"/, "", line)
		sub(/"$/, "", line)
		return line
	}
	!/^name / { last = "" } # a later group of names replaces an earlier one
	/^frame / { frames++ }
	/^function / { function_[substr($2, 2)] = quoted($0) }
	/^source / { source[substr($2, 2)] = quoted($0); sub(/.*\//, "", source[substr($2, 2)]) }
	/^name / {
		for (i = 2; i <= NF; i++) { split($i, f, "="); value[f[1]] = f[2] }
		if (value["frame"] != last) chain[value["frame"]] = ""
		last = value["frame"]
		at = value["line"] ? "@" source[value["source"]] ":" value["line"] : ""
		chain[value["frame"]] = chain[value["frame"]] " " function_[value["function"]] at
	}
	END { for (i = 0; i < frames; i++) print (i in chain) ? substr(chain[i], 2) : "-" }'
}

# chains_at [OPTION]... PATH OFFSET...
chains_at() {
	looked_up chains "$@"
}

@test "C: global, static and assembly functions, at their first byte and within" {
	f=$d/names
	run names_at -q "$f" "$(offset "$f" local_one)" "$(offset "$f" local_one 3)" "$(offset "$f" main 1)" \
		"$(offset "$f" bare_label)" "$(offset "$f" bare_label 2)" "$(offset "$f" _start)"
	equals "$output" "local_one
local_one
main
bare_label
bare_label
_start"
}

@test "a label within a function does not split it, a function within one does" {
	f=$d/names
	run names_at -q "$f" "$(offset "$f" around)" "$(offset "$f" around 3)" "$(offset "$f" nested)" \
		"$(offset "$f" nested 1)" "$(offset "$f" nested 2)"
	equals "$output" "around
around
nested
nested
around"
}

@test "aliases: no underscores, global before weak, shortest" {
	f=$d/names
	equals "$(names_at -q "$f" "$(offset "$f" global_two 2)")" "global_two"
	objcopy --strip-symbol=global_two "$f" "$t/a"
	equals "$(names_at -q "$t/a" "$(offset "$f" global_two 2)")" "alias_of_two"
	objcopy --strip-symbol=alias_of_two "$t/a"
	equals "$(names_at -q "$t/a" "$(offset "$f" global_two 2)")" "weak_two"
	objcopy --strip-symbol=weak_two "$t/a"
	equals "$(names_at -q "$t/a" "$(offset "$f" global_two 2)")" "__underscored_two"
}

@test "every function of a C++ program is named as nm -C names it" {
	f=$d/cxx
	nm -S "$f" | awk 'NF == 4 && $3 ~ /[tTW]/ { print $1, $4 }' | sort -u -k1,1 >"$t/symbols"
	while read -r v _; do in_file "$f" "0x$v"; done <"$t/symbols" | stream "$f" | pb-dump -r | names -q >"$t/got"
	[ "$(wc -l <"$t/got")" -gt 100 ]
	# Several symbols can stand at one address: the one shown must be one of them.
	nm -C "$f" | awk '{ v = $1; sub(/^[^ ]* . /, ""); print v "\t" $0 }' >"$t/all"
	paste <(cut -d' ' -f1 "$t/symbols") "$t/got" >"$t/named"
	run grep -vxFf "$t/all" "$t/named"
	equals "$output" ""
}

@test "libc: the name at a place in each of its functions is one that covers it" {
	f=$(ldd "$d/names" | awk '/libc.so/ { print $3 }')
	nm -D -S "$f" | awk 'NF == 4 && $3 ~ /[tTWi]/ { sub(/@.*/, "", $4); print $1, $2, $4 }' |
		awk 'NR % 5 == 0' >"$t/symbols"
	[ "$(wc -l <"$t/symbols")" -gt 300 ]
	while read -r v size _; do printf '%d\n' $((0x$v + 0x$size / 2)); done <"$t/symbols" >"$t/places"
	readelf -lW "$f" | awk '$1 == "LOAD" { print $2, $3, $5 }' >"$t/segments"
	while read -r place; do
		while read -r off vaddr size; do
			[ $place -ge $((vaddr)) ] && [ $place -lt $((vaddr + size)) ] && echo $((place - vaddr + off))
		done <"$t/segments"
	done <"$t/places" | stream "$f" "$(build_id "$f")" | pb-dump -r | names -q --no-inlines >"$t/got"
	{
		nm -D -S "$f"
		nm -S "$(by_id "$f" /usr/lib/debug .debug)" 2>/dev/null || true
	} | awk 'NF == 4 { sub(/@.*/, "", $4); print $1, $2, $4 }' >"$t/all"
	paste -d' ' "$t/places" "$t/got" | awk -v all="$t/all" '
	function number(hex,    n, i) {
		for (i = 1; i <= length(hex); i++) n = n * 16 + index("123456789abcdef", substr(hex, i, 1))
		return n
	}
	BEGIN { while ((getline <all) > 0) { n[$3]++; start[$3, n[$3]] = number($1); size[$3, n[$3]] = number($2) } }
	{
		good = 0
		for (i = 1; i <= n[$2]; i++) good = good || ($1 >= start[$2, i] && $1 < start[$2, i] + size[$2, i])
		if (!good) print "at " $1 ": " $2
	}' >"$t/wrong"
	equals "$(cat "$t/wrong")" ""
}

@test "demangling: Rust legacy and v0, C++, clones, and names that only look mangled" {
	f=$d/mangled
	for n in _ZN3std2io5Write9write_fmt17h0123456789abcdefE \
		'_ZN4core3ptr42drop_in_place$LT$alloc..string..String$GT$17h0fe5c8d8d4ff9c1bE' \
		_RNvNtCs1234_7mycrate3foo3bar _RINvNtC3std3mem8align_ofjdE \
		_ZN3std2io5Write9write_all17h0123456789abcdefE.llvm.1234567890 \
		_ZNSt6vectorIiSaIiEE9push_backERKi _Z4workv.part.0 plain.constprop.0 _Znonsense _Realloc; do
		offset "$f" "$n"
	done >"$t/offsets"
	equals "$(stream "$f" <"$t/offsets" | pb-dump -r | names -q)" "std::io::Write::write_fmt
core::ptr::drop_in_place<alloc::string::String>
mycrate::foo::bar
std::mem::align_of::<usize, f64>
std::io::Write::write_all
std::vector<int, std::allocator<int> >::push_back(int const&)
work() [clone .part.0]
plain.constprop.0
_Znonsense
_Realloc"
	equals "$(stream "$f" <"$t/offsets" | pb-dump -r | names -q --no-demangle | sed -n '3p;6p')" \
		"_RNvNtCs1234_7mycrate3foo3bar
_ZNSt6vectorIiSaIiEE9push_backERKi"
}

@test "rustc's own binaries, legacy and v0" {
	command -v rustc >/dev/null || skip "no rustc"
	echo 'mod m { #[inline(never)] pub fn deep<T: Copy>(x: T) -> T { std::hint::black_box(x) } }
		fn main() { std::process::exit(m::deep(3i32) - 3) }' >"$t/r.rs"
	for style in legacy v0; do
		rustc -O -C symbol-mangling-version=$style -Z unstable-options -o "$t/r" "$t/r.rs" 2>/dev/null ||
			rustc -O -C symbol-mangling-version=$style -o "$t/r" "$t/r.rs" 2>/dev/null || continue
		symbol=$(nm "$t/r" | awk '$3 ~ /4deep/ { print $3; exit }')
		run names_at -q "$t/r" "$(offset "$t/r" "$symbol" 1)"
		[[ $output =~ ^r::m::deep(::<i32>)?$ ]] || { echo "$style: $output"; return 1; }
	done
}

# in_c FILE [OPTION]...: the chains at all labels of inlines.c
in_c() {
	local f=$1
	shift
	chains_at "$@" "$f" "$(offset "$f" here)" "$(offset "$f" between)" "$(offset "$f" before)" "$(offset "$f" after)"
}

c_chains="innermost@inlines.c:8 middle@inlines.c:16 outer@inlines.c:24
middle@inlines.c:17 outer@inlines.c:24
outer@inlines.c:23
outer@inlines.c:25"

@test "inlined functions and lines, C: gcc and clang, DWARF 2 to 5, with types apart, compressed" {
	src=$BATS_TEST_DIRNAME/symbolize/inlines.c
	for how in "gcc -gdwarf-2" "gcc -gdwarf-3" "gcc -gdwarf-4" "gcc -gdwarf-5" "gcc -gdwarf64" \
		"gcc -gdwarf-4 -fdebug-types-section" "gcc -fdebug-types-section" "gcc -gz=zlib" "gcc -gz=zlib-gnu" "gcc -flto" \
		"gcc -static" "gcc -fuse-ld=lld" "gcc -m32" \
		"clang -gdwarf-2" "clang -gdwarf-4" "clang -gdwarf-5" "clang -gmlt" "clang -fdebug-types-section"; do
		$how -g1 -x c /dev/null -S -o /dev/null 2>/dev/null || continue
		$how -O2 -g -o "$t/c" "$src" 2>/dev/null || continue
		equals "$how: $(in_c "$t/c")" "$how: $c_chains"
	done
}

@test "--no-inlines, --no-lines, and both; the last of opposites counts" {
	gcc -O2 -g -o "$t/c" "$BATS_TEST_DIRNAME/symbolize/inlines.c"
	equals "$(in_c "$t/c" --no-lines)" "innermost middle outer
middle outer
outer
outer"
	equals "$(in_c "$t/c" --no-inlines)" "outer
outer
outer
outer"
	equals "$(in_c "$t/c" --no-inlines --lines)" "outer@inlines.c:8
outer@inlines.c:17
outer@inlines.c:23
outer@inlines.c:25"
	equals "$(in_c "$t/c" --no-inlines --no-lines)" "outer
outer
outer
outer"
	equals "$(in_c "$t/c" --no-inlines --no-lines --lines --inlines)" "$c_chains"
}

@test "inlined functions: in a separate debug file, and of a program that is gone" {
	gcc -O2 -g -Wl,--build-id -o "$t/c" "$BATS_TEST_DIRNAME/symbolize/inlines.c"
	for label in here between before after; do offset "$t/c" $label; done >"$t/at"
	file=$(by_id "$t/c" "$t/root" .debug) id=$(build_id "$t/c")
	mkdir -p "${file%/*}"
	split "$t/c" "$file"
	equals "$(chains_at --debug-dir="$t/root" "$t/c" $(cat "$t/at"))" "$c_chains"
	mv "$t/c" "$t/gone"
	equals "$(stream "$t/c" "$id" <"$t/at" | pb-dump -r | names -q --debug-dir="$t/root" | tr '\n' ' ')" "innermost middle outer outer "
	objcopy -g "$t/gone" "$t/c"
	equals "$(chains_at --debug-dir="$t/root" "$t/c" $(cat "$t/at"))" "$c_chains"
}

@test "inlined functions: of a return address the call is meant" {
	gcc -O2 -g -o "$t/c" "$BATS_TEST_DIRNAME/symbolize/inlines.c"
	equals "$(offset "$t/c" between)" "$(offset "$t/c" here 8)" # sink++ is before it
	{
		stream "$t/c" <<<"$(offset "$t/c" between)" | sed 3q
		printf '%s\n' "frame module=0 offset=$(offset "$t/c" between)" "frame module=0 offset=$(offset "$t/c" leave)" \
			"stack frame=0" "stack parent=0 frame=1" 'task pid=1 tid=1 start=0 comm="x"' \
			"window event=0 start=0 end=1" "sample task=0 cpu=0 stack=1 count=1" end
	} | pb-dump -r >"$t/in"
	equals "$(chains <"$t/in" | head -1)" "innermost@inlines.c:9 middle@inlines.c:16 outer@inlines.c:24"
}

@test "inlined functions, C++: methods, templates, constructors, lambdas; the holder is called as its symbol is" {
	for how in "g++ -gdwarf-4" "g++ -gdwarf-5" "clang++ -gdwarf-4" "clang++ -gdwarf-5"; do
		command -v ${how% *} >/dev/null || continue
		$how -O2 -g -o "$t/cc" "$BATS_TEST_DIRNAME/symbolize/inlines.cc"
		run chains_at "$t/cc" "$(offset "$t/cc" in_constructor)" "$(offset "$t/cc" in_lambda)"
		output=${output//"'lambda'(long)"/"{lambda(long)#1}"}
		equals "$how: $output" "$how: shop::till<long>::till(long)@inlines.cc:7 shop::(anonymous namespace)::sell(int)@inlines.cc:24
shop::till<long>::add(long)::{lambda(long)#1}::operator()(long) const@inlines.cc:11 shop::till<long>::add(long)@inlines.cc:14 shop::(anonymous namespace)::sell(int)@inlines.cc:25"
	done
}

@test "inlined functions, Rust" {
	command -v rustc >/dev/null || skip "no rustc"
	rustc -O -g -o "$t/rs" "$BATS_TEST_DIRNAME/symbolize/inlines.rs"
	equals "$(chains_at "$t/rs" "$(offset "$t/rs" in_method)")" "inlines::Till::add@inlines.rs:13 inlines::sell@inlines.rs:21"
}

@test "inlined functions, Go" {
	command -v go >/dev/null || skip "no go"
	GOCACHE=$t/cache go build -o "$t/go" "$BATS_TEST_DIRNAME/symbolize/inlines.go"
	start=$(offset "$t/go" main.sell)
	for i in $(seq 0 90); do printf '0x%x\n' $((start + i)); done >"$t/at"
	chains_at "$t/go" $(cat "$t/at") | sort -u >"$t/got"
	contains "$(cat "$t/got")" "main.(*till).add@inlines.go:10 main.twice@inlines.go:14 main.sell@inlines.go:21"
	contains "$(cat "$t/got")" "main.(*till).add@inlines.go:10 main.twice@inlines.go:15 main.sell@inlines.go:21"
}

@test "every place of a C++ program: functions and lines as addr2line tells them" {
	g++ -g -O2 -o "$t/cc" "$BATS_TEST_DIRNAME/symbolize/names.cc"
	run_ok python3 "$BATS_TEST_DIRNAME/symbolize/chains.py" "$t/cc" 1
	equals "$output" ""
}

@test "separate debug file by build-id, several roots" {
	cp "$d/names" "$t/x"
	at=$(offset "$t/x" local_one 1) file=$(by_id "$t/x" "$t/root" .debug)
	mkdir -p "${file%/*}" "$t/empty"
	split "$t/x" "$file"
	equals "$(names_at -q "$t/x" "$at")" "-"
	equals "$(names_at -q --debug-dir="$t/root" "$t/x" "$at")" local_one
	equals "$(names_at -q --debug-dir="$t/empty:$t/root" "$t/x" "$at")" local_one
	equals "$(names_at -q --debug-dir="$t/empty" --debug-dir="$t/root" "$t/x" "$at")" local_one
}

@test "debuglink: next to the file, in .debug, under a root; checked by build-id" {
	cp "$d/names" "$t/x"
	at=$(offset "$t/x" local_one 1)
	split "$t/x" "$t/x.debug"
	(cd "$t" && objcopy --add-gnu-debuglink=x.debug x)
	equals "$(names_at -q "$t/x" "$at")" local_one
	mkdir "$t/.debug"
	mv "$t/x.debug" "$t/.debug"
	equals "$(names_at -q "$t/x" "$at")" local_one
	mkdir -p "$t/root$t"
	mv "$t/.debug/x.debug" "$t/root$t"
	equals "$(names_at -q "$t/x" "$at")" "-"
	equals "$(names_at -q --debug-dir="$t/root" "$t/x" "$at")" local_one
	objcopy --only-keep-debug "$d/cxx" "$t/x.debug"
	equals "$(names_at -q "$t/x" "$at")" "-"
	run bash -c "$(declare -f stream); echo $at | stream '$t/x' | pb-dump -r | pb-symbolize 2>&1 >/dev/null"
	contains "$output" "$t/x.debug: not the debug file of $t/x: another build-id"
}

@test "debuglink without build-ids: checked by CRC" {
	gcc -g -O1 -Wl,--build-id=none -o "$t/x" "$BATS_TEST_DIRNAME/symbolize/names.c"
	at=$(offset "$t/x" local_one 1)
	split "$t/x" "$t/x.debug"
	(cd "$t" && objcopy --add-gnu-debuglink=x.debug x)
	equals "$(names_at -q "$t/x" "$at")" local_one
	echo >>"$t/x.debug"
	run bash -c "$(declare -f stream); echo $at | stream '$t/x' | pb-dump -r | pb-symbolize 2>&1 >/dev/null"
	contains "$output" "$t/x.debug: not the debug file of $t/x: another CRC"
}

@test "--offsets: how far into its symbol a place is, also where a smaller symbol lies between, and of the kernel" {
	local f=$d/names
	equals "$(names_at -q --offsets "$f" "$(offset "$f" local_one)" "$(offset "$f" local_one 3)" "$(offset "$f" bare_label 2)")" \
		"local_one+0x0
local_one+0x3
bare_label+0x2"
	printf '%s\n' 'segment host="h" release="6.1" arch="x86_64" cpus=1' 'event name="e" unit="samples" frequency=99' \
		'module kind=1 path="[nf_conntrack]"' 'symbol module=0 start=0x100 size=0x100 name="outer"' \
		'symbol module=0 start=0x140 size=0x10 name="inner"' 'frame module=0 offset=0x180' 'frame module=0 offset=0x148' \
		'stack parent=- frame=0' 'stack parent=0 frame=1' 'task pid=1 tid=1 start=0 comm="x"' 'window event=0 start=0 end=1' \
		'sample task=0 cpu=0 stack=1 count=1' 'end' | pb-dump -r >"$t/kernel"
	equals "$(pb-symbolize --offsets "$t/kernel" | pb-fold --module)" 'x;nf_conntrack`outer+0x80;nf_conntrack`inner+0x8 1'
}

@test "many places are read by several threads: no race, and the same names as a few at a time" {
	local f at size
	[ "$(nproc)" -gt 1 ] || skip "one cpu"
	gcc -std=c11 -D_GNU_SOURCE -g -O1 -fsanitize=thread -I"$top/lib" -I"$top" -o "$t/threads" \
		"$top"/cmd/{pb-symbolize,symbolize_*}.c "$top"/lib/{base,stream,elf,dwarf,sym}/*.c -lz -lzstd -llzma -ldeflate -liberty
	objcopy --compress-debug-sections=zlib "$bin/pb-fold" "$t/packed"
	for f in "$bin/pb-fold" "$t/packed"; do
		read -r at size < <(readelf -SW "$f" | sed -n 's/.* \.text *PROGBITS *[0-9a-f]* \([0-9a-f]*\) \([0-9a-f]*\) .*/0x\1 0x\2/p')
		seq $((at)) 61 $((at + size - 1)) | stream "$f" | pb-dump -r >"$t/places"
		"$t/threads" -q "$t/places" >"$t/many"
		pb-symbolize -q "$t/places" | cmp - "$t/many"
		pb-dump "$t/many" | chains_of >"$t/by_many"
		cat "$t/places" | chains >"$t/by_few"
		cmp "$t/by_many" "$t/by_few"
		[ "$(grep -c " " "$t/by_few")" -ge 200 ]
	done
}

@test "another file than was recorded is refused, and said" {
	f=$d/names
	at=$(offset "$f" local_one 1)
	equals "$(names_at -q "$f@$(build_id "$f")" "$at")" local_one
	equals "$(names_at -q "$f@$(build_id "$d/cxx")" "$at")" "-"
	run bash -c "$(declare -f stream); echo $at | stream '$f' 0123456789 | pb-dump -r | pb-symbolize 2>&1 >/dev/null"
	equals "$output" "pb-symbolize: no symbols for 1 sample in $f (build-id 0123456789): another file than was recorded: its build-id is $(build_id "$f"), not 0123456789"
	file=$(by_id "$f" "$t" .debug)
	mkdir -p "${file%/*}"
	objcopy --only-keep-debug "$d/cxx" "$file"
	run bash -c "$(declare -f stream); echo $at | stream /gone '$(build_id "$f")' | pb-dump -r |
		pb-symbolize --debug-dir='$t' 2>&1 >/dev/null"
	contains "$output" "no symbols for 1 sample in /gone"
}

@test "the file is gone: its debug file alone, or the file by build-id" {
	for link in -Wl,-z,separate-code -Wl,-z,noseparate-code '-fuse-ld=lld' '-no-pie'; do
		[ "$link" != -fuse-ld=lld ] || command -v ld.lld >/dev/null || continue
		gcc -g -O1 $link -Wl,--build-id -o "$t/x" "$BATS_TEST_DIRNAME/symbolize/names.c"
		at=$(offset "$t/x" local_one 1) id=$(build_id "$t/x")
		rm -rf "$t/root"
		file=$(by_id "$t/x" "$t/root" .debug)
		mkdir -p "${file%/*}"
		objcopy --only-keep-debug "$t/x" "$file"
		equals "$(names_at -q --debug-dir="$t/root" "/gone@$id" "$at")" local_one || { echo "$link"; return 1; }
		mv "$t/x" "${file%.debug}"
		rm "$file"
		equals "$(names_at -q --debug-dir="$t/root" "/gone@$id" "$at")" local_one || { echo "$link"; return 1; }
	done
}

@test "text at another address than its offset: LLD, static, linker options" {
	command -v ld.lld >/dev/null || skip "no ld.lld"
	for link in -fuse-ld=lld '-fuse-ld=lld -no-pie' -static -static-pie '-no-pie -Wl,-Ttext-segment=0x7000000' \
		-Wl,-z,separate-code '-Wl,-z,max-page-size=0x200000'; do
		gcc -g -O1 $link -o "$t/x" "$BATS_TEST_DIRNAME/symbolize/names.c"
		run names_at -q "$t/x" "$(offset "$t/x" local_one 1)" "$(offset "$t/x" main)"
		equals "$output" "local_one
main" || { echo "$link"; return 1; }
	done
}

@test "32-bit files" {
	printf '%s\n' '__attribute__((noinline)) int f(int x) { return x * 3; }' 'void _start(void) { f(1); }' >"$t/x.c"
	clang -m32 -nostdlib -static -Wl,--build-id -o "$t/x" "$t/x.c" 2>/dev/null || clang -m32 -nostdlib -static -fuse-ld=lld -o "$t/x" "$t/x.c"
	equals "$(names_at -q "$t/x" "$(offset "$t/x" f 1)")" f
}

@test "kernel, vDSO and JIT code: by the symbols in the stream, also those that come later" {
	pb-dump -r >"$t/in" <<-'END'
	segment host="fixture" release="6.1" arch="x86_64" cpus=1
	event name="cpu-clock" unit="samples" frequency=99
	module kind=1 path="[kernel]"
	module kind=2 path="[vdso]"
	module kind=3 pid=7 path="[jit]"
	module kind=4 pid=7 path="//anon"
	symbol module=0 start=0x100 size=16 name="do_work"
	symbol module=0 start=0x200 size=0 name="to_the_next"
	symbol module=0 start=0x300 size=8 name="last"
	symbol module=1 start=0x600 size=64 name="__vdso_clock_gettime"
	symbol module=2 start=0x7f00 size=32 name="LazyCompile:~f /srv/@scope/a.js:3"
	frame module=0 offset=0x108
	frame module=0 offset=0x110
	frame module=0 offset=0x2ff
	frame module=0 offset=0x308
	frame module=1 offset=0x601
	frame module=2 offset=0x7f00
	frame module=3 offset=0x7f00
	stack frame=0
	task pid=1 tid=1 start=0 comm="init"
	window event=0 start=0 end=1000000000
	sample task=0 cpu=0 stack=0 count=99
	symbol module=0 start=0x280 size=0x10 name="came_later"
	frame module=0 offset=0x285
	stack frame=7
	window event=0 start=1000000000 end=2000000000
	sample task=0 cpu=0 stack=1 count=99
	end
	END
	equals "$(names -q <"$t/in")" "do_work
-
to_the_next
-
__vdso_clock_gettime
LazyCompile:~f /srv/@scope/a.js:3
-
came_later"
}

@test "return addresses: the call is meant, not what comes after it" {
	f=$d/names
	after=$(offset "$f" after_call)
	equals "$((after))" "$(($(offset "$f" ends_with_call) + 5))"
	pb-dump -r >"$t/in" <<-END
	segment host="$(uname -n)" release="6.1" arch="x86_64" cpus=1
	event name="cpu-clock" unit="samples" frequency=99
	module kind=0 path="$f"
	module kind=1 path="[kernel]"
	symbol module=1 start=0x100 size=16 name="first"
	symbol module=1 start=0x110 size=16 name="second"
	frame module=0 offset=$after
	frame module=0 offset=$(offset "$f" stops 1)
	frame module=1 offset=0x110
	stack frame=0
	stack parent=0 frame=1
	task pid=1 tid=1 start=0 comm="init"
	window event=0 start=0 end=1000000000
	sample task=0 cpu=0 stack=1 count=1
	end
	END
	equals "$(names -q <"$t/in" | head -2)" "ends_with_call
stops"
	# The same address when a kernel frame follows, and as the innermost frame.
	for edit in 's/^\(stack #1 parent=0\) frame=1/\1 frame=2/' 's/^\(sample .* stack\)=1/\1=0/; /^stack #1/d'; do
		equals "$(pb-dump "$t/in" | sed "$edit" | pb-dump -r | names -q | head -1)" after_call
	done
}

@test "return addresses in the kernel; nothing just below: the address itself" {
	pb-dump -r >"$t/in" <<-'END'
	segment host="fixture" release="6.1" arch="x86_64" cpus=1
	event name="cpu-clock" unit="samples" frequency=99
	module kind=1 path="[kernel]"
	symbol module=0 start=0x100 size=16 name="first"
	symbol module=0 start=0x110 size=16 name="second"
	symbol module=0 start=0x200 size=16 name="trampoline"
	frame module=0 offset=0x110
	frame module=0 offset=0x200
	frame module=0 offset=0x118
	stack frame=0
	stack parent=0 frame=1
	stack parent=1 frame=2
	task pid=1 tid=1 start=0 comm="init"
	window event=0 start=0 end=1000000000
	sample task=0 cpu=0 stack=2 count=1
	end
	END
	equals "$(names -q <"$t/in")" "first
trampoline
second"
}

# A stream with two segments, two windows in the first, and blocks of unknown types.
whole() {
	cat <<-END
	segment host="$(uname -n)" release="6.1" arch="x86_64" cpus=1
	event name="cpu-clock" unit="samples" frequency=99
	module kind=0 path="$d/names"
	module kind=0 path="/no/such/file"
	frame module=0 offset=$(offset "$d/names" main 1)
	frame module=1 offset=0x1000
	frame module=0 offset=$(offset "$d/names" local_one 1)
	stack frame=0
	stack parent=0 frame=1
	stack parent=1 frame=2
	task pid=1 tid=1 start=0 comm="init"
	window event=0 start=0 end=1000000000
	sample task=0 cpu=0 stack=2 count=9
	lost cause="map full" cpu=0 count=1
	block type=77 data=0102030405
	frame module=0 offset=$(offset "$d/names" global_two 1)
	stack parent=0 frame=3
	window event=0 start=1000000000 end=2000000000
	timed time=1500000000 task=0 cpu=0 stack=3
	tally class=0 count=11
	end
	segment host="$(uname -n)" release="6.1" arch="x86_64" cpus=1
	event name="cpu-clock" unit="samples" frequency=99
	module kind=0 path="$d/names"
	frame module=0 offset=$(offset "$d/names" local_one 1)
	stack frame=0
	task pid=1 tid=1 start=0 comm="init"
	window event=0 start=0 end=1000000000
	sample task=0 cpu=0 stack=0 count=1
	block type=4000000000 data=
	end
	END
}

@test "all but names and END is copied; names come before the samples that need them" {
	whole | pb-dump -r >"$t/in"
	run_ok pb-symbolize -q --no-lines "$t/in"
	pb-symbolize -q --no-lines "$t/in" | pb-dump >"$t/text"
	equals "$(grep -v -e '^function' -e '^source' -e '^name' -e '^end' "$t/text")" "$(pb-dump "$t/in" | grep -v ^end)"
	equals "$(grep -o -e '^function.*' -e '^name .*' -e '^sample' -e '^timed' -e '^segment' "$t/text")" 'segment
function #0 name="main"
function #1 name="local_one"
name frame=0 function=0 source=- line=0
name frame=2 function=1 source=- line=0
sample
function #2 name="global_two"
name frame=3 function=2 source=- line=0
timed
segment
function #0 name="local_one"
name frame=0 function=0 source=- line=0
sample'
	equals "$(grep -c '^end blocks=' "$t/text")" 2
	pb-dump -r <"$t/text" | cmp - <(pb-symbolize -q --no-lines "$t/in")
}

@test "samples with values are samples: names come before them, and what lacks names is counted" {
	local records
	for records in 'sample stack=1 count=9|sample stack=2 count=1' 'timed stack=1|timed stack=2' \
		'valued stack=1 count=9 value=1|valued stack=2 count=1 value=999' 'timed_value stack=1 value=5|timed_value stack=2'; do
		printf '%s\n' segment 'event name="w" unit="ns"' "module path=\"$d/names\"" 'module path="/gone"' \
			"frame offset=$(offset "$d/names" main 1)" "frame offset=$(offset "$d/names" local_one 1)" 'frame module=1' \
			'stack' 'stack parent=0 frame=1' 'stack parent=0 frame=2' task window "${records%|*}" window "${records#*|}" end |
			pb-dump -r >"$t/in"
		run bash -c "pb-symbolize '$t/in' 2>&1 >/dev/null"
		contains "$output" "no symbols for 1 sample in /gone"
		equals "$(pb-symbolize -q "$t/in" | pb-dump | sed -n 's/^\(function.*\|[a-z_]* .*stack=.*\)/\1/p' | cut -d' ' -f1 | grep -v stack)" \
			"function"$'\n'"function"$'\n'"${records%% *}"$'\n'"${records%% *}"
	done
}

@test "twice is the same as once" {
	whole | pb-dump -r | pb-symbolize -q >"$t/once"
	pb-symbolize -q <"$t/once" | cmp - "$t/once"
	pb-symbolize -q <"$t/once" | pb-symbolize -q --no-demangle | cmp - "$t/once"
}

@test "names that are there already are kept; ids of functions and sources become ours" {
	pb-dump -r >"$t/in" <<-END
	segment host="$(uname -n)" release="6.1" arch="x86_64" cpus=1
	event name="cpu-clock" unit="samples" frequency=99
	module kind=0 path="$d/names"
	frame module=0 offset=$(offset "$d/names" main 1)
	frame module=0 offset=$(offset "$d/names" local_one 1)
	stack frame=0
	stack parent=0 frame=1
	task pid=1 tid=1 start=0 comm="init"
	function name="unused"
	function name="theirs"
	function name="inlined"
	function name="theirs"
	source path="a.c"
	source path="a.c"
	name frame=1 function=2 source=1 line=7
	name frame=1 function=3 source=0 line=9
	--
	window event=0 start=0 end=1000000000
	sample task=0 cpu=0 stack=1 count=9
	function name="later"
	name frame=1 function=4 source=- line=0
	name frame=0 function=1 source=- line=1
	window event=0 start=1000000000 end=2000000000
	sample task=0 cpu=0 stack=1 count=9
	end
	END
	equals "$(pb-symbolize -q --no-lines "$t/in" | pb-dump | grep -e ^function -e ^source -e ^name -e ^sample)" 'function #0 name="unused"
function #1 name="theirs"
function #2 name="inlined"
source #0 path="a.c"
name frame=1 function=2 source=0 line=7
name frame=1 function=1 source=0 line=9
function #3 name="main"
name frame=0 function=3 source=- line=0
sample task=0 cpu=0 stack=1 count=9
function #4 name="later"
name frame=1 function=4 source=- line=0
name frame=0 function=1 source=- line=1
sample task=0 cpu=0 stack=1 count=9'
}

@test "a live pipe: a window's names and samples come out before more comes in" {
	whole | sed '/^frame.*global_two/,$d' | sed '/^lost/,$d' | pb-dump -r >"$t/first"
	mkfifo "$t/pipe"
	(
		cat "$t/first"
		within 20 test -e "$t/seen"
	) | pb-symbolize -q 2>/dev/null >"$t/pipe" &
	pid=$!
	exec 5<"$t/pipe"
	wanted=$(pb-symbolize -q "$t/first" 2>/dev/null | wc -c)
	run timeout 10 head -c "$wanted" <&5
	got=$status
	touch "$t/seen"
	exec 5<&-
	wait $pid || true
	[ "$got" = 0 ]
}

@test "the report: samples by module, the worst ten, each sample once for a module" {
	{
		echo 'segment host="fixture" release="6.1" arch="x86_64" cpus=1'
		echo 'event name="cpu-clock" unit="samples" frequency=99'
		for i in {0..12}; do echo "module kind=0 path=\"/gone/$i\""; done
		for i in {0..12}; do echo "frame module=$i offset=0x10"; done
		echo 'frame module=3 offset=0x20'
		for i in {0..12}; do echo "stack frame=$i"; done
		echo 'stack parent=3 frame=13'  # twice the same module
		echo 'stack parent=4 frame=5'   # two modules
		echo 'task pid=1 tid=1 start=0 comm="init"'
		echo 'window event=0 start=0 end=1000000000'
		for i in {0..12}; do echo "sample task=0 cpu=0 stack=$i count=$((i + 1))"; done
		echo 'sample task=0 cpu=0 stack=13 count=100'
		echo 'sample task=0 cpu=0 stack=14 count=1000'
		echo end
	} | pb-dump -r >"$t/in"
	run_ok pb-symbolize "$t/in"
	why=": No such file or directory"
	equals "$(pb-symbolize "$t/in" 2>&1 >/dev/null | sed 's/^pb-symbolize: no symbols //')" "for 1006 samples in /gone/5$why
for 1005 samples in /gone/4$why
for 104 samples in /gone/3$why
for 13 samples in /gone/12$why
for 12 samples in /gone/11$why
for 11 samples in /gone/10$why
for 10 samples in /gone/9$why
for 9 samples in /gone/8$why
for 8 samples in /gone/7$why
for 7 samples in /gone/6$why
in 3 more"
	equals "$(pb-symbolize -q "$t/in" 2>&1 >/dev/null)" ""
}

@test "the report: hidden kernel symbols, no symbols in the file, paths that would command a terminal" {
	cp "$d/names" "$t/stripped"
	strip "$t/stripped"
	pb-dump -r >"$t/in" <<-END
	segment host="$(uname -n)" release="6.1" arch="x86_64" cpus=1
	event name="cpu-clock" unit="samples" frequency=99
	module kind=1 path="[kernel]"
	module kind=0 path="$t/stripped"
	module kind=0 path="/\x1b[31mred"
	module kind=0 path="relative"
	module kind=5 path="[truncated]"
	module kind=4 pid=1 path="//anon"
	frame module=0 offset=0x10
	frame module=1 offset=$(offset "$d/names" local_one 1)
	frame module=2 offset=0x10
	frame module=3 offset=0x10
	frame module=4 offset=0x10
	frame module=5 offset=0x10
	stack frame=4
	stack parent=0 frame=5
	stack parent=1 frame=3
	stack parent=2 frame=2
	stack parent=3 frame=1
	stack parent=4 frame=0
	task pid=1 tid=1 start=0 comm="init"
	window event=0 start=0 end=1000000000
	sample task=0 cpu=0 stack=5 count=9
	end
	END
	run bash -c "pb-symbolize '$t/in' 2>&1 >/dev/null | sort"
	equals "$output" "pb-symbolize: no symbols for 9 samples in //anon: code made at run time, of which its maker did not tell (node does with --perf-basic-prof; see pb-record(1))
pb-symbolize: no symbols for 9 samples in /?[31mred: No such file or directory
pb-symbolize: no symbols for 9 samples in $t/stripped: install its debug symbols
pb-symbolize: no symbols for 9 samples in [kernel]: they were hidden when it was recorded (sysctl kernel.kptr_restrict)
pb-symbolize: no symbols for 9 samples in relative: not the path of a file"
}

@test "-v: which file answered for which module" {
	whole | pb-dump -r >"$t/in"
	run bash -c "pb-symbolize -qv '$t/in' 2>&1 >/dev/null"
	[[ ${lines[0]} =~ ^pb-symbolize:\ $d/names:\ [0-9]+\ symbols\ from\ .symtab\ of\ $d/names$ ]]
	equals "${lines[1]}" "pb-symbolize: /no/such/file: 0 symbols; No such file or directory"
}

@test "a recording cut short: what there is, a warning, no END, status 0" {
	whole | pb-dump -r >"$t/in"
	head -c $(($(stat -c %s "$t/in") - 20)) "$t/in" >"$t/cut"
	run_ok pb-symbolize -q "$t/cut"
	contains "$stderr" "using what there is"
	pb-symbolize -q "$t/cut" 2>/dev/null | pb-dump >"$t/text" 2>"$t/errors"
	equals "$(grep -c ^end "$t/text")" 1
	contains "$(cat "$t/errors")" "without its END"
}

@test "a stream cut at every byte: never a crash, and what comes out can be read" {
	whole | pb-dump -r >"$t/in"
	size=$(stat -c %s "$t/in")
	for ((i = 1; i < size; i++)); do
		status=0
		head -c $i "$t/in" | timeout 10 pb-symbolize -q >"$t/out" 2>"$t/errors" || status=$?
		[ $status -le 1 ] || { echo "at $i: status $status"; return 1; }
		[ ! -s "$t/out" ] || pb-dump "$t/out" >/dev/null 2>&1 || { echo "at $i: bad output"; return 1; }
	done
}

@test "malformed input: status 1, where and why; what was good is passed on, without END" {
	whole | sed 's/^sample.*stack=2.*/bytes data=0a00000009000000ffffffffffffffffffff/; /^sample.*count=1$/,$d' |
		pb-dump -r >"$t/in"
	run --separate-stderr bash -c "pb-symbolize -q '$t/in' >'$t/out'"
	exits_with 1
	[[ $stderr =~ ^pb-symbolize:\ $t/in:\ offset\ [0-9]+:\ sample:\ task: ]]
	pb-dump "$t/out" >"$t/text" 2>/dev/null
	grep -q ^window "$t/text"
	! grep -q -e ^sample -e ^end "$t/text"
}

@test "--debug-dir: empty parts are refused" {
	fails 2 "--debug-dir: '' is not a valid DIR" pb-symbolize --debug-dir= /dev/null
	fails 2 "--debug-dir: '/a:' is not a valid DIR" pb-symbolize --debug-dir=/a: /dev/null
}

@test "modules that are no files: fifos, devices, directories, empty and cut files" {
	mkfifo "$t/fifo"
	: >"$t/empty"
	printf '\177ELF' >"$t/short"
	at=$(offset "$d/names" main)
	for path in "$t/fifo" /dev/zero /dev/null "$t" "$t/empty" "$t/short" /proc/self/mem /etc/passwd; do
		run timeout 10 bash -c "$(declare -f stream); echo $at | stream '$path' | pb-dump -r | pb-symbolize 2>&1 >/dev/null"
		exits_with 0
		contains "$output" "no symbols for 1 sample in $path: "
	done
}

@test "ELF files cut at any place or with any byte wrong: never a crash" {
	at=$(offset "$d/mangled" main)
	size=$(stat -c %s "$d/mangled")
	for ((i = 60; i < size; i += 251)); do
		head -c $i "$d/mangled" >"$t/x"
		run names_at -q "$t/x" "$at" 0 0xffffffffffffffff
		exits_with 0
	done
	# Each byte of the ELF header, and every 7th of the section headers, which end the file.
	for i in {4..63} $(seq $((size - 30 * 64)) 7 $((size - 1))); do
		cp "$d/mangled" "$t/x"
		printf '\377' | dd of="$t/x" bs=1 seek=$i conv=notrunc status=none
		run names_at -q "$t/x" "$at" 0 0xffffffffffffffff
		exits_with 0
	done
}

@test "hostile debug information: deep, in circles, the same over and over: a name or none, and soon" {
	local kind start
	for kind in deep chains circles siblings lists tables lines; do
		python3 "$BATS_TEST_DIRNAME/symbolize/hostile.py" $kind "$t/x"
		start=$EPOCHREALTIME
		run chains_at "$t/x" $(seq 4096 10 8191)
		exits_with 0
		equals "$kind ${#lines[@]}" "$kind 410"
		awk -v a="$start" -v b="$EPOCHREALTIME" -v kind=$kind 'BEGIN { if (b - a > 15) { print kind, b - a; exit 1 } }'
		case $kind in
		deep) equals "${lines[7]}" holder ;;
		chains) equals "$(wc -w <<<"${lines[7]}") ${lines[7]##* }" "500 holder" ;;
		*) equals "$kind: ${lines[7]}" "$kind: -" ;;
		esac
	done
}

@test "hostile names: a megabyte long, and short ones that would demangle to gigabytes" {
	python3 - >"$t/x.s" <<-'END'
	def seq(i):
	    digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
	    if i == 0:
	        return 'S_'
	    i -= 1
	    r = ''
	    while i:
	        r = digits[i % 36] + r
	        i //= 36
	    return 'S' + (r or '0') + '_'
	huge = '_Z1f1aIiiE' + ''.join('S_I%s%sE' % (seq(k), seq(k)) for k in range(1, 60))
	print('.text')
	for name in ('x' * (1 << 20), huge, '_ZN' + 'N' * 30000, '_RNvC6' + 'B_' * 20000):
	    print('.globl %s\n.type %s, @function\n%s: nop; nop\n.size %s, 2' % ((name,) * 4))
	END
	gcc -c -o "$t/x.o" "$t/x.s"
	gcc -shared -nostdlib -o "$t/x" "$t/x.o"
	at=$(in_file "$t/x" "0x$(nm -n "$t/x" | awk '$2 == "T" { print $1; exit }')")
	run names_at -q "$t/x" "$((at))" $((at + 2)) $((at + 4)) $((at + 6))
	exits_with 0
	equals "${#lines[0]}" 65536
	contains "${lines[1]}" "_Z1f1aIiiES_I"
}

@test "kallsyms: kernel, modules, aliases, data, ends" {
	cat >"$t/k" <<-'END'
	0000000000000000 A fixed_percpu_data
	ffffffff81000000 T __pi__text
	ffffffff81000000 T _stext
	ffffffff81000000 T _text
	ffffffff81000100 t local_name
	ffffffff81000100 W weak_name
	ffffffff81000100 T __global_name
	ffffffff81000200 T last_one
	ffffffff81000300 D data_here
	ffffffff81000400 T after_data
	ffffffffc0002000 t m_second	[mod]
	ffffffffc0001000 t m_first	[mod]
	ffffffffc0008000 t bpf_prog_6deef7357e7b4530_x	[bpf]
	not a line
	END
	printf 'ffffffffc0009000 t no_newline\t[bpf]' >>"$t/k"
	equals "$("$d/kallsyms" "$t/k" ffffffff81000010 ffffffff81000100 ffffffff810002ff ffffffff81000300 ffffffff81000410 \
		ffffffff81002000 ffffffffc0001800 ffffffffc0002fff ffffffffc0004000 ffffffffc0008001 ffffffffc0009001 \
		ffffffffffffffff 0 base: base:mod base:bpf base:none)" "8 functions
_text+10/100 []
weak_name+0/100 []
last_one+ff/100 []
-
after_data+10/1c00 []
-
m_first+800/1000 [mod]
m_second+fff/2000 [mod]
-
bpf_prog_6deef7357e7b4530_x+1/1000 [bpf]
no_newline+1/2000 [bpf]
-
-
ffffffff81000000
ffffffffc0001000
ffffffffc0008000
0"
}

@test "kallsyms: hidden addresses are told with the sysctl and its value" {
	printf '0000000000000000 T _text\n0000000000000000 t x\t[m]\n' >"$t/k"
	run "$d/kallsyms" "$t/k"
	exits_with 1
	contains "$output" "kernel symbols are hidden: sysctl kernel.kptr_restrict is $(cat /proc/sys/kernel/kptr_restrict)"
	: >"$t/k"
	run "$d/kallsyms" "$t/k"
	contains "$output" CONFIG_KALLSYMS
}
