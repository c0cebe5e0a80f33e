#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares unwind tables with what readelf says of the same files: every row, and the answers at 10,000 random pcs.

	compare.py ROWS [-s SEED] FILE...	ROWS being the program made of tests/unwind/rows.c

One line a file: how many rows, and of which kinds those are that readelf only calls "exp". Status 1 when any differ."""
import bisect
import collections
import gc
import random
import re
import subprocess
import sys

# By e_machine: the stack pointer, enum unwind_saved, the registers' numbers.
MACHINES = {
	62: ("rsp", ["rbp", "ra", "rbx", "r12", "r13", "r14", "r15"],
	     {"rax": 0, "rdx": 1, "rcx": 2, "rbx": 3, "rsi": 4, "rdi": 5, "rbp": 6, "rsp": 7, **{f"r{n}": n for n in range(8, 16)}}),
	183: ("sp", ["x29", "ra"] + [f"x{n}" for n in range(19, 25)], {"sp": 31, **{f"x{n}": n for n in range(31)}}),
}
MACHINE = MACHINES[62]
FLAGS = 4
DIGITS = "0123456789abcdef"
FDE = re.compile(r" cie=([0-9a-f]+) pc=([0-9a-f]+)\.\.([0-9a-f]+)")
NONE, ROOT, UNSUPPORTED = "NONE", "ROOT", "UNSUPPORTED"
OPEN = re.compile(r"^(LOAD|PLT|SIGNAL|UNSUPPORTED)\b")


def place(told):
	"""A register's place as rows.c shows it, * when it is more than readelf shows."""
	if told in ("u", "s"):
		return "-"
	if told[0] == "c" and int(told[1:]) % 8 == 0:
		return str(int(told[1:]) // 8)
	return "*" if told == "exp" else "?"


def rule(names, told):
	"""What rows.c should show for a line of readelf's; None: only that it is something with an expression."""
	stack, registers, numbers = MACHINE
	given = dict(zip(names, told[1:]))
	back = given.get("ra", "u")
	if back == "u" and stack == "rsp":
		return ROOT
	if given.get(stack, "u") not in ("u", "s", "v+0") or back[0] not in ("cr" if stack == "rsp" else "cu"):
		return None if told[0] == "exp" else UNSUPPORTED
	if told[0] == "exp":
		return None
	base, offset = re.fullmatch(r"(\w+?)([+-]\d+)", told[0]).groups()
	saved = [back if name == "ra" and back[0] == "r" else place(given.get(name, "u")) for name in registers]
	return f"REGISTER {numbers[base]} {int(offset)} 0 0 {' '.join(saved)}"


def told_by_readelf(path):
	"""(start, end, [(vaddr, rule)]) of each description; one without rows has its CIE's."""
	out = subprocess.run(["readelf", "--debug-dump=frames-interp", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
			     text=True, check=False).stdout
	all_, names, seen, common, lines, known = [], (), {}, {}, [], {}
	for line in out.splitlines():
		if line[16:17] == " " and line[0] in DIGITS:
			text = line[17:]
			if text not in known:
				known[text] = rule(names, re.sub(r" \(\w+\)", "", text).split())
			lines.append((int(line[:16], 16), known[text]))
		elif line.startswith("   LOC"):
			names = tuple(line.split()[2:])
			known = seen.setdefault(names, {})
		elif line.startswith("Contents of "):
			common = {}
		elif " CIE " in line:
			lines = common[line.split()[0].lstrip("0")] = []
		elif " FDE " in line:
			cie, start, end = FDE.search(line).groups()
			lines = []
			all_.append((int(start, 16), int(end, 16), lines, common[cie.lstrip("0")]))
	return [(start, end, lines or [(start, cie[0][1])]) for start, end, lines, cie in all_ if start < end]


def wanted_rows(descriptions):
	"""Each description ends where the next begins; of several that begin at one place the first counts."""
	first = {}
	for start, end, lines in descriptions:
		first.setdefault(start, (end, lines))
	rows, starts = [], sorted(first)
	for start, after in zip(starts, starts[1:] + [1 << 64]):
		end, lines = first[start]
		end = min(end, after)
		put = {start: UNSUPPORTED}
		put.update((at, said) for at, said in lines if at < end)
		rows += sorted(put.items()) + [(end, NONE)]
	return rows


def merged(rows):
	out = [(0, NONE)]
	for at, said in rows:
		if out[-1][0] == at:
			out.pop()
		if not out or said is None or said != out[-1][1]:
			out.append((at, said))
	return [row for row in out if row[0]]


def same(wanted, got):
	if wanted is None or wanted == got:
		return wanted is not None or OPEN.match(got)
	pairs = list(zip(wanted.split(), got.split()))
	return "*" in wanted and all(a in (b, "*") for i, (a, b) in enumerate(pairs) if i != FLAGS)


def plain(said):
	"""Without the zeros of rules that are no more than their kind."""
	kind = said[:said.index(" ")]
	return kind if kind in (NONE, ROOT, UNSUPPORTED) else said


def lookup(rows, at):
	i = bisect.bisect_right(rows, at, key=lambda row: row[0]) - 1
	return rows[i][1] if i >= 0 else NONE


def compare(program, path, seed):
	global MACHINE
	with open(path, "rb") as f:
		MACHINE = MACHINES[f.read(20)[18]]
	shown = subprocess.run([program, "-d", path], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[1:]
	got = [(int(at, 16), plain(said)) for at, said in (line.split(" ", 1) for line in shown)]
	wanted = merged(wanted_rows(told_by_readelf(path)))
	differ, opened = [], collections.Counter()
	if [at for at, _ in got] != [at for at, _ in wanted]:
		for at in sorted({at for at, _ in got} ^ {at for at, _ in wanted}):
			differ.append((at, lookup(wanted, at), lookup(got, at)))
	else:
		differ = [(at, said, other) for (at, said), (_, other) in zip(wanted, got) if not same(said, other)]
	for at, said in wanted:
		if said is None or said == UNSUPPORTED:
			opened[lookup(got, at).split()[0]] += 1
	random.seed(seed)
	low, high = got[0][0], got[-1][0]
	pcs = [random.randrange(low - 16, high + 16) for _ in range(10000)]
	found = subprocess.run([program, "-f", path], input="\n".join(f"{pc:x}" for pc in pcs), stdout=subprocess.PIPE, text=True,
			       check=True).stdout.splitlines()
	for line in found:
		at, said = line.split(" ", 1)
		if not same(lookup(wanted, int(at, 16)), plain(said)):
			differ.append((int(at, 16), lookup(wanted, int(at, 16)), said))
	kinds = " ".join(f"{kind}={n}" for kind, n in sorted(opened.items()))
	print(f"{path}: {len(got)} rows, {len(wanted)} wanted, {len(differ)} differ, {len(found)} pcs {kinds}")
	for at, said, other in differ[:10]:
		print(f"\t{at:x}: wanted {said or 'an expression'}, got {other}")
	return not differ


def main(words):
	gc.disable()  # a million tuples, none of them garbage
	program, seed, paths = words[0], 1, words[1:]
	if paths[0] == "-s":
		seed, paths = int(paths[1]), paths[2:]
	return 0 if all([compare(program, path, seed) for path in paths]) else 1


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
