# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # bats sets status, output and stderr
# What the bats files that record have in common: `load capture` after `load helpers`.

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

# conserved STREAM: fired = delivered + filtered + lost in each segment, and the samples in the stream are those delivered.
conserved() {
	local fired delivered filtered lost written folded
	pb-dump "$1" | awk '
	$1 == "segment" { split("", n); whole = 0 }
	$1 == "tally" { class = $2; sub(/.*count=/, ""); n[class] += $0 }
	$1 == "end" { whole++; if (n["class=0"] != n["class=1"] + n["class=2"] + n["class=3"]) bad++ }
	END { exit bad || !whole }' || { echo "a segment does not add up, or has no end" && return 1; }
	fired=$(tally "$1" 0) delivered=$(tally "$1" 1) filtered=$(tally "$1" 2) lost=$(tally "$1" 3)
	echo "fired $fired = delivered $delivered + filtered $filtered + lost $lost"
	[ "$fired" -gt 0 ] && [ "$fired" = $((delivered + filtered + lost)) ] || return
	written=$(pb-dump "$1" | awk '$1 == "sample" || $1 == "valued" { sub(/.* count=/, ""); n += $0 } $1 ~ /^timed/ { n++ } END { print n + 0 }')
	equals "$written" "$delivered" || return
	folded=$(pb-fold --count -e '*' "$1" 2>/dev/null | total)
	equals "$folded" "$delivered"
}

# tally_of STREAM CLASS CAUSE: the tally records of that class and cause.
tally_of() {
	pb-dump "$1" | awk -v c="class=$2" -v cause="cause=\"$3\" " '
		$1 == "tally" && $2 == c && index($0, cause) { sub(/.*count=/, ""); n += $0 } END { print n + 0 }'
}

# counts STREAM: "EVENT SAMPLES VALUE" lines.
counts() {
	pb-fold --list-events "$1" | awk -F'\t' -v OFS=' ' '{ print $1, $3, $4 }'
}

# of STREAM COMM [EVENT]: samples of threads of this name.
of() {
	pb-fold --count ${3:+-e "$3"} "$1" 2>/dev/null | awk -v c="$2" -F';' '$1 == c' | total
}

# in_kernel PID: what the kernel has of this process: "prog 17" and "link 3" lines.
in_kernel() {
	cat /proc/"$1"/fdinfo/* | sed -nE 's/^(prog|link)_id:\s*([0-9]+)$/\1 \2/p' | sort -u
}

# all_gone LINE...: none of those is in the kernel any more.
all_gone() {
	local it
	for it; do
		# shellcheck disable=SC2086 # two words
		! /usr/sbin/bpftool ${it/ / show id } >/dev/null 2>&1 || return
	done
}

# start STREAM OPTION...: pb-record in the background, which has begun when this returns; its pid is in $recorder.
start() {
	local stream=$1
	shift
	rm -f "$stream.err"
	"$bin/pb-record" -v -o "$stream" "$@" 2>"$stream.err" 3>&- >/dev/null &
	recorder=$!
	left_running+=" $!"
	within 20 has_begun "$stream.err" && grep -qE '(recording|sampling) ' "$stream.err" && return
	cat "$stream.err"
	return 1
}

has_begun() {
	grep -qE '(recording|sampling) ' "$1" || ! kill -0 "$recorder" 2>/dev/null
}

# stop [SIGNAL]: ends it.
stop() {
	env kill -s "${1:-INT}" "$recorder"
	wait "$recorder"
}

# paused COMMAND...: starts it in the background; it waits for a line of standard input. Its pid is in $paused.
paused() {
	gate=$BATS_TEST_TMPDIR/gate.$RANDOM
	mkfifo "$gate"
	"$@" <"$gate" >"$BATS_TEST_TMPDIR/paused.out" 3>&- &
	paused=$!
	left_running+=" $!"
	exec {gate_fd}>"$gate"
}

# go: gives it the line, and waits for its end.
go() {
	echo >&"$gate_fd"
	exec {gate_fd}>&-
	wait "$paused"
}

# For teardown: ends what a test that has failed has left.
end_all() {
	local pid
	for pid in ${left_running:-}; do
		kill -9 "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true
	done
}

# For setup_file and teardown_file: mounts tracefs if it is not, and takes it away then.
mount_tracefs() {
	export TRACEFS_IS_OURS=
	mountpoint -q /sys/kernel/tracing && return
	mount -t tracefs tracefs /sys/kernel/tracing
	TRACEFS_IS_OURS=yes
}

unmount_tracefs() {
	[ -z "$TRACEFS_IS_OURS" ] || umount /sys/kernel/tracing
}
