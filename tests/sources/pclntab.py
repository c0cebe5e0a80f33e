# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes programs that hold nothing but Go's table of functions, as each version of Go lays it out.

	pclntab.py 1.2|1.16|1.18|1.20 4|8 fixed|moved FILE

Three functions, main.f0 to main.f2, 16 bytes each, from 0x401000 on. "moved": addresses are 0 in the file, and relocations
have them; the table is somewhere in .data.rel.ro.
"""
import struct
import sys

TEXT, TABLE, RELOCATIONS = 0x401000, 0x402010, 0x403000
MAGIC = {"1.2": 0xfffffffb, "1.16": 0xfffffffa, "1.18": 0xfffffff0, "1.20": 0xfffffff1}
N = 3

version, pointer, how, path = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
P = "<Q" if pointer == 8 else "<I"
relocations = b""


def word(number):
    return struct.pack(P, number)


def address(at, number):
    """A pointer at an offset of the table."""
    global relocations
    if how != "moved":
        return word(number)
    relocations += struct.pack("<QQQ", TABLE + at, 8, number)
    return word(0)


names = b"".join(b"main.f%d\0" % i for i in range(N))
head = struct.pack("<IBBBB", MAGIC[version], 0, 0, 1, pointer)
if version == "1.2":
    described = len(head) + pointer + (2 * N + 1) * pointer
    each = pointer + 4
    texts = described + N * each
    table = head + word(N)
    for i in range(N):
        table += address(len(table), TEXT + 16 * i) + word(described + i * each)
    table += address(len(table), TEXT + 16 * N)
    for i in range(N):
        table += address(len(table), TEXT + 16 * i) + struct.pack("<i", texts + 8 * i)
    table += names
else:
    narrow = version != "1.16"
    words = 8 if narrow else 7
    names_at = len(head) + words * pointer
    functions = names_at + len(names) + 8
    functions += -functions % 8
    table = head + word(N) + word(1)
    if narrow:
        table += address(len(table), TEXT)
    table += word(names_at) + word(0) * 3 + word(functions) + names
    table += b"\0" * (functions - len(table))
    size = 4 if narrow else pointer
    described = (2 * N + 1) * size
    for i in range(N):
        if narrow:
            table += struct.pack("<II", 16 * i, described + 8 * i)
        else:
            table += address(len(table), TEXT + 16 * i) + word(described + (pointer + 4) * i)
    table += struct.pack("<I", 16 * N) if narrow else address(len(table), TEXT + 16 * N)
    for i in range(N):
        table += struct.pack("<I", 16 * i) if narrow else address(len(table), TEXT + 16 * i)
        table += struct.pack("<i", 8 * i)

data = ".data.rel.ro" if how == "moved" else ".gopclntab"
before = b"\xff" * 32 if how == "moved" else b""  # others' data, which look like the start of a table
sections = [
    (".text", 1, 6, TEXT, b"\x90" * 64),
    (data, 1, 2, TABLE - len(before), before + table),
    (".rela.dyn", 4, 2, RELOCATIONS, relocations),
]
texts, image, headers = b"\0", bytearray(0x4000), [(0,) * 10]
for name, kind, flags, vaddr, contents in sections:
    at = vaddr - 0x400000
    image[at:at + len(contents)] = contents
    headers.append((len(texts), kind, flags, vaddr, at, len(contents), 0, 0, 8, 24 if kind == 4 else 0))
    texts += name.encode() + b"\0"
headers.append((len(texts), 3, 0, 0, 0x800, len(texts) + 10, 0, 0, 1, 0))
texts += b".shstrtab\0"
image[0x800:0x800 + len(texts)] = texts
for i, header in enumerate(headers):
    struct.pack_into("<IIQQQQIIQQ", image, 0x400 + 64 * i, *header)
struct.pack_into("<16sHHIQQQIHHHHHH", image, 0, b"\x7fELF\2\1\1", 3, 62, 1, TEXT, 64, 0x400, 0, 64, 56, 1, 64, len(headers),
                 len(headers) - 1)
struct.pack_into("<IIQQQQQQ", image, 64, 1, 5, 0, 0x400000, 0x400000, len(image), len(image), 0x1000)
with open(path, "wb") as f:
    f.write(image)
