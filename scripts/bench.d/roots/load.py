# SPDX-License-Identifier: GPL-2.0-or-later
"""A load for scripts/bench: a minute of calls, JSON, patterns and sorting in CPython."""
import json, re, time


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


end = time.time() + 60
while time.time() < end:
    fib(18)
    json.loads(json.dumps(list(range(2000))))
    re.sub("b+c", "d", "abbbc" * 500)
    sorted(str(i) for i in range(3000))
