# SPDX-License-Identifier: GPL-2.0-or-later
# The house rules, on the tracked files: rooms, headers, sizes, man pages, what is linked and installed.
load helpers

# Tracked files, and those about to be.
tracked() {
	git ls-files -co --exclude-standard -- "$@"
}

sources() {
	tracked 'bpf/*.[ch]' 'lib/*.[ch]' 'cmd/*.[ch]'
}

@test "the rooms include what they may, and only cmd/ prints and exits" {
	run_ok scripts/check-includes
	equals "$output" ""
}

@test "check-includes sees each kind of breach" {
	local tree=$BATS_TEST_TMPDIR number=0
	mkdir -p "$tree"/{bpf,cmd,lib/flame,lib/base}
	while IFS='|' read -r line said; do
		echo "$line" >"$tree/lib/flame/x.c"
		run scripts/check-includes "$tree"
		contains "$output" "lib/flame/x.c:1: $said" && [ "$status" = 1 ]
		number=$((number + 1))
	done <<-'END'
	#include "stream/stream.h"|flame may not include stream
	# include "cmd/x.h"|flame may not include cmd
	#include "zoo/x.h"|there is no room zoo
	#include <bpf/libbpf.h>|libbpf is not for flame
	#include "sample.skel.h"|libbpf is not for flame
	#include <libelf.h>|elfutils is not for flame
	#include "base/options.h"|manners is not for flame
	/* a comment */ exit(1);|only cmd/ prints and exits
	fprintf(stderr, "so");|only cmd/ prints and exits
	die("no");|only cmd/ prints and exits
	END
	[ $number = 10 ]
	printf '%s\n' '#include "base/buf.h"' '/* exit(1) */ // die("x")' 'a("exit(1)"); die("out of memory"); b->exit(1);' \
		'snprintf(a, b, c); _exit(1);' >"$tree/lib/flame/x.c"
	run_ok scripts/check-includes "$tree"
}

@test "each header says what it is and compiles alone" {
	run_ok scripts/check-headers
	equals "$output" ""
}

@test "no source file over 500 lines, the median of .c under 200" {
	local lines median
	lines=$(sources | xargs wc -l | grep -v ' total$')
	equals "$(awk '$1 > 500' <<<"$lines")" ""
	median=$(awk '/\.c$/ { print $1 }' <<<"$lines" | sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }')
	[ "$median" -lt 200 ] || { echo "the median is $median" && false; }
}

@test "no function over 60 lines" {
	# A body is what stands between { and } at column 0; an array's closing brace has a ; after it.
	run_ok awk '
	/^[{]$/ { start = FNR }
	/^}$/ && start { if (FNR - start > 61) print FILENAME ":" start ": " FNR - start - 1 " lines"; start = 0 }
	/^};/ { start = 0 }' $(sources)
	equals "$output" ""
}

@test "every file names its license and says in a sentence what it is" {
	local file failed=0
	while read -r file; do
		case $file in
		*.json | *.md | LICENSE | .git* | .clang-format | tests/golden/* | tests/*/*.* | tests/corpus/*) continue ;;
		esac
		head -3 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' || { echo "$file: no SPDX line"; failed=1; }
		sed -n 2,4p "$file" | grep -qE '^(#|//|/?\*|\.\\"|"""|\.Dd| \*)' || { echo "$file: says nothing on top"; failed=1; }
	done < <(tracked)
	[ $failed = 0 ]
}

@test "no tracked file names a path, a host or a registry of one machine" {
	local words='/work/|/root/|/home/[a-z]|deb\.debian\.org|registry\.npm|npmmirror|localhost:[0-9]{4}'
	run bash -c "git ls-files -co --exclude-standard | grep -v -e package-lock.json -e tests/house.bats | xargs grep -InE '$words'"
	equals "$output" ""
	[ ! -e tests/browser/package-lock.json ] ||
		run bash -c "grep resolved tests/browser/package-lock.json | grep -v '\"https://registry.npmjs.org/'"
	equals "$output" ""
}

@test "shell scripts pass shellcheck" {
	run_ok shellcheck $(tracked scripts .ci tests | xargs grep -lE '^#!/bin/(ba)?sh') tests/helpers.bash
}

@test "man pages pass mandoc -Tlint" {
	run mandoc -Tlint -W warning man/*.[157]
	equals "$output" ""
}

# The long and short options, one a line, as --help and as the man page have them; those that all commands
# have are in pb(7).
options_in_help() {
	"$1" --help | grep -oE '^ +(-[A-Za-z], )?--[a-z0-9-]+|^ +-[A-Za-z]\b' | grep -oE -- '--?[A-Za-z0-9-]+' | own
}

options_in_man() {
	grep -E '^\.It ' "man/$1.1" | grep -oE '\bFl +(Fl +)?-?[A-Za-z0-9-]+' | sed -E 's/^Fl +Fl +/--/; s/^Fl +/-/' | own
}

own() {
	grep -vx -e -- -e -h -e --help -e --version | sort -u
}

@test "every option of --help is in the man page, and the reverse" {
	local name failed=0
	for name in $(commands); do
		diff --label "$name --help" --label "$name.1" -u <(options_in_help $name) <(options_in_man $name) || failed=1
	done
	[ $failed = 0 ]
}

@test "every command, and every page of it, is named in pb(7), README and the Makefile" {
	local name failed=0
	for name in $(commands); do
		for file in man/pb.7 README.md Makefile man/$name.1; do
			grep -q "$name" $file || { echo "$file: no $name"; failed=1; }
		done
	done
	[ $failed = 0 ]
}

@test "what README links to is there" {
	local target
	while read -r target; do
		[ -e "$target" ] || { echo "no $target" && return 1; }
	done < <(grep -oE '\]\([^)]+\)' README.md | tr -d '[]()')
}

@test "the text side links libc, libm and zlib at the most" {
	local name
	for name in pb-fold pb-svg pb-d3 pb-dump; do
		[ -x "$bin/$name" ] || continue
		run bash -c "readelf -d $bin/$name | grep NEEDED | grep -vE '\[(libc|libm|libz)\.so'"
		equals "$output" ""
	done
}

@test "make STATIC=1: every command is wholly static" {
	local name
	for name in $(commands); do
		[ -x "build/static/$name" ]
		run readelf -ld "build/static/$name"
		[[ $output != *INTERP* && $output != *NEEDED* ]]
	done
}

@test "make install lays out commands and man pages" {
	local name to=$BATS_TEST_TMPDIR/root
	run_ok make -s install DESTDIR="$to" PREFIX=/usr
	for name in $(commands); do
		[ -x "$to/usr/bin/$name" ] && [ -s "$to/usr/share/man/man1/$name.1" ]
	done
	[ -s "$to/usr/share/man/man7/pb.7" ]
	equals "$(cd "$to" && find . -type f | grep -vE '^./usr/(bin/pb-|share/man/man[157]/pb)')" ""
}

@test "a clone builds from nothing, into build/ only, without warnings" {
	local clone=$BATS_TEST_TMPDIR/clone
	git clone -q . "$clone"
	run_ok make -s -j2 -C "$clone"
	equals "$stderr" ""
	equals "$(git -C "$clone" status --porcelain --ignored)" "!! build/"
	run_ok make -C "$clone"
	equals "$(grep -c -E 'CC|LINK|BPF' <<<"$output")" 0
}

@test "install-deps: nothing to do is quick; without root it says what is missing" {
	local start=$EPOCHREALTIME
	run_ok scripts/install-deps build test
	equals "$output$stderr" ""
	awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { exit !(b - a < 0.3) }'
	fails 2 "none of build, test" scripts/install-deps nonsense
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\necho 1000\n' >"$BATS_TEST_TMPDIR/bin/id"
	printf '#!/bin/sh\necho installed make\n' >"$BATS_TEST_TMPDIR/bin/dpkg-query"
	chmod +x "$BATS_TEST_TMPDIR"/bin/*
	PATH=$BATS_TEST_TMPDIR/bin:$PATH fails 1 "apt-get install" scripts/install-deps
	contains "$stderr" "libbpf-dev"
}
