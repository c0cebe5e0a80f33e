# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the names are llvm-symbolizer's: of every place of user code that was seen on the whole machine while each of the
programs of roots.py ran. It asks the same debug file; another name counts as the same where both are symbols of one address."""
import collections, functools, os, re, subprocess

import names, roots
from measure import cache_at, have, ours, path, records, row

NATIVE, KERNEL = "0", "1" # kinds of modules
SHOWN = 20 # names that differ


def measure(reps, seconds):
    if not have("llvm-symbolizer"):
        print("names beside llvm-symbolizer: left out, none here")
        return
    env, counts, others = cache_at("roots"), collections.Counter(), set()
    for _, argv in roots.runnable():
        roots.run(ours("pb-record", "-q", "-a", "-F", 999, "-d", seconds / 3, "-o", path("same.pb"), "--", *argv), env=env)
        compare(path("same.pb"), counts, others)
    aliases = {other for other in others if are_aliases(*other)}
    row(f"names: {counts['places']} places, without ours", counts["only theirs"], None, "", "", "0", not counts["only theirs"], 0)
    row("  only we have one", counts["only ours"], digits=0)
    row("  neither has", counts["neither"], digits=0)
    row("  another depth of inlining", counts["depth"], digits=0)
    row(f"  spelt otherwise {len(others)}, at other addresses", len(others - aliases), digits=0)
    for debug, _, mine, theirs in sorted(others - aliases)[:SHOWN]:
        print(f"    {mine} | {theirs} | {debug}")


def compare(file, counts, others):
    """Adds to counts, and to others (debug file, mapped file, our name, theirs)."""
    modules, frames, chains, called = parse(file)
    places = collections.defaultdict(list)
    for i, (module, offset) in enumerate(frames):
        kind, mapped, _ = modules[module]
        if kind == NATIVE and os.path.isfile(mapped):
            for vaddr in roots.vaddrs(mapped, offset):
                places[module].append((i, vaddr - (i in called)))
    for module, asked in places.items():
        _, mapped, id = modules[module]
        debug = f"{names.DEBUG}/.build-id/{id[:2]}/{id[2:]}.debug"
        debug = debug if os.path.exists(debug) else mapped
        for (i, _), theirs in zip(asked, of_peer(debug, [vaddr for _, vaddr in asked])):
            mine = chains.get(i, [])
            counts["places"] += 1
            counts["depth"] += bool(mine and theirs) and len(mine) != len(theirs)
            if not (mine and theirs):
                counts["only ours" if mine else "only theirs" if theirs else "neither"] += 1
            elif plain(mine[-1]) != plain(theirs[-1]):
                others.add((debug, mapped, mine[-1], theirs[-1]))


def parse(file):
    """(modules, frames, names of a frame from what was inlined last to the function itself, frames that others were called from)"""
    named = subprocess.run(ours("pb-symbolize", "-q", file), capture_output=True, check=True).stdout
    dump = subprocess.run(ours("pb-dump"), input=named, capture_output=True, check=True).stdout.decode(errors="replace")
    modules, frames, stacks, functions, chains = [], [], [], {}, collections.defaultdict(list)
    for kind, number, field in records(dump, "module", "frame", "stack", "function", "name"):
        if kind == "module":
            modules.append((field["kind"], field["path"], field["build_id"]))
        elif kind == "frame":
            frames.append((int(field["module"]), int(field["offset"], 0)))
        elif kind == "stack":
            stacks.append((field["parent"], int(field["frame"])))
        elif kind == "function":
            functions[int(number)] = field["name"]
        else:
            chains[int(field["frame"])].append(functions[int(field["function"])])
    in_kernel = lambda frame: modules[frames[frame][0]][0] == KERNEL
    calls = ((stacks[int(parent)][1], frame) for parent, frame in stacks if parent != "-")
    return modules, frames, chains, {caller for caller, frame in calls if in_kernel(caller) == in_kernel(frame)}


def of_peer(debug, vaddrs):
    """Its names for each address, as those of parse()."""
    said = subprocess.run(["llvm-symbolizer", "--obj=" + debug, "-C", "--inlines"], input="".join(f"{v:#x}\n" for v in vaddrs),
                          capture_output=True, text=True, errors="replace").stdout
    return [[name for name in answer.strip("\n").split("\n")[0::2] if name != "??"] for answer in said.split("\n\n")]


def plain(name):
    """Without arguments, versions, a compiler's suffixes and what else is spelt in several ways; and without its scope."""
    name = re.sub(r"@.*|\[clone.*?\]|\[abi:\w+\]|\.(part|constprop|isra|cold|llvm|lto_priv)(\.\d+)*|::h[0-9a-f]{16}$|\s", "", name)
    name = name.replace("(anonymousnamespace)", "{anonymous}").partition("(")[0]
    while re.search(r"<[^<>]*>", name):
        name = re.sub(r"<[^<>]*>", "", name)
    return name.rpartition("::")[2]


def are_aliases(debug, mapped, mine, theirs):
    both = [addresses(file) for file in {debug, mapped}]
    return any(table.get(plain(mine), set()) & table.get(plain(theirs), set()) for table in both)


@functools.lru_cache(None)
def addresses(file):
    """Of the symbols, by their plain name."""
    found = collections.defaultdict(set)
    for options in ([], ["-D"]):
        said = subprocess.run(["nm", *options, "-C", "--defined-only", file], capture_output=True, text=True, errors="replace").stdout
        for address, name in re.findall(r"^([0-9a-f]+) \S (.*)$", said, re.M):
            found[plain(name)].add(int(address, 16))
    return found
