# SPDX-License-Identifier: GPL-2.0-or-later
"""What every part of scripts/bench uses: runs commands and loads, reads what they left, and prints the table."""
import collections, contextlib, os, re, resource, shutil, signal, statistics, subprocess, sys, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
DIR = os.path.join(TOP, "build", "bench")
PERF = ["perf", "record", "-q", "-g", "-e", "cpu-clock", "-a"]
median = statistics.median


# ---- running things ----

class Run:
    """A command's status, wall time, its own and its waited-for children's cpu time, and its peak memory. It is
    interrupted after a time, or when a function that runs meanwhile returns."""

    def __init__(self, argv, stop_after=None, stdout=None, may_fail=False, meanwhile=None, env=None):
        start = time.monotonic()
        with open(path("stderr"), "w+") as said:
            process = subprocess.Popen(argv, cwd=TOP, stdin=subprocess.DEVNULL, stdout=stdout, stderr=said, env=env)
            guard = threading.Timer(300, process.kill)
            guard.start()
            if stop_after is not None:
                meanwhile = lambda: time.sleep(stop_after)
            if meanwhile:
                meanwhile()
                start = time.monotonic()
                os.kill(process.pid, signal.SIGINT)
            _, status, usage = os.wait4(process.pid, 0)
            guard.cancel()
            self.seconds = time.monotonic() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            self.good = process.returncode in (0, -signal.SIGINT)
            if not self.good and not may_fail:
                said.seek(0)
                sys.exit(f"bench: {' '.join(argv)}: status {process.returncode}\n{said.read()}")
        self.cpu = usage.ru_utime + usage.ru_stime
        self.memory = usage.ru_maxrss * 1024


def perf(*args, stop_after=None):
    """perf record. It crashes while another recorder on the machine asks the kernel for build-ids, since the kernel then
    marks its records as if it had asked, too; so in the end it does."""
    for extra in ([], [], ["--buildid-mmap"]):
        run = Run([*PERF, *extra, *args], stop_after=stop_after, may_fail=True)
        if run.good:
            return run
    sys.exit(f"bench: {' '.join([*PERF, *args])} fails")


class Load:
    """Keeps every cpu busy while the block runs: a process on each that ends by itself after two minutes."""

    KINDS = {
        # short processes; few frame pointers, so short stacks
        "compilers": """for f in lib/*/*.c; do
            gcc -O2 -std=c11 -D_GNU_SOURCE -Ilib -I. -Ibuild/bpf -S -o /dev/null $f 2>/dev/null; done""",
        # frame pointers down to main, up to forty deep
        "spin": "build/bench/spin 1000 >/dev/null",
    }

    def __init__(self, kind="compilers"):
        self.loop = f"end=$((SECONDS + 120)); while [ $SECONDS -lt $end ]; do {self.KINDS[kind]}; done"

    def __enter__(self):
        self.all = [subprocess.Popen(["bash", "-c", self.loop], cwd=TOP, start_new_session=True,
                                     stdin=subprocess.DEVNULL) for _ in range(os.cpu_count())]
        time.sleep(0.5)

    def __exit__(self, *_):
        for p in self.all:
            os.killpg(p.pid, signal.SIGKILL)
            p.wait()


def path(name):
    return os.path.join(DIR, name)


def ours(command, *args):
    return [os.path.join(TOP, "build", command), *map(str, args)]


def have(command):
    return shutil.which(command) is not None


def compiled(name, source, *flags, compiler="gcc"):
    """A program of bench.d/, compiled."""
    subprocess.run([compiler, "-O2", *flags, "-o", path(name), os.path.join(HERE, source)], check=True)
    return path(name)


def cache_at(name):
    """The environment with an empty cache of tables."""
    directory = path("cache-" + name)
    shutil.rmtree(directory, ignore_errors=True)
    os.mkdir(directory, 0o700)
    return {**os.environ, "XDG_CACHE_HOME": directory}


def pipeline(*argvs, out):
    """Wall and cpu time of a pipeline whose output goes to a file."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    shell = " | ".join(" ".join(f"'{a}'" for a in argv) for argv in argvs)
    subprocess.run(["bash", "-c", f"set -o pipefail; {{ {shell}; }} >'{out}' 2>'{path('stderr')}'"], check=True, cwd=TOP)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - start, cpu


# ---- what recordings and the kernel tell ----

def records(dump, *kinds):
    """(kind, number or "", fields) of the records of these kinds, in pb-dump's text."""
    for kind, number, rest in re.findall(rf"^({'|'.join(kinds)})(?: #(\d+))? (.*)$", dump, re.M):
        yield kind, number, {k: v.strip('"') for k, v in re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)', rest)}


class Tally:
    """What became of the samples of a recording, and how its user stacks end."""

    EARLY = ("no mapping yet", "no unwind table yet")

    def __init__(self, file):
        text = subprocess.run(ours("pb-dump", file), capture_output=True, check=True).stdout.decode(errors="replace")
        sums, self.stacks = collections.Counter(), collections.Counter()
        for number, cause, count in re.findall(r'^tally class=(\d+) cause="(.*)" count=(\d+)$', text, re.M):
            sums[int(number)] += int(count)
            if cause.startswith("user stacks: "):
                self.stacks[cause[13:]] += int(count)
        self.fired, self.delivered, self.filtered, self.lost = (sums[i] for i in range(4))

    def rooted(self):
        """Percent of the user stacks that end at their root."""
        return 100 * self.stacks["root reached"] / max(1, self.stacks.total())

    def early(self):
        """Percent of the user stacks that were met before what they are unwound by was there."""
        return 100 * sum(self.stacks[cause] for cause in self.EARLY) / max(1, self.stacks.total())

    def adds_up(self):
        return self.fired == self.delivered + self.filtered + self.lost


@contextlib.contextmanager
def stats_enabled():
    """The kernel's accounting of programs is on while the block runs."""
    switch = "/proc/sys/kernel/bpf_stats_enabled"
    with open(switch) as f:
        before = f.read()
    with open(switch, "w") as f:
        f.write("1")
    try:
        yield
    finally:
        with open(switch, "w") as f:
            f.write(before)


def sampling_cost(argv, seconds):
    """Nanoseconds per run of a recording's sampling program, with the kernel's own accounting. 0: it did not run."""
    with stats_enabled():
        process = subprocess.Popen(argv, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        time.sleep(seconds)
        runs, ns = sampling_runs(process.pid)
        process.wait()
    return ns / runs if runs else 0


def programs_of(pid, type=None):
    """A process's programs, by id: (runs, ns)."""
    directory, all = f"/proc/{pid}/fdinfo", {}
    for fd in os.listdir(directory) if os.path.isdir(directory) else []:
        try:
            with open(os.path.join(directory, fd)) as f:
                fields = dict(line.split(":", 1) for line in f.read().splitlines() if ":" in line)
        except OSError:
            continue
        if "run_cnt" in fields and type in (None, int(fields["prog_type"])):
            all[fields["prog_id"].strip()] = int(fields["run_cnt"]), int(fields["run_time_ns"])
    return all


def sampling_runs(pid):
    """(runs, ns) of a process's programs of perf events."""
    return [sum(column) for column in zip(*programs_of(pid, type=7).values())] or [0, 0]


def slow_down(ways, reps):
    """Percent by which a load that keeps every cpu busy is slower with each profiler than with none, in turns. The
    quickest of each way counts: whatever else runs on the machine only ever adds."""
    def spin():
        all = [subprocess.Popen([path("spin"), str(rounds)], stdout=subprocess.PIPE, text=True)
               for _ in range(os.cpu_count())]
        return sum(float(p.communicate()[0]) for p in all)

    rounds = 1000
    rounds = int(rounds * 1.5 * os.cpu_count() / spin())
    times = {way: [] for way in ["base", *ways]}
    for _ in range(reps):
        for way in times:
            profiler = way in ways and subprocess.Popen(ways[way], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.5)
            times[way].append(spin())
            if profiler:
                profiler.send_signal(signal.SIGINT)
                profiler.wait()
    return {way: 100 * (min(times[way]) / min(times["base"]) - 1) for way in ways}


# ---- the table ----

missed = 0


def row(what, mine, peer=None, peer_name="", unit="", goal="", met=None, digits=2):
    """One line; met is None where there is no goal."""
    global missed
    missed += met is False
    show = lambda v: "" if v is None else f"{v:,.{digits}f} {unit}"
    ratio = f"{mine / peer:.3f}" if peer else ""
    verdict = "" if met is None else "met" if met else "MISSED"
    print(f"{what:<48.48} {show(mine):>13} {show(peer):>13} {peer_name:<13.13} {ratio:>7}  {goal:<22} {verdict}", flush=True)


def heading():
    print(f"{os.uname().release}, {os.cpu_count()} cpus\n")
    print(f"{'what':<48} {'ours':>13} {'peer':>13} {'':<13} {'ratio':>7}  {'goal':<22}")
