#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Functions, lines, addresses and markers of files as events: the places are those that nm, readelf and objdump say.
load helpers

setup_file() {
	make -s "${bin#"$top"/}/tests/probe/list" "${bin#"$top"/}/tests/probe/hostile"
}

setup() {
	d=$BATS_TEST_TMPDIR
	PATH=$bin/tests/probe:$PATH
	cd "$d" || return
}

teardown() {
	[ -z "${pids:-}" ] || kill $pids
}

# name SPEC, offset SPEC, ... [OPTION...]: one field of each probe, sorted.
field() {
	local name=$1
	shift
	list "$@" | grep -oE " $name=[^ ]+" | cut -d= -f2 | sort
}

names() {
	list "$@" | sed 's/ kind=.*//'
}

# in_file FILE VADDR...: where in the file the code at these addresses is, by its program headers; sorted.
in_file() {
	local file=$1 at
	shift
	for at; do
		readelf -lW "$file" | while read -r type offset vaddr _ size _ flags; do
			[[ $type = LOAD && "$flags" = *E* ]] || continue
			((0x${at#0x} < vaddr || 0x${at#0x} >= vaddr + size)) || printf '0x%x\n' $((0x${at#0x} - vaddr + offset))
		done
	done | sort
}

# places FILE SYMBOL...: where in the file its functions are. Of a file without .symtab SYMBOLS names the one that has it.
places() {
	local file=$1 symbol
	shift
	for symbol; do
		in_file "$file" $(nm "${SYMBOLS:-$file}" | awk -v s="$symbol" '$3 == s && $2 ~ /[tTwW]/ { print $1 }')
	done | sort
}

# is_at FILE SPEC SYMBOL...: the spec finds the functions of these symbols and nothing else.
is_at() {
	local file=$1 spec=$2
	shift 2
	equals "$(field offset "$spec")" "$(places "$file" "$@")"
}

says() {
	fails 1 "$1" list "${@:2}"
}

c_program() {
	cat >main.c <<-'END'
	#include <stdio.h>
	static int hidden(int a) { return a * 3; }
	int (*indirect)(int) = hidden;
	__attribute__((noinline)) int work_one(int a)
	{
		return a + 1;
	}
	__attribute__((noinline)) int work_two(int a)
	{
		puts("two");
		return a + 2;
	}
	int alias_of_one(int) __attribute__((alias("work_one")));
	int _alias_of_one(int) __attribute__((alias("work_one")));
	int main(int argc, char **argv)
	{
		(void)argv;
		return work_one(argc) + work_two(argc) + indirect(argc);
	}
	END
	gcc -g -O1 -o "$1" main.c "${@:2}"
}

@test "functions of a program: by name, glob and regex; position independent or not" {
	local how
	for how in -pie -no-pie -static; do
		c_program prog $how
		is_at prog uprobe:./prog:work_one work_one
		is_at prog uprobe:./prog:hidden hidden
		is_at prog uretprobe:./prog:main main
		is_at prog "uprobe:./prog:work_*" work_one work_two
		is_at prog "uprobe:./prog:wor?_t[wx]o" work_two
		is_at prog "uprobe:./prog:/^(main|work_o)/" main work_one
		equals "$(names "uprobe:./prog:work_*")" "$(printf 'uprobe:prog:%s\n' work_one work_two)"
		equals "$(field path "uprobe:prog:main")" "$d/prog"
		equals "$(list "uprobe:$d/prog:main")" "$(list "uprobe:./prog:main")"
	done
}

@test "aliases are one place: the name that was asked for, else the usual one" {
	c_program prog
	equals "$(names uprobe:./prog:alias_of_one)" uprobe:prog:alias_of_one
	equals "$(names "uprobe:./prog:*one")" uprobe:prog:work_one
	equals "$(names "uprobe:./prog:*alias*")" uprobe:prog:alias_of_one
	is_at prog "uprobe:./prog:*alias*" work_one
}

@test "an offset is within the function, and functions alone return" {
	local at places
	c_program prog
	at=$(places prog work_two)
	# Where the instructions of the function begin, counted from the first.
	mapfile -t places < <(objdump -d prog --disassemble=work_two | sed -n 's/^ *\([0-9a-f]*\):.*/0x\1/p')
	local third=$((places[2] - places[0])) second=$((places[1] - places[0]))
	equals "$(list uprobe:./prog:work_two+$(printf 0x%x $third))" \
		"uprobe:prog:work_two+$(printf 0x%x $third) kind=7 symbol=work_two path=$d/prog offset=$(printf 0x%x $((at + third)))"
	equals "$(field offset uprobe:./prog:work_two+$third)" "$(field offset uprobe:./prog:work_two+$(printf 0x%x $third))"
	says "no instruction of prog begins there" uprobe:./prog:work_two+$((third - 1))
	says "uprobe:./prog:work_two+0x1000: work_two in prog has no more than" uprobe:./prog:work_two+0x1000
	says "a function returns to its caller, whatever the offset" uretprobe:./prog:work_two+$second
	says "lines do not return" uretprobe:./prog:main.c:5
	says "no more than" uprobe:./prog:work_two+0xffffffffffffffff
}

@test "addresses are those of the file" {
	local vaddr
	c_program prog -no-pie
	vaddr=$(nm prog | awk '$3 == "work_one" { print "0x" $1 }')
	equals "$(field offset "uprobe:./prog:$vaddr")" "$(places prog work_one)"
	equals "$(field symbol "uprobe:./prog:$vaddr")" work_one
	equals "$(names uprobe:./prog:$(printf 0x%x "$vaddr"))" "uprobe:prog:$(printf 0x%x "$vaddr")"
	says "no code has the address 0x10" uprobe:./prog:0x10
	says "in which file?" uprobe:0x1234
}

# line_at FILE SOURCE LINE: where objdump's decoded line table has the line's statements begin.
line_at() {
	in_file "$1" $(objdump --dwarf=decodedline "${SYMBOLS:-$1}" |
		awk -v f="$2" -v l="$3" '$1 == f && $2 ~ /^[0-9]+$/ && $NF == "x" { if ($2 == l && last != l) print $3; last = $2 }' | sort -u)
}

@test "lines: where they begin, by each source's name; the next line with code" {
	local how
	mkdir -p sub other
	echo 'int in_sub(int a)
	{
		int i, n = 0;

		for (i = 0; i < a; i++)
			n += i * n;
		return n;
	}' | tee sub/two.c | sed s/in_sub/in_other/ >other/two.c
	for how in "-O0" "-O2" "-O1 -gdwarf-4" "-O1 -gz" "-O1 -no-pie"; do
		c_program prog $how sub/two.c other/two.c
		equals "$(field offset uprobe:./prog:main.c:6)" "$(line_at prog main.c 6)"
		equals "$(field offset uprobe:./prog:main.c:10)" "$(line_at prog main.c 10)"
		equals "$(names uprobe:./prog:main.c:10 | sort -u)" uprobe:prog:main.c:10
		equals "$(field symbol uprobe:./prog:main.c:10 | sort -u)" work_two
		equals "$(field symbol uprobe:./prog:sub/two.c:5 | sort -u)" in_sub
		equals "$(field symbol uprobe:./prog:two.c:5 | sort -u)" "in_other
in_sub"
		equals "$(field offset uprobe:./prog:sub/two.c:4)" "$(field offset uprobe:./prog:sub/two.c:5)"
		equals "$(names uprobe:./prog:sub/two.c:4 | sort -u)" uprobe:prog:sub/two.c:4
	done
	equals "$(list -c ./prog uprobe:main.c:10)" "$(list uprobe:./prog:main.c:10)"
	says "no code at line 99 of main.c or after it; line 18 is the last with code" uprobe:./prog:main.c:99
	says "no source file ain.c was compiled into it" uprobe:./prog:ain.c:6
	says "no source file none/two.c" uprobe:./prog:none/two.c:6
	says "in which file? FILE:SOURCE:LINE" uprobe:main.c:10
	strip -g prog
	says "it was not compiled with -g" uprobe:./prog:main.c:6
}

@test "lines whose statements begin nowhere: where they have instructions, not the next function" {
	cat >parts.s <<-'END'
	.file 1 "parts.c"
	.globl f, g, main
	.type f, @function
	f:
	.loc 1 1 0 is_stmt 1
		nop
	.loc 1 5 0 is_stmt 0
		nop
		nop
	.loc 1 6 0 is_stmt 0
		nop
	.loc 1 5 0 is_stmt 0
		ret
	.size f, . - f
	.type g, @function
	g:
	main:
	.loc 1 9 0 is_stmt 1
		nop
	.loc 1 6 0 is_stmt 1
		ret
	.size g, . - g
	END
	gcc -g -o prog parts.s
	equals "$(field offset uprobe:./prog:parts.c:5 | wc -l)" 2
	equals "$(field symbol uprobe:./prog:parts.c:5 | sort -u)" f
	equals "$(field symbol uprobe:./prog:parts.c:6)" g
	is_at prog uprobe:./prog:parts.c:7 g
}

cc_program() {
	cat >main.cc <<-'END'
	#include <string>
	namespace ns {
	struct Foo {
		int bar(int a);
		int bar(int a, char c) const;
		bool operator<(const Foo &) const;
		int operator[](int) const;
		Foo();
		int n;
	};
	Foo::Foo() : n(1) {}
	int Foo::bar(int a) { return a + n; }
	int Foo::bar(int a, char c) const { return a + c + n; }
	bool Foo::operator<(const Foo &o) const { return n < o.n; }
	int Foo::operator[](int i) const { return n + i; }
	template <typename T> __attribute__((noinline)) T twice(T a) { return a + a; }
	template int twice<int>(int);
	template long twice<long>(long);
	template <typename T> struct List { __attribute__((noinline)) int size(T) { return sizeof(T); } };
	template struct List<char>;
	}
	namespace { __attribute__((noinline)) int secret(int a) { return a + 4; } }
	int plain(int a) { return secret(a); }
	std::string name(const std::string &s) { return s + s; }
	int main(int argc, char **) { ns::Foo f; return f.bar(argc) + plain(argc) + f[2] + (int)name("a").size(); }
	END
	g++ -g -O1 -std=c++17 -o "$1" main.cc "${@:2}"
}

@test "C++: with arguments and without, templates, operators, anonymous namespaces, globs, mangled" {
	cc_program prog
	is_at prog "uprobe:./prog:ns::Foo::bar(int)" _ZN2ns3Foo3barEi
	is_at prog "uprobe:./prog:ns::Foo::bar(int,char) const" _ZNK2ns3Foo3barEic
	is_at prog "uprobe:./prog:ns::Foo::bar(int, char)" _ZNK2ns3Foo3barEic
	is_at prog uprobe:./prog:ns::Foo::bar _ZN2ns3Foo3barEi _ZNK2ns3Foo3barEic
	is_at prog "uprobe:./prog:ns::Foo::operator<" _ZNK2ns3FooltERKS0_
	is_at prog "uprobe:./prog:ns::Foo::operator[]" _ZNK2ns3FooixEi
	is_at prog uprobe:./prog:ns::Foo::Foo _ZN2ns3FooC1Ev
	is_at prog uprobe:./prog:ns::twice _ZN2ns5twiceIiEET_S1_ _ZN2ns5twiceIlEET_S1_
	is_at prog "uprobe:./prog:ns::twice<long>" _ZN2ns5twiceIlEET_S1_
	is_at prog "uprobe:./prog:long ns::twice<long>(long)" _ZN2ns5twiceIlEET_S1_
	is_at prog "uprobe:./prog:ns::List<char>::size" _ZN2ns4ListIcE4sizeEc
	is_at prog "uprobe:./prog:ns::List<*>::*" _ZN2ns4ListIcE4sizeEc
	is_at prog "uprobe:./prog:(anonymous namespace)::secret" _ZN12_GLOBAL__N_16secretEi
	is_at prog uprobe:./prog:plain _Z5plaini
	is_at prog "uprobe:./prog:pl*n" _Z5plaini
	is_at prog uprobe:./prog:name "$(nm prog | awk '$3 ~ /^_Z4name/ { print $3 }')"
	is_at prog "uprobe:./prog:ns::Foo::b*" _ZN2ns3Foo3barEi _ZNK2ns3Foo3barEic
	is_at prog "uprobe:./prog:ns::*::bar" _ZN2ns3Foo3barEi _ZNK2ns3Foo3barEic
	is_at prog "uprobe:./prog:/^ns::Foo::bar[(]int, /" _ZNK2ns3Foo3barEic
	is_at prog uprobe:./prog:_ZN2ns3Foo3barEi _ZN2ns3Foo3barEi
	equals "$(names uprobe:./prog:_ZN2ns3Foo3barEi)" "uprobe:prog:ns::Foo::bar(int)"
	equals "$(names uprobe:./prog:ns::Foo::bar)" "uprobe:prog:ns::Foo::bar(int)
uprobe:prog:ns::Foo::bar(int, char) const"
	equals "$(list -c ./prog uprobe:ns::Foo::bar)" "$(list uprobe:./prog:ns::Foo::bar)"
	says "nearest: ns::Foo::bar" uprobe:./prog:ns::Foo::baz
}

@test "Rust: without the hash, in both manglings" {
	command -v rustc >/dev/null || skip "there is no rustc"
	local how
	cat >main.rs <<-'END'
	mod shop {
		pub struct Till { pub sum: u64 }
		pub trait Ring { fn ring(&mut self, n: u64) -> u64; }
		impl Ring for Till {
			#[inline(never)]
			fn ring(&mut self, n: u64) -> u64 { self.sum += n; self.sum }
		}
		#[inline(never)]
		pub fn open(n: u64) -> Till { println!("open"); Till { sum: n } }
	}
	use shop::Ring;
	fn main() { let mut t = shop::open(std::env::args().count() as u64); println!("{}", t.ring(2)); }
	END
	for how in "" "-C symbol-mangling-version=v0"; do
		rustc -O $how -o prog main.rs
		is_at prog uprobe:./prog:main::shop::open "$(nm prog | awk '$3 ~ /main4shop4open/ { print $3 }')"
		is_at prog "uprobe:./prog:<main::shop::Till as main::shop::Ring>::ring" "$(nm prog | awk '$3 ~ /Till.*Ring.*ring/ { print $3 }')"
		is_at prog "uprobe:./prog:*::ring" "$(nm prog | awk '$3 ~ /Till.*Ring.*ring/ { print $3 }')"
		equals "$(names uprobe:./prog:main::shop::open)" uprobe:prog:main::shop::open
	done
}

@test "copies that the compiler made for some arguments are the function, what it cut out of one is not" {
	cat >main.s <<-'END'
	.globl _start
	.text
	.macro function name
	.type \name, @function
	\name: nop
	nop
	.size \name, 2
	.endm
	function _start
	function work
	function work.constprop.0
	function work.isra.0.constprop.1
	function work.part.0
	function work.cold
	function works
	END
	gcc -nostdlib -static -o prog main.s
	is_at prog uprobe:./prog:work work work.constprop.0 work.isra.0.constprop.1
	is_at prog "uprobe:./prog:work*" work works work.constprop.0 work.isra.0.constprop.1
	is_at prog uprobe:./prog:work.cold work.cold
	is_at prog "uprobe:./prog:*.part.*" work.part.0
}

@test "Go: functions, but not their returns, which would crash the program" {
	command -v go >/dev/null || skip "there is no go"
	cat >main.go <<-'END'
	package main
	type Till struct { sum int }
	//go:noinline
	func (t *Till) Ring(n int) int { t.sum += n; return t.sum }
	func main() { t := Till{}; println(t.Ring(2)) }
	END
	GOCACHE=$d/cache GOFLAGS=-mod=mod go build -o prog main.go
	is_at prog "uprobe:./prog:main.(*Till).Ring" "main.(*Till).Ring"
	equals "$(names "uprobe:./prog:main.*Ring")" "uprobe:prog:main.(*Till).Ring"
	says "is Go's, which a probe on its return would crash" "uretprobe:./prog:main.(*Till).Ring"
}

@test "names are shown without control characters" {
	printf '.globl _start\n.type "a\033[2Jb", @function\n"a\033[2Jb": nop\n_start: nop\n.size "a\033[2Jb", 1\n' >main.s
	gcc -nostdlib -static -o prog main.s
	equals "$(names "uprobe:./prog:a*b")" "uprobe:prog:a?[2Jb"
}

@test "LLD: the addresses of code are not where it is in the file" {
	command -v ld.lld >/dev/null || skip "there is no ld.lld"
	c_program prog -fuse-ld=lld
	[ "$(places prog work_one)" != "0x$(nm prog | awk '$3 == "work_one" { print $1 }' | sed s/^0*//)" ]
	is_at prog uprobe:./prog:work_one work_one
	equals "$(field offset uprobe:./prog:main.c:10)" "$(line_at prog main.c 10)"
}

@test "stripped: what .dynsym has; the rest is not there, and that is said" {
	c_program prog -rdynamic
	cp prog full
	strip prog
	SYMBOLS=full is_at prog uprobe:./prog:work_one work_one
	says "prog has no function hidden, as far as it names them: it is stripped to .dynsym and there is no debug file" uprobe:./prog:hidden
	says "nearest: work_one" uprobe:./prog:work_onee
}

@test "a debug file has the names and lines that were taken from the file" {
	local how
	c_program full
	for how in beside below; do
		objcopy --only-keep-debug full prog.debug
		cp full prog
		strip prog
		objcopy --add-gnu-debuglink=prog.debug prog
		if [ $how = below ]; then
			mkdir .debug
			mv prog.debug .debug/
		fi
		SYMBOLS=full is_at prog uprobe:./prog:hidden hidden
		SYMBOLS=full is_at prog "uprobe:./prog:work_*" work_one work_two
		equals "$(field offset uprobe:./prog:main.c:10)" "$(SYMBOLS=full line_at prog main.c 10)"
		equals "$(field path uprobe:./prog:hidden)" "$d/prog"
	done
}

@test "undefined symbols, variables and absolute ones are no functions" {
	c_program prog
	says "prog has no function puts" uprobe:./prog:puts
	says "prog has no function indirect" uprobe:./prog:indirect
	says "no function" uprobe:./prog:main.c
}

@test "libraries by short names; without a file malloc is the C library's" {
	local libc
	libc=$(realpath "$(ldconfig -p | awk '/libc\.so\.6 .*(x86-64|AArch64)/ { print $NF; exit }')")
	for name in libc libc.so libc.so.6 c "$libc"; do
		equals "$(list "uprobe:$name:malloc")" "$(list uprobe:malloc)"
	done
	equals "$(field path uprobe:malloc)" "$libc"
	equals "$(names uprobe:malloc)" uprobe:libc.so.6:malloc
	equals "$(field offset uprobe:malloc)" "$(in_file "$libc" $(nm -D "$libc" | awk '$3 ~ /^malloc@/ { print $1 }'))"
	equals "$(names uprobe:pthread:pthread_create)" uprobe:libc.so.6:pthread_create
	equals "$(field path uprobe:bash:main)" "$(realpath "$(command -v bash)")"
	says "uprobe:none_such:f: there is no file 'none_such'; looked for: in ld.so.cache, in PATH" uprobe:none_such:f
	says "to look elsewhere: FILE:FUNCTION" uprobe:none_such
	says "nearest: malloc" uprobe:libc:malloc_
	fails 1 "functions; --max-probes allows 10" list -m 10 "uprobe:libc:*"
	contains "$stderr" "uprobe:libc:* matches "
}

@test "what only chooses a function before the program runs is not one" {
	cat >main.c <<-'END'
	static int one(void) { return 1; }
	static int (*chooser(void))(void) { return one; }
	int chosen(void) __attribute__((ifunc("chooser")));
	int __chosen_fast(void) { return 2; }
	int main(void) { return chosen(); }
	END
	gcc -o prog main.c
	says "chosen in prog only chooses one of several functions when a program starts (an IFUNC)" uprobe:./prog:chosen
	contains "$stderr" "its choices are among __chosen_*: __chosen_fast"
	is_at prog "uprobe:./prog:*chos*" __chosen_fast
	is_at prog uprobe:./prog:chooser chooser
}

two_libraries() {
	mkdir -p lib
	echo 'int shared_work(int a) { return a + 1; } int only_here(int a) { return a + 7; }' |
		gcc -x c -shared -fPIC -Wl,-soname,libwork.so.2 -o lib/libwork.so.2.5 -
	ln -sf libwork.so.2.5 lib/libwork.so.2
	echo '#include <unistd.h>
	int shared_work(int);
	int main(int argc, char **argv) { (void)argv; if (argc > 1) pause(); return shared_work(argc); }' |
		gcc -x c -o prog - -x none lib/libwork.so.2 -Wl,-rpath,"$d/lib"
}

@test "without a file: the program that will be run, then what it needs" {
	two_libraries
	equals "$(field path -c ./prog uprobe:main)" "$d/prog"
	equals "$(field path -c ./prog uprobe:only_here)" "$d/lib/libwork.so.2.5"
	equals "$(field offset -c ./prog uprobe:only_here)" "$(places lib/libwork.so.2.5 only_here)"
	equals "$(field path -c ./prog uprobe:malloc)" "$(field path uprobe:malloc)"
	for name in work libwork libwork.so libwork.so.2 libwork.so.2.5 "*work*"; do
		equals "$(names -c ./prog "uprobe:$name:only_here")" uprobe:libwork.so.2.5:only_here
	done
	says "there is no such program" -c ./none uprobe:main
	says "nearest: only_here" -c ./prog uprobe:only_her
}

@test "without a file: the programs of processes, then what they have mapped; also of deleted files" {
	two_libraries
	./prog wait &
	pids=$!
	within 5 grep -q libwork /proc/$pids/maps
	equals "$(field path -p $pids uprobe:main)" "$d/prog"
	equals "$(field path -p $pids uprobe:only_here)" "$d/lib/libwork.so.2.5"
	for name in work libwork.so.2 prog; do
		[ "$(field offset -p $pids "uprobe:$name:/^(main|only_here)$/" | wc -l)" = 1 ]
	done
	equals "$(field path -p $pids uprobe:libc:malloc)" "$(field path uprobe:malloc)"
	cp prog full
	cp lib/libwork.so.2.5 full.so
	rm prog lib/libwork.so.2.5
	equals "$(names -p $pids uprobe:main)" uprobe:prog:main
	equals "$(field path -p $pids uprobe:main)" /proc/$pids/exe
	equals "$(names -p $pids uprobe:only_here)" uprobe:libwork.so.2.5:only_here
	cmp "$(field path -p $pids uprobe:only_here)" full.so
	equals "$(field offset -p $pids uprobe:only_here)" "$(places full.so only_here)"
	says "the program of process 4194304 cannot be read: No such file" -p 4194304 uprobe:main
}

@test "a process in a mount namespace of its own has its own files" {
	local path
	two_libraries
	mkdir other
	echo 'int unrelated(int a) { return a * 5 + 7; } int shared_work(int a) { return a; } int only_here(int a) { return unrelated(a); }' |
		gcc -x c -shared -fPIC -Wl,-soname,libwork.so.2 -o other/libwork.so.2.5 -
	unshare -m sh -c 'mount --bind other/libwork.so.2.5 lib/libwork.so.2.5 && exec ./prog wait' &
	pids=$!
	within 5 grep -q libwork /proc/$pids/maps
	[ "$(places lib/libwork.so.2.5 only_here)" != "$(places other/libwork.so.2.5 only_here)" ]
	for spec in uprobe:only_here uprobe:work:only_here "uprobe:$d/lib/libwork.so.2.5:only_here" "uprobe:$d/lib/libwork.so.2:only_here"; do
		equals "$(field offset -p $pids "$spec")" "$(places other/libwork.so.2.5 only_here)"
		equals "$(names -p $pids "$spec")" uprobe:libwork.so.2.5:only_here
		path=$(field path -p $pids "$spec")
		equals "$path" "/proc/$pids/root$d/lib/libwork.so.2.5"
		cmp "$path" other/libwork.so.2.5
	done
	equals "$(field path -p $pids uprobe:main)" "$d/prog"
	equals "$(field offset "uprobe:$d/lib/libwork.so.2:only_here")" "$(places lib/libwork.so.2.5 only_here)"
}

@test "a process with a root directory of its own: its absolute links are followed there" {
	mkdir -p root/bin root/opt
	echo '#include <unistd.h>
	int inner(void) { return pause(); }
	int main(void) { return inner(); }' | gcc -x c -static -o root/opt/prog -
	ln -s /opt/prog root/bin/prog
	chroot root /bin/prog &
	pids=$!
	within 5 grep -q /opt/prog /proc/$pids/maps
	for spec in uprobe:inner uprobe:/bin/prog:inner uprobe:/opt/prog:inner uprobe:prog:inner; do
		equals "$(names -p $pids "$spec")" uprobe:prog:inner
		equals "$(field offset -p $pids "$spec")" "$(places root/opt/prog inner)"
		cmp "$(field path -p $pids "$spec")" root/opt/prog
	done
	says "/bin/none: there is no such file, neither where the process has its root directory nor here" -p $pids uprobe:/bin/none:f
}

@test "what is no program or library of this machine" {
	echo text >text
	mkfifo fifo
	says "uprobe:./text:f: $d/text: not an ELF file" uprobe:./text:f
	says "./fifo: not a regular file" uprobe:./fifo:f
	says "not a regular file" "uprobe:$d:f"
	says "./none: No such file or directory" uprobe:./none:f
	c_program prog
	printf '\x03\x00' | dd of=prog bs=1 seek=18 conv=notrunc status=none # e_machine
	says "prog: not a program or library for this machine" uprobe:./prog:main
	says "not a regular expression" "uprobe:libc:/(/"
	says "there is no name of a function" uprobe:libc:
}

# markers FILE: "NAME OFFSET SEMAPHORE ARGUMENTS" of each as readelf has it, sorted.
markers() {
	local file=$1 provider name pc semaphore arguments
	readelf -n "$file" | awk '/Provider:/ { p = $2 } /Name:/ { n = $2 }
		/Location:/ { gsub(",", ""); l = $2; s = $6 } /Arguments:/ { sub(/.*Arguments: */, ""); print p ":" n, l, s, $0 }' |
		while read -r name pc semaphore arguments; do
			echo "usdt:$name $(in_file "$file" "$pc") $((semaphore ? 1 : 0)) $arguments"
		done | sort
}

usdt_program() {
	cat >main.c <<-'END'
	#include <sys/sdt.h>
	int other(int);
	__attribute__((always_inline)) static inline void tell(long n) { DTRACE_PROBE1(app, told, n); }
	int main(int argc, char **argv)
	{
		DTRACE_PROBE(app, start);
		tell(argc);
		tell((long)argv[0]);
		DTRACE_PROBE2(server, request__start, argc, argv);
		return other(argc);
	}
	END
	cat >other.c <<-'END'
	#define _SDT_HAS_SEMAPHORES 1
	#include <sys/sdt.h>
	unsigned short app_counted_semaphore __attribute__((section(".probes"))) = 0;
	unsigned short app_more_semaphore __attribute__((section(".probes"))) = 0;
	int other(int a)
	{
		if (app_counted_semaphore)
			DTRACE_PROBE1(app, counted, a);
		DTRACE_PROBE1(app, more, a);
		return a;
	}
	END
	gcc -O2 -o "$1" main.c other.c "${@:2}"
}

@test "markers: the places, arguments and semaphores that readelf says" {
	[ -e /usr/include/sys/sdt.h ] || [ -e "/usr/include/$(gcc -print-multiarch)/sys/sdt.h" ] || skip "there is no sys/sdt.h"
	local how
	for how in -pie -no-pie -static "-fuse-ld=lld"; do
		usdt_program prog $how
		[ "$(list "usdt:./prog:app:told" | wc -l)" = 2 ]
		equals "$(list "usdt:./prog:*" | sed -E 's/ semaphore=.*/ 1/; t; s/$/ 0/' |
			sed -E 's/ kind=9 symbol=\S+ path=\S+( arguments=(.*))? offset=(\S+) ([01])$/ \3 \4 \2/' | sort)" "$(markers prog)"
	done
	equals "$(field semaphore usdt:./prog:app:counted)" \
		"$(printf 0x%x $(($(nm prog | awk '$3 == "app_counted_semaphore" { print "0x" $1 }') - \
			$(readelf -SW prog | awk '{ sub(/^ *\[ *[0-9]+\]/, "") } $1 == ".probes" { print "0x" $3 " + 0x" $4 }'))))"
	strip prog
	equals "$(names usdt:./prog:server:request__start)" usdt:server:request__start
}

@test "markers by provider and name; globs; of the processes' files when none is named" {
	[ -e /usr/include/sys/sdt.h ] || [ -e "/usr/include/$(gcc -print-multiarch)/sys/sdt.h" ] || skip "there is no sys/sdt.h"
	usdt_program prog
	equals "$(names "usdt:./prog:*" | sort -u)" "$(printf 'usdt:%s\n' app:counted app:more app:start app:told server:request__start)"
	equals "$(names "usdt:./prog:s*:*")" usdt:server:request__start
	equals "$(names "usdt:./prog:start")" usdt:app:start
	equals "$(names "usdt:prog:app:st?rt")" usdt:app:start
	equals "$(names -c ./prog usdt:start)" usdt:app:start
	equals "$(names -c ./prog usdt:app:start)" usdt:app:start
	equals "$(names -c ./prog "usdt:ap*:s*")" usdt:app:start
	equals "$(names -c ./prog usdt:prog:start)" usdt:app:start
	contains "$(names -c ./prog "usdt:*")" usdt:server:request__start
	says "prog has no marker app:stat; nearest: app:start" usdt:./prog:app:stat
	says "has no markers" usdt:bash:x
	says "in which file? FILE:NAME" "usdt:*"
	fails 1 "usdt:./prog:* matches 6 places; --max-probes allows 5" list -m 5 "usdt:./prog:*"
}

@test "markers of a file whose addresses were moved after it was linked" {
	[ -e /usr/include/sys/sdt.h ] || [ -e "/usr/include/$(gcc -print-multiarch)/sys/sdt.h" ] || skip "there is no sys/sdt.h"
	local before after
	usdt_program prog -no-pie
	before=$(list usdt:./prog:counted | grep -oE '0x[0-9a-f]+')
	python3 - <<-'END'
	import re, subprocess
	said = subprocess.run(["readelf", "-n", "prog"], capture_output=True, text=True).stdout
	base = int(re.search(r"Base: (0x[0-9a-f]+)", said).group(1), 16)
	data = open("prog", "rb").read()
	at, end = data.index(b"stapsdt\0"), data.rindex(b"stapsdt\0") + 24
	notes = data[at:end].replace(base.to_bytes(8, "little"), (base + 2).to_bytes(8, "little"))
	open("prog", "wb").write(data[:at] + notes + data[end:])
	END
	after=$(list usdt:./prog:counted | grep -oE '0x[0-9a-f]+')
	equals "$after" "$(for at in $before; do printf '0x%x\n' $((at - 2)); done)"
}

@test "files that are cut at any byte or changed anywhere do no harm" {
	[ -e /usr/include/sys/sdt.h ] || [ -e "/usr/include/$(gcc -print-multiarch)/sys/sdt.h" ] || skip "there is no sys/sdt.h"
	cat >main.c <<-'END'
	#include <sys/sdt.h>
	int f(int a)
	{
		DTRACE_PROBE1(app, one, a);
		DTRACE_PROBE2(app, two, a, 1L);
		return a + 1;
	}
	void _start(void) { f(1); for (;;); }
	END
	gcc -g -O1 -nostdlib -static -Wl,-z,noseparate-code -o prog main.c
	run_ok hostile prog copy 1 3000 'uprobe:@:*' uprobe:@:main.c:4 'usdt:@:*' uprobe:@:f+0x1
	contains "$output" " of "
	[ "${output%% *}" -gt 5000 ]
}
