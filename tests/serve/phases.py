#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The text of a stream, for pb-dump -r, in which OLD functions have COUNT samples each in the first window, and NEW others one
each in the second: phases.py OLD COUNT NEW"""
import sys

old, count, new = map(int, sys.argv[1:])
print('segment realtime=1000000000000000000\nevent name="cycles" unit="samples"\nmodule path="/bin/a"\ntask pid=1 tid=1 comm="a"')
for i in range(old + new):
    print(f'frame offset={i}')
    print(f'function name="{"old" if i < old else "new"}_{i}"')
    print(f'name frame={i} function={i}')
    print(f'stack frame={i}')
    if i == old - 1:
        print('window start=0 end=1000000000')
        for stack in range(old):
            print(f'sample stack={stack} count={count}')
print('window start=1000000000 end=2000000000')
for stack in range(old, old + new):
    print(f'sample stack={stack} count=1')
print('end')
