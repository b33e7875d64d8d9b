"""Small messages that ask for much memory, against a real office process: refused at once, and cheaply."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import requests
import zstandard

from server.demo import processes
from server.demo.processes import Server
from server.web.api import LARGEST_EXCHANGE, MOST_PARTS
from sync.wire import codec
from tests.faults.real_office import make_office
from tests.office.builders import Laptop, enrolled

GIB = 1024**3
LARGEST = LARGEST_EXCHANGE - 64
MOST_GROWTH = 50 * 1024 * 1024
LONGEST_S = 3.0
PIECE = bytes(16 * 1024 * 1024)


@cache
def zeros_in_zstd(size: int = GIB, *, told: bool = True) -> bytes:
    """`size` zero bytes; without `told` the frame does not say how many they are."""
    out = io.BytesIO()
    maker = zstandard.ZstdCompressor(level=1)
    with maker.stream_writer(out, size=size if told else -1, closefd=False) as writer:
        for _ in range(size // len(PIECE)):
            writer.write(PIECE)
    return out.getvalue()


@cache
def zeros_in_gzip(size: int = GIB) -> bytes:
    """The same block of deflate again and again: nothing needs to be compressed 64 times."""
    maker = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = maker.compress(PIECE) + maker.flush(zlib.Z_FULL_FLUSH)
    block = maker.compress(PIECE) + maker.flush(zlib.Z_FULL_FLUSH)
    return head + block * (size // len(PIECE) - 1) + maker.flush()


def of_text(piece: bytes, size: int = LARGEST, before: bytes = b"[", after: bytes = b"0]") -> bytes:
    """Well-formed JSON of many small parts, just within the size that is read, in zstd."""
    return zstandard.ZstdCompressor(level=3).compress(before + piece * (size // len(piece)) + after)


def of_parts(piece: bytes, parts: int) -> bytes:
    """The same with just as many parts as are read, and the rest of the size filled with one text."""
    many = piece * (MOST_PARTS // parts - 8)
    return of_text(b"a", LARGEST - len(many), before=b"[" + many + b'"', after=b'"]')


def wide_window() -> bytes:
    """A frame that asks its reader to keep 2 GiB at hand."""
    parameters = zstandard.ZstdCompressionParameters(window_log=31, compression_level=1)
    return zstandard.ZstdCompressor(compression_params=parameters).compress(b"{}" + bytes(1000))


def bombs() -> dict[str, tuple[bytes, str]]:
    """Body and encoding by name."""
    inner = zeros_in_zstd()
    return {
        "1 GiB of zeros, zstd": (inner, "zstd"),
        "1 GiB of zeros, zstd, size untold": (zeros_in_zstd(told=False), "zstd"),
        "1 GiB of zeros, gzip": (zeros_in_gzip(), "gzip"),
        "zstd in zstd": (zstandard.ZstdCompressor().compress(inner), "zstd"),
        "gzip in gzip": (gzip.compress(zeros_in_gzip()), "gzip"),
        "two encodings": (gzip.compress(inner), "gzip, zstd"),
        "said to be packed": (inner, codec.PACK),
        "a window of 2 GiB": (wide_window(), "zstd"),
        "one frame after another": (zstandard.ZstdCompressor().compress(PIECE[:1_000_000]) * 64, "zstd"),
        "millions of objects": (of_text(b"{},"), "zstd"),
        "millions of lists": (of_text(b"[],"), "zstd"),
        "millions of numbers": (of_text(b"1.5,"), "zstd"),
        "millions of texts": (of_text(b'"ab",'), "zstd"),
        "as many objects as are read": (of_parts(b"{},", 2), "zstd"),
        "as many keys as are read": (of_parts(b'{"a":1},', 2), "zstd"),
        "as many lists as are read": (of_parts(b"[[1]],", 3), "zstd"),
        "as many texts as are read": (of_parts('"ñandú",'.encode(), 1), "zstd"),
        "one long text": (of_text(b"a", before=b'{"a":"', after=b'"}'), "zstd"),
        "one long text in wide letters": (of_text(b"a", before='{"a":"😀'.encode(), after=b'"}'), "zstd"),
        "deep": (of_text(b"[", after=b""), "zstd"),
        "deep objects": (of_text(b'{"a":', after=b""), "zstd"),
        "one long integer": (of_text(b"9", after=b"]"), "zstd"),
        "escapes": (of_text(b"\\u00e1", before=b'{"a":"', after=b'"}'), "zstd"),
    }


@dataclass
class Bombed:
    """A real office, and how much memory and work its process takes, as the system counts them."""

    server: Server
    address: str
    laptop: Laptop

    @property
    def process(self) -> Path:
        assert self.server.process is not None
        return Path(f"/proc/{self.server.process.pid}")

    def resident(self) -> int:
        return self._memory("VmRSS")

    def highest(self) -> int:
        """The most memory it ever took at once since `begin`."""
        return self._memory("VmHWM")

    def begin(self) -> int:
        """Forget what it took before; what it takes now."""
        try:
            (self.process / "clear_refs").write_text("5")
        except OSError:  # not every kernel forgets: then what it takes is held against its own highest
            return self.highest()
        return self.resident()

    def _memory(self, name: str) -> int:
        for line in (self.process / "status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
        raise AssertionError("the office is gone")

    def worked(self) -> float:
        """Seconds of processor time so far: what an answer costs, however busy the machine is."""
        fields = (self.process / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def throw(self, path: str, body: bytes, encoding: str) -> requests.Response:
        headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
        headers["Authorization"] = self.laptop.authorization
        return requests.post(self.address + path, data=body, headers=headers, timeout=120)


@contextmanager
def office_at(folder: Path) -> Iterator[Bombed]:
    if not Path("/proc/self/status").exists():
        pytest.skip("the memory of a process is read from /proc, which this system does not have")
    office = make_office(folder / "office")
    laptop = enrolled(office.world)
    office.world.engine.dispose()
    server = office.server(folder / "office.log")
    made = Bombed(server, server.start(), laptop)
    try:
        for _ in range(3):  # what any first request loads is not the bombs' doing
            made.throw("/v1/sync", b"{}", "identity")
        yield made
    finally:
        server.stop()


def test_a_bomb_is_refused_at_once_and_costs_the_office_little_memory(tmp_path: Path) -> None:
    with office_at(tmp_path) as bombed:
        _throw_all(bombed)


def _throw_all(bombed: Bombed) -> None:
    thrown = bombs()
    before = bombed.begin()
    slowest = 0.0
    worst = ""
    for path in ("/v1/sync", "/v1/seal", "/v1/enrol"):
        for name, (body, encoding) in thrown.items():
            assert len(body) < 3 * 1024 * 1024, name
            high, began = bombed.highest(), bombed.worked()
            answer = bombed.throw(path, body, encoding)
            took = bombed.worked() - began
            assert 400 <= answer.status_code < 500, (path, name, answer.status_code, answer.text[:200])
            assert answer.json()["code"] in REFUSALS, (path, name, answer.text[:200])
            slowest = max(slowest, took)
            if bombed.highest() > high:
                worst = f"{path} {name}"
            print(
                f"{path} {name}: {len(body)} bytes, {answer.status_code}, {took:.2f} s, {(bombed.highest() - before) >> 20} MB"
            )
            assert took < LONGEST_S, (path, name, took)
    grown, left = bombed.highest() - before, bombed.resident() - before
    print(
        f"highest {grown / 2**20:.1f} MB more ({worst}), {left / 2**20:.1f} MB kept; slowest {slowest:.2f} s"
    )
    assert grown < MOST_GROWTH
    reply = bombed.throw("/v1/sync", codec.plain(bombed.laptop.request([bombed.laptop.visit()])), "identity")
    assert reply.json()["have"]["n"] == 1


REFUSALS = ("too_large", "bad_json", "bad_encoding", "unknown_encoding", "validation_failed", "rate_limited")


def test_an_office_without_its_bounds_is_seen_to_swell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same watch on an office that reads whatever it is sent."""
    monkeypatch.setattr(processes, "RONDA", (sys.executable, "-m", "tests.fuzz.without_bounds"))
    with office_at(tmp_path) as bombed:
        before = bombed.begin()
        bombed.throw("/v1/sync", of_text(b"{},", codec.LIMIT - 64), "zstd")
        grown = bombed.highest() - before
    print(f"{grown / 2**20:.0f} MB more")
    assert grown > MOST_GROWTH
