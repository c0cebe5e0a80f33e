# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether user stacks are right: those of the packaged programs, address by address, beside perf's by DWARF.

Both recorders sample one run of a program. Their timers drift over each other, and where one expires while the other is
served the kernel takes both samples at the same instant: these have to be equal, from the innermost instruction to the
root. What was not sampled together is compared by what occurs at all: how many of perf's stacks, and of their callers, are
in as many samples of ours, and as a control in as many others of perf's.
"""
import bisect, collections, os, random, re, subprocess

import roots
from measure import TOP, Tally, cache_at, ours, path, row

GOAL = 99
LEAST = 100 # stacks that tell anything
RATE, PEER_RATE = 15000, 999
INSTANT = 15000 # ns that two samples of one instant are apart at the most: less than what comes between two instants
SHOWN = 4 # causes of differences

# How perf follows callers, and by how much the addresses that it gives of them are below those they return to.
DWARF, FRAME_POINTERS = ("dwarf,65528", 1), ("fp", 0)

# Programs made of code that keeps frame pointers and has no unwind information that perf finds.
KEEP_FRAME_POINTERS = ("node", "Go")

Frame = collections.namedtuple("Frame", "file offset") # of callers, where they are returned to
Pair = collections.namedtuple("Pair", "mine their")


class Sample(collections.namedtuple("Sample", "time tid frames mixed", defaults=[False])):
    """One user stack, the innermost frame first. mixed: perf takes the tables from somewhere else."""

    def early(self):
        """Taken before the tables were there."""
        return self.frames[-1].file in {f"[{cause}]" for cause in Tally.EARLY}


def measure(reps, seconds):
    subprocess.run(["make", "-s", "-C", TOP, "build/tests/unwind/rows"], check=True)
    print("user stacks of one instant that are equal to perf's, where perf's have a root")
    env, length = cache_at("equal"), 4 if seconds > 3 else 2
    for name, argv in roots.runnable("perf"):
        if name.startswith("java"): # perf finds no way through its compiled code
            continue
        roots.run(recorder("-F", 99, "-d", 1, "--", *argv), env=env)
        compare(name, argv, length, env, DWARF)
        if name in KEEP_FRAME_POINTERS:
            compare("  by frame pointers", argv, length, env, FRAME_POINTERS)


def compare(name, argv, length, env, way):
    names = {}
    record(argv, length, env, way)
    mine, theirs = list(samples_of_ours(names)), list(samples_of_perf(names, way))
    pairs = list(instants(mine, theirs))
    known = [pair for pair in pairs if not pair.mine.early() and not pair.their.mixed]
    whole = ends_at_root({sample.frames[-1] for pair in known for sample in pair}, names)
    compared = [pair for pair in known if has_root(pair.their, whole)]
    differ = [pair for pair in compared if not equal(*pair, names, whole, way)]
    if len(compared) >= LEAST:
        share = 100 - 100 * len(differ) / len(compared)
        row(f"{name}, {len(compared)} of {len(known)}", share, None, "", "%", f">= {GOAL}", share >= GOAL)
    else:
        print(f"{name}: {len(compared)} of {len(known)} stacks of perf have a root, which are too few to say anything")
    if way is DWARF and compared:
        by_chance(mine, [their for their in theirs if not their.mixed], names, whole)
    causes("differ", differ, names, way)
    no_root = [pair for pair in known if not has_root(pair.their, whole)]
    other = [pair for pair in no_root if common(*pair, way)[1] < len(pair.their.frames)]
    causes(f"of {len(no_root)} without a root in perf's differ before that", other, names, way)
    if len(known) < len(pairs):
        early, mixed = sum(pair.mine.early() for pair in pairs), sum(pair.their.mixed for pair in pairs)
        print(f"    left out: {early} met before ours had its tables, {mixed} that perf has wrong tables for")


# ---- both recordings ----

def recorder(*args):
    return ours("pb-record", "-q", "--timestamps", "-o", path("roots/ours.pb"), *args)


def record(argv, length, env, way):
    """One run under both, always at the same addresses, with tables in the cache. perf is what starts the program, since
    it takes all that it has seen of a process before an exec for mapped."""
    for file in path("roots/ours.pb"), path("roots/perf.data"):
        if os.path.exists(file):
            os.remove(file)
    peer = ["perf", "record", "-q", "--buildid-mmap", "-k", "CLOCK_MONOTONIC", "-m", "16M", "-e", "cpu-clock", "-F",
            str(PEER_RATE), "--call-graph", way[0], "-o", path("roots/perf.data"), "--"]
    both = ["timeout", "--foreground", "-s", "INT", str(length), "setarch", "-R", *peer, *argv]
    roots.run(recorder("-F", RATE, "--", *both), env=env)


def samples_of_ours(names):
    stacks, frames, modules, threads, functions = {}, {}, {}, {}, {}
    for kind, number, field in records(path("roots/ours.pb")):
        if kind == "timed" and stacks[field["stack"]]:
            yield Sample(zero + int(field["time"]), threads[field["task"]], stacks[field["stack"]])
        elif kind == "stack":
            frame, above = frames[field["frame"]], stacks.get(field["parent"], ())
            stacks[number] = above if frame.file == "[kernel]" else (frame, *above)
        elif kind == "frame":
            frames[number] = Frame(modules[field["module"]], int(field["offset"], 16))
        elif kind == "module":
            modules[number] = {"1": "[kernel]", "4": "[anon]"}.get(field["kind"], field["path"])
        elif kind == "task":
            threads[number] = field["tid"]
        elif kind == "function":
            functions[number] = field["name"]
        elif kind == "name":
            names[frames[field["frame"]]] = functions[field["function"]]
        elif kind == "segment":
            zero = int(field["monotonic"])


def records(file):
    """(kind, id, fields) of a stream's records."""
    with open(path("roots/ours.txt"), "w+b") as text:
        subprocess.run(f"build/pb-symbolize -q '{file}' | build/pb-dump", shell=True, cwd=TOP, stdout=text, check=True)
        text.seek(0)
        for line in text:
            kind, _, rest = line.decode(errors="replace").partition(" ")
            number = rest[1:].partition(" ")[0] if rest[:1] == "#" else None
            yield kind, number, {key: value.strip('"') for key, value in re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)', rest)}


def samples_of_perf(names, way):
    head, frames, images = None, [], Images()
    for line in script():
        start = re.fullmatch(r" *(\d+)/(\d+) +(\d+)\.(\d{9}): *(PERF_RECORD_.*)?\n", line)
        frame = re.fullmatch(r"\s+([0-9a-f]+) (.*?) \((/.*|\[.*\]|[^()]*)\)\n", line)
        if start and start[5]:
            images.event(start[1], start[5])
        elif start:
            head, frames = start, []
        elif frame and int(frame[1], 16) < 1 << 63:
            is_file = frame[3].startswith("/") and not frame[3].startswith("/tmp/perf-") or frame[3] == "[vdso]"
            frames.append(Frame(frame[3] if is_file else "[anon]", int(frame[1], 16) + (way[1] if frames else 0)))
            names[frames[-1]] = frame[2]
        elif not line.strip() and frames:
            yield Sample(int(head[3] + head[4]), head[2], tuple(frames), images.mixed(head[1], frames))
            frames = []


class Images:
    """Where each process has its files. perf takes the lowest place where one ever was for its base, also those of the
    programs that ran in the process, and in its parent, before; then it finds wrong tables or none."""

    def __init__(self):
        self.now, self.ever = collections.defaultdict(dict), collections.defaultdict(dict)

    def event(self, pid, text):
        fork = re.match(r"PERF_RECORD_FORK\((\d+):\d+\):\((\d+):", text)
        place = re.match(r"PERF_RECORD_MMAP2 .*: \[0x([0-9a-f]+)\(.*\]: \S+ (.*)", text)
        if fork and fork[1] != fork[2]:
            self.now[fork[1]], self.ever[fork[1]] = dict(self.now[fork[2]]), dict(self.ever[fork[2]])
        elif text.startswith("PERF_RECORD_COMM exec"):
            self.now[pid].clear()
        elif place:
            for image in self.now[pid], self.ever[pid]:
                image[place[2]] = min(image.get(place[2], 1 << 64), int(place[1], 16))

    def mixed(self, pid, frames):
        return any(self.now[pid].get(file) != self.ever[pid].get(file) for file in {frame.file for frame in frames})


def script():
    """The lines of perf script."""
    text = path("roots/perf.txt")
    if not roots.script(text, "--ns", "--max-stack", "1024", "--show-mmap-events", "--show-task-events",
                        "-F", "pid,tid,time,ip,sym,dso", "-i", path("roots/perf.data")):
        print("    perf script takes too long: a part of its recording")
    with open(text, errors="replace") as lines:
        yield from lines


# ---- of the same instant ----

def instants(mine, theirs):
    """Pairs of samples of one instant: of one thread, at about one time, at the same instruction."""
    threads = collections.defaultdict(list)
    for sample in sorted(mine):
        threads[sample.tid].append(sample)
    for their in theirs:
        all = threads[their.tid]
        at = bisect.bisect(all, (their.time,))
        for sample in all[max(at - 1, 0):at + 1]:
            if abs(sample.time - their.time) <= INSTANT and sample.frames[0] == their.frames[0]:
                yield Pair(sample, their)
                break


def ends_at_root(frames, names):
    """Those of outermost frames that are a root, by their name or since by the file's own unwind information nobody
    called."""
    named = {frame for frame in frames if is_root(frame, names)}
    return named | {frame for frame in frames - named if roots.ended_by_rule(frame.file, {frame.offset - 1: 1})}


def is_root(frame, names):
    return roots.ROOTS.fullmatch(roots.plain(names.get(frame, "")))


def has_root(sample, whole):
    """clone3() alone can be the one that called, too."""
    return sample.frames[-1] in whole and len(sample.frames) > 1


def equal(mine, their, names, whole, way):
    """Whether two stacks are. perf leaves out at times what is above libc's first function."""
    frames, n = common(mine, their, way)
    return n == len(their.frames) and all(is_root(frame, names) or frame in whole for frame in frames[n:])


def common(mine, their, way):
    """Our frames, and how many of them, from the innermost on, are perf's. Frame pointers skip the caller of a function
    without a frame."""
    ways = [mine.frames, (mine.frames[0], *mine.frames[2:])] if way is FRAME_POINTERS else [mine.frames]
    length = lambda frames: next((i for i, (a, b) in enumerate(zip(frames, their.frames)) if a != b),
                                 min(len(frames), len(their.frames)))
    return max(((frames, length(frames)) for frames in ways), key=lambda found: found[1])


def causes(what, pairs, names, way):
    if pairs:
        print(f"    {len(pairs)} {what}:")
    for where, n in collections.Counter(parting(*pair, names, way) for pair in pairs).most_common(SHOWN):
        print(f"        {n} {where}")


def parting(mine, their, names, way):
    """Where two stacks part, seen from the innermost frame."""
    frames, at = common(mine, their, way)
    show = lambda frames: label(frames[at], names) if at < len(frames) else "nothing"
    return f"above {label(frames[at - 1], names)} ours has {show(frames)}, perf {show(their.frames)}"


def label(frame, names):
    if frame.file.startswith("["):
        return frame.file
    name, file = names.get(frame, "[unknown]"), os.path.basename(frame.file)
    return f"{file}+{frame.offset:#x}" if name == "[unknown]" else f"{name[:40]} ({file})"


# ---- of any time ----

def by_chance(mine, theirs, names, whole):
    asked, control = [their for their in theirs[::2] if has_root(their, whole)], theirs[1::2]
    tids = {their.tid for their in theirs}
    mine = [sample for sample in mine if sample.tid in tids]
    mine = random.Random(1).sample(mine, min(len(control), len(mine)))
    for what, parts in (("all callers together", chain), ("each caller", edges)):
        shares = []
        for samples in mine, control:
            there = {part for sample in samples for part in parts(sample, names)}
            shares.append(100 * sum(there.issuperset(parts(their, names)) for their in asked) / max(1, len(asked)))
        row(f"  {what} in {len(mine)} of any time", *shares, "perf", "%")


def chain(sample, names):
    """The callers, up to libc's first function."""
    for n, frame in enumerate(sample.frames):
        if is_root(frame, names):
            return sample.frames[1:n + 1],
    return sample.frames[1:],


def edges(sample, names):
    (callers,) = chain(sample, names)
    return zip(callers, (*callers[1:], None))
