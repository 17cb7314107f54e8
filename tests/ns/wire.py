# SPDX-License-Identifier: Apache-2.0
"""The wire of src/wire/wire.h and the messages of broker and supervisor, written a second time."""

import os
import socket
import struct
import sys

MAGIC, VERSION = 0x4C544E43, 1
KINDS = {None: 0, "md5": 1, "sha256": 2, "sha512": 3}
BROKER = ("FETCH FETCH_PROGRESS FETCHED BROKER_ERROR PARAMS INSTANCE PARAM PARAMS_END PUBLISH PUBLISH_END "
          "PUBLISHED BROKER_READY BROKER_ENDED CACHE_ADD CACHED").split()
SUPER = "STATUS RESTART START STOP TABLE DONE ERROR".split()
TYPES = {name: 0x0200 + index for index, name in enumerate(BROKER)}
TYPES.update({"SUPER_" + name: 0x0600 + index for index, name in enumerate(SUPER)})
NAMES = {number: name for name, number in TYPES.items()}
SUPER_STATES = "unknown starting running backoff exited stopped stopping fatal".split()


def u8(value):
    return struct.pack("<B", value)


def u32(value):
    return struct.pack("<I", value)


def text(value):
    raw = value if isinstance(value, bytes) else value.encode()
    return u32(len(raw)) + raw


def message(name, body=b""):
    return struct.pack("<IHH", MAGIC, VERSION, TYPES[name]) + body


class Reader:
    """Takes fields off the front of a message's body."""

    def __init__(self, raw):
        magic, version, number = struct.unpack_from("<IHH", raw)
        assert (magic, version) == (MAGIC, VERSION), raw[:8]
        self.name, self.rest = NAMES.get(number, hex(number)), raw[8:]

    def take(self, form):
        size = struct.calcsize(form)
        value, self.rest = struct.unpack(form, self.rest[:size])[0], self.rest[size:]
        return value

    def u8(self):
        return self.take("<B")

    def u32(self):
        return self.take("<I")

    def u64(self):
        return self.take("<Q")

    def i64(self):
        return self.take("<q")

    def text(self):
        size = self.u32()
        value, self.rest = self.rest[:size], self.rest[size:]
        return value.decode("utf-8", "replace")

    def pair(self):
        key = self.text()
        return key, self.text()

    def error(self):
        kind, number = self.u32(), self.u32()
        return {"kind": kind, "num": number, "step": self.text(), "text": self.text()}


def pair():
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def receive(channel, timeout=30):
    """(Reader, descriptors); Reader is None when the peer is gone."""
    channel.settimeout(timeout)
    try:
        raw, fds, _, _ = socket.recv_fds(channel, 1 << 16, 64)
    except ConnectionResetError:
        return None, []
    return (Reader(raw), fds) if raw else (None, fds)


class Cases:
    """Runs functions, counts, prints the closing line."""

    def __init__(self):
        self.passed = self.failed = 0

    def run(self, name, function, *args):
        try:
            function(*args)
        except Exception as problem:  # pylint: disable=broad-except
            trace, where = problem.__traceback__, []
            while trace:
                where.append(str(trace.tb_lineno))
                trace = trace.tb_next
            print(f"FAILED {name}: {type(problem).__name__}: {problem} (lines {' '.join(where)})", flush=True)
            self.failed += 1
        else:
            print(f"ok {name}", flush=True)
            self.passed += 1

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed else 0)


def own_namespaces(*flags):
    """Start this test again inside new namespaces, once. Skips (77) without root."""
    if os.environ.get("CANTLE_NS_INSIDE"):
        return
    if os.getuid() != 0:
        print("skipped: needs root")
        sys.exit(77)
    os.environ["CANTLE_NS_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", *flags, sys.executable, *sys.argv])
