# SPDX-License-Identifier: GPL-2.0-or-later
"""What an event costs by its kind, beside bpftrace that counts by stack; what one that fires all the time does to its
program; off-cpu in a storm of switches, beside bcc's offcputime; and how long attaching takes."""
import os, re, signal, subprocess, time

from measure import TOP, Run, Tally, compiled, have, median, ours, path, row

SYSTEM, CALL = "system", "call"
OFFCPUTIME = next((p for p in ("/usr/sbin/offcputime", "/usr/share/bcc/tools/offcputime") if os.path.exists(p)), None)


def measure(reps, seconds):
    compiled("fire", "fire.c", "-g")
    with Tracefs():
        costs(reps)
        rates(reps)
        storms(reps)
        attaching()


class Tracefs:
    """Mounted while it is needed."""
    AT = "/sys/kernel/tracing"

    def __enter__(self):
        self.mounted = not os.path.exists(self.AT + "/events") and not subprocess.run(["mount", "-t", "tracefs", "tracefs", self.AT]).returncode

    def __exit__(self, *_):
        if self.mounted:
            subprocess.run(["umount", self.AT])


def fire(how, calls):
    """ns a call."""
    out = subprocess.run(["taskset", "-c", "0", path("fire"), how, str(calls)], capture_output=True, text=True, check=True)
    return float(out.stdout)


class Beside:
    """A recorder that runs while the block does; it is given the time to attach."""

    def __init__(self, argv, wait=1.5):
        self.argv, self.wait = argv, wait

    def __enter__(self):
        self.process = self.argv and subprocess.Popen(self.argv, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                                      stderr=subprocess.DEVNULL)
        time.sleep(self.wait if self.argv else 0)
        return self

    def __exit__(self, *_):
        if self.argv:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()

    def runs(self):
        """(runs, ns) of the program that has run most."""
        directory, best = f"/proc/{self.process.pid}/fdinfo", (0, 0)
        for fd in os.listdir(directory):
            try:
                with open(os.path.join(directory, fd)) as f:
                    fields = dict(line.split(":", 1) for line in f.read().splitlines() if ":" in line)
            except OSError:
                continue
            if "run_cnt" in fields:
                best = max(best, (int(fields["run_cnt"]), int(fields["run_time_ns"])))
        return best


class Stats:
    """The kernel's accounting of programs' time, while the block runs."""
    SWITCH = "/proc/sys/kernel/bpf_stats_enabled"

    def __enter__(self):
        with open(self.SWITCH) as f:
            self.before = f.read()
        self.write("1")

    def __exit__(self, *_):
        self.write(self.before)

    def write(self, text):
        with open(self.SWITCH, "w") as f:
            f.write(text)


def cost(argv, how, calls=300000):
    with Stats(), Beside(argv) as recorder:
        fire(how, calls)
        runs, ns = recorder.runs()
    return ns / runs if runs else 0


def bpftrace(probe):
    return ["bpftrace", "-e", probe + ' /comm == "fire"/ { @[ustack, kstack] = count(); }']


def recorded(*events):
    return ours("pb-record", "-q", *events, "--comm", "fire", "-o", path("probes.pb"))


def probe_kinds():
    binary = path("fire")
    return [
        ("tracepoint", SYSTEM, ["-e", "raw_syscalls:sys_enter"], "tracepoint:raw_syscalls:sys_enter"),
        ("system call's tracepoint", SYSTEM, ["-e", "syscalls:sys_enter_getppid"], "tracepoint:syscalls:sys_enter_getppid"),
        ("raw_tp", SYSTEM, ["-e", "raw_tp:sys_enter"], "rawtracepoint:sys_enter"),
        ("uprobe", CALL, ["-e", f"uprobe:{binary}:fired"], f"uprobe:{binary}:fired"),
        ("uretprobe", CALL, ["-e", f"uretprobe:{binary}:fired"], f"uretprobe:{binary}:fired"),
    ]


def costs(reps):
    for what, how, events, probe in probe_kinds():
        mine = median(cost(recorded(*events), how) for _ in range(reps))
        peer = median(cost(bpftrace(probe), how) for _ in range(reps)) if have("bpftrace") else None
        row(f"{what}: an event, in the kernel", mine, peer, "bpftrace", "ns", digits=0)


# ---- what fires all the time ----

def rates(reps):
    for what, how, events, probe in probe_kinds()[1:4:2]:
        calls = 3000000 if how == SYSTEM else 1000000
        ways = {"none": None, "ours": recorded(*events), "bounded": recorded(*events, "--max-rate", "1000"), "bpftrace": bpftrace(probe)}
        if not have("bpftrace"):
            del ways["bpftrace"]
        ns = {way: [] for way in ways}
        for _ in range(reps):
            for way, argv in ways.items():
                with Beside(argv):
                    ns[way].append(fire(how, calls))
        least = {way: min(all) for way, all in ns.items()}
        row(f"{what}: a call takes", least["none"], unit="ns", digits=0)
        row("  while it is recorded", least["ours"], least.get("bpftrace"), "bpftrace", "ns", digits=0)
        row("  with --max-rate 1000", least["bounded"], least["ours"], "all of them", "ns", digits=0)


# ---- storms of switches ----

def bench_sched(*args):
    """Seconds that perf's bench says it took."""
    out = subprocess.run(["perf", "bench", "sched", *args], capture_output=True, text=True, check=True).stdout
    return float(re.search(r"Total time: *([0-9.]+)", out)[1])


def storms(reps):
    if not have("perf"):
        return
    for what, args in (("pipe", ["pipe", "-l", "200000"]), ("messaging", ["messaging", "-g", "4", "-l", "200"])):
        ways = {"none": None, "ours": ours("pb-record", "-q", "--off-cpu", "-o", path("storm.pb"))}
        if OFFCPUTIME:
            ways["bcc"] = [OFFCPUTIME, "60"]
        seconds = {way: [] for way in ways}
        for _ in range(reps):
            for way, argv in ways.items():
                with Beside(argv):
                    seconds[way].append(bench_sched(*args))
        slower = {way: 100 * (min(s) / min(seconds["none"]) - 1) for way, s in seconds.items()}
        tally = Tally(path("storm.pb"))
        row(f"off-cpu, {what}: slower by", slower["ours"], slower.get("bcc"), "offcputime", "%", "<= 1/2 of bcc",
            slower["ours"] <= slower["bcc"] / 2 if OFFCPUTIME else None)
        row("  waits lost, of those that ended", tally.lost, tally.fired, "", "", "0, or counted", tally.adds_up(), digits=0)


# ---- attaching ----

def attaching():
    events = "syscalls:sys_enter_*"
    mine = Run(ours("pb-record", "-q", "-e", events, "-o", path("many.pb"), "--", "true")).seconds
    peer = Run(["perf", "record", "-q", "-o", path("many.data"), "-e", events, "-a", "true"]).seconds if have("perf") else None
    row("all system calls: attach, run true, detach", mine, peer, "perf", "s")
    mine = Run(ours("pb-record", "-q", "-e", "uprobe:libc:str*", "-o", path("many.pb"), "--", "true")).seconds
    row("libc's str*: attach, run true, detach", mine, unit="s")
