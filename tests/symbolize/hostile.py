#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a program whose debug information is there to keep its reader busy, or to make it fall.

hostile.py KIND FILE    the code is at 0x1000, in memory and in the file; KIND is one of the functions below
"""
import struct
import sys

CODE, CODE_SIZE = 0x1000, 0x1000
COMPILE_UNIT, SUBPROGRAM, INLINED, STRUCTURE = 0x11, 0x2E, 0x1D, 0x13
SIBLING, NAME, LOW_PC, HIGH_PC, ORIGIN, RANGES = 0x01, 0x03, 0x11, 0x12, 0x31, 0x55
ADDR, STRING, DATA8, REF4, SEC_OFFSET = 0x01, 0x08, 0x07, 0x13, 0x17


def uleb(n):
    out = b""
    while n > 0x7F:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def abbrev(code, tag, children, *attributes):
    return uleb(code) + uleb(tag) + bytes([children]) + b"".join(uleb(x) for a in attributes for x in a) + b"\0\0"


ROOT = abbrev(1, COMPILE_UNIT, 1, (LOW_PC, ADDR), (HIGH_PC, DATA8))
ROOT_ENTRY = uleb(1) + struct.pack("<QQ", CODE, CODE_SIZE)
FUNCTION = abbrev(2, SUBPROGRAM, 1, (NAME, STRING), (LOW_PC, ADDR), (HIGH_PC, DATA8))
FUNCTION_ENTRY = uleb(2) + b"holder\0" + struct.pack("<QQ", CODE, CODE_SIZE)
AT = 11 # of the first entry in its unit


def unit(entries, abbrevs_at=0):
    rest = struct.pack("<HIB", 4, abbrevs_at, 8) + entries
    return struct.pack("<I", len(rest)) + rest


def deep():
    """Functions within functions, half a million."""
    return {"abbrev": ROOT + FUNCTION + b"\0", "info": unit(ROOT_ENTRY + 500000 * FUNCTION_ENTRY)}


def chains():
    """As many inlined functions within each other as a reader follows."""
    inlined = abbrev(3, INLINED, 1, (NAME, STRING), (LOW_PC, ADDR), (HIGH_PC, DATA8))
    entry = uleb(3) + b"in\0" + struct.pack("<QQ", CODE, CODE_SIZE)
    return {"abbrev": ROOT + FUNCTION + inlined + b"\0", "info": unit(ROOT_ENTRY + FUNCTION_ENTRY + 4000 * entry)}


def circles():
    """Entries that are instances of each other, and of themselves."""
    instance = abbrev(3, SUBPROGRAM, 0, (ORIGIN, REF4), (LOW_PC, ADDR), (HIGH_PC, DATA8))
    first, size = AT + len(ROOT_ENTRY), 1 + 4 + 16
    entries = b"".join(uleb(3) + struct.pack("<IQQ", first + size * ((i + i % 3) % 600), CODE + 4 * i, 4) for i in range(600))
    return {"abbrev": ROOT + instance + b"\0", "info": unit(ROOT_ENTRY + entries)}


def siblings():
    """A type whose sibling is before it."""
    type = abbrev(3, STRUCTURE, 1, (SIBLING, REF4))
    return {"abbrev": ROOT + type + b"\0", "info": unit(ROOT_ENTRY + uleb(3) + struct.pack("<I", AT))}


def lists():
    """Many functions with one list of many ranges."""
    function = abbrev(2, SUBPROGRAM, 0, (RANGES, SEC_OFFSET))
    ranges = b"".join(struct.pack("<QQ", i % CODE_SIZE, i % CODE_SIZE + 1) for i in range(1, 60000)) + bytes(16)
    return {"abbrev": ROOT + function + b"\0", "info": unit(ROOT_ENTRY + 60000 * (uleb(2) + bytes(4))), "ranges": ranges}


def tables():
    """Many units, each with a table of abbreviations that begins a little further on in the same megabyte."""
    table = b"".join(abbrev(100 + i, COMPILE_UNIT, 0, (NAME, STRING), (LOW_PC, ADDR)) for i in range(100000))
    return {"abbrev": table, "info": b"".join(unit(ROOT_ENTRY, i * 10) for i in range(30000))}


def lines():
    """Many units with one long line table, or with what looks like one."""
    root = abbrev(1, COMPILE_UNIT, 0, (LOW_PC, ADDR), (HIGH_PC, DATA8), (0x10, SEC_OFFSET))
    head = struct.pack("<BBBbBB", 1, 1, 1, -5, 14, 13) + bytes([0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1]) + b"\0a.c\0\0\0\0\0"
    program = b"\0\x09\x02" + struct.pack("<Q", CODE) + b"\x14\x21" * 1000000 + b"\0\1\1"
    table = struct.pack("<HI", 4, len(head)) + head + program
    units = b"".join(unit(uleb(1) + struct.pack("<QQI", CODE + i, 1, 0)) for i in range(CODE_SIZE))
    return {"abbrev": root + b"\0", "info": units, "line": struct.pack("<I", len(table)) + table}


def write(sections, file):
    names, headers, body = b"\0", [struct.pack("<IIQQQQIIQQ", *[0] * 10)], b""
    sections = {".text": bytes(CODE_SIZE), **{".debug_" + name: data for name, data in sections.items()}}
    for name, data in sections.items():
        code = name == ".text"
        headers.append(struct.pack("<IIQQQQIIQQ", len(names), 1, 6 if code else 0, CODE if code else 0, CODE + len(body), len(data),
                                   0, 0, 1, 0))
        names += name.encode() + b"\0"
        body += data
    headers.append(struct.pack("<IIQQQQIIQQ", len(names), 3, 0, 0, CODE + len(body), len(names) + 10, 0, 0, 1, 0))
    names += b".shstrtab\0"
    body += names
    head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, CODE + len(body), 0, 64, 56, 1, 64,
                                                    len(headers), len(headers) - 1)
    head += struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, CODE + CODE_SIZE, CODE + CODE_SIZE, 0x1000)
    with open(file, "wb") as f:
        f.write(head.ljust(CODE, b"\0") + body + b"".join(headers))


write(globals()[sys.argv[1]](), sys.argv[2])
