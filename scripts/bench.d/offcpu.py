# SPDX-License-Identifier: GPL-2.0-or-later
"""What off-CPU time costs in a storm of context switches, against offcputime of bcc's libbpf-tools. One storm keeps to one cpu,
where each switch's cost is its own; the other has all of them."""
import contextlib, shutil, subprocess

from measure import Run, Tally, have, ours, path, programs_of, row, stats_enabled
from probes import watched

STORMS = {
    "perf bench sched pipe, on one cpu": (["taskset", "-c", "0", "perf", "bench", "sched", "pipe", "-l"], 200_000),
    "perf bench sched messaging": (["perf", "bench", "sched", "messaging", "-g", "4", "-l"], 2000),
}


def measure(reps, seconds):
    if not have("perf"):
        print("no perf bench")
        return
    ways = {"base": None, "ours": ours("pb-record", "-q", "--off-cpu", "-o", path("offcpu.pb"))}
    if have("offcputime"):
        ways["offcputime"] = [shutil.which("offcputime"), "--stack-storage-size=16384"]
    for name, (argv, n) in STORMS.items():
        storm(name, [*argv, str(n if reps > 1 else n // 4)], ways, 2 * reps - 1)


def storm(name, argv, ways, reps):
    """Seconds of cpu time, in turns; the least of each way counts."""
    times, lost = {way: [] for way in ways}, 0
    for _ in range(reps):
        for way, profiler in ways.items():
            with watched(profiler) if profiler else contextlib.nullcontext():
                times[way].append(Run(argv, stdout=subprocess.DEVNULL).cpu)
            if way == "ours":
                tally = Tally(path("offcpu.pb"))
                lost += tally.lost if tally.adds_up() else 1e9
    slow = {way: 100 * (min(t) / min(times["base"]) - 1) for way, t in times.items()}
    peer = slow.get("offcputime")
    row(f"{name}: slow-down", slow["ours"], peer, "offcputime", "%", "<= half", slow["ours"] <= peer / 2 if peer else None, 0)
    costs = {way: min(cost(profiler, argv) for _ in range(reps)) for way, profiler in ways.items() if profiler}
    own, peer = costs["ours"], costs.get("offcputime")
    row("  all programs, for each switch", own, peer, "offcputime", "ns", "<= half", own <= peer / 2 if peer else None, 0)
    row("  waits lost", lost, None, "", "", "0", lost == 0, 0)


def cost(profiler, argv):
    """Nanoseconds that all of a profiler's programs ran, for each run of the one that ran most."""
    with stats_enabled(), watched(profiler) as process:
        before = programs_of(process.pid)
        Run(argv, stdout=subprocess.DEVNULL)
        after = programs_of(process.pid)
    runs = max(after[i][0] - before.get(i, (0, 0))[0] for i in after)
    return sum(after[i][1] - before.get(i, (0, 0))[1] for i in after) / runs
