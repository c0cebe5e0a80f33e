# SPDX-License-Identifier: GPL-2.0-or-later
# The viewer's data side, in node: trees, messages, search, colours, exports. (The page is tested in a browser.)
load helpers

# Each file in tests/viewer with tests in it is run on its own.
passes() {
	run timeout 120 node "tests/viewer/$1.mjs"
	[ "$status" = 0 ] || { grep -A40 '^not ok' <<<"$output" && false; }
	contains "$output" "# fail 0"
}

@test "trees equal counting stack by stack" {
	passes tree
}

@test "messages: all of one or nothing; malformed ones throw" {
	passes decode
}

@test "events: those that are chosen, their times and sizes" {
	passes events
}

@test "time: windows are where their time puts them" {
	passes time
}

@test "the connection: one socket, messages in turn, tries that get rarer" {
	passes live
}

@test "search and colours" {
	passes look
}

@test "exports: names are safe, counts exact" {
	passes export
}

@test "names are made safe for folded text as pb-fold makes them" {
	run_ok node tests/viewer/names.mjs text
	pb-dump --reverse <<<"$output" >"$BATS_TEST_TMPDIR/names.pb"
	equals "$(node tests/viewer/names.mjs folded)" "$(pb-fold <"$BATS_TEST_TMPDIR/names.pb")"
}
