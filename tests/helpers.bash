# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2119,SC2120 # bats sets status, output and stderr; total() also reads files
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

# verifier FILE: the program that says how many instructions of the sampling program the kernel verifies
verifier() {
	gcc -static -O2 -D_GNU_SOURCE -I. -Ibuild/bpf -o "$1" tests/probe/verify.c -lbpf -lelf -lz
}

# ---- what recordings say ----

# fold [FILE]...: a recording with names.
fold() {
	pb-symbolize -q "$@" | pb-fold
}

# share FILE REGEX: percentage of the folded samples whose line matches.
share() {
	awk -v re="$2" '{ n = $NF; all += n } $0 ~ re { some += n } END { printf "%.2f\n", all ? 100 * some / all : 0 }' "$1"
}

total() {
	awk '{ n += $NF } END { print n + 0 }' "$@"
}

# tally STREAM CLASS: sum of the tally records of that class.
tally() {
	pb-dump "$1" | awk -v c="class=$2" '$1 == "tally" && $2 == c { sub(/.*count=/, ""); n += $0 } END { print n + 0 }'
}

# near VALUE WANTED TOLERANCE
near() {
	awk -v v="$1" -v w="$2" -v t="$3" 'BEGIN { d = v - w; exit !(d <= t && d >= -t) }' ||
		{ echo "wanted $2 ± $3, got $1"; return 1; }
}

at_least() {
	awk -v v="$1" -v w="$2" 'BEGIN { exit !(v + 0 >= w + 0) }' || { echo "wanted at least $2, got $1"; return 1; }
}

# conserved STREAM: fired = delivered + filtered + lost, and the samples in the stream are those delivered.
conserved() {
	local fired delivered filtered lost written folded
	fired=$(tally "$1" 0) delivered=$(tally "$1" 1) filtered=$(tally "$1" 2) lost=$(tally "$1" 3)
	echo "fired $fired = delivered $delivered + filtered $filtered + lost $lost"
	[ "$fired" -gt 0 ]
	[ "$fired" = $((delivered + filtered + lost)) ]
	written=$(pb-dump "$1" | awk '$1 == "sample" || $1 == "valued" { sub(/.*count=/, ""); n += $0 } $1 == "timed" || $1 == "timed_value" { n++ } END { print n + 0 }')
	equals "$written" "$delivered"
	folded=$(pb-fold --count "$1" 2>/dev/null | total)
	equals "$folded" "$delivered"
}
