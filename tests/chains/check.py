# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares the stacks of a recording with the call chains that the program is known to have.

	pb-record -F 997 -- ./alloca 0.5 | pb-symbolize | pb-fold --annotate --module | check.py alloca EXPECTED

EXPECTED is a table. Lines that begin with # and empty ones are skipped; the others have three columns, divided by tabs:

	program		name of the process (comm, at most 15 bytes). A program may have several lines.
	within		frames, divided by |. A sample with one of them anywhere in its stack counts; the others (start-up,
			looking at the clock) are outside. The within of all lines of a program are taken together. A stack whose
			root says that it could not be followed, such as [no unwind row], always counts.
	chain		frames from the root to the leaf, divided by ;

A frame of a chain, and of within, is one of these:

	name		a function, in whichever file
	file`name	a function in this file. A * in name or file is any text; file`* is also a frame without a name.
	*		any one frame
	...		any number of frames, also none; file`... of this file
	name xN		N frames of this name
	[k]		only last: a kernel part, at least one frame

Kernel frames at the leaf end of a sample are cut off, unless the chain asks for them by [k]: a timer's interrupt may
come anywhere. Inlined functions are left out. A chain that begins with ? may be absent; every other one must be seen at
least once.

With --emulated in front, for machines whose instructions take other times than on real ones, every chain may be absent.

Fails, and shows the most frequent different stacks, when
	- fewer than 50 samples count,
	- fewer than 99 % of them equal one of the chains, from the first frame to the last,
	- one of the chains was never seen, or
	- more than 10 % of all samples are outside: then stacks have lost the frames that make them count.
"""
import collections
import functools
import re
import sys

LEAST, EXACT, OUTSIDE = 50, 99, 10
LOST = ["[no unwind row]", "[no caller above]", "[stack unreadable]", "[truncated]"]


@functools.lru_cache(None)
def frame_pattern(text):
	"""Regular expression of one frame as the checker writes it: "file`name" or "[file]", without its end."""
	if text == "*":
		return "[^;]*"
	glob = lambda s: "[^;`]*".join(re.escape(part) for part in s.split("*"))
	file, tick, name = text.rpartition("`")
	if not tick:
		return "(?:[^;`]*`)?" + glob(text)
	bare = "|\\[" + glob(file) + "\\]" if name == "*" else ""
	return "(?:" + glob(file) + "`" + glob(name) + bare + ")"


class Chain:
	"""One line's chain."""

	def __init__(self, text):
		self.text = text
		self.seen = 0
		self.optional = text.startswith("?")
		frames = text.lstrip("?").split(";")
		self.kernel = frames[-1] == "[k]"
		expression = ""
		for frame in frames[:-1] if self.kernel else frames:
			frame, times = re.fullmatch(r"(.*?)(?: x([0-9]+))?", frame).groups()
			if frame.endswith("..."):
				expression += "(?:" + frame_pattern(frame[:-3] + "*") + ";)*"
			else:
				expression += "(?:" + frame_pattern(frame) + ";){" + (times or "1") + "}"
		self.pattern = re.compile(expression)

	def matches(self, user, kernel):
		return (kernel or not self.kernel) and self.pattern.fullmatch(user)


def read_expected(path, program):
	within, chains = list(LOST), []
	for line in open(path):
		columns = line.rstrip("\n").split("\t")
		if not columns[0].startswith("#") and columns[0] == program:
			within += columns[1].split("|")
			chains.append(Chain(columns[2]))
	if not chains:
		sys.exit(f"check: no chain of '{program}' in {path}")
	return re.compile("(?:^|;)(?:" + "|".join(map(frame_pattern, within)) + ");"), chains


def read_stacks(lines, program):
	"""Each stack of the process: its user part, a ; behind every frame, whether there is a kernel part, its count."""
	for line in lines:
		stack, count = line.rstrip("\n").rsplit(" ", 1)
		comm, *frames = stack.split(";")
		if comm != program[:15]:
			continue
		frames = [f for f in frames if not f.endswith("_[i]")]
		depth = len(frames)
		while frames and frames[-1].endswith("_[k]"):
			frames.pop()
		yield "".join(f + ";" for f in frames), len(frames) < depth, int(count)


def report(program, chains, exact, counted, outside, wrong):
	share = 100 * exact / counted if counted else 0
	print(f"{program}: {exact} of {counted} samples equal ({share:.1f} %), {outside} outside of the burn")
	absent = [c for c in chains if not c.seen and not c.optional]
	for chain in absent:
		print(f"{program}: never seen: {chain.text}")
	if counted < LEAST:
		print(f"{program}: fewer than {LEAST} samples")
	far = outside * 100 > (outside + counted) * OUTSIDE
	if far:
		print(f"{program}: more than {OUTSIDE} % are outside")
	bad = counted < LEAST or share < EXACT or absent or far
	for (place, user), count in wrong.most_common(8 if bad else 3):
		print(f"{count:7} {place}: {user.rstrip(';')}")
	return 1 if bad else 0


def main():
	emulated = sys.argv[1] == "--emulated"
	program, expected = sys.argv[1 + emulated:]
	within, chains = read_expected(expected, program)
	if emulated:
		for chain in chains:
			chain.optional = True
	exact = counted = outside = 0
	wrong = collections.Counter()
	for user, kernel, count in read_stacks(sys.stdin, program):
		equal = [c for c in chains if c.matches(user, kernel)]
		for chain in equal:
			chain.seen += count
		if not within.search(user):
			outside += count
			wrong["outside", user] += count
			continue
		counted += count
		exact += count if equal else 0
		if not equal:
			wrong["different", user] += count
	return report(program, chains, exact, counted, outside, wrong)


if __name__ == "__main__":
	sys.exit(main())
