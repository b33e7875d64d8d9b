"""Starts servers and sends them prepared bodies over HTTP, timing only the exchanges. Knows no protocol."""

from __future__ import annotations

import http.client
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

START_S = 240.0
ANSWER_S = 300.0


class NotThere(RuntimeError):
    """A peer that cannot be had or started here; the bench says so and goes on."""


@dataclass(frozen=True)
class Call:
    """One request, complete before the clock starts."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Timed:
    """How long each request took from its first byte to the last byte of its answer."""

    seconds: tuple[float, ...]
    answers: tuple[Answer, ...]

    @property
    def total(self) -> float:
        return sum(self.seconds)


class Line:
    """One keep-alive connection, as a laptop or a peer's client would hold."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
        self.connection.connect()
        # http.client sends headers and body apart: with Nagle's delay every peer would measure 40 ms.
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, call: Call) -> Answer:
        self.connection.request(call.method, call.path, call.body or None, dict(call.headers))
        answer = self.connection.getresponse()
        body = answer.read()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)

    def close(self) -> None:
        self.connection.close()


def drive(port: int, calls: Iterable[Call], expected: Sequence[int] = (200, 201)) -> Timed:
    """Send the calls one after another on one connection. Raises RuntimeError for another status."""
    line = Line(port)
    seconds, answers = [], []
    try:
        for call in calls:
            began = time.perf_counter()
            answer = line.send(call)
            seconds.append(time.perf_counter() - began)
            if answer.status not in expected:
                raise RuntimeError(f"{call.path} answered {answer.status}: {answer.body[:300]!r}")
            answers.append(answer)
    finally:
        line.close()
    return Timed(tuple(seconds), tuple(answers))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], port: int, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[int]:
    """A server in its own process, stopped by its own id when the block ends; answers its process id."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            list(command), stdout=out, stderr=out, env=None if env is None else dict(env)
        )
    try:
        _wait(process, port, log)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    ends = time.monotonic() + START_S
    while time.monotonic() < ends:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise NotThere(f"it did not start: {log.read_text(errors='replace')[-600:]}")
