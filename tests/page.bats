#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The page in a real browser: saved by pb-d3, and live on a server that is played to it.
load helpers

setup_file() {
	local name
	for name in browser hostile annotated; do
		"$bin/pb-d3" --html "tests/svg/$name.folded" >"$BATS_FILE_TMPDIR/$name.html"
	done
	sed 's/$/000000/' tests/svg/browser.folded | "$bin/pb-d3" --html --unit ns >"$BATS_FILE_TMPDIR/times.html"
}

setup() {
	[ -d tests/browser/node_modules/playwright-core ] || skip "npm ci has not run in tests/browser"
	cd "$BATS_FILE_TMPDIR" || return
}

# drive TESTS SCRIPT PAGE...: it must pass so many tests at least.
drive() {
	local wanted=$1
	shift
	run timeout 200 node "$top/tests/browser/$1" "${@:2}"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(grep -c '^ok ' <<<"$output")" -ge "$wanted" ]
}

@test "a saved page: zoom, search, table, sandwich, keys, address, exports, themes, touch, units, hostile names" {
	drive 21 viewer.mjs browser.html hostile.html annotated.html times.html
}

@test "a live page: groups, events, times, freeze, reconnect, stop, endings, hostile names" {
	drive 26 viewer_live.mjs browser.html
}
