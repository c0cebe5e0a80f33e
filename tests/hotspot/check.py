# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares stacks of Chain.java with the calls that there are in it. What code is called is what the recording says.

	pb-record --timestamps -p PID >FILE; pb-dump FILE | check.py LEAST [any]

Counts the samples that have Chain.main in them, or that end in code made at run time. At least LEAST percent of these must be
true: from the root on the thread's start in libc, the launcher, the virtual machine, its call stub, main, down (or an
interpreted method) up to 21 times, and work only below 21 of these; what these call is free, and with "any" also what is
before the call stub. Says how many are true, and shows the others.
"""
import bisect
import collections
import re
import sys

DEEPEST = 21
NATIVE = r"(libc\.so\.6 )+(libjli\.so )+(libjvm\.so )+"
CALLED = r"((stub|other|Interpreter|\[vdso\]|lib\S+|ld-\S+) )*$"
JAVA = r"stub main (((down|Interpreter) ){0,%d}|((down|Interpreter) ){%d}work )" % (DEEPEST, DEEPEST)


def word(name):
    """What stands for a function in the expressions above."""
    method = re.search(r"\bChain\.(\w+)($|\()", name)
    if method:
        return method[1]
    return "stub" if name.startswith("StubRoutines") else "Interpreter" if name == "Interpreter" else "other"


class Recording:
    """The text of pb-dump."""

    def __init__(self, lines):
        self.modules, self.frames, self.stacks, self.samples = {}, {}, {}, []
        self.symbols = [] # of code that was made at run time: (start, end, name)
        for line in lines:
            kind, _, rest = line.partition(" ")
            take = getattr(self, "take_" + kind, None)
            if take:
                take(rest, dict(re.findall(r'(\w+)=("[^"]*"|\S*)', rest)))

    def take_module(self, rest, fields):
        self.modules[self.number(rest)] = fields["path"].strip('"').rpartition("/")[2]

    def take_frame(self, rest, fields):
        self.frames[self.number(rest)] = (int(fields["module"]), int(fields["offset"], 16))

    def take_symbol(self, rest, fields):
        if self.modules[int(fields["module"])] == "[jit]":
            start = int(fields["start"], 16)
            self.symbols.append((start, start + int(fields["size"]), fields["name"].strip('"')))

    def take_stack(self, rest, fields):
        parent = fields["parent"]
        self.stacks[self.number(rest)] = (None if parent == "-" else int(parent), int(fields["frame"]))

    def take_timed(self, rest, fields):
        if fields["stack"] != "-":
            self.samples.append(int(fields["stack"]))

    def symbol(self, offset):
        start, end, name = self.symbols[bisect.bisect(self.symbols, (offset, 1 << 64, "")) - 1]
        return word(name) if start <= offset < end else "?"

    @staticmethod
    def number(rest):
        return int(re.match(r"#(\d+)", rest)[1])

    def places(self, stack):
        """(module's name, offset) from the root on, without the kernel's part."""
        frames = []
        while stack is not None:
            stack, frame = self.stacks[stack]
            frames.append(self.frames[frame])
        places = [(self.modules.get(module, "[kernel]"), offset) for module, offset in reversed(frames)]
        return [place for place in places if place[0] != "[kernel]"]


def text_of(places, recording):
    words = []
    for i, (module, offset) in enumerate(places):
        words.append(recording.symbol(offset - (i < len(places) - 1)) if module == "[jit]" else module)
    return "".join(word.replace(" ", "_") + " " for word in words)


def main():
    least = float(sys.argv[1])
    true = re.compile((".*" if sys.argv[2:] == ["any"] else NATIVE) + JAVA + CALLED)
    recording = Recording(sys.stdin)
    texts = collections.Counter()
    for stack in recording.samples:
        places = recording.places(stack)
        text = text_of(places, recording)
        if " main " in text or (places and places[-1][0] in ("[anon]", "[jit]") and text.startswith("[")):
            texts[text] += 1
    total = texts.total()
    right = sum(n for text, n in texts.items() if true.match(text))
    for text, n in texts.most_common():
        if not true.match(text):
            print(n, text)
    percent = 100 * right / total if total else 0
    print(f"{right} of {total} samples are true ({percent:.2f} %)")
    sys.exit(total < 100 or percent < least)


main()
