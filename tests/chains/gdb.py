# SPDX-License-Identifier: GPL-2.0-or-later
"""The arbiter: stops a program at many moments and writes the stacks that gdb finds, as folded text for check.py.

	gdb -q -batch -x gdb.py --args ./alloca 5 | check.py alloca EXPECTED

The tests do not need it; it is here so that a line of the table can be judged by something that is not ours. An
instruction `syscall` just executed stands for a kernel part; that of a page fault is not seen. Shares mean nothing: gdb
rather stops at system calls. Set STOPS for more moments than 60."""
import os
import re
import subprocess

import gdb


def file_at(pc):
	for line in open(f"/proc/{gdb.selected_inferior().pid}/maps"):
		low, high = (int(n, 16) for n in line.split()[0].split("-"))
		if low <= pc < high and "x" in line.split()[1]:
			return os.path.basename(line.split()[5]) if len(line.split()) > 5 else "[anon]"
	return None


def name(frame):
	if frame.type() == gdb.SIGTRAMP_FRAME:
		return "libc.so.6`__restore_rt"
	file, text = file_at(frame.pc()), frame.name() or ""
	if not file:
		return None
	text = re.sub("^__GI_+(libc_)?|_impl$", "", text)
	file = file.strip("[]")
	return f"{file}`{text}" if text else f"[{file}]"


def stack():
	frames, frame = [], gdb.newest_frame()
	kernel = bytes(gdb.selected_inferior().read_memory(frame.pc() - 2, 2)) == b"\x0f\x05"
	while frame and name(frame): # where nothing is known gdb goes on by guesses, into what is no code
		if frame.type() not in (gdb.INLINE_FRAME, gdb.TAILCALL_FRAME):
			frames.append(name(frame))
		frame = frame.older()
	return frames[::-1] + ["syscall_[k]"] * kernel


def main():
	comm = os.path.basename(gdb.current_progspace().filename)
	for command in ("pagination off", "confirm off", "width 0", "print thread-events off", "debuginfod enabled off",
			"follow-fork-mode child", "backtrace past-main on", "backtrace limit unlimited", "startup-with-shell off"):
		gdb.execute("set " + command)
	gdb.execute("handle SIGPROF SIGILL nostop noprint pass", to_string=True)
	gdb.execute("handle SIGINT stop print nopass", to_string=True)
	gdb.execute("starti", to_string=True)
	for _ in range(int(os.environ.get("STOPS", "60"))):
		pid = gdb.selected_inferior().pid
		subprocess.Popen(["sh", "-c", f"sleep 0.03; kill -INT {pid} $(cat /proc/{pid}/task/{pid}/children)"])
		gdb.execute("continue", to_string=True)
		for thread in gdb.selected_inferior().threads():
			thread.switch()
			frames = stack()
			if not any(f.endswith(("`__futex_abstimed_wait_common64", "`pthread_join")) for f in frames):
				print(";".join([comm[:15]] + frames), 1)
		if not gdb.selected_thread():
			return
	gdb.execute("kill")


main()
