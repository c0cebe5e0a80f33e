#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Folds folded text on its own and compares with the JSON of pb-d3, number by number, name by name.

	tests/d3/compare.py [--self] [--brief] [--root NAME] TEXT JSON
"""
import argparse, decimal, json, re, sys, threading

HIDDEN = [(0x80, 0x9f), (0xad, 0xad), (0x61c, 0x61c), (0x180e, 0x180e), (0x200b, 0x200f), (0x2028, 0x202e), (0x2060, 0x206f),
          (0xfeff, 0xfeff), (0xfff0, 0xfffb), (0xfffe, 0xffff), (0xe0000, 0xe007f)]
KINDS = {"k": "kernel", "i": "inlined", "j": "jit"}


def visible(raw):
    shown = ""
    for c in raw.decode("utf-8", "surrogateescape"):
        code = ord(c)
        if 0xdc80 <= code <= 0xdcff:
            shown += f"\\x{code - 0xdc00:02x}"
        elif code < 0x20 or code == 0x7f:
            shown += f"\\x{code:02x}"
        else:
            shown += f"\\u{code:04x}" if any(a <= code <= b for a, b in HIDDEN) else c
    return shown


def named(raw):
    found = re.fullmatch(rb"(.+)_\[([kij])\]", raw, re.S)
    return (visible(found[1]), KINDS[found[2].decode()]) if found else (visible(raw), None)


def fold(path):
    """Nodes as lists [count before, count after, children by name]."""
    lines = [l.rstrip(b"\r") for l in open(path, "rb").read().split(b"\n")]
    lines = [l for l in lines if l.strip(b" \t") and not re.match(rb"#([ \t]|$)", l)]
    number = rb"[0-9]+(?:\.[0-9]*)?"
    two = all(re.search(rb"[^ \t][ \t]+%b[ \t]+%b[ \t]*$" % (number, number), l) for l in lines)
    root = [decimal.Decimal(0), decimal.Decimal(0), {}]
    for line in lines:
        stack, *counts = re.match((rb"(.*?)[ \t]+(%b)[ \t]+(%b)[ \t]*$" if two else rb"(.*?)[ \t]+(%b)[ \t]*$")
                                  .replace(b"%b", number), line, re.S).groups()
        node = root
        for frame in stack.split(b";"):
            node = node[2].setdefault(frame or b"[unnamed]", [decimal.Decimal(0), decimal.Decimal(0), {}])
        for i, count in enumerate(counts):
            node[i] += round(decimal.Decimal(count.decode().rstrip(".")), 6)
    return root, two


def compare(args):
    def wrong(*why):
        sys.exit(f"compare.py: {args.text}: " + " ".join(map(str, why)))

    keys = "nlvdc" if args.brief else ["name", "libtype", "value", "delta", "children"]
    name, libtype, value, delta, children = keys
    with open(args.json, encoding="utf-8") as f:
        tree = json.load(f, parse_float=decimal.Decimal, parse_int=decimal.Decimal)
    folded, two = fold(args.text)
    order, todo = [], [(tree, folded, args.root, "root")]
    while todo:
        got, wanted, its_name, its_type = todo.pop()
        if set(got) - set(keys) or got[name] != its_name or got.get(libtype) != its_type:
            wrong("wanted", its_name, its_type, "got", {k: got.get(k) for k in got if k != children})
        below, names = got.get(children, []), sorted(wanted[2])
        if len(below) != len(names) or (children in got and not below):
            wrong(len(below), "frames on", its_name, "instead of", len(names))
        order.append((got, wanted))
        todo += [(g, wanted[2][raw], *named(raw)) for g, raw in zip(below, names)]
    for got, wanted in reversed(order):
        own, total = wanted[two], wanted[two] + sum(child[3] for child in wanted[2].values())
        wanted.append(total)
        if got[value] != (own if args.self else total):
            wrong(got[name], "has", got[value], "instead of", own if args.self else total)
        if got.get(delta) != (wanted[1] - wanted[0] if two else None):
            wrong(got[name], "has a delta of", got.get(delta))


parser = argparse.ArgumentParser()
parser.add_argument("--self", action="store_true")
parser.add_argument("--brief", action="store_true")
parser.add_argument("--root", default="all")
parser.add_argument("text")
parser.add_argument("json")
args = parser.parse_args()
status = ["did not end"]


def run():
    try:
        status[0] = compare(args)
    except SystemExit as e:
        status[0] = e.code


threading.stack_size(1 << 30)  # for Python's reader, which calls itself
sys.setrecursionlimit(1 << 30)
thread = threading.Thread(target=run)
thread.start()
thread.join()
sys.exit(status[0])
