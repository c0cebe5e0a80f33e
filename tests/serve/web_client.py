#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients of pb-serve that no browser is: they send what they like, stand still, or come in crowds.

	web_client.py WHAT PORT TOKEN PID

Prints what happened, one fact a line."""
import base64
import gzip
import json
import os
import re
import resource
import select
import socket
import struct
import sys
import time

what, port, token, pid = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
HOST = b"Host: 127.0.0.1:%d\r\n" % port
END = b"Connection: close\r\n\r\n"


def connect(small=False):
    s = socket.socket()
    if small:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.settimeout(20)
    s.connect(("127.0.0.1", port))
    return s


def drain(s):
    got = b""
    try:
        while part := s.recv(1 << 16):
            got += part
    except OSError:
        pass
    return got


def ask(request):
    """The status of the answer, or "closed"."""
    s = connect()
    try:
        s.sendall(request)
    except OSError:
        pass
    got = drain(s)
    return got[9:12].decode() if got.startswith(b"HTTP/1.") else "closed"


def server():
    """Its open files and its memory in kB."""
    with open(f"/proc/{pid}/status") as status:
        kb = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return len(os.listdir(f"/proc/{pid}/fd")), kb


class Live:
    def __init__(self, query="", small=False):
        self.s, self.got = connect(small), b""
        key = base64.b64encode(os.urandom(16))
        self.s.sendall(b"GET /live" + query.encode() + b" HTTP/1.1\r\n" + HOST + b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
                       b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + b"\r\n"
                       b"Sec-WebSocket-Protocol: pb-live, t." + token.encode() + b"\r\n\r\n")
        while b"\r\n\r\n" not in self.got:
            part = self.s.recv(4096)
            if not part:
                break
            self.got += part
        self.head, _, self.got = self.got.partition(b"\r\n\r\n")

    def bytes(self, n):
        while len(self.got) < n:
            part = self.s.recv(1 << 16)
            if not part:
                raise EOFError
            self.got += part
        taken, self.got = self.got[:n], self.got[n:]
        return taken

    def frame(self):
        """Whether it is the last of its message, its kind, its payload."""
        first, n = self.bytes(2)
        if n == 126:
            n, = struct.unpack(">H", self.bytes(2))
        elif n == 127:
            n, = struct.unpack(">Q", self.bytes(8))
        return first & 128, first & 15, self.bytes(n)

    def message(self):
        """The kind ("S", "D"), epoch and at of the next one; ("close", its code); ("answered",) for a ping's answer."""
        whole = b""
        while True:
            final, kind, part = self.frame()
            if kind == 8:
                return "close", struct.unpack(">H", part[:2])[0] if part else 0
            if kind == 9:
                self.send(10, part)
            if kind == 10:
                return "answered",
            if kind in (0, 2):
                whole += part
                if final:
                    break
        body, numbers = whole[1:] if whole[:1] == b"D" else gzip.decompress(whole[1:]), []
        while len(numbers) < 2:
            value = shift = 0
            while True:
                byte, body = body[0], body[1:]
                value |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    break
            numbers.append(value)
        return chr(whole[0]), *numbers

    def messages(self, seconds):
        """Those that come in so long."""
        all, end = [], time.monotonic() + seconds
        while self.got or select.select([self.s], [], [], max(0, end - time.monotonic()))[0]:
            try:
                all.append(self.message())
            except (EOFError, OSError) as end_of_it:
                all.append(("end", str(end_of_it)))
            if all[-1][0] in ("close", "end"):
                break
        return all

    def send(self, kind, payload, final=True, masked=True, length=None, reserved=0):
        head = bytes([(128 if final else 0) | reserved | kind])
        n = len(payload) if length is None else length
        m = 128 if masked else 0
        head += bytes([m | n]) if n < 126 else bytes([m | 126]) + struct.pack(">H", n) if n < 65536 else bytes([m | 127]) + struct.pack(">Q", n)
        self.s.sendall(head + (b"\0\0\0\0" if masked else b"") + payload)


def paths():
    """No trick with a path reaches anything but the page."""
    wanted = {b"/": "200", b"/?a=b": "200", b"/nope": "404", b"//etc/passwd": "404", b"/../../etc/passwd": "404",
              b"/%2e%2e/%2e%2e/etc/passwd": "404", b"/..\\..\\etc\\passwd": "404", b"/api": "404", b"/api/": "404",
              b"/API/STATS": "404", b"/api/stats/": "404", b"/live": "426", b"/api/stats": "401",
              b"/api/../api/stats": "401", b"/./api//stats": "401 404", b"/api/stats%00": "401 404 closed", b"/%00": "200 404 closed",
              b"/\0": "200 404 closed", b"/api/stats\0/..": "200 401 404 closed", b"http://127.0.0.1/": "200 403", b"http://evil/etc/passwd": "403",
              b"*": "403", b"/%": "403 404", b"/%zz": "403 404", b"/" + b"../" * 900: "200 404", b"/" + b"a" * 5000: "404 414 closed",
              b"/\xff\xfe": "404 closed", b"/a b": "404 closed"}
    for path, codes in wanted.items():
        code = ask(b"GET " + path + b" HTTP/1.1\r\n" + HOST + END)
        if code not in codes.split():
            print(path[:40], code)
    print(len(wanted), "paths")


def requests():
    """Requests that are none, or too many headers."""
    for name, request in {
        "no Host": b"GET / HTTP/1.1\r\n" + END,
        "two Hosts": b"GET / HTTP/1.1\r\n" + HOST + b"Host: evil\r\n" + END,
        "HTTP/1.0": b"GET / HTTP/1.0\r\n" + HOST + END,
        "CONNECT": b"CONNECT evil:80 HTTP/1.1\r\n" + HOST + END,
        "BREW": b"BREW / HTTP/1.1\r\n" + HOST + END,
        "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "h2c": b"GET / HTTP/1.1\r\n" + HOST + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
        "TLS": bytes.fromhex("16030102000100") + bytes(600),
        "noise": os.urandom(9000),
        "a header of 1 MB": b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"x" * 1000000 + b"\r\n" + END,
        "a Host of 1 MB": b"GET / HTTP/1.1\r\nHost: " + b"x" * 1000000 + b"\r\n" + END,
        "60,000 headers": b"GET / HTTP/1.1\r\n" + HOST + b"".join(b"X-%d: y\r\n" % i for i in range(60000)) + END,
        "a query of 1 MB": b"GET /?" + b"a=b&" * 250000 + b" HTTP/1.1\r\n" + HOST + END,
        "a body": b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 33\r\n\r\nGET /nope HTTP/1.1\r\nHost: evil\r\n\r\n",
    }.items():
        print(f"{name}: {ask(request)}")


def slow():
    """Headers that do not come, or a byte at a time: over in some seconds."""
    quiet, half, drip = connect(), connect(), connect()
    half.sendall(b"GET / HTTP/1.1\r\nHo")
    start = time.monotonic()
    open_ones = {quiet: "nothing", half: "half a request", drip: "a byte at a time"}
    text = iter(b"GET / HTTP/1.1\r\n" + HOST + b"X: y\r\n" * 1000)
    while open_ones and time.monotonic() - start < 15:
        for s in select.select(list(open_ones), [], [], 0.3)[0]:
            try:
                s.recv(100)
            except OSError:
                pass
            print(f"{open_ones.pop(s)}: {'in time' if time.monotonic() - start < 8 else 'late'}")
        if drip in open_ones:
            try:
                drip.send(bytes([next(text)]))
            except OSError:
                pass


def flood():
    """10,000 connections that say nothing or half a word: few are kept, and the server answers when they have gone."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (10100, max(10100, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    before, most, all = server(), (0, 0), []
    for i in range(10000):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(("127.0.0.1", port))
        all.append(s)
        try:
            if i % 3 == 0:
                s.send(b"GET / HTTP/1.1\r\nHo")
        except OSError:
            pass
        if i % 500 == 499:
            time.sleep(0.05)
            most = tuple(map(max, most, server()))
    print("files at most", "bounded" if most[0] <= before[0] + 260 else most[0])
    print("memory at most", "bounded" if most[1] <= before[1] + 8192 else f"{before[1]} to {most[1]} kB")
    time.sleep(6)
    print("afterwards", ask(b"GET / HTTP/1.1\r\n" + HOST + END), "files", "as before" if server()[0] <= before[0] + 2 else server()[0])


def full():
    """More connections than there are files for: the server sleeps meanwhile, and answers when they have gone."""
    def busy():
        with open(f"/proc/{pid}/stat") as stat:
            return sum(map(int, stat.read().rsplit(") ", 1)[1].split()[11:13]))

    def come():
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(("127.0.0.1", port))
        return s

    all = [come() for _ in range(80)]
    time.sleep(0.5)
    before = busy()
    time.sleep(2)
    print("asleep" if busy() - before < 50 else f"{busy() - before} ticks in 2 s")
    if sys.stdin.readline():
        return
    for s in all:
        s.close()
    time.sleep(2.5)
    print("afterwards", ask(b"GET / HTTP/1.1\r\n" + HOST + END))


def frames():
    """What the server says to frames that make no sense: the code it closes with."""
    def closes(name, *sends):
        live = Live()
        live.messages(0.3)
        try:
            for arguments, named in sends:
                live.send(*arguments, **named)
        except OSError:
            pass
        last = (live.messages(2) or [("",)])[-1]
        print(f"{name}: {last[1] if last[0] == 'close' else 'gone' if last[0] == 'end' else last[0]}")

    closes("binary", ((2, b"stop"), {}))
    closes("65 bytes", ((1, b"x" * 65), {}))
    closes("1 MB", ((1, b"x" * 1000000), {}))
    closes("a length of 2^62", ((1, b"x"), {"length": 1 << 62}))
    closes("unknown words", ((1, b"start"), {}))
    closes("an endless message", *[((0 if i else 1, b"xxxxxxxx"), {"final": False}) for i in range(100)])
    closes("not masked", ((1, b"stop"), {"masked": False}))
    closes("reserved bits", ((1, b"stop"), {"reserved": 0x70}))
    closes("a kind that does not exist", ((5, b"x"), {}))
    closes("not UTF-8", ((1, b"\xff\xfe"), {}))
    closes("a continuation of nothing", ((0, b"stop"), {}))
    closes("a ping of 126 bytes", ((9, b"x" * 126), {}))
    closes("a ping", ((9, b"x"), {}))
    closes("goodbye", ((8, b"\x03\xe8"), {}))


def crowd():
    """200 clients come and go, again and again, some of them in the middle of something."""
    def wave():
        all = []
        for i in range(200):
            try:
                if i % 4 == 0:
                    s = connect()
                    s.sendall(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"[:i % 3])
                    all.append(s)
                else:
                    all.append(Live(small=i % 3 == 0).s)
            except OSError:
                pass
        for s in all:
            if s.fileno() % 2:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.close()
        time.sleep(0.5)

    wave()
    wave()
    before = server()
    for _ in range(6):
        wave()
    after = server()
    print("files", "flat" if after[0] <= before[0] else f"{before[0]} to {after[0]}")
    print("memory", "flat" if after[1] <= before[1] + 1024 else f"{before[1]} to {after[1]} kB")


def resume():
    """Who comes back is given deltas from where it was; who comes from elsewhere a snapshot."""
    first = Live().messages(0.7)
    print("new:", first[0][0], "".join(m[0] for m in first[1:]).strip("D") or "then deltas only")
    _, epoch, at = first[-1]
    more = []
    live = Live(f"?epoch={epoch}&at={at}")
    while len(more) < 3:
        more.append(live.message())
    print("back:", "deltas from there on" if [(m[0], m[2]) for m in more] == [("D", at + 1 + i) for i in range(3)] else more)
    print("another epoch:", Live(f"?epoch={epoch + 1}&at={at}").message()[0])
    print("ahead of time:", Live(f"?epoch={epoch}&at={at + 1000000}").message()[0])
    for query in ("?epoch=x&at=1", "?epoch=1&at=-1", "?epoch=1&at=99999999999999999999999", "?epoch=1e3&at=0"):
        print(query, Live(query).head.split()[1].decode())


def paused():
    """50 clients stand still, most with something in their hands, and catch up. The profile grows as it did before."""
    def wait(seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            last = other.message()
        return last

    other = Live()
    wait(5)
    start = server()[1]
    wait(10)
    before = server()[1]
    still = [Live(small=True) for _ in range(50)]
    last = wait(30)
    after = server()[1]
    print("memory", "flat" if after - before <= 3 * (before - start) + 4096 else f"{start}, {before}, {after} kB")
    caught_up = 0
    for live in still:
        live.s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        seen = ("", 0, 0)
        while seen[0] != "close" and seen[1:] < last[1:]:
            seen = live.message()
        caught_up += seen[0] != "close"
    print(caught_up, "caught up")


def get(path, version=b"1.1"):
    s = connect()
    s.sendall(b"GET " + path + b" HTTP/" + version + b"\r\n" + HOST + b"Authorization: Bearer " + token.encode() + b"\r\n\r\n")
    return s


def documents():
    """Documents far larger than the memory: many at a time, left in the middle, and what others are told meanwhile."""
    before = server()[1]
    all = [get(b"/api/folded") for _ in range(12)]
    time.sleep(1)
    start = time.monotonic()
    print("the page meanwhile", ask(b"GET / HTTP/1.1\r\n" + HOST + END), "soon" if time.monotonic() - start < 0.5 else "late")
    heads = [s.recv(12)[9:] for s in all]
    print("sent", heads.count(b"200"), "busy", heads.count(b"503"))
    read = 0
    while read < 50_000_000:
        read += len(all[heads.index(b"200")].recv(1 << 20))
    print("memory", "flat" if server()[1] < before + 16384 else f"{before} to {server()[1]} kB")
    for s in all:
        s.close()
    for _ in range(40):  # who leaves before it is made
        get(b"/api/tree.json").close()
    time.sleep(1)
    for version in (b"1.1", b"1.0"):
        got = drain_some(get(b"/api/stats", version))
        print(version.decode(), "chunked" if b"Transfer-Encoding: chunked" in got else "plain", "whole" if b'"at": ' in got else got)


def drain_some(s):
    s.settimeout(1)
    return drain(s)


def behind():
    """For 20 s clients come that take a few bytes a second of their snapshot, each of another one."""
    def held():
        s = connect()
        s.sendall(b"GET /api/stats HTTP/1.1\r\n" + HOST + b"Authorization: Bearer " + token.encode() + b"\r\n" + END)
        return json.loads(re.search(rb"\{.*\}", drain(s))[0])["held"]

    all, most, end = [], 0, time.monotonic() + 20
    while time.monotonic() < end:
        try:
            all.append(Live(small=True))
            all[-1].s.settimeout(0.01)
        except OSError:
            pass
        for live in all:
            try:
                live.s.recv(100)
            except OSError:
                pass
        time.sleep(0.25)
        most = max(most, held())
    print(f"held at most {'an eighth' if most < (2 << 20) + (1 << 19) else most}")


def stop():
    """Asks for the end, and prints what comes."""
    live = Live()
    live.messages(0.3)
    live.send(1, b"stop")
    got = live.messages(3)
    print("last words", "yes" if any(m[0] in "SD" for m in got) else "none", "close", got[-1][1] if got[-1][0] == "close" else got[-1])


def head():
    """The answer to a good handshake."""
    live = Live()
    print(live.head.decode().replace("\r", ""))


globals()[what]()
