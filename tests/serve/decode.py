#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A reader of pb-serve's messages written from cmd/serve_message.h alone: checks what tests/serve/feed writes.

decode.py [--into DIRECTORY] < OUTPUT: the client that followed and the one that came late must agree, in each window unless
some were merged. Prints totals; --into writes each document, and the profile folded by name, thread, cpu and event."""
import collections
import gzip
import json
import os
import sys

TAGS = ("", "modules", "frames", "nodes", "tasks", "groups", "windows", "facts", "events")


class Profile:
    def __init__(self):
        self.modules, self.frames, self.nodes, self.tasks, self.groups = [], [], [None], [], []
        self.events, self.windows, self.facts, self.at, self.epoch = [], {}, {}, 0, 0

    def take(self, message):
        self.bytes, self.p = (message[1:] if message[:1] == b"D" else gzip.decompress(message[1:])), 0
        epoch, at = self.number(), self.number()
        if message[:1] == b"D":
            assert (epoch, at) == (self.epoch, self.at + 1), (epoch, at, self.epoch, self.at)
        self.epoch, self.at = epoch, at
        while self.p < len(self.bytes):
            tag = self.number()
            for _ in range(self.number()):
                getattr(self, TAGS[tag][:-1])()
        assert self.p == len(self.bytes)

    def number(self):
        value = shift = 0
        while True:
            byte = self.bytes[self.p]
            self.p += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                assert value < 2**53
                return value

    def text(self):
        n = self.number()
        self.p += n
        text = self.bytes[self.p - n:self.p].decode()
        assert self.p <= len(self.bytes) and not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in text), text
        return text

    def module(self):
        self.modules.append(self.text())
        assert self.modules.count(self.modules[-1]) == 1

    def frame(self):
        name, module, kind = self.text(), self.number(), self.number()
        assert module <= len(self.modules) and kind <= 4
        self.frames.append((name, self.modules[module - 1] if module else None, kind))

    def node(self):
        back, frame = self.number(), self.number()
        assert 1 <= back <= len(self.nodes) and frame < len(self.frames)
        self.nodes.append((len(self.nodes) - back, frame))

    def task(self):
        self.tasks.append((self.number(), self.number(), self.text()))

    def event(self):
        self.events.append((self.text(), self.text(), self.number(), self.number()))
        assert len(self.events) <= 1024

    def group(self):
        task, cpu, event = self.number(), self.number(), self.number()
        assert task < len(self.tasks) and event < len(self.events)
        self.groups.append((task, cpu, event))

    def window(self):
        number, start, duration = (self.number() for _ in range(3))
        assert not self.windows or number - max(self.windows) in (0, 1), (number, max(self.windows))
        window = self.windows.setdefault(number, [start, duration, collections.Counter(), collections.Counter()])
        for _ in range(self.number()):
            event, lost = self.number(), self.number()
            assert event < len(self.events) and lost
            window[2][event] += lost
        node = 0
        for _ in range(self.number()):
            node += self.number()
            group, count = self.number(), self.number()
            assert 0 < node < len(self.nodes) and group < len(self.groups) and count
            window[3][node, group] += count

    def fact(self):
        self.facts = json.loads(self.text())

    def check(self):
        for kind in self.frames, self.nodes[1:], self.tasks, self.groups, [e[:2] for e in self.events]:
            assert len(set(kind)) == len(kind)

    def path(self, node):
        path = []
        while node:
            node, frame = self.nodes[node]
            path.append(self.frames[frame])
        return tuple(reversed(path))

    def totals(self, window=None):
        totals = collections.Counter()
        for w in self.windows.values() if window is None else [window]:
            for (node, group), count in w[3].items():
                task, cpu, event = self.groups[group]
                totals[node, self.tasks[task], cpu, event] += count
        paths = {node: self.path(node) for node, _, _, _ in totals}
        return collections.Counter({(paths[node], task, cpu, event): n for (node, task, cpu, event), n in totals.items()})

    def shown(self):
        """What is of the first event's unit."""
        return {key: n for key, n in self.totals().items() if self.events[key[3]][1] == self.events[0][1]}

    def lost(self):
        return sum((w[2] for w in self.windows.values()), collections.Counter())

    def folded(self, first, totals=None):
        lines = collections.Counter()
        for (path, task, cpu, event), count in (totals or self.shown()).items():
            lines[";".join([first(task, cpu, self.events[event][0])] + [name.replace(";", ":") for name, _, _ in path])] += count
        return "".join(f"{line} {n}\n" for line, n in sorted(lines.items(), key=lambda x: x[0].split(";")))


def main():
    into = sys.argv[2] if sys.argv[1:2] == ["--into"] else None
    followed, late, messages, renewals = Profile(), Profile(), 0, 0
    while head := sys.stdin.buffer.readline():
        name, length = head.decode().rsplit(" ", 1)
        content = sys.stdin.buffer.read(int(length))
        if name == "message":
            messages += 1
            before = followed.epoch
            if content[:1] == b"S":
                followed = Profile()
            followed.take(content)
            renewals += before not in (0, followed.epoch)
        elif name == "late":
            late.take(content)
        elif into:
            with open(os.path.join(into, name.replace("?by=", "-").replace("?", "-")), "wb") as file:
                file.write(content)
    late.check()
    if followed.at:
        assert (followed.epoch, followed.at) == (late.epoch, late.at)
        assert followed.totals() == late.totals() and followed.facts == late.facts
        assert followed.lost() == late.lost() and [e[:2] for e in followed.events] == [e[:2] for e in late.events]
        if not late.facts["merged"]:
            assert list(followed.windows) == list(late.windows)
            for number, window in followed.windows.items():
                assert window[:3] == late.windows[number][:3]
                assert followed.totals(window) == late.totals(late.windows[number])
    if into:
        for name, first in (("name", lambda t, c, e: t[2]), ("thread", lambda t, c, e: f"{t[2]}-{t[0]}/{t[1]}"),
                            ("cpu", lambda t, c, e: f"[cpu {c}]")):
            with open(os.path.join(into, f"page-{name}"), "w", encoding="utf-8") as file:
                file.write(late.folded(first))
        with open(os.path.join(into, "page-event"), "w", encoding="utf-8") as file:
            file.write(late.folded(lambda t, c, e: f"[{e}]", late.totals()))
    print(sum(late.shown().values()), "samples", sum(late.lost().values()), "lost", len(late.windows),
          "windows", late.facts["state"], late.facts["error"])
    print(messages, "messages", renewals, "renewals", len(late.nodes) - 1, "nodes", file=sys.stderr)


main()
