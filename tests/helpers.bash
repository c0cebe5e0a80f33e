# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # bats sets status, output and stderr
# What the bats files share: `load helpers` at the top of each.
bats_require_minimum_version 1.5.0

top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
bin=${PB_BIN:-$top/build}
PATH=$bin:$PATH
export LC_ALL=C XDG_CACHE_HOME=$BATS_RUN_TMPDIR/cache
cd "$top" || exit 1

# The commands that are built, one a line.
commands() {
	(cd "$bin" && ls -d pb-*)
}

# run_ok COMMAND...: runs it with stdout in $output and stderr in $stderr; it must exit with 0.
run_ok() {
	run --separate-stderr "$@"
	exits_with 0
}

# fails STATUS TEXT COMMAND...: it must exit with STATUS and say TEXT somewhere on stderr.
fails() {
	local wanted=$1 text=$2
	shift 2
	run --separate-stderr "$@"
	exits_with "$wanted" && contains "$stderr" "$text"
}

exits_with() {
	[ "$status" -eq "$1" ] && return
	printf 'wanted status %s, got %s\nstdout: %s\nstderr: %s\n' "$1" "$status" "${output:0:2000}" "${stderr:0:2000}"
	return 1
}

# contains TEXT PART, equals TEXT WANTED: say what they saw when it does not hold.
contains() {
	[[ $1 == *"$2"* ]] && return
	printf 'wanted:  …%s…\ngot:     %s\n' "$2" "${1:0:2000}"
	return 1
}

equals() {
	[ "$1" = "$2" ] && return
	diff <(printf '%s\n' "$2") <(printf '%s\n' "$1") | head -40
	return 1
}

# within SECONDS COMMAND...: tries until it succeeds or the time is up.
within() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -le $end ] || return 1
		sleep 0.05
	done
}

# verifier FILE [CC]: the program that says how many instructions of each of our programs the kernel's verifier looks at
verifier() {
	${2:-gcc} -static -O2 -D_GNU_SOURCE -I. -Ibuild/bpf -o "$1" tests/probe/verify.c -lbpf -lelf -lz
}

# verified [PATTERN]: it has said in $output that all programs are loaded, twice, and the large ones large; but lines like that.
verified() {
	local large
	echo "$output"
	large=$(grep -cE '^(on_switch|on_[ku]?probes?|on_tracepoint|on_sys_(enter|exit)|perf_0|raw_0) .*: loaded, processed ([2-9]|1[0-9])[0-9]{4} ' <<<"$output")
	equals "$large" 18
	equals "$(grep -v ': loaded, processed [0-9]' <<<"$output" | grep -cvE "^(${1:-none})")" 0
}
