# SPDX-License-Identifier: GPL-2.0-or-later
"""What unwinding by tables costs, against frame pointers, and what it misses when programs come and go."""
import collections, glob, os, shutil, subprocess

from measure import TOP, Load, Run, Tally, cache_at, compiled, have, median, ours, path, row, sampling_cost, slow_down

LIBRARIES = 16


def measure(reps, seconds):
    frames(reps, seconds)
    tables(reps)
    own_cpu(max(1, reps // 2), 50 if reps == 1 else 200)
    slower(2 * reps - 1)
    stream(seconds)
    storms(seconds)


def recording(how, file, *args):
    return ours("pb-record", "-q", "--unwind", how, "-F", 999, "-o", path(file), *args)


# ---- the sampling program ----

def frames(reps, seconds):
    """Ours on a program without frame pointers, the kernel's way on the same with them. The program keeps one cpu to
    itself and that one is sampled, so nearly all runs are delivered; the others count as what they cost alone."""
    programs = {"auto": compiled("deep", "deep.c", "-fomit-frame-pointer"),
                "fp": compiled("deep-fp", "deep.c", "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls")}
    seconds = max(seconds // 3, 2)
    filtered = sampling_cost(recording("none", "deep.pb", "-C", 0, "-d", seconds, "--", "sleep", 60), seconds - 0.5)
    cost = lambda how, program, depth: median(delivered_cost(how, program, depth, seconds, filtered) for _ in range(reps))
    at = {(how, depth): cost(how, program, depth) for depth in (20, 100) for how, program in programs.items()}
    row("a sample of 20 frames, in the kernel", at["auto", 20], at["fp", 20], "fp", "ns", "<= 5,000", at["auto", 20] <= 5000, 0)
    row("  of 100 frames", at["auto", 100], at["fp", 100], "fp", "ns", digits=0)
    slope = {how: (at[how, 100] - at[how, 20]) / 80 for how in programs}
    row("  a frame", slope["auto"], slope["fp"], "fp", "ns", "<= 250", slope["auto"] <= 250, 0)
    row("  without unwinding (--unwind none)", cost("none", programs["auto"], 20), unit="ns", digits=0)


def delivered_cost(how, program, depth, seconds, filtered):
    """Nanoseconds per run that is delivered."""
    above = 3 if how == "fp" else 0 # what glibc has above main keeps no frame pointers
    alone = ["chrt", "-f", 1, "taskset", "-c", 0]
    argv = recording(how, "deep.pb", "-C", 0, "-d", seconds, "--", *alone, program, depth + above, seconds + 5)
    cost, tally = sampling_cost(argv, seconds - 0.5), Tally(path("deep.pb"))
    if how != "none" and depth_of(path("deep.pb")) != depth:
        print(f"--unwind {how}: not {depth} but {depth_of(path('deep.pb'))} frames")
    return (cost * tally.fired - filtered * tally.filtered) / tally.delivered


def depth_of(file):
    """Frames of most samples."""
    text = subprocess.run(f"build/pb-symbolize -q '{file}' | build/pb-fold", shell=True, cwd=TOP, capture_output=True,
                          text=True, check=True).stdout
    depths = collections.Counter()
    for stack, count in (line.rsplit(" ", 1) for line in text.splitlines()):
        depths[stack.count(";")] += int(count)
    return depths.most_common(1)[0][0]


# ---- tables ----

def tables(reps):
    """Made from the file, loaded from the cache, and how much of the kernel's memory they take."""
    rows, cache = "build/tests/unwind/rows", "build/tests/unwind/cache"
    subprocess.run(["make", "-s", "-C", TOP, rows, cache], check=True)
    for name, file in binaries().items():
        made = [facts([rows, file]) for _ in range(reps)]
        loaded = facts([cache, "-t", file], cache_at("tables"))
        cold, warm, size = median(m["ms"] for m in made), loaded["load"], made[0]["chunks"] * 4096 / 1e6
        big = name == "libLLVM-14"
        row(f"table of {name}, {made[0]['rows']:,.0f} rows: made", cold, None, "", "ms", "<= 300" if big else "",
            cold <= 300 if big else None, 1)
        row("  from the cache", warm, None, "", "ms", "<= 50" if big else "", warm <= 50 if big else None)
        row("  size", size, None, "", "MB", "<= 8" if big else "", size <= 8 if big else None)


def binaries():
    """Those of these that are installed."""
    listed = {"libc": "/usr/lib/x86_64-linux-gnu/libc.so.6", "python3": "/usr/bin/python3", "node": shutil.which("node"),
              "libLLVM-14": next(iter(glob.glob("/usr/lib/x86_64-linux-gnu/libLLVM-14*.so*")), None)}
    for name, file in listed.items():
        if not file or not os.path.exists(file):
            print(f"no {name} here")
    return {name: file for name, file in listed.items() if file and os.path.exists(file)}


def facts(argv, env=None):
    """The numbers of a line of NAME=NUMBER."""
    line = subprocess.run(argv, cwd=TOP, capture_output=True, text=True, check=True, env=env).stdout.splitlines()[0]
    return {name: float(value) for name, value in (word.split("=") for word in line.split() if "=" in word)}


# ---- the command, and those it looks at ----

def own_cpu(reps, processes):
    """pb-record's own cpu time while compilers run, with tables to be made, with tables in the cache, without tables."""
    def job():
        subprocess.run(["bash", "-c", f"""for ((i = 0; i < {processes}; )); do for f in lib/*/*.c; do
            ((i++ < {processes})) && echo $f; done; done | xargs -P {os.cpu_count()} -n 1 gcc -O1 -std=c11 -D_GNU_SOURCE \
            -Ilib -I. -Ibuild/bpf -S -o /dev/null 2>/dev/null"""], cwd=TOP)

    for rate in (99, 999):
        cpu = {"cold": [], "warm": [], "fp": []}
        for _ in range(reps):
            env = cache_at("own")
            for way, all in cpu.items():
                argv = ours("pb-record", "-q", "--unwind", "fp" if way == "fp" else "auto", "-F", rate, "-o", path("own.pb"))
                all.append(Run(argv, meanwhile=job, env=env).cpu)
        fp = median(cpu["fp"])
        row(f"own cpu, {rate} Hz, {processes} compilers: cold cache", median(cpu["cold"]), fp, "fp", "s", digits=3)
        row("  warm cache", median(cpu["warm"]), fp, "fp", "s", digits=3)


def slower(reps):
    slow = slow_down({how: recording(how, "slow.pb") for how in ("auto", "fp")}, reps)
    row("slow-down of a cpu-bound load at 999 Hz", slow["auto"], slow["fp"], "fp", "%", "<= fp + 2 points",
        slow["auto"] <= slow["fp"] + 2)


def stream(seconds):
    size = {}
    with Load():
        for how in ("auto", "fp"):
            Run(recording(how, "size.pb", "-d", seconds))
            size[how] = os.path.getsize(path("size.pb")) / Tally(path("size.pb")).delivered
    row(f"bytes per sample, {seconds} s of compilers", size["auto"], size["fp"], "fp", "B", "<= 16", size["auto"] <= 16, 1)


# ---- programs that come and go ----

def storms(seconds):
    """The share of stacks that are met before their mapping or table is known."""
    programs = [p for p in ("git", "perl", "python3", "gcc", "ld", "xz", "sed", "tar", "bash", "make") if have(p)]
    libraries = [compiled(f"library{i}.so", "dlopens.c", "-shared", "-fPIC", f"-DLIBRARY={i}") for i in range(LIBRARIES)]
    maps = compiled("maps", "maps.c", "-pthread")
    storm("2,000 execs a minute, cold cache", cache_at("storm"), compiled("execs", "execs.c"), seconds, 2000, *programs)
    warm = {**os.environ, "XDG_CACHE_HOME": path("cache-storm")}
    storm("2,000 execs a minute", warm, path("execs"), seconds, 2000, *programs)
    storm(f"{LIBRARIES} libraries by dlopen", warm, compiled("dlopens", "dlopens.c"), seconds, *libraries)
    storm("500 threads map data", warm, maps, seconds, 500)
    storm("500 threads run new code", warm, maps, seconds, 500, "code")


def storm(what, env, *argv):
    Run(recording("auto", "storm.pb", "--", *argv), env=env)
    tally = Tally(path("storm.pb"))
    early, causes = tally.early(), ", ".join(f"{cause} {n}" for cause, n in tally.stacks.most_common())
    row(what + ": met too early", early, None, "", "%", "<= 0.5", early <= 0.5)
    row("  samples that do not add up", abs(tally.fired - tally.delivered - tally.filtered - tally.lost), None, "", "",
        "0", tally.adds_up(), 0)
    row("  root reached", tally.rooted(), None, "", "%", "")
    print(f"    {causes}; lost {tally.lost}")
