# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Streams of places in files, and the names that pb-symbolize gives them: `load symbols` after `load helpers`.

# stream PATH [BUILD-ID] <OFFSETS: text of a stream with a sample at each offset of the file, one a line
stream() {
	awk -v path="$1" -v id="${2:-}" -v host="$(uname -n)" '
	BEGIN {
		print "segment host=\"" host "\" release=\"6.1\" arch=\"x86_64\" cpus=1"
		print "event name=\"cpu-clock\" unit=\"samples\" frequency=99"
		print "module kind=0 build_id=" id " path=\"" path "\""
	}
	{ print "frame module=0 offset=" $1 }
	END {
		for (i = 0; i < NR; i++) print "stack frame=" i
		print "task pid=1 tid=1 start=0 comm=\"init\"\nwindow event=0 start=0 end=1000000000"
		for (i = 0; i < NR; i++) print "sample task=0 cpu=0 stack=" i " count=1"
		print "end"
	}'
}

# names [OPTION]... <STREAM: the name of each frame (its innermost function), one a line; - for none
names() {
	timeout 20 pb-symbolize "$@" | pb-dump | awk '
	/^frame / { frames++ }
	/^function / { name = $0; sub(/^[^"]*"/, "", name); sub(/"$/, "", name); function_[substr($2, 2)] = name }
	!/^name / { last = "" } # a later group of names replaces an earlier one
	/^name / { split($2, f, "="); split($3, n, "="); if (f[2] != last) of[f[2]] = function_[n[2]]; last = f[2] }
	END { for (i = 0; i < frames; i++) print (i in of) ? of[i] : "-" }'
}

# looked_up HOW [OPTION]... PATH[@BUILD-ID] OFFSET...: what HOW shows of these places, names or chains
looked_up() {
	local how=$1 options=()
	shift
	while [[ $1 == -* ]]; do
		options+=("$1")
		shift
	done
	local path=${1%@*} id=
	[[ $1 == *@* ]] && id=${1##*@}
	shift
	printf '%s\n' "$@" | stream "$path" "$id" | pb-dump -r | $how "${options[@]}"
}

# names_at [OPTION]... PATH[@BUILD-ID] OFFSET...
names_at() {
	looked_up names "$@"
}

# offset FILE SYMBOL [PLUS]: where a symbol is in the file
offset() {
	local v
	v=$(nm "$1" | awk -v s="$2" '$3 == s { print $1; exit }')
	in_file "$1" $((0x$v + ${3:-0}))
}

# in_file FILE VADDR
in_file() {
	readelf -lW "$1" | awk '$1 == "LOAD" { print $2, $3, $5 }' | while read -r off vaddr size; do
		if [ $(($2)) -ge $((vaddr)) ] && [ $(($2)) -lt $((vaddr + size)) ]; then
			printf '0x%x\n' $(($2 - vaddr + off))
		fi
	done
}

build_id() {
	readelf -n "$1" | awk '/Build ID/ { print $3; exit }'
}

# FILE without symbols, its debug file in $2
split() {
	objcopy --only-keep-debug "$1" "$2"
	strip "$1"
}

by_id() {
	local id
	id=$(build_id "$1")
	echo "$2/.build-id/${id:0:2}/${id:2}$3"
}

# from HOST PATH [BUILD-ID]: a recording of another machine with a sample at the offset $at
from() {
	echo "$at" | stream "$2" "${3:-}" | sed "1s/host=\"[^\"]*\"/host=\"$1\"/" | pb-dump -r
}

# find_says SCRIPT: a debuginfod-find that does this, and notes what it was asked in $t/asked and who it is in $t/pid
find_says() {
	mkdir -p "$t/bin"
	printf '#!/bin/sh\necho "$@" >>"%s/asked"\necho $$ >"%s/pid"\n%s\n' "$t" "$t" "$1" >"$t/bin/debuginfod-find"
	chmod +x "$t/bin/debuginfod-find"
	PATH=$t/bin:$PATH
	export DEBUGINFOD_URLS=http://127.0.0.1:9/
}
