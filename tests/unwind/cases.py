#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ELF files made byte by byte, sound ones and others, and what the unwind table of each has to be.

	cases.py ROWS DIRECTORY		ROWS being the program made of tests/unwind/rows.c
	cases.py ROWS DIRECTORY FILE...	only that the fuzzer's files are read or refused

The code is at vaddr 0x401000 (0x1000 in the file), the frames are at 0x602000 (0x2000 in the file). What is expected is
said by `want`: a row as rows.c shows it, without the zeros and dashes at its end and with the vaddr counted from 0x401000."""
import struct
import subprocess
import sys
import time
import zlib

CODE, CODE_AT, CODE_SIZE = 0x401000, 0x1000, 0x1000
FRAMES, FRAMES_AT, TEXT, GOT = 0x602000, 0x2000, 0x401010, 0x600000
X86_64, I386 = 62, 3
NOBITS, PROGBITS, GNU_EH_FRAME, COMPRESSED = 8, 1, 0x6474e550, 0x800


def uleb(n, pad=0):
	out = bytearray()
	while n > 0x7f or pad > 1:
		out.append(n & 0x7f | 0x80)
		n, pad = n >> 7, pad - 1
	return bytes(out) + bytes([n])


def sleb(n):
	out = bytearray()
	while not -64 <= n < 64:
		out.append(n & 0x7f | 0x80)
		n >>= 7
	return bytes(out) + bytes([n & 0x7f])


# ---- instructions ----

def loc(n):
	return bytes([0x40 | n])


def def_cfa(reg, n):
	return b"\x0c" + uleb(reg) + uleb(n)


def cfa_offset(n):
	return b"\x0e" + uleb(n)


def offset(reg, n):
	return bytes([0x80 | reg]) + uleb(n)


def expression(opcode, *parts):
	ops = b"".join(parts)
	return opcode + uleb(len(ops)) + ops


def breg(reg, n):
	return bytes([0x70 + reg]) + sleb(n)


BEGIN = def_cfa(7, 8) + offset(16, 1)
DEREF, PLUS, REMEMBER, RESTORE, UNKNOWN = b"\x06", b"\x22", b"\x0a", b"\x0b", b"\x3c"
PLT = [breg(7, 8), breg(16, 0), b"\x3f\x1a\x3b\x2a\x33\x24\x22"]


# ---- entries ----

class Frames:
	"""A section; where an entry is said to be is where it begins."""

	def __init__(self, eh=True):
		self.bytes, self.eh = bytearray(), eh

	def entry(self, body, wide=False, lie=0):
		"""body(where its id is) -> (id, rest)"""
		at, head = len(self.bytes), 12 if wide else 4
		ident, rest = body(at + head)
		wide_id = wide and not self.eh
		content = struct.pack("<Q" if wide_id else "<I", ident & (2**64 - 1 if wide_id else 2**32 - 1)) + rest
		content += bytes(-(head + len(content)) % 4)
		length = len(content) + lie
		self.bytes += (struct.pack("<IQ", 0xffffffff, length) if wide else struct.pack("<I", length)) + content
		return at

	def cie(self, instructions=BEGIN, letters=b"zR", data=b"\x1b", version=1, head=b"", factors=b"\x01\x78", ra=16, wide=False,
		**more):
		data = uleb(len(data)) + data if letters[:1] == b"z" else data
		rest = bytes([version]) + letters + b"\0" + head + factors + bytes([ra]) + data + instructions
		return self.entry(lambda at: (0 if self.eh else -1, rest), wide, **more)

	def fde(self, start, size, instructions=b"", cie=0, pointers=None, augmented=True, wide=False, ident=None, **more):
		def body(at):
			here = at + (8 if wide and not self.eh else 4)
			places = pointers if pointers is not None else struct.pack("<iI", CODE + start - FRAMES - here, size)
			if callable(places):
				places = places(FRAMES + here)
			points = ident if ident is not None else at - cie if self.eh else cie
			return points, places + (b"\0" if augmented else b"") + instructions
		return self.entry(body, wide, **more)

	def terminator(self):
		self.bytes += bytes(4)
		return self


def frames(*args, cie=None, **more):
	"""A section of one CIE and of FDEs, each (start, size[, instructions])."""
	out = Frames()
	out.cie(**(cie or {}))
	for each in args:
		out.fde(*each, **more)
	return out


# ---- files ----

def elf(sections, machine=X86_64, wide=True, segments=None, code=CODE_SIZE, headers=True):
	"""sections: (name, bytes[, flags[, type[, vaddr]]])"""
	if segments is None:
		segments = [(1, 5, CODE_AT, CODE, code), (1, 4, FRAMES_AT, FRAMES, 0x10000)]
	names, body, table = b"\0", bytearray(FRAMES_AT), [bytes(64)]
	for name, content, *rest in sections + [(".text", None, 6, NOBITS, TEXT), (".got", None, 3, NOBITS, GOT), (".shstrtab", None)]:
		flags, kind, vaddr = (rest + [2, PROGBITS, None][len(rest):])[:3]
		at = len(body)
		names += name.encode() + b"\0"
		if name == ".shstrtab":
			content = names
		if content is not None:
			body += content
		place = FRAMES + at - FRAMES_AT if vaddr is None else vaddr
		table.append(struct.pack("<IIQQQQIIQQ", names.index(name.encode() + b"\0"), kind, flags, place, at, len(content or b""), 0,
					 0, 1, 0))
	at = len(body)
	n = len(table) if headers else 0
	head = b"\x7fELF" + bytes([2 if wide else 1, 1, 1]) + bytes(9)
	if wide:
		head += struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 64, at if n else 0, 0, 64, 56, len(segments), 64, n, max(n - 1, 0))
	else:
		head += struct.pack("<HHIIIIIHHHHHH", 3, machine, 1, 0, 0, 0, 0, 52, 32, 0, 40, 0, 0)
	for kind, flags, offset_, vaddr, size in segments:
		head += struct.pack("<IIQQQQQQ", kind, flags, offset_, vaddr, vaddr, size, size, 0x1000)
	body[:len(head)] = head
	return bytes(body) + (b"".join(table) if n else b"")


def eh(section):
	return elf([(".eh_frame", section.bytes)])


def packed(content, size=None, kind=1):
	return struct.pack("<IIQQ", kind, 0, len(content) if size is None else size, 1) + zlib.compress(content)


def gnu_packed(content, size=None):
	return b"ZLIB" + struct.pack(">Q", len(content) if size is None else size) + zlib.compress(content)


# ---- cases ----

CASES = []


def case(name, content, want=None, error=None, skipped=0, unsupported=0, size=0):
	CASES.append((name, content, want, error, skipped, unsupported, size))


def one(name, instructions, want, cie=None, **more):
	"""One function of 256 bytes whose first row is the usual one."""
	case(name, eh(frames((0, 256, instructions), cie=cie)), want + ["100 NONE"], **more)


FIRST = "0 REGISTER 7 8 0 0 - -1"
BAD = "UNSUPPORTED"


def instructions():
	one("none", b"", [FIRST])
	one("advances", b"".join([loc(1), cfa_offset(16), b"\x02\x0f", cfa_offset(24), b"\x03\x10\0", cfa_offset(32), b"\x04\x20\0\0\0",
		cfa_offset(40), b"\x01" + struct.pack("<i", CODE + 0x50 - (FRAMES + 61)), cfa_offset(48)]),
	    [FIRST, "1 REGISTER 7 16 0 0 - -1", "10 REGISTER 7 24 0 0 - -1", "20 REGISTER 7 32 0 0 - -1", "40 REGISTER 7 40 0 0 - -1",
	     "50 REGISTER 7 48 0 0 - -1"])
	one("code factor 4", loc(2) + cfa_offset(16), [FIRST, "8 REGISTER 7 16 0 0 - -1"], cie={"factors": b"\x04\x78"})
	one("places", loc(1) + offset(6, 2) + b"\x05\x03\x03" + b"\x11\x0c" + sleb(4) + b"\x2f\x0d\x05" + offset(14, 32767) +
	    b"\x11\x0f" + sleb(-3), [FIRST, "1 REGISTER 7 8 0 0 -2 -1 -3 -4 5 -32767 3"])
	one("too far, and the CFA itself", loc(1) + offset(6, 32768) + offset(3, 0) + b"\x11\x0c" + sleb(-16384),
	    [FIRST, "1 REGISTER 7 8 0 0 ? -1 ? ?"])
	one("no whole word", loc(1) + offset(6, 3), [FIRST, "1 REGISTER 7 8 0 0 ? -1"], cie={
		"factors": b"\x01\x7c", "instructions": def_cfa(7, 8) + offset(16, 2)})
	one("places forgotten", loc(1) + offset(6, 2) + offset(3, 3) + loc(1) + bytes([0xc6]) + loc(1) + b"\x06\x03" + loc(1) +
	    offset(6, 2) + loc(1) + b"\x08\x06", [FIRST, "1 REGISTER 7 8 0 0 -2 -1 -3", "2 REGISTER 7 8 0 0 - -1 -3", "3 REGISTER 7 8 0 0 - -1",
	     "4 REGISTER 7 8 0 0 -2 -1", "5 REGISTER 7 8 0 0 - -1"])
	one("lost", loc(1) + b"\x07\x06" + b"\x09\x03\x00" + b"\x14\x0c\x01" + b"\x15\x0d\x01" + expression(b"\x10\x0e", breg(7, 8)) +
	    expression(b"\x16\x0f", breg(7, 8)), [FIRST, "1 REGISTER 7 8 0 0 ? -1 ? ? ? ? ?"])
	one("registers that nobody follows", loc(1) + b"\x07\x11" + b"\x05\x00\x03" + b"\x09\x63\x64" + loc(1) + cfa_offset(16),
	    [FIRST, "2 REGISTER 7 16 0 0 - -1"])
	one("CFA", loc(1) + def_cfa(6, 16) + loc(1) + b"\x0d\x03" + loc(1) + b"\x12\x07" + sleb(-4) + loc(1) + b"\x13" + sleb(-5) + loc(1) +
	    def_cfa(15, 2**31 - 1) + loc(1) + def_cfa(7, 2**31) + loc(1) + def_cfa(7, 8) + loc(1) + def_cfa(16, 8),
	    [FIRST, "1 REGISTER 6 16 0 0 - -1", "2 REGISTER 3 16 0 0 - -1", "3 REGISTER 7 32 0 0 - -1", "4 REGISTER 7 40 0 0 - -1",
	     "5 REGISTER 15 2147483647 0 0 - -1", "6 " + BAD, "7 REGISTER 7 8 0 0 - -1", "8 " + BAD], unsupported=2)
	one("remember", loc(1) + REMEMBER + cfa_offset(16) + offset(6, 2) + loc(1) + RESTORE, [FIRST, "1 REGISTER 7 16 0 0 -2 -1",
		"2 REGISTER 7 8 0 0 - -1"])
	one("remember 64 deep", REMEMBER * 64 + loc(1) + cfa_offset(16) + RESTORE * 64, [FIRST])
	one("remember 65 deep", loc(1) + REMEMBER * 65, [FIRST, "1 " + BAD], unsupported=1)
	one("restore nothing", loc(1) + RESTORE + loc(1) + cfa_offset(16), [FIRST, "1 " + BAD], unsupported=1)
	one("unknown", loc(1) + cfa_offset(16) + loc(1) + UNKNOWN + loc(1) + cfa_offset(16), [FIRST, "1 REGISTER 7 16 0 0 - -1", "2 " + BAD],
	    unsupported=1)
	one("of another machine", loc(1) + b"\x2d", [FIRST, "1 " + BAD], unsupported=1)
	one("GNU_args_size", loc(1) + b"\x2e\x20" + loc(1) + cfa_offset(16), [FIRST, "2 REGISTER 7 16 0 0 - -1"])
	one("cut short", loc(1) + cfa_offset(16) + loc(1) + b"\x0f\x20", [FIRST, "1 REGISTER 7 16 0 0 - -1", "2 " + BAD], unsupported=1)
	one("numbers of 100 bytes", loc(1) + b"\x0e" + uleb(16, 100), [FIRST, "1 REGISTER 7 16 0 0 - -1"])
	one("past the end", loc(1) + cfa_offset(16) + b"\x04\xff\xff\xff\xff" + cfa_offset(24), [FIRST, "1 REGISTER 7 16 0 0 - -1"])
	one("back", loc(0x20) + cfa_offset(16) + b"\x01" + struct.pack("<i", CODE + 0x10 - (FRAMES + 46)) + cfa_offset(24),
	    [FIRST, "20 " + BAD], unsupported=1)
	one("half a CFA", loc(1) + cfa_offset(16), ["0 " + BAD], cie={"instructions": b""}, unsupported=1)


def returns():
	one("nobody called", loc(1) + b"\x07\x10" + loc(1) + bytes([0xd0]), [FIRST, "1 ROOT", "2 REGISTER 7 8 0 0 - -1"])
	one("return address in a register", loc(1) + b"\x09\x10\x05" + cfa_offset(0) + loc(1) + b"\x09\x10\x11",
	    [FIRST, "1 REGISTER 7 0 0 0 - r5", "2 " + BAD], unsupported=1)
	one("return address elsewhere", loc(1) + b"\x11\x10" + sleb(-3) + loc(1) + b"\x11\x10" + sleb(0) + loc(1) + bytes([0xd0]) + loc(1) +
	    b"\x08\x10", [FIRST, "1 REGISTER 7 8 0 0 - 3", "2 " + BAD, "3 REGISTER 7 8 0 0 - -1", "4 " + BAD], unsupported=2)
	one("stack pointer elsewhere", loc(1) + offset(7, 3) + loc(1) + bytes([0xc7]) + loc(1) + b"\x14\x07\x00" + loc(1) + b"\x14\x07\x01",
	    [FIRST, "1 " + BAD, "2 REGISTER 7 8 0 0 - -1", "4 " + BAD], unsupported=2)
	signal = {"letters": b"zRS", "instructions": expression(b"\x0f", breg(7, 160), DEREF) + expression(b"\x10\x10", breg(7, 168))}
	one("signal frame", b"", ["0 SIGNAL"], cie=signal)
	one("signal frame of another kind", b"", ["0 REGISTER 7 16 0 0 - -1"],
	    cie={"letters": b"zRS", "instructions": def_cfa(7, 16) + offset(16, 1)})
	one("that expression without the mark", b"", ["0 " + BAD], cie={**signal, "letters": b"zR"}, unsupported=1)


def expressions():
	def cfa(name, parts, want):
		one(name, loc(1) + expression(b"\x0f", *parts), [FIRST, "1 " + want], unsupported=int(want == BAD))

	cfa("PLT", PLT, "PLT 7 8 11 0 - -1")
	cfa("PLT with another constant", PLT[:2] + [b"\x3f\x1a\x35\x2a\x33\x24\x22"], "PLT 7 8 5 0 - -1")
	cfa("nearly the PLT", PLT[:2] + [b"\x3f\x1a\x3b\x2a\x34\x24\x22"], BAD)
	cfa("register", [breg(3, 16)], "REGISTER 3 16 0 0 - -1")
	cfa("load", [breg(6, -40), DEREF], "LOAD 6 0 -40 0 - -1")
	cfa("load and add", [breg(7, 120), DEREF, b"\x23\x08"], "LOAD 7 8 120 0 - -1")
	cfa("load and add a literal", [breg(7, 8), DEREF, b"\x38", PLUS], "LOAD 7 8 8 0 - -1")
	cfa("load and subtract", [breg(7, 8), DEREF, b"\x08\x18\x1c"], "LOAD 7 -24 8 0 - -1")
	cfa("load by bregx, constants", [b"\x92\x0c\x10", b"\x11\x70", PLUS, DEREF, b"\x96", b"\x10\x90\x01", PLUS, b"\x0b\xff\xff", PLUS],
	    "LOAD 12 143 0 0 - -1")
	cfa("load twice", [breg(7, 8), DEREF, DEREF], BAD)
	cfa("an unknown register", [b"\x92\x20\x10"], BAD)
	cfa("too far", [breg(7, 2**31)], BAD)
	cfa("overflow", [breg(7, 2**63 - 1), b"\x23\x01"], BAD)
	cfa("empty", [], BAD)
	cfa("cut short", [b"\x92"], BAD)
	cfa("no constant", [breg(7, 8), b"\x22"], BAD)
	cfa("something else", [breg(7, 8), breg(9, 0), b"\x38\x1e", PLUS, DEREF, b"\x23\x08"], BAD)
	one("after an expression", loc(1) + expression(b"\x0f", breg(7, 24), DEREF) + loc(1) + b"\x0d\x06" + loc(1) +
	    expression(b"\x0f", DEREF) + loc(1) + cfa_offset(64) + loc(1) + b"\x0d\x07", [FIRST, "1 LOAD 7 0 24 0 - -1", "2 REGISTER 6 8 0 0 - -1",
	     "3 " + BAD, "5 REGISTER 7 64 0 0 - -1"], unsupported=1)
	one("realigned", loc(5) + def_cfa(10, 0) + loc(5) + expression(b"\x10\x06", breg(6, 0)) + loc(5) +
	    expression(b"\x10\x0f", breg(6, -8)) + expression(b"\x10\x0e", breg(6, -16)) + expression(b"\x0f", breg(6, -24), DEREF) + loc(5) +
	    offset(3, 5) + loc(5) + def_cfa(10, 0) + loc(5) + def_cfa(7, 8),
	    [FIRST, "5 REGISTER 10 0 0 0 - -1", "a REGISTER 10 0 0 2 -2 -1", "f LOAD 6 0 -24 2 -2 -1 - - - -4 -3",
	     "14 LOAD 6 0 -24 2 -2 -1 ? - - -4 -3", "19 REGISTER 10 0 0 2 -2 -1 ? - - -4 -3", "1e REGISTER 7 8 0 0 - -1 -5"])


def addresses():
	def encoded(name, encoding, pointers, bad=False):
		section = frames((0, 256), cie={"data": bytes([encoding])}, pointers=pointers)
		section.cie()
		case("address: " + name, eh(section), None if bad else [FIRST, "100 NONE"], skipped=int(bad),
		     error="describes no frames; 1 descriptions are malformed" if bad else None)

	encoded("absptr", 0x00, struct.pack("<QQ", CODE, 256))
	encoded("uleb128", 0x01, uleb(CODE) + uleb(256))
	encoded("udata2, relative to .text", 0x22, lambda at: struct.pack("<HH", (CODE - TEXT) & 0xffff, 256), bad=True)
	encoded("sdata2, relative to .text", 0x2a, struct.pack("<hh", CODE - TEXT, 256))
	encoded("udata4", 0x03, struct.pack("<II", CODE, 256))
	encoded("udata8", 0x04, struct.pack("<QQ", CODE, 256))
	encoded("signed", 0x08, struct.pack("<qq", CODE, 256))
	encoded("sleb128, relative to .got", 0x39, sleb(CODE - GOT) + sleb(256))
	encoded("sdata4, relative to .got", 0x3b, struct.pack("<iI", CODE - GOT, 256))
	encoded("sdata8, pc-relative", 0x1c, lambda at: struct.pack("<qq", CODE - at, 256))
	encoded("aligned", 0x50, lambda at: bytes(-at % 8) + struct.pack("<QQ", CODE, 256))
	encoded("relative to the function", 0x40, struct.pack("<QQ", CODE, 256), bad=True)
	encoded("indirect", 0x9b, None, bad=True)
	encoded("omitted", 0xff, None, bad=True)
	encoded("of no known format", 0x07, None, bad=True)
	encoded("cut short", 0x00, b"", bad=True)
	encoded("0, where a function was dropped", 0x00, struct.pack("<QQ", 0, 256), bad=True)


def cies():
	def kind(name, bad=False, **cie):
		augmented = cie.get("letters", b"z")[:1] == b"z"
		pointers = None if augmented else struct.pack("<QQ", CODE, 256)
		section = frames((0, 256), cie=cie, pointers=pointers, augmented=augmented)
		case("CIE: " + name, eh(section), None if bad else [FIRST, "100 NONE"],
		     error="describes no frames; 1 descriptions are malformed" if bad else None)

	kind("version 3", version=3)
	kind("version 4", version=4, head=b"\x08\x00")
	kind("version 4 with addresses of 4 bytes", True, version=4, head=b"\x04\x00")
	kind("version 2", True, version=2)
	kind("version 5", True, version=5)
	kind("not augmented", letters=b"", data=b"")
	kind("eh", letters=b"eh", head=bytes(8), data=b"")
	kind("personality", letters=b"zPLR", data=b"\x9b\x01\x02\x03\x04\x1b\x1b")
	kind("no personality after all", letters=b"zPLR", data=b"\xff\x1b\x1b")
	kind("B", letters=b"zRB")
	kind("unknown letter at the end", letters=b"zRX", data=b"\x1b\x01\x02\x03")
	kind("unknown letter before R", True, letters=b"zXR", data=b"\x01\x1b")
	kind("unknown without z", True, letters=b"X", data=b"")
	kind("another return address column", True, ra=17)
	kind("endless letters", True, letters=b"zR" + b"R" * 70000)
	kind("augmentation past the end", True, letters=b"zR", data=b"", head=b"", factors=b"\x01\x78", instructions=b"", version=1, lie=-2)
	kind("unknown instruction", True, instructions=BEGIN + UNKNOWN)
	kind("a place", True, instructions=BEGIN + loc(1))
	section = Frames()
	section.cie(version=4, head=b"\x08\x02")
	section.fde(0, 256, pointers=lambda at: b"\x00\x00" + struct.pack("<iI", CODE - at - 2, 256))
	case("CIE: segment numbers", eh(section), [FIRST, "100 NONE"])


def sections():
	plain = frames((0, 256, loc(1) + cfa_offset(16)))
	two = [FIRST, "1 REGISTER 7 16 0 0 - -1", "100 NONE"]
	for wide in (False, True):
		debug = Frames(eh=False)
		cie = debug.cie(letters=b"", data=b"", version=4, head=b"\x08\x00", wide=wide)
		debug.fde(0, 256, loc(1) + cfa_offset(16), cie=cie, pointers=struct.pack("<QQ", CODE, 256), augmented=False, wide=wide)
		case(f"debug_frame, {'64' if wide else '32'}-bit DWARF", elf([(".debug_frame", debug.bytes, 0)]), two)
	case("compressed", elf([(".debug_frame", packed(debug.bytes), COMPRESSED)]), two)
	case("compressed as of old", elf([(".zdebug_frame", gnu_packed(debug.bytes), 0)]), two)
	none = "no .eh_frame and no .debug_frame"
	case("compressed, claims 1 TB", elf([(".debug_frame", packed(debug.bytes, 2**40), COMPRESSED)]), error=none)
	case("compressed, not by zlib", elf([(".debug_frame", packed(debug.bytes, kind=2), COMPRESSED)]), error=none)
	case("compressed, broken", elf([(".debug_frame", packed(debug.bytes)[:-9], COMPRESSED)]), error=none)
	case("compressed, no header", elf([(".debug_frame", b"abc", COMPRESSED)]), error=none)
	case("compressed as of old, broken", elf([(".zdebug_frame", gnu_packed(debug.bytes)[:-9], 0)]), error=none)
	case("compressed as of old, no header", elf([(".zdebug_frame", b"ZLIB", 0)]), error=none)
	case("empty .eh_frame, .debug_frame", elf([(".eh_frame", bytes(4)), (".debug_frame", debug.bytes, 0)]), two)
	more = Frames(eh=False)
	cie = more.cie(letters=b"", data=b"", version=3)
	for start in (0, 512):
		more.fde(start, 256, loc(2) + cfa_offset(24), cie=cie, pointers=struct.pack("<QQ", CODE + start, 256), augmented=False)
	case("both: .eh_frame counts", elf([(".eh_frame", plain.bytes), (".debug_frame", more.bytes, 0)]),
	     two + ["200 REGISTER 7 8 0 0 - -1", "202 REGISTER 7 24 0 0 - -1", "300 NONE"])
	wide = Frames()
	wide.cie(wide=True)
	wide.fde(0, 256, loc(1) + cfa_offset(16), wide=True)
	case("eh_frame, 64-bit DWARF", eh(wide), two)
	middle = Frames()
	middle.terminator().fde(256, 256, cie=middle.cie())
	middle.terminator().fde(0, 256, loc(1) + cfa_offset(16), cie=4)
	case("terminators in the middle", eh(middle.terminator()), two[:2] + ["100 REGISTER 7 8 0 0 - -1", "200 NONE"])
	inside = Frames()
	inside.bytes += b"\x01\x1b\xff\xff" + struct.pack("<i", 8 - 4)
	inside.fde(0, 256, loc(1) + cfa_offset(16), cie=inside.cie())
	case("no section headers", elf([("", inside.terminator().bytes + b"\xff" * 32)], headers=False, segments=[
		(1, 5, CODE_AT, CODE, 0x1000), (1, 4, FRAMES_AT, FRAMES, 0x1000), (GNU_EH_FRAME, 4, FRAMES_AT, FRAMES, 8)]), two)


def ranges():
	usual = "REGISTER 7 8 0 0 - -1"
	deeper = cfa_offset(16)
	case("not in order", eh(frames((512, 256, deeper), (0, 256))), [f"0 {usual}", "100 NONE", "200 REGISTER 7 16 0 0 - -1", "300 NONE"])
	case("neighbours of one rule", eh(frames((0, 256), (256, 256))), [f"0 {usual}", "200 NONE"])
	case("overlapping", eh(frames((0, 512, b"\x02\xf0" + deeper), (128, 64), (256, 512, deeper))),
	     [f"0 {usual}", "c0 NONE", "100 REGISTER 7 16 0 0 - -1", "300 NONE"])
	case("twice the same start", eh(frames((0, 64), (0, 128, deeper))), [f"0 {usual}", "40 NONE"])
	case("of no size", eh(frames((0, 64), (16, 0))), [f"0 {usual}", "40 NONE"])
	case("outside of the code", eh(frames((0, 64), (-8, 64), (0x1000, 64), (0x200000, 64))), [f"0 {usual}", "40 NONE"], skipped=3)
	case("past the end of the code", eh(frames((0xf00, 0xffffffff))), [f"f00 {usual}", "1000 NONE"])
	case("the code past the end of the file", elf([(".eh_frame", frames((0, 64), (0xff00, 64)).bytes)], code=2**40),
	     [f"0 {usual}", "40 NONE"], skipped=1)
	case("pages", eh(frames((0x3ff, 0x803, loc(1) + cfa_offset(16) + b"\x03\x00\x04" + cfa_offset(24) + b"\x03\xff\x03" + cfa_offset(32)))),
	     [f"3ff {usual}", "400 REGISTER 7 16 0 0 - -1", "800 REGISTER 7 24 0 0 - -1", "bff REGISTER 7 32 0 0 - -1", "c02 NONE"])
	steps = b"".join(loc(1) + cfa_offset(16 + i % 2 * 8) for i in range(4095))
	case("a row for each byte", eh(frames((0, 4096, steps))),
	     [f"0 {usual}"] + [f"{i:x} REGISTER 7 {16 + (i - 1) % 2 * 8} 0 0 - -1" for i in range(1, 4096)] + ["1000 NONE"])


def lies():
	usual = [FIRST, "40 NONE"]
	section = frames((0, 64))
	section.fde(64, 64, lie=1000)
	case("length past the end", eh(section), usual, skipped=1)
	section = frames((0, 64))
	section.bytes += b"\xff\xff\xff\xff" + b"\xff" * 8
	case("length of 2^64", eh(section), usual, skipped=1)
	section = frames((0, 64))
	section.bytes += b"\x02\0\0\0ab"
	case("too short for anything", eh(section), usual, skipped=1)
	for name, ident in ("before the section", 0x1000), ("an FDE", 24), ("behind", -0x100), ("no entry", 3):
		section = frames((0, 64))
		section.fde(64, 64, ident=ident)
		case("the CIE is " + name, eh(section), usual, skipped=1)
	section = frames((0, 64))
	section.fde(64, 64, ident=4 - 20)
	section.cie()
	case("the CIE follows", eh(section), [FIRST, "80 NONE"])
	section = frames((0, 64))
	section.fde(64, 64, pointers=lambda at: struct.pack("<iI", CODE + 64 - at, 64) + uleb(1000), augmented=False)
	case("augmentation past the end", eh(section), usual, skipped=1)


def files():
	good = frames((0, 64)).bytes
	case("another machine", elf([(".eh_frame", good)], machine=183), error="not for x86-64: it is for ELF machine 183, 64 bits")
	case("32 bits", elf([(".eh_frame", good)], machine=I386, wide=False), error="not for x86-64: it is for ELF machine 3, 32 bits")
	case("x32", elf([(".eh_frame", good)], wide=False), error="not for x86-64: it is for ELF machine 62, 32 bits")
	case("no code", elf([(".eh_frame", good)], segments=[]), error="no part of it is code")
	case("none", b"\x7fELVes" * 20, error="not an ELF file")
	case("nothing", elf([]), error="no .eh_frame and no .debug_frame")
	case("stripped away", elf([(".eh_frame", None, 2, NOBITS)]), error="no .eh_frame and no .debug_frame")
	case("no frames", eh(Frames().terminator()), error=".eh_frame describes no frames; 0 descriptions are malformed or not of its code")
	case("garbage", elf([(".eh_frame", b"\x55" * 300)]), error=".eh_frame describes no frames; 1 descriptions are malformed")


def large():
	section = Frames()
	section.cie(instructions=BEGIN + (REMEMBER + RESTORE) * 500000)
	for i in range(100000):
		section.fde(i % 4096, 1, cie=0)
	case("100,000 FDEs of a CIE of 1 MB", eh(section), [FIRST, "1000 NONE"])
	steps = b"".join(loc(1) + def_cfa(7, 16 + 8 * i) for i in range(66000))
	text = 0x20000
	segments = [(1, 5, CODE_AT, CODE, 0x20000), (1, 4, FRAMES_AT, FRAMES, 0x10000)]
	want = [FIRST] + [f"{i + 1:x} REGISTER 7 {16 + 8 * i} 0 0 - -1" for i in range(65533)]
	case("66,000 rules", elf([(".eh_frame", frames((0, text, steps)).bytes)], segments=segments), want + [f"{65534:x} {BAD}", "20000 NONE"],
	     unsupported=1)
	case("a function of numbers that do not end", eh(frames((0, 64, loc(1) + b"\x0e" + b"\x80" * 3000001))), [FIRST, "1 " + BAD, "40 NONE"],
	     unsupported=1)
	section = Frames()
	for _ in range(50000):
		section.cie()
	section.bytes += b"".join(struct.pack("<II", 4, i * 4 + 1) for i in range(200000))
	case("many that are nothing", eh(section), error="200000 descriptions are malformed")


def sparse():
	"""Files of a terabyte that take no room."""
	segments = [(1, 5, CODE_AT, CODE, 2**40)]
	cie = {"data": b"\x04"}
	where = [(CODE, 64), (CODE + 2**39, 64), (CODE + 128, 64)]
	section = Frames()
	section.cie(**cie)
	for pair in where:
		section.fde(0, 0, pointers=struct.pack("<QQ", *pair))
	case("code of a terabyte", elf([(".eh_frame", section.bytes)], segments=segments),
	     [FIRST, "40 NONE", "80 REGISTER 7 8 0 0 - -1", "c0 NONE"], size=2**40, skipped=1)
	section = frames((0, 2**32 - 1))
	case("a function of 4 GB", elf([(".eh_frame", section.bytes)], segments=segments), size=2**40,
	     error="describes no frames; 1 descriptions are malformed")
	content = bytearray(eh(frames((0, 64))))
	table = struct.unpack_from("<Q", content, 40)[0]
	struct.pack_into("<Q", content, table + 64 + 32, 2**39)
	case("frames of a terabyte", bytes(content), [FIRST, "40 NONE"], size=2**40, skipped=1)


# ---- running ----

def shown(want):
	"""As rows.c writes it."""
	at, kind, *rest = want.split()
	rest += ["0"] * (4 - len(rest)) + ["-"] * (11 - max(len(rest), 4))
	return " ".join([f"{CODE + int(at, 16):x}", kind] + rest)


def run(program, path, content, want, error, skipped, unsupported, size):
	"""What is wrong, or None."""
	with open(path, "wb") as f:
		f.write(content)
		f.truncate(max(size, len(content)))
	start = time.monotonic()
	done = subprocess.run([program, "-d", path], capture_output=True, text=True, check=False, timeout=20)
	took = time.monotonic() - start
	if took > 5:
		return f"took {took:.1f} s"
	if error:
		return None if done.returncode == 1 and error in done.stderr else f"wanted {error!r}, got {done.stdout}{done.stderr}"
	if f" skipped={skipped} unsupported={unsupported} " not in done.stdout:
		return f"wanted skipped={skipped} unsupported={unsupported}, got {done.stdout[:200]}{done.stderr[:2000]}"
	got, wanted = done.stdout.splitlines()[1:], [shown(row) for row in want]
	if got == wanted:
		return None
	return "\n\t".join(["not as wanted:"] + [f"- {row}" for row in wanted if row not in got][:9] +
			   [f"+ {row}" for row in got if row not in wanted][:9])


def fuzzed(program, path, content):
	"""What is wrong with a file of tests/corpus/unwind, which tests/fuzz/unwind.c lays into a sound file like this; or None."""
	name = ".eh_frame" if content[0] < 0xa0 else ".debug_frame"
	with open(path, "wb") as f:
		f.write(elf([(name, content[1:])]))
	done = subprocess.run([program, "-d", path], capture_output=True, text=True, check=False, timeout=20)
	good = done.stdout.startswith("rows=") if done.returncode == 0 else done.returncode == 1 and done.stderr.startswith("pb: ")
	return None if good else done.stdout[:200] + done.stderr[:2000]


def read(path):
	with open(path, "rb") as f:
		return f.read()


def main(program, directory, *files_):
	path = directory + "/case"
	if files_:
		found = [(each, fuzzed(program, path, read(each))) for each in files_]
	else:
		for make in (instructions, returns, expressions, addresses, cies, sections, ranges, lies, files, large, sparse):
			make()
		found = [(name, run(program, path, *rest)) for name, *rest in CASES]
	failed = [(name, wrong) for name, wrong in found if wrong]
	for name, wrong in failed:
		print(f"{name}: {wrong}")
	print(f"{len(found)} cases, {len(failed)} failed")
	return bool(failed)


if __name__ == "__main__":
	sys.exit(main(*sys.argv[1:]))
