#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Says where pb-symbolize and addr2line differ in what is at the places of a program's .text.

chains.py PROGRAM [STEP]    a place every STEP bytes (7). Says nothing when both agree on the functions (but for what the
                            outermost is called, as that is up to the symbol table), files and lines of each.
"""
import os
import re
import subprocess
import sys


def text_section(program):
    out = subprocess.run(["readelf", "-SW", program], capture_output=True, text=True, check=True).stdout
    return [int(x, 16) for x in re.search(r"\] \.text +\S+ +(\S+) (\S+) (\S+)", out).groups()]


def stream(program, offsets):
    yield f'segment host="{os.uname().nodename}" release="6.1" arch="x86_64" cpus=1\nevent name="cpu-clock" unit="samples" frequency=99'
    yield f'module kind=0 build_id= path="{program}"'
    yield from (f"frame module=0 offset={offset}" for offset in offsets)
    yield from (f"stack frame={i}" for i in range(len(offsets)))
    yield 'task pid=1 tid=1 start=0 comm="x"\nwindow event=0 start=0 end=1\nsample task=0 cpu=0 stack=0 count=1\nend\n'


def run(argv, data):
    return subprocess.run(argv, input=data, stdout=subprocess.PIPE, check=True).stdout


def ours(program, offsets):
    """Chains of (function, file, line), the innermost first."""
    binary = run(["pb-dump", "-r"], "\n".join(stream(program, offsets)).encode())
    text = run(["pb-dump"], run(["pb-symbolize", "-q", "--no-demangle"], binary)).decode()
    functions, sources = ([x for x in re.findall(rf'^{kind} #\d+ \w+="(.*)"$', text, re.M)] for kind in ("function", "source"))
    chains = [[] for _ in offsets]
    before = None
    for line in text.splitlines():
        name = re.match(r"name frame=(\d+) function=(\d+) source=(\S+) line=(\d+)$", line)
        if not name:
            before = None
            continue
        frame, function, source, line = name.groups()
        if frame != before: # a later group replaces an earlier one
            chains[int(frame)] = []
        before = frame
        path = os.path.normpath(sources[int(source)]) if source.isdigit() else None
        chains[int(frame)].append((functions[int(function)], path, int(line)))
    return chains


def addr2line(program, vaddrs):
    text = run(["addr2line", "-afi", "-e", program], "".join(f"{v:#x}\n" for v in vaddrs).encode()).decode()
    for part in re.split(r"^0x[0-9a-f]{16}\n", text, flags=re.M)[1:]:
        lines = part.splitlines()
        chain = []
        for function, at in zip(lines[::2], lines[1::2]):
            path, line = re.fullmatch(r"(.*):(\d+|\?)(?: \(discriminator \d+\))?", at).groups()
            known = path[0] == "/" and line not in "0?"
            chain.append((function, os.path.normpath(path) if known else None, int(line) if known else 0))
        yield chain


def same(mine, theirs):
    if len(theirs) == 1 and not theirs[0][1]: # no debug information there
        return len(mine) <= 1 and not any(line for _, _, line in mine)
    if [f[1:] for f in mine] != [f[1:] for f in theirs]:
        return False
    # At a symbol's first byte addr2line calls the innermost as the symbol is.
    return [f for f, *_ in mine[:-1]] == [f for f, *_ in theirs[:-1]] or theirs[0][0] == theirs[-1][0] == mine[-1][0]


def main():
    program, step = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 7
    vaddr, offset, size = text_section(program)
    steps = range(0, size, step)
    mine, theirs = ours(program, [offset + i for i in steps]), list(addr2line(program, [vaddr + i for i in steps]))
    if len(theirs) != len(mine) or not any(len(chain) > 1 for chain in mine):
        sys.exit(f"{len(theirs)} of {len(mine)} places, or nothing is inlined")
    for at, m, t in zip(steps, mine, theirs):
        if not same(m, t):
            print(f"{vaddr + at:#x}\n  ours       {m}\n  addr2line  {t}")


main()
