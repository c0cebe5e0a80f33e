#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Copies a stream one block at a time, with a pause after each: drip.py MILLISECONDS < STREAM"""
import sys
import time

while head := sys.stdin.buffer.read(8):
    if head == b"PBSTREAM":
        sys.stdout.buffer.write(head)
        head = sys.stdin.buffer.read(8)
    sys.stdout.buffer.write(head + sys.stdin.buffer.read(int.from_bytes(head[:4], "little")))
    sys.stdout.buffer.flush()
    time.sleep(int(sys.argv[1]) / 1000)
