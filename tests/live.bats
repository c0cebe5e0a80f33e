#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The live pipe in a real browser: pb-record | pb-symbolize | pb-serve, looked at, driven, stopped.
load helpers

setup_file() {
	# at -O2 gcc leaves out the frames of leaf functions
	gcc -O0 -pthread -o "$BATS_FILE_TMPDIR/phases" tests/live/phases.c
}

setup() {
	t=$BATS_TEST_TMPDIR
	[ -d tests/browser/node_modules/playwright-core ] || skip "npm ci has not run in tests/browser"
}

# drive NAME TESTS: that browser script; it must pass so many tests at least.
drive() {
	run timeout 150 node "tests/live/$1.mjs" "$bin" "$BATS_FILE_TMPDIR/phases" "$t"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(grep -c '^ok ' <<<"$output")" -ge "$2" ]
}

programs() {
	/usr/sbin/bpftool -j prog show | python3 -c 'import json, sys; print(*sorted(p["id"] for p in json.load(sys.stdin)))'
}

@test "the page follows a program, and its totals are pb-fold's" {
	drive follow 9
	pb-fold "$t/rec.pb" >"$t/folded"
	cmp "$t/api.folded" "$t/folded"
	cmp <(sort "$t/page.folded") <(sort "$t/folded")
	pb-fold --annotate "$t/rec.pb" >"$t/annotated"
	cmp <(sort "$t/table") <(awk -F';' '
		{ n = $NF; sub(/.* /, "", n); sub(/ [0-9]*$/, "") }
		{ self[$NF] += n; split("", seen); for (i = 2; i <= NF; i++) if (!seen[$i]++) total[$i] += n }
		END { for (f in total) printf "%d %d %s\n", total[f], self[f], f }' "$t/annotated" | sort)
}

@test "the stop button ends all three commands with status 0, and nothing of ours is left in the kernel" {
	before=$(programs)
	drive stop 3
	equals "$(cat "$t/status")" "0 0 0"
	[ -s "$t/screenshot.png" ]
	[ -z "${PB_SCREENSHOT:-}" ] || cp "$t/screenshot.png" "$PB_SCREENSHOT" # README's picture
	gone() { [ -z "$(comm -13 <(tr ' ' '\n' <<<"$before" | sort) <(programs | tr ' ' '\n' | sort))" ]; }
	within 2 gone # the kernel frees programs a little after the last reference
	! pgrep -x pb-record
}
