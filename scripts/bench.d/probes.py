# SPDX-License-Identifier: GPL-2.0-or-later
"""What an event of a probe costs, against bpftrace counting by stack on the same load, and how long it takes to attach many."""
import contextlib, os, signal, subprocess, time

from measure import TOP, Run, compiled, have, ours, path, programs_of, row, stats_enabled


def measure(reps, seconds):
    compiled("fires", "fires.c", "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls")
    costs(reps)
    slower(reps)
    attaching(reps)


# event, ours, bpftrace's
KINDS = [
    ("call", "uprobe", "uprobe:{}:called", "uprobe:{}:called {{ @[ustack] = count(); }}"),
    ("call", "uretprobe", "uretprobe:{}:called", "uretprobe:{}:called {{ @[ustack] = count(); }}"),
    ("mark", "usdt", "usdt:{}:bench:mark", "usdt:{}:bench:mark {{ @[ustack] = count(); }}"),
    ("syscall", "tracepoint", "syscalls:sys_enter_getppid",
     "tracepoint:syscalls:sys_enter_getppid {{ @[kstack, ustack] = count(); }}"),
    ("syscall", "raw_tp", "raw_tp:sys_enter", "rawtracepoint:sys_enter {{ @[kstack, ustack] = count(); }}"),
]


def events():
    """Of each kind that can be had here: its name, what fires it, and the commands that count it."""
    for what, name, mine, theirs in KINDS:
        mine, theirs = mine.format(path("fires")), theirs.format(path("fires"))
        if subprocess.run(ours("pb-record", "--list", mine), capture_output=True).returncode:
            print(f"{name}: not here")
            continue
        yield name, what, ours("pb-record", "-q", "-a", "-e", mine, "-o", path("probe.pb")), ["bpftrace", "-e", theirs]


def fires(what, n, work):
    return float(subprocess.run([path("fires"), what, str(n), str(work)], capture_output=True, text=True, check=True).stdout)


@contextlib.contextmanager
def watched(argv):
    """A profiler that has begun, until the block ends. None: it did not."""
    with open(path("stderr"), "w") as said:
        process = subprocess.Popen(argv, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said)
    end = time.monotonic() + 30
    while not programs_of(process.pid) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.7)
    try:
        yield process if process.poll() is None else None
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


# ---- one event ----

def cost(argv, what):
    """Nanoseconds a run of the program that ran most."""
    n = 200_000
    with stats_enabled(), watched(argv) as process:
        if not process:
            return None
        fires(what, 1000, 0)
        before = programs_of(process.pid)
        fires(what, n, 0)
        after = programs_of(process.pid)
    grown = [(after[i][0] - before.get(i, (0, 0))[0], after[i][1] - before.get(i, (0, 0))[1]) for i in after]
    runs, ns = max(grown)
    return ns / runs if runs >= n / 2 else None


def costs(reps):
    for name, what, mine, theirs in events():
        all = [(cost(mine, what), cost(theirs, what) if have("bpftrace") else None) for _ in range(reps)]
        own = min(a for a, _ in all)
        peer = min((b for _, b in all if b), default=None)
        row(f"{name}: an event, in the kernel", own, peer, "bpftrace" if peer else "", "ns", "stated", digits=0)


# ---- a million a second ----

def slower(reps):
    """Seconds of a program that fires a million events, one each microsecond, in turns; the quickest run counts."""
    n, work = 1_000_000, 100
    work = max(1, int(work / (min(fires("call", 100_000, work) for _ in range(3)) * 10)))
    for name, what, mine, theirs in events():
        if name not in ("uprobe", "tracepoint"):
            continue
        ways = {"base": None, "ours": mine, "limited": [*mine, "--max-rate", "1000"]}
        if have("bpftrace"):
            ways["bpftrace"] = theirs
        times = {way: [] for way in ways}
        for _ in range(reps):
            for way, argv in ways.items():
                with watched(argv) if argv else contextlib.nullcontext(True) as good:
                    if good:
                        times[way].append(fires(what, n, work))
        slow = {way: min(t) / min(times["base"]) for way, t in times.items() if t}
        peer = slow.get("bpftrace")
        met = lambda way: slow[way] <= peer if peer else None
        row(f"a million {name} events a second: takes", slow["ours"], peer, "bpftrace", "x", "<= bpftrace", met("ours"))
        row("  with --max-rate 1000", slow["limited"], peer, "bpftrace", "x", "<= bpftrace", met("limited"))


# ---- many ----

def attaching(reps):
    """From start to end of a recording that records nothing."""
    for name, mine, theirs in ((f"attach and detach {tracepoints()} tracepoints", "syscalls:sys_enter_*", "tracepoint:syscalls:sys_enter_*"),
                               ("attach and detach 200 uprobes", f"uprobe:{path('fires')}:probe_*", f"uprobe:{path('fires')}:probe_*")):
        own, peer = [], []
        for _ in range(reps):
            own.append(Run(ours("pb-record", "-q", "-e", mine, "-d", "1ms", "-o", path("probe.pb"))).seconds)
            if have("bpftrace"):
                script = theirs + " { @ = count(); } interval:ms:1 { exit(); }"
                peer.append(Run(["bpftrace", "-e", script], stdout=subprocess.DEVNULL,
                                env={**os.environ, "BPFTRACE_MAX_PROBES": "1000"}).seconds)
        row(name, min(own), min(peer) if peer else None, "bpftrace", "s", "<= bpftrace", min(own) <= min(peer) if peer else None)


def tracepoints():
    out = subprocess.run(ours("pb-record", "--list", "syscalls:sys_enter_*"), capture_output=True, text=True).stdout
    return len(out.splitlines())
