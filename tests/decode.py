#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A reader of streams written from pb-stream(5) alone: prints samples by thread name, and how many stacks there are;
or, with "events", the events with their samples and what these add up to.

Its tables of fields are read from the page itself: decode.py man/pb-stream.5 [events] < STREAM"""
import collections
import re
import sys


def tables(page):
    """{type number: (name, [(field, coding)])}"""
    types = {}
    for line in open(page, encoding="utf-8"):
        if m := re.match(r"\.Ss (\d+): (\w+)", line):
            fields = []
            types[int(m[1])] = (m[2], fields)
        elif m := re.match(r"\.It Va (\w+) Pq (.*)", line):
            fields.append((m[1], m[2].split()[0]))
    return types


class Block:
    def __init__(self, payload):
        self.payload, self.at, self.last = payload, 0, collections.defaultdict(int)

    def number(self):
        value = shift = 0
        while True:
            byte = self.payload[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def field(self, name, coding):
        value = self.number()
        if coding in ("text", "bytes"):
            self.at += value
            return self.payload[self.at - value:self.at]
        if coding in ("difference", "address", "ref"):
            self.last[name] = (self.last[name] + (value // 2 if value % 2 == 0 else -(value + 1) // 2)) % 2**64
            return self.last[name]
        return value


def records(stream, types):
    """(name, {field: value}) of each record; segment records come with an empty memory of ids."""
    while head := stream.read(8):
        if head == b"PBSTREAM":
            head = stream.read(8)
        length, number = int.from_bytes(head[:4], "little"), int.from_bytes(head[4:], "little")
        block = Block(stream.read(length))
        while number in types and block.at < length:
            name, fields = types[number]
            yield name, {field: block.field(field, coding) for field, coding in fields}


def print_events():
    totals, events, event = {}, [], None
    for name, r in records(sys.stdin.buffer, tables(sys.argv[1])):
        if name == "segment":
            events, event = [], None
        elif name == "event":
            events.append((r["name"].decode(errors="replace"), r["unit"].decode(errors="replace")))
            totals.setdefault(events[-1], [0, 0])
        elif name == "window":
            event = events[r["event"]]
        elif "stack" in r and "task" in r:
            total = totals.setdefault(event or ("no event", "samples"), [0, 0])
            count = r.get("count", 1)
            total[0] += count
            total[1] += count if not count or not event or event[1] == "samples" else r.get("value", count)
    for (name, unit), total in totals.items():
        print(name, unit, *total, sep="\t")


def main():
    samples, tally, comms, stacks = collections.Counter(), collections.Counter(), [], 0
    for name, r in records(sys.stdin.buffer, tables(sys.argv[1])):
        if name == "segment":
            comms = []
        elif name == "task":
            comms.append(r["comm"])
        elif name == "stack":
            stacks += 1
        elif name in ("sample", "timed", "valued", "timed_value"):
            samples[comms[r["task"]]] += r.get("count", 1)
        elif name == "tally":
            tally[r["class"]] += r["count"]
    for comm in sorted(samples):
        print(samples[comm], comm.decode(errors="replace"))
    print(stacks, "stacks", sum(samples.values()), "samples;", *(tally[c] for c in range(4)), "in the tally")


print_events() if sys.argv[2:] == ["events"] else main()
