# SPDX-License-Identifier: GPL-2.0-or-later
"""How many user stacks end at their root: programs as Debian packages them, at 999 Hz, beside what perf reaches."""
import collections, os, re, signal, struct, subprocess, time

from measure import HERE, TOP, Tally, cache_at, have, ours, path, row

LOADS = os.path.join(HERE, "roots")
GOAL = 99.5
SCRIPT_TIME = 60 # seconds that perf script may take

# Where perf's stacks may end, besides in code that has no caller by its own unwind information.
ROOTS = re.compile(r"_start|(__)?clone3?|start_thread|__libc_start_(main|call_main)(_impl)?|"
                   r"runtime\.(goexit|mstart|rt0_go)|_rt0_\w+")

PROFILE_BEE = 131072 # rows


def measure(reps, seconds):
    subprocess.run(["make", "-s", "-C", TOP, "build/tests/unwind/rows"], check=True)
    length = 4 if seconds > 3 else 2
    large = {}
    print("user stacks that end at their root, at 999 Hz")
    for name, argv in runnable():
        record(name, argv, length)
        large.update(beyond(path("roots/ours.pb")))
    print("\nProfile Bee 0.3.16, as read in its source: tables of at most 131,072 rows a binary, the rest is cut off in "
          "silence;\nnone for samples in the kernel; at wrong addresses for what lld linked. Beyond its bound here:")
    print(", ".join(f"{name} {rows:,.0f}" for name, rows in large.items()) or "none", "rows")


def runnable(*needs):
    """(name, command) of the programs that are here, as is what the caller needs besides; says which are not."""
    os.makedirs(path("roots"), exist_ok=True)
    for name, own, prepare, argv in programs():
        missing = [command for command in (*needs, *own) if not have(command)]
        if missing or (prepare and subprocess.run(prepare, cwd=TOP, stderr=subprocess.DEVNULL).returncode):
            print(f"{name}: left out, {'no ' + missing[0] if missing else 'it cannot be built'} here")
        else:
            yield name, argv


def programs():
    """(name, commands it needs, what prepares it, the command)"""
    load, made = (lambda name: os.path.join(LOADS, name)), (lambda name: path("roots/" + name))
    rust = ["rustc", "-O", load("load.rs"), "-o"]
    compile = ["-O2", "-c", "-o", "/dev/null", load("load.cc")]
    return (
        ("python3", [], None, ["/usr/bin/python3", load("load.py")]),
        ("node", ["node"], None, ["node", load("load.js")]),
        ("perl", ["perl"], None, ["perl", load("load.pl")]),
        ("bash", ["bash"], None, ["bash", load("load.sh")]),
        ("git log -p", ["git"], None, ["bash", "-c", "while :; do git log -p --all; done"]),
        ("sqlite3", ["sqlite3"], None, ["sqlite3", ":memory:", ".read " + load("load.sql")]),
        ("xz -9", ["xz"], ["bash", "-c", f"cat /usr/bin/* 2>/dev/null | head -c 64M >{made('input')}"],
         ["xz", "-9", "-c", made("input")]),
        ("g++ -O2", ["g++"], None, ["g++", *compile]),
        ("clang++ -O2", ["clang++"], None, ["clang++", *compile]),
        ("java", ["javac", "java"], ["javac", "-d", made(""), load("Load.java")], ["java", "-cp", made(""), "Load"]),
        ("java, with frame pointers", ["javac", "java"], None, ["java", "-XX:+PreserveFramePointer", "-cp", made(""), "Load"]),
        ("Go", ["go"], ["go", "build", "-o", made("go"), load("load.go")], [made("go")]),
        ("Rust", ["rustc"], [*rust, made("rust"), "-C", "link-arg=-fuse-ld=bfd"], [made("rust")]),
        ("Rust, linked by lld", ["rustc", "ld.lld"], [*rust, made("rust-lld"), "-C", "link-arg=-fuse-ld=lld"],
         [made("rust-lld")]),
    )


def record(name, argv, length):
    """The rows of a program: ours against both ways of perf. Ours once more than that, first with no tables in the
    cache; these count by what is said below."""
    env = cache_at("roots")
    cold, warm = (ours_of(argv, length, env) for _ in range(2))
    mine = warm.rooted()
    dwarf = perf(["--call-graph", "dwarf"], argv, length / 2)
    row(f"{name}, {warm.stacks.total()} stacks", mine, *dwarf, "%", f">= {GOAL}", mine >= GOAL)
    row("", mine, *perf(["--call-graph", "fp"], argv, length / 2), "%")
    for tally, what in ((warm, "missed"), (cold, f"cold cache: {cold.rooted():.2f} %")):
        misses = [f"{cause} {n}" for cause, n in tally.stacks.most_common() if cause != "root reached"]
        if misses:
            print(f"    {what}: {', '.join(misses)}")


def ours_of(argv, length, env):
    run(ours("pb-record", "-q", "-F", 999, "-d", length, "-o", path("roots/ours.pb"), "--", *argv), env=env)
    return Tally(path("roots/ours.pb"))


def run(argv, interrupt_after=None, seconds=60, env=None):
    """A command and all that it leaves behind. False when it did not end by itself, or crashed; otherwise its status is
    that of the command below it, which may have been stopped."""
    with open(path("stderr"), "w") as said:
        process = subprocess.Popen(argv, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
                                   start_new_session=True, env=env)
        if interrupt_after:
            time.sleep(interrupt_after)
            process.send_signal(signal.SIGINT)
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
    return status is not None and status not in (-signal.SIGABRT, -signal.SIGSEGV)


# ---- perf ----

def perf(how, argv, length):
    """(percent of stacks at their root, how that was found)"""
    text, name = perf_text(how, argv, length)
    if not text:
        return None, name
    outermost = outermost_frames(text)
    total, rooted = outermost.total(), sum(n for frame, n in outermost.items() if ROOTS.fullmatch(plain(frame.symbol)))
    others = collections.Counter({f: n for f, n in outermost.items() if not ROOTS.fullmatch(plain(f.symbol))})
    for file in {frame.file for frame in others}:
        rooted += ended_by_rule(file, {f.offset: n for f, n in others.items() if f.file == file})
    return (100 * rooted / total, name) if total else (None, name + " none")


def perf_text(how, argv, length):
    """(file with the text of perf script, how that was found); the file is None when there is none. Without --buildid-mmap perf
    crashes when another recorder on the machine asks the kernel for build-ids; without setarch -R it takes tables from where
    a file was before exec."""
    data, text, name = path("roots/perf.data"), path("roots/perf.txt"), "perf " + how[1]
    if not have("perf"):
        return None, "no perf"
    recorder = ["setarch", "-R", "perf", "record", "-q", "--buildid-mmap", "-F", "999", "-e", "cpu-clock", *how, "-o", data]
    if not run([*recorder, "--", *argv], length):
        return None, name + " fails"
    return text, name if script(text, "-F", "comm,ip,sym,dso", "-i", data) else how[1] + ", in part"


def script(text, *args):
    """Writes what perf script says to a file. False: that takes too long, and it is of a part of the recording."""
    with open(text, "w") as out:
        try:
            subprocess.run(["perf", "script", "--no-inline", *args], stdout=out, stderr=subprocess.DEVNULL, timeout=SCRIPT_TIME)
        except subprocess.TimeoutExpired:
            return False
    return True


Frame = collections.namedtuple("Frame", "offset symbol file")


def frame_of(line):
    """Of a line of perf script's; None: it is about something else."""
    found = re.fullmatch(r"\s+([0-9a-f]+) (.*) \((.*)\)\n", line)
    return found and Frame(int(found[1], 16), found[2], found[3])


def is_user(frame):
    return frame.offset < 1 << 63 and frame.file != "[kernel.kallsyms]"


def outermost_frames(text):
    """How often each user frame is the outermost of a stack, in the text of perf script. Stacks without a user part
    do not count, as they do not in ours."""
    frames, last = collections.Counter(), None
    with open(text, errors="replace") as lines:
        for line in lines:
            frame = frame_of(line)
            if frame:
                last = frame
            elif not line.strip() and last:
                frames[last] += is_user(last)
                last = None
    return +frames


def plain(symbol):
    return re.sub(r"(@.*|\.abi0)$", "", symbol)


def ended_by_rule(file, counts):
    """How many of these stacks end where the binary's own unwind information says that nobody called."""
    if not os.path.isfile(file):
        return 0
    counts = {vaddr: n for offset, n in counts.items() for vaddr in vaddrs(file, offset - 1)}
    asked = "".join(f"{vaddr:x}\n" for vaddr in counts)
    said = subprocess.run(["build/tests/unwind/rows", "-f", file], cwd=TOP, input=asked, capture_output=True, text=True)
    return sum(counts.get(int(line.split()[0], 16), 0) for line in said.stdout.splitlines() if line.split()[1] == "ROOT")


def vaddrs(file, offset):
    """The vaddr of a file's offset, if there is one."""
    with open(file, "rb") as f:
        header = f.read(64)
        if header[:5] != b"\x7fELF\2":
            return
        at, size, n = struct.unpack_from("<Q", header, 32)[0], *struct.unpack_from("<HH", header, 54)
        f.seek(at)
        for kind, flags, begin, vaddr, _, length, _, _ in struct.iter_unpack("<IIQQQQQQ", f.read(size * n)):
            if kind == 1 and flags & 1 and begin <= offset < begin + length:
                yield vaddr + offset - begin


# ---- the other one ----

def beyond(file):
    """The binaries of a recording that have more rows than Profile Bee's tables, by our count of them."""
    text = subprocess.run(ours("pb-dump", file), capture_output=True, check=True).stdout.decode(errors="replace")
    large = {}
    for binary in set(re.findall(r'^module .* path="(/[^"]*)"', text, re.M)):
        if not os.path.isfile(binary) or os.path.getsize(binary) < 1 << 20:
            continue
        said = subprocess.run(["build/tests/unwind/rows", binary], cwd=TOP, capture_output=True, text=True).stdout
        rows = int(said.split()[0].partition("=")[2]) if said else 0
        if rows > PROFILE_BEE:
            large[os.path.basename(binary)] = rows
    return large
