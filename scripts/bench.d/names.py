# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast places get names: recordings beside perf script and others, and places of single files, with what was inlined
there and without, beside llvm-symbolizer and addr2line.
"""
import glob, os, random, re, subprocess

import measure as bench
from measure import Load, Run, compiled, have, median, ours, path, perf, pipeline, row

PLACES = 19000
BIG = 100 << 20 # bytes of debug information
DEBUG = "/usr/lib/debug"


def measure(reps, seconds):
    recorded(reps, seconds)
    for subject in subjects():
        of_file(subject, reps)
    if have("node"):
        first_name(reps)
        demangling(reps)
        inlines_of_node(reps, seconds)


def recorded(reps, seconds):
    """From a recording to folded text with names; and the cpu time of all that against peers that do it at once."""
    for load in Load.KINDS:
        with Load(load):
            recorded = Run(ours("pb-record", "-q", "-F", 999, "-d", seconds, "-o", path("names.pb")))
            if have("perf"):
                perf("-F", "999", "-o", path("names.data"), "--", "sleep", str(seconds))
        mine, peer = [], []
        for _ in range(reps):
            mine.append(pipeline(ours("pb-symbolize", "--no-inlines", path("names.pb")), ours("pb-fold"), out=path("names.folded")))
            if have("perf"):
                peer.append(pipeline(["perf", "script", "--no-inline", "-i", path("names.data")], out=path("names.script")))
        wall, peer_wall = median(w for w, _ in mine), median(w for w, _ in peer) if peer else None
        row(f"recording of {seconds} s, {load}, to folded text", wall, peer_wall, "perf script", "s", ">= 20 times faster",
            peer_wall >= 20 * wall if peer else None, 3)
        cpu = median(c for _, c in mine)
        row("  cpu", cpu, median(c for _, c in peer) if peer else None, "perf script", "s", digits=3)
        at_once(load, seconds, recorded.cpu + cpu)


def at_once(load, seconds, mine):
    """Peers that record, name and fold in one process."""
    for name, argv in (("bpftrace", ["bpftrace", "-e", "profile:hz:999 { @[kstack, ustack, comm] = count(); }"]),
                       ("profile-bpfcc", ["profile-bpfcc", "-F", "999", "-f"])):
        if not have(name):
            continue
        with Load(load), open(path(name), "w") as out:
            theirs = Run(argv, stop_after=seconds, stdout=out, may_fail=True)
        row("  recording included, all cpu", mine, theirs.cpu if theirs.good else None,
            name if theirs.good else f"no {name}", "s")


# ---- single files ----

class Subject:
    """A file with debug information, the one that was mapped, and places in its code."""

    def __init__(self, name, debug, mapped=None):
        self.name, self.debug, self.mapped = name, debug, mapped or debug
        address, offset, size = section(debug, ".text")
        _, offset, _ = section(self.mapped, ".text") if mapped else (0, offset, 0)
        step = max(1, size // PLACES)
        steps = list(range(0, size, step))[:PLACES]
        self.n = len(steps)
        with open(path("places"), "w") as f: # in order, which is what the peers like best
            f.writelines(f"{address + i:#x}\n" for i in steps)
        offsets = [segment_offset(debug, address) + i for i in steps] if not mapped else [offset + i for i in steps]
        with open(path("places.pb"), "wb") as f:
            f.write(stream(self.mapped, build_id(debug), offsets))


def readelf(file, *options):
    return subprocess.run(["readelf", "-W", *options, file], capture_output=True, text=True).stdout


def section(file, name):
    """(address, offset, size)"""
    found = re.search(rf"\] {re.escape(name)} +\S+ +(\S+) (\S+) (\S+)", readelf(file, "-S"))
    return [int(x, 16) for x in found.groups()] if found else None


def segment_offset(file, address):
    """Where code is in the file that was mapped, by the program headers of what may be its debug file only."""
    at, result = 0, None
    for offset, vaddr, filesz, memsz, flags, align in re.findall(
            r"LOAD +(\S+) (\S+) \S+ (\S+) (\S+) (.{3}) (\S+)", readelf(file, "-l")):
        offset, vaddr, filesz, memsz, align = (int(x, 16) for x in (offset, vaddr, filesz, memsz, align))
        at += (vaddr - at) % align
        if vaddr <= address < vaddr + memsz:
            result = address - vaddr + (offset if filesz == memsz else at)
        at += memsz
    return result


def build_id(file):
    found = re.search(r"Build ID: (\w+)", readelf(file, "-n"))
    return found.group(1) if found else ""


def stream(file, id, offsets):
    text = ['segment host="bench" release="6.1" arch="x86_64" cpus=1', 'event name="cpu-clock" unit="samples" frequency=99',
            f'module kind=0 build_id={id} path="{file}"', *(f"frame module=0 offset={o}" for o in offsets),
            *(f"stack frame={i}" for i in range(len(offsets))), 'task pid=1 tid=1 start=0 comm="x"',
            "window event=0 start=0 end=1", *(f"sample task=0 cpu=0 stack={i} count=1" for i in range(len(offsets))), "end", ""]
    return subprocess.run(ours("pb-dump", "-r"), input="\n".join(text).encode(), stdout=subprocess.PIPE, check=True).stdout


def subjects():
    if have("g++"):
        yield Subject("C++, -O2 -g", compiled("templates", "templates.cc", "-std=c++17", "-g", "-DINSTANCES=6", compiler="g++"))
    libc = os.path.realpath("/lib/x86_64-linux-gnu/libc.so.6")
    id = os.path.exists(libc) and build_id(libc)
    debug = id and f"{DEBUG}/.build-id/{id[:2]}/{id[2:]}.debug"
    if debug and os.path.exists(debug):
        yield Subject("libc with its debug file", debug, libc)
    else:
        print("libc with its debug file: left out, no libc6-dbg here")
    if have("node"):
        yield Subject("node", os.path.realpath(bench.shutil.which("node")))
    big = max(glob.glob(f"{DEBUG}/.build-id/*/*.debug"), key=os.path.getsize, default=None)
    if big and os.path.getsize(big) >= BIG:
        yield Subject(f"{os.path.getsize(big) >> 20} MB of debug file", big)
        inflated = path("big.debug")
        subprocess.run(["objcopy", "--decompress-debug-sections", big, inflated], check=True)
        yield Subject(f"  the same, decompressed: {os.path.getsize(inflated) >> 20} MB", inflated)
        os.unlink(inflated)
    else:
        print(f"a debug file of {BIG >> 20} MB: left out, none here (openjdk-17-dbg has one)")


def peers(subject, inlines):
    if have("llvm-symbolizer"):
        yield "llvm-symbolizer", ["llvm-symbolizer", f"--obj={subject.debug}", "-C", "--inlines" if inlines else "--no-inlines"]
    if have("addr2line") and inlines: # without it is as slow
        yield "addr2line", ["addr2line", "-e", subject.debug, "-Cfi"]


def timed(argv, reps, stdin=None, limit=60):
    """Median seconds, and bytes of memory, of a command that reads a file; None when it takes too long. Memory reads as
    Python's own where a command has less."""
    runs = []
    for _ in range(reps):
        quoted = " ".join(f"'{a}'" for a in argv)
        run = Run(["sh", "-c", f"exec timeout {limit} {quoted} <'{stdin or '/dev/null'}' >/dev/null"], may_fail=True)
        if not run.good:
            return None
        runs.append(run)
    return median(r.seconds for r in runs), max(r.memory for r in runs)


def of_file(subject, reps):
    for what, inlines, options, times in (("inlines", True, [], 5), ("none, lines", False, ["--no-inlines", "--lines"], None),
                                          ("none", False, ["--no-inlines"], 10)):
        seconds, memory = timed(ours("pb-symbolize", "-q", *options, path("places.pb")), reps)
        for name, argv in peers(subject, inlines):
            found = timed(argv, reps if name != "addr2line" else 1, path("places"))
            what_all = f"{subject.name}: {subject.n} places, {what}"
            if not found:
                row(what_all, seconds, None, f"{name} > 60", "s", digits=3)
                continue
            goal = times if name == "llvm-symbolizer" else None
            row(what_all, seconds, found[0], name, "s", f">= {times} times faster" if goal else "",
                seconds * times <= found[0] if goal else None, 3)
            row("  peak memory", memory / 1e6, found[1] / 1e6, name, "MB", "<= half" if goal else "",
                memory * 2 <= found[1] if goal else None, 1)


def first_name(reps):
    """Of a large program, its symbol table to be read first."""
    node = os.path.realpath(bench.shutil.which("node"))
    with open(path("place.pb"), "wb") as f:
        f.write(stream(node, build_id(node), [section(node, ".text")[1] + 0x1000]))
    seconds, _ = timed(ours("pb-symbolize", "-q", path("place.pb")), max(reps, 5))
    row("node: to the first name", 1000 * seconds, None, "", "ms", "<= 50", seconds <= 0.05)


def demangling(reps):
    """Of node's names: what it takes more than without, beside c++filt and what that takes to copy as much text."""
    Subject("node", os.path.realpath(bench.shutil.which("node")))
    cpu = lambda argv: min(Run(argv, stdout=subprocess.DEVNULL).cpu for _ in range(max(reps, 15)))
    symbolize = ours("pb-symbolize", "-q", "--no-inlines", path("places.pb"))
    names = re.findall(r'^function .*name="(_.*)"$', subprocess.run(
        f"'{symbolize[0]}' -q --no-inlines --no-demangle '{path('places.pb')}' | '{ours('pb-dump')[0]}'", shell=True,
        capture_output=True, text=True).stdout, re.M)
    for file, texts in (("mangled", names), ("plain", ["x" * len(name) for name in names])):
        with open(path(file), "w") as f:
            f.writelines(text + "\n" for text in texts)
    filter = lambda file: ["sh", "-c", f"exec c++filt <'{path(file)}' >/dev/null"]
    mine = cpu(symbolize) - cpu([*symbolize, "--no-demangle"])
    theirs = cpu(filter("mangled")) - cpu(filter("plain"))
    row(f"demangling {len(names)} names of node, cpu", 1000 * mine, 1000 * theirs, "c++filt", "ms", ">= its rate", mine <= theirs)


def inlines_of_node(reps, seconds):
    """A profile of node's to text, with inlined functions; perf script is given two minutes."""
    load = ["node", os.path.join(bench.HERE, "roots", "load.js")]
    Run(ours("pb-record", "-q", "-F", 999, "-d", seconds, "-o", path("node.pb"), "--", *load))
    mine = median(pipeline(ours("pb-symbolize", path("node.pb")), ours("pb-fold"), out=path("node.folded"))[0] for _ in range(reps))
    theirs, what = None, "no perf"
    if have("perf"):
        subprocess.run(["timeout", "-s", "INT", str(seconds), "perf", "record", "-q", "--buildid-mmap", "-g", "-e", "cpu-clock",
                        "-F", "999", "-o", path("node.data"), "--", *load], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        run = Run(["sh", "-c", f"exec timeout 120 perf script --inline -i '{path('node.data')}' >/dev/null 2>&1"], may_fail=True)
        theirs, what = (run.seconds, "perf script") if run.good else (None, "perf script > 120")
    row(f"node, {seconds} s, with inlines", mine, theirs, what, "s", "<= 1", mine <= 1, 3)
