# SPDX-License-Identifier: GPL-2.0-or-later
"""How many user frames have no name, ours beside perf script's, on the programs of roots.py; and of which files those are."""
import collections, re, subprocess

import roots
from measure import cache_at, ours, path, records, row

NOT_USER = (1, 5) # kinds of modules: kernel, mark


def measure(reps, seconds):
    env = cache_at("roots")
    print("user frames without a name, at 999 Hz")
    for name, argv in roots.runnable():
        program(name, argv, seconds / 3, env)


def program(name, argv, length, env):
    roots.run(ours("pb-record", "-q", "-F", 999, "-d", length, "-o", path("roots/ours.pb"), "--", *argv), env=env)
    said = subprocess.run(ours("pb-symbolize", "-v", path("roots/ours.pb")), capture_output=True)
    dump = subprocess.run(ours("pb-dump"), input=said.stdout, capture_output=True, check=True).stdout.decode(errors="replace")
    all, unnamed = frames(dump)
    theirs, what = of_perf(argv, length)
    mine = share(unnamed.total(), all)
    row(f"{name}, {all} frames", mine, theirs, what, "%", "lower", theirs is None or mine is None or mine <= theirs)
    for file, n in unnamed.most_common(4):
        print(f"    {n} in {file}")
    for reason in sorted(set(re.findall(r"no symbols for .*? in .*: (.*)", said.stderr.decode(errors="replace")))):
        print(f"    {reason}")


def share(part, all):
    return 100 * part / all if all else None


def frames(dump):
    """(user frames of all samples, those without a name by file), in pb-dump's text of one segment."""
    modules, places, stacks, named = [], [], [], set()
    all, unnamed, samples = 0, collections.Counter(), collections.Counter()
    for kind, _, field in records(dump, "module", "frame", "stack", "name", "sample"):
        if kind == "module":
            modules.append(None if int(field["kind"]) in NOT_USER and field["path"] != "[unknown]" else field["path"])
        elif kind == "frame":
            places.append(modules[int(field["module"])])
        elif kind == "stack":
            stacks.append((field["parent"], int(field["frame"])))
        elif kind == "name":
            named.add(int(field["frame"]))
        else:
            samples[int(field["stack"])] += int(field["count"])
    for stack, n in samples.items():
        at = str(stack)
        while at != "-":
            at, frame = stacks[int(at)]
            all += n if places[frame] else 0
            if places[frame] and frame not in named:
                unnamed[places[frame]] += n
    return all, unnamed


def of_perf(argv, length):
    """(percent, how) of perf's frames, unwound by DWARF."""
    text, what = roots.perf_text(["--call-graph", "dwarf"], argv, length / 2)
    if not text:
        return None, what
    with open(text, errors="replace") as lines:
        found = [frame for frame in map(roots.frame_of, lines) if frame and roots.is_user(frame)]
    return share(sum(frame.symbol == "[unknown]" for frame in found), len(found)), what
