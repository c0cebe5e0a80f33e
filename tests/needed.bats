#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The files that a program will map, found without running it: the same as ldd(1) says.
load helpers

setup_file() {
	make -s "${bin#"$top"/}/tests/elf/needed"
}

setup() {
	d=$BATS_TEST_TMPDIR
	PATH=$bin/tests/elf:/usr/sbin:/sbin:$PATH
	unset LD_LIBRARY_PATH LD_PRELOAD
}

# ldd_says PROGRAM: it and its files, without links. By its real path, as $ORIGIN is where the real one is.
ldd_says() {
	local program
	program=$(realpath "$1")
	{
		echo "$program"
		ldd "$program" | sed -nE 's/^.* => (.+) \(0x[0-9a-f]+\)$/\1/p; s/^\t(.*\/.*) \(0x[0-9a-f]+\)$/\1/p' |
			grep -v ' => ' | xargs -d '\n' realpath
	} | sort -u
}

same_as_ldd() {
	equals "$(needed "$1" | sort)" "$(ldd_says "$1")"
}

# found NAME: the path of a library that the last program needs.
found() {
	same_as_ldd "$d/main"
	needed "$d/main" | grep "/$1\$" | sed "s,^$(realpath "$d")/,,"
}

# library FILE [OPTION]...: lib/liba.so.1, whose name and function are its own.
library() {
	local name=${1##*/}
	mkdir -p "$d/${1%/*}"
	echo "int $(tr -c 'a-z\n' _ <<<"${name%%.*}")(void) { return 0; }" |
		gcc -x c -shared -fPIC -Wl,-soname,"$name" -o "$d/$1" - -x none -Wl,--no-as-needed "${@:2}"
}

# program OPTION...: main, which needs what is named.
program() {
	echo 'int main(void) { return 0; }' | gcc -x c -o "$d/main" - -x none -Wl,--no-as-needed -Wl,--allow-shlib-undefined "$@"
}

old=-Wl,--disable-new-dtags new=-Wl,--enable-new-dtags

@test "programs of this machine: the same as ldd says" {
	local name file failed=0
	for name in bash node git clang gcc gdb perf python3 python3-config ldd \
		"$(gcc -print-prog-name=cc1)" "$(python3 -c 'import sys; print(sys.executable)')"; do
		file=$(command -v "$name") || continue
		[ "$(head -c 2 "$file")" != '#!' ] || continue
		same_as_ldd "$file" || { echo "$file" && failed=1; }
	done
	[ $failed = 0 ]
	[ "$(needed bash | wc -l)" -ge 3 ]
}

@test "the program is first, then the dynamic linker; each is there once and is no link" {
	local all
	all=$(needed bash)
	equals "$(head -1 <<<"$all")" "$(realpath "$(command -v bash)")"
	contains "$(sed -n 2p <<<"$all")" /ld-
	equals "$(sort <<<"$all" | uniq -d)" ""
	equals "$(xargs realpath <<<"$all")" "$all"
}

@test "a static program needs itself" {
	echo 'int main(void) { return 0; }' >"$d/main.c"
	gcc -static -o "$d/static" "$d/main.c"
	equals "$(needed "$d/static")" "$(realpath "$d/static")"
	gcc -static-pie -o "$d/pie" "$d/main.c"
	equals "$(needed "$d/pie")" "$(realpath "$d/pie")"
}

@test "a script has its interpreter's files; env's NAME is found by PATH" {
	local bash_s env_s
	bash_s=$(needed bash) env_s=$(needed env)
	printf '#!/bin/bash -e\n' >"$d/plain"
	printf '#! \t/usr/bin/env bash\n' >"$d/env"
	printf '#!/usr/bin/env -S A=b bash -e \t\n' >"$d/split"
	printf '#!/usr/bin/env -Sbash' >"$d/close"
	printf '#!%s/env\n' "$d" >"$d/twice"
	printf '#!%s/twice\n' "$d" >"$d/thrice"
	printf '#!%s/loop\n' "$d" >"$d/loop"
	printf '#!\n' >"$d/empty"
	chmod +x "$d"/*
	equals "$(needed "$d/plain")" "$bash_s"
	for script in env split close twice; do
		equals "$(needed "$d/$script")" "$(awk '!seen[$0]++' <<<"$env_s"$'\n'"$bash_s")"
	done
	equals "$(needed "$d/thrice")" ""
	equals "$(needed "$d/loop")" ""
	equals "$(needed "$d/empty")" ""
	equals "$(PATH=$d:$PATH needed plain)" "$bash_s"
}

@test "what is no program has no files" {
	echo text >"$d/text"
	mkfifo "$d/fifo"
	: >"$d/empty"
	chmod +x "$d"/*
	for file in "$d/text" "$d/fifo" "$d/cut" "$d/empty" "$d" "$d/missing" missing-program '' /dev/null; do
		equals "$(timeout 10 needed "$file")" ""
	done
	for size in 4 64 500 2000 5000 100000; do
		head -c $size "$(command -v bash)" >"$d/cut"
		chmod +x "$d/cut"
		run_ok timeout 10 needed "$d/cut"
	done
}

@test "DT_RPATH counts for libraries of libraries, DT_RUNPATH does not" {
	library lib/libb.so.1
	library lib/liba.so.1 "$d/lib/libb.so.1"
	program $old -Wl,-rpath,"$d/lib" "$d/lib/liba.so.1"
	equals "$(found libb.so.1)" lib/libb.so.1
	program $new -Wl,-rpath,"$d/lib" "$d/lib/liba.so.1"
	equals "$(found libb.so.1)" ""
	equals "$(found liba.so.1)" lib/liba.so.1
}

@test "a DT_RPATH does not count for a library that has DT_RUNPATH" {
	library lib/libb.so.1
	library lib/liba.so.1 "$d/lib/libb.so.1" $new -Wl,-rpath,/nonexistent
	program $old -Wl,-rpath,"$d/lib" "$d/lib/liba.so.1"
	equals "$(found libb.so.1)" ""
}

@test "DT_RPATH is before LD_LIBRARY_PATH, DT_RUNPATH after" {
	library one/liba.so.1
	library two/liba.so.1
	export LD_LIBRARY_PATH=$d/two
	program $old -Wl,-rpath,"$d/one" "$d/one/liba.so.1"
	equals "$(found liba.so.1)" one/liba.so.1
	program $new -Wl,-rpath,"$d/one" "$d/one/liba.so.1"
	equals "$(found liba.so.1)" two/liba.so.1
}

@test "LD_LIBRARY_PATH: semicolons, nothing is the current directory" {
	library one/liba.so.1
	program "$d/one/liba.so.1"
	equals "$(found liba.so.1)" ""
	equals "$(LD_LIBRARY_PATH="/nonexistent;$d/one" found liba.so.1)" one/liba.so.1
	equals "$(cd "$d/one" && LD_LIBRARY_PATH=/nonexistent: needed ../main | grep liba)" "$(realpath "$d/one/liba.so.1")"
	equals "$(LD_LIBRARY_PATH='$ORIGIN/one' found liba.so.1)" one/liba.so.1
}

@test "\$ORIGIN is where the real program is, and where a library was found; \$LIB, \$PLATFORM" {
	library lib/sub/libc-of-a.so.1
	library lib/liba.so.1 "$d/lib/sub/libc-of-a.so.1" $new -Wl,-rpath,'${ORIGIN}/sub'
	program $new -Wl,-rpath,'/nonexistent:$ORIGIN/lib' "$d/lib/liba.so.1" -Wl,-rpath-link,"$d/lib/sub"
	equals "$(found liba.so.1)" lib/liba.so.1
	equals "$(found libc-of-a.so.1)" lib/sub/libc-of-a.so.1
	mkdir "$d/bin" && ln -s ../main "$d/bin/link"
	equals "$(needed "$d/bin/link")" "$(needed "$d/main")"
	library "lib/$(gcc -print-multiarch)/libd.so.1"
	program $new -Wl,-rpath,'$ORIGIN/$LIB' "$d/lib/$(gcc -print-multiarch)/libd.so.1"
	same_as_ldd "$d/main"
	library "$(uname -m)/libe.so.1"
	program $new -Wl,-rpath,'$ORIGIN/${PLATFORM}' "$d/$(uname -m)/libe.so.1"
	contains "$(needed "$d/main")" "$d/$(uname -m)/libe.so.1"
}

@test "a library that is there by its soname is not searched again; a name with a slash is a path" {
	library one/liba.so.1
	library two/liba.so.1
	library two/libb.so.1 "$d/two/liba.so.1" $new -Wl,-rpath,"$d/two"
	program $new -Wl,-rpath,"$d/one:$d/two" "$d/one/liba.so.1" "$d/two/libb.so.1"
	equals "$(found liba.so.1)" one/liba.so.1
	echo 'int f(void) { return 0; }' | gcc -x c -shared -fPIC -o "$d/two/libplain.so" -
	program "$d/two/libplain.so"
	equals "$(found libplain.so)" two/libplain.so
}

@test "what is not for this machine, or no library, is passed over" {
	library one/liba.so.1
	library two/liba.so.1
	program "$d/two/liba.so.1"
	printf '\x01' | dd of="$d/one/liba.so.1" bs=1 seek=18 conv=notrunc status=none # e_machine
	printf '\x00' | dd of="$d/one/liba.so.1" bs=1 seek=19 conv=notrunc status=none
	equals "$(LD_LIBRARY_PATH=$d/one:$d/two needed "$d/main" | grep liba)" "$(realpath "$d/two/liba.so.1")"
	echo 'GROUP ( liba.so.1 )' >"$d/one/liba.so.1"
	equals "$(LD_LIBRARY_PATH=$d/one:$d/two needed "$d/main" | grep liba)" "$(realpath "$d/two/liba.so.1")"
}

@test "LD_PRELOAD" {
	library lib/liba.so.1
	library lib/libb.so.1
	library lib/libp.so.1 "$d/lib/libb.so.1" $new -Wl,-rpath,'$ORIGIN'
	program "$d/lib/liba.so.1" $new -Wl,-rpath,'$ORIGIN/lib'
	equals "$(needed "$d/main" | grep -c 'lib[bp]')" 0
	same_as_ldd "$d/main"
	LD_PRELOAD="$d/lib/libp.so.1:libp.so.1  libnone.so.1" needed "$d/main" >"$d/said"
	equals "$(cat "$d/said")" "$(cd "$d" && realpath main "$(sed -n 2p said)" lib/libp.so.1 lib/liba.so.1 "$(grep /libc "$d/said")" lib/libb.so.1)"
	equals "$(LD_PRELOAD=libp.so.1 found libb.so.1)" lib/libb.so.1
}

@test "glibc-hwcaps: what the cpu can run, in directories and in ldconfig's cache" {
	[ "$(uname -m)" = x86_64 ] || skip "x86-64 only"
	local level best=lib ld
	program
	ld=$(needed "$d/main" | sed -n 2p)
	library lib/liba.so.1
	for level in 2 3 4; do
		library lib/glibc-hwcaps/x86-64-v$level/liba.so.1
		! "$ld" --help | grep -q "x86-64-v$level (supported" || best=lib/glibc-hwcaps/x86-64-v$level
	done
	program "$d/lib/liba.so.1"
	equals "$(LD_LIBRARY_PATH=$d/lib found liba.so.1)" $best/liba.so.1
	echo "$d/lib" >"$d/conf"
	ldconfig -C "$d/cache" -f "$d/conf"
	equals "$(needed -c "$d/cache" liba.so.1)" "$d/$best/liba.so.1"
}

@test "ldconfig's cache: the same as ldconfig -p says, in each format" {
	local name format
	ldconfig -p | grep -oE '^\s+\S+ \(libc6,(x86-64|AArch64)\) => .*' | awk '!seen[$1]++ { print $1, $NF }' >"$d/list"
	[ -s "$d/list" ] || skip "no libraries there"
	equals "$(needed -c /etc/ld.so.cache $(cut -d' ' -f1 "$d/list"))" "$(cut -d' ' -f2 "$d/list")"
	equals "$(needed -c /etc/ld.so.cache libnone.so.1 '' z 9)" "$(printf -- '-\n%.0s' 1 2 3 4)"
	for format in new compat; do
		ldconfig -N -c $format -C "$d/$format"
		name=$(head -1 "$d/list" | cut -d' ' -f1)
		[ "$(needed -c "$d/$format" "$name")" != - ]
	done
	ldconfig -N -c old -C "$d/old"
	equals "$(needed -c "$d/old" "$name")" "none
-"
}

@test "a cache that is cut or wrong anywhere does no harm" {
	local i size
	library lib/liba10.so.1
	library lib/liba9.so.1
	library lib/glibc-hwcaps/x86-64-v2/liba9.so.1
	echo "$d/lib" >"$d/conf"
	ldconfig -c compat -C "$d/cache" -f "$d/conf"
	size=$(stat -c %s "$d/cache")
	for i in $(seq 0 7 200) $(seq 200 $((size / 100)) "$size"); do
		head -c "$i" "$d/cache" >"$d/cut"
		cp "$d/cache" "$d/wrong"
		printf '\xff' | dd of="$d/wrong" bs=1 seek="$i" conv=notrunc status=none
		timeout 10 needed -c "$d/cut" liba9.so.1 liba10.so.1 >/dev/null
		timeout 10 needed -c "$d/wrong" liba9.so.1 liba10.so.1 >/dev/null
	done
	equals "$(needed -c /nonexistent x)" "$(needed -c "$d" x)"
}

@test "no more than 256 files, and an end to what a hostile program has searched for" {
	local i
	mkdir "$d/lib"
	for i in $(seq 300); do
		echo "int f$i;" | gcc -x c -shared -fPIC -nostdlib -o "$d/lib/lib$i.so" -
	done
	program "$d"/lib/lib*.so
	equals "$(needed "$d/main" | wc -l)" 256
	rm "$d"/lib/lib*.so
	LD_LIBRARY_PATH=$(seq -s: -f "$d/%g" 1000) run_ok timeout 5 needed "$d/main"
}
