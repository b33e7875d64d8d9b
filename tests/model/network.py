"""The network of the model: real bytes by the wire's codec, lost, doubled, late, cut or with bits turned.

It carries requests and answers and keeps what was delivered, to deliver it again. Knows no database.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sync.exchange import Laptop, OfficeSays, Unreachable
from sync.wire import codec
from sync.wire.attachments import digest_of
from sync.wire.errors import Problem, problem_document, told
from sync.wire.packing import Context

from .office import Office
from .older import as_of_old

FAULTS = (
    "lost request",
    "lost reply",
    "duplicate",
    "late",
    "late duplicate",
    "cut request",
    "cut reply",
    "turned bits in request",
    "turned bits in reply",
    "meanwhile",
)
ENCODINGS = (codec.PACK, "zstd", "gzip", "identity")


class PowerCut(Exception):
    """The laptop stops between two of its transactions."""


@dataclass(frozen=True)
class Sent:
    """One request as it went over the wire."""

    authorization: str
    data: bytes
    encoding: str


@dataclass
class Network:
    """`flying` are requests that have not arrived yet, though nobody waits for their answers any more."""

    office: Office
    flying: list[Sent] = field(default_factory=list)
    delivered: list[Sent] = field(default_factory=list)

    def deliver(self, sent: Sent, *, as_said: bool = True) -> tuple[int, bytes, str]:
        """What the office's door does with a body: status, body, encoding. Only what came as it was said is
        kept to be said again."""
        try:
            find = partial(self.office.context, sent.authorization)
            request = codec.decode(sent.data, sent.encoding, find=find)
            answer = self.office.receive(sent.authorization, request)
            status = 200
        except Problem as problem:
            answer, status = problem_document(problem), 400
        else:
            if as_said:
                self.delivered.append(sent)
        return (status, *codec.encode(answer, (sent.encoding,)))

    def carry(
        self, authorization: str, sha256: str, offset: int, chunk: bytes, digest: str
    ) -> dict[str, Any]:
        """A chunk of a picture. Raises OfficeSays."""
        try:
            return self.office.take_chunk(authorization, sha256, offset, chunk, digest)
        except Problem as problem:
            raise _no(problem_document(problem)) from problem

    def holds(self, authorization: str, sha256: str) -> dict[str, Any]:
        try:
            return self.office.holds_picture(authorization, sha256)
        except Problem as problem:
            raise _no(problem_document(problem)) from problem


@dataclass
class Line:
    """`sync.exchange.Peer`: one laptop's connection. `faults` befall its requests in turn, None is none."""

    network: Network
    authorization: str
    random: random.Random
    faults: list[str | None] = field(default_factory=list)
    page: int = 500
    old: Laptop | None = None  # whose program is of the version before
    context: Callable[[], Context | None] = lambda: None
    meanwhile: Callable[[], object] = lambda: None
    requests: int = 0
    happened: list[str] = field(default_factory=list)

    def sync(self, request: dict[str, Any]) -> dict[str, Any]:
        context = None if self.old else self.context()
        try:
            return self._send(self._said(request, context), self._fault())
        except OfficeSays as no:
            # As the HTTP peer does: what was left out is not what this office holds.
            if no.told.code != "other_context":
                raise
            return self._send(self._said(request, None), self._fault())

    def _fault(self) -> str | None:
        fault = self.faults[self.requests] if self.requests < len(self.faults) else None
        self.requests += 1
        if fault:
            self.happened.append(fault)
        return fault

    def _said(self, request: dict[str, Any], context: Context | None) -> Sent:
        request = dict(request)
        if request.get("pull"):
            request["pull"] = request["pull"] | {"limit": min(self.page, request["pull"]["limit"])}
        if self.old:
            request = as_of_old(request, self.old)
        encoding = self.random.choice(ENCODINGS[1:] if self.old else ENCODINGS)
        data, encoding = codec.encode(request, (encoding,), context)
        return Sent(self.authorization, data, encoding)

    def _send(self, sent: Sent, fault: str | None) -> dict[str, Any]:
        network = self.network
        if fault == "lost request":
            raise Unreachable(fault)
        if fault == "late":
            network.flying.append(sent)
            raise Unreachable(fault)
        if fault == "cut request":
            sent = Sent(sent.authorization, _cut(sent.data, self.random), sent.encoding)
        if fault == "turned bits in request":
            sent = Sent(sent.authorization, _turned(sent.data, self.random), sent.encoding)
        if fault == "meanwhile":
            self.meanwhile()
        as_said = fault not in ("cut request", "turned bits in request")
        answers = [network.deliver(sent, as_said=as_said)]
        if fault == "duplicate":
            answers.append(network.deliver(sent))
        if fault == "late duplicate":
            network.flying.append(sent)
        if fault == "lost reply":
            raise Unreachable(fault)
        status, data, encoding = self.random.choice(answers)
        if fault == "cut reply":
            data = _cut(data, self.random)
        if fault == "turned bits in reply":
            data = _turned(data, self.random)
        return _answer(status, data, encoding)

    # Pictures, chunk by chunk

    def attachment(self, sha256: str) -> dict[str, Any]:
        if self._fault() in ("lost request", "lost reply"):
            raise Unreachable("lost")
        return self.network.holds(self.authorization, sha256)

    def put_chunk(self, sha256: str, offset: int, chunk: bytes) -> dict[str, Any]:
        fault, digest = self._fault(), digest_of(chunk)
        if fault in ("lost request", "late"):
            raise Unreachable("lost")
        if fault == "cut request":
            chunk = _cut(chunk, self.random)
        if fault == "turned bits in request":
            chunk = _turned(chunk, self.random)
        answer = self.network.carry(self.authorization, sha256, offset, chunk, digest)
        if fault == "duplicate":
            answer = self.network.carry(self.authorization, sha256, offset, chunk, digest)
        if fault in ("lost reply", "cut reply", "turned bits in reply"):
            raise Unreachable("lost")
        return answer

    def document(self, sha256: str, offset: int, limit: int) -> bytes:
        raise Unreachable("no papers travel in this model")

    def enrol(self, request: dict[str, Any]) -> dict[str, Any]:
        raise Unreachable("nobody enrols over this line")

    def seal(self, request: dict[str, Any]) -> dict[str, Any]:
        raise Unreachable("nobody seals over this line")


def _answer(status: int, data: bytes, encoding: str) -> dict[str, Any]:
    try:
        answer = codec.decode(data, encoding)
    except Problem as wrong:
        raise Unreachable(wrong.code) from wrong
    if status == 200 and isinstance(answer, dict):
        return answer
    raise _no(answer)


def _no(answer: object) -> Exception:
    said = told(answer)
    return Unreachable("not an answer of an office") if said is None else OfficeSays(said)


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _turned(data: bytes, chance: random.Random) -> bytes:
    turned = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        turned[chance.randrange(len(turned))] ^= 1 << chance.randrange(8)
    return bytes(turned)


class CutShort:
    """A `sync.exchange.Laptop` that loses its power before one of its transactions."""

    def __init__(self, side: Any, batch: int, cut_before: int | None = None) -> None:
        self.side, self.batch, self.left = side, batch, cut_before

    def __getattr__(self, name: str) -> Any:
        act = getattr(self.side, name)
        if not callable(act):
            return act

        def acted(*given: Any, **named: Any) -> Any:
            if self.left is not None:
                self.left -= 1
                if self.left < 0:
                    raise PowerCut(name)
            if name == "waiting":
                given = (given[0], min(given[1], self.batch))
            return act(*given, **named)

        return acted
