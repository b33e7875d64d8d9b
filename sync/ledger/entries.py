"""Makes the links of a chain and checks one against the link before it. Knows no signature.

An entry is a header and a salted body, kept and sent as the exact bytes they were first written in.
The body's digest alone enters the chain, so a body can be erased and the chain still verifies.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple, TypedDict
from uuid import UUID

from ..digest import canonical
from ..ids import is_id
from ..wire.codec import loads
from ..wire.errors import Problem

ZERO = bytes(32)
PREFIX = b"ronda1"
SALT_SIZE = 16
LARGEST_N = 2**63 - 1  # what a signed 64-bit column holds; on the chain it is u64be


class Clock(TypedDict):
    """The laptop's clocks at an event: RFC 3339 UTC with milliseconds, monotonic since boot, the boot."""

    wall: str
    mono_ms: int
    boot: str
    offset_ms: int | None
    uncertainty_ms: int | None


class Head(NamedTuple):
    """A place in a chain and its hash."""

    incarnation: str
    n: int
    h: bytes


@dataclass(frozen=True)
class Entry:
    """One event in its place. `salt` and `body` are both None when the body is erased or withheld.

    `id`, `kind` and `version` repeat what the header says, and are empty (0) where it cannot be read.
    A withheld header is empty and `header_digest` stands for it: the link is whole, and says nothing.
    """

    incarnation: str
    n: int
    id: str
    kind: str
    version: int
    header: bytes
    salt: bytes | None
    body: bytes | None
    body_digest: bytes
    h: bytes
    header_digest: bytes | None = None

    @property
    def head(self) -> Head:
        return Head(self.incarnation, self.n, self.h)

    @property
    def header_sha256(self) -> bytes:
        """What the header puts into the link, whether or not it is shown."""
        return sha256(self.header).digest() if self.header_digest is None else self.header_digest


@dataclass(frozen=True)
class ChainProblem:
    """What is wrong with a chain, and where. `kind` is stable; `detail` is for a person, in English.

    `until` closes a range of events that share the problem (it equals `n` for a single one).
    """

    kind: str
    incarnation: str
    n: int
    detail: str
    until: int | None = None

    def to_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "kind": self.kind,
            "incarnation": self.incarnation,
            "n": self.n,
            "detail": self.detail,
        }
        return said if self.until in (None, self.n) else said | {"until": self.until}


def new_salt() -> bytes:
    """Sixteen random bytes: without them a short body could be guessed from its digest after erasure."""
    return secrets.token_bytes(SALT_SIZE)


def body_digest(salt: bytes, body: bytes) -> bytes:
    """SHA-256(salt ‖ body). The salt always has 16 bytes, so the border between both is fixed."""
    if len(salt) != SALT_SIZE:
        raise ValueError(f"a salt has {SALT_SIZE} bytes, not {len(salt)}")
    return sha256(salt + body).digest()


def chain(incarnation: str, n: int, previous: bytes, header: bytes, digest: bytes) -> bytes:
    """h(n) = SHA-256("ronda1" ‖ incarnation ‖ u64be(n) ‖ h(n-1) ‖ SHA-256(header) ‖ body digest).

    The incarnation enters as the 16 raw bytes of its UUID in network order (RFC 9562), which a UUID's
    text gives digit by digit. Every part has a fixed length. Raises ValueError when one is not so.
    """
    return link(incarnation, n, previous, sha256(header).digest(), digest)


def link(incarnation: str, n: int, previous: bytes, header_sha256: bytes, digest: bytes) -> bytes:
    """The same from the SHA-256 of a header that is not shown."""
    if not 1 <= n <= LARGEST_N:
        raise ValueError(f"events are numbered from 1, not {n}")
    if not len(previous) == len(header_sha256) == len(digest) == 32:
        raise ValueError("a hash has 32 bytes")
    place = _raw(incarnation) + n.to_bytes(8, "big")
    return sha256(PREFIX + place + previous + header_sha256 + digest).digest()


@lru_cache(maxsize=1024)
def _raw(incarnation: str) -> bytes:
    """The 16 bytes of an incarnation; the same for every event of a chain."""
    if not is_id(incarnation):
        raise ValueError("an incarnation is a UUID in lower case with hyphens")
    return UUID(incarnation).bytes


def write_entry(
    *,
    incarnation: str,
    n: int,
    previous: bytes,
    id: str,
    kind: str,
    version: int,
    clock: Clock,
    policy_version: str,
    debtor: str | None,
    accounts: Sequence[str],
    body: Mapping[str, Any],
    salt: bytes,
) -> Entry:
    """A new event at the end of its chain. Header and body become canonical JSON, once and for ever."""
    header = canonical(
        {
            "accounts": list(accounts),
            "clock": dict(clock),
            "debtor": debtor,
            "id": id,
            "incarnation": incarnation,
            "kind": kind,
            "n": n,
            "policy_version": policy_version,
            "version": version,
        }
    )
    written = canonical(dict(body))
    digest = body_digest(salt, written)
    h = chain(incarnation, n, previous, header, digest)
    return Entry(incarnation, n, id, kind, version, header, salt, written, digest, h)


def as_received(
    *,
    incarnation: str,
    n: int,
    header: bytes,
    salt: bytes | None,
    body: bytes | None,
    body_digest: bytes,
    h: bytes,
    header_digest: bytes | None = None,
) -> Entry:
    """An entry as it came, unjudged: `check` judges it. Never fails on what a header holds."""
    said = said_by(header) or {}
    event, kind, version = said.get("id"), said.get("kind"), said.get("version")
    return Entry(
        incarnation,
        n,
        event if isinstance(event, str) else "",
        kind if isinstance(kind, str) else "",
        version if type(version) is int else 0,
        header,
        salt,
        body,
        body_digest,
        h,
        header_digest,
    )


def header_fields(header: bytes) -> dict[str, Any] | None:
    """What a header says, or None when it is not a JSON object."""
    try:
        said = loads(header)
    except Problem:
        return None
    return said if isinstance(said, dict) else None


@lru_cache(maxsize=512)
def said_by(header: bytes) -> Mapping[str, Any] | None:
    """The same, shared by all who ask: reading a push, judging it and placing it look at every header."""
    return header_fields(header)


def reopen(entry: Entry, *, incarnation: str, n: int, previous: bytes) -> Entry:
    """The same event appended in a new incarnation: its id, salt, body and clock stay as they were.

    Only `incarnation` and `n` change in the header. Raises ValueError when the header cannot be read.
    """
    said = header_fields(entry.header)
    if said is None:
        raise ValueError(f"the header of event {entry.n} cannot be read, so it cannot be moved")
    header = canonical(said | {"incarnation": incarnation, "n": n})
    h = chain(incarnation, n, previous, header, entry.body_digest)
    return replace(entry, incarnation=incarnation, n=n, header=header, h=h)


def erased(entry: Entry) -> Entry:
    """The entry without its body and salt; its digest and its place in the chain stay."""
    return replace(entry, salt=None, body=None)


def withheld(entry: Entry) -> Entry:
    """The bare link: nothing of what it says, of whom, when or of which kind can be read from it."""
    return Entry(
        entry.incarnation,
        entry.n,
        "",
        "",
        0,
        b"",
        None,
        None,
        entry.body_digest,
        entry.h,
        entry.header_sha256,
    )


def body_holds(entry: Entry) -> bool:
    """True when salt and body give the digest, or when both are gone."""
    if entry.salt is None or entry.body is None:
        return entry.salt is None and entry.body is None
    return sha256(entry.salt + entry.body).digest() == entry.body_digest and len(entry.salt) == SALT_SIZE


def check(entry: Entry, previous: bytes) -> list[ChainProblem]:
    """What is wrong with `entry` as the successor of the hash `previous`; an empty list when nothing is.

    `changed`: salt, body, header or hash do not fit together (it must not enter the ledger).
    `odd_header`: the link holds but its header cannot be read or names another place or event (the
    ledger keeps it, quarantined).
    """

    def problem(kind: str, detail: str) -> ChainProblem:
        return ChainProblem(kind, entry.incarnation, entry.n, detail)

    found = []
    if not body_holds(entry):
        found.append(problem("changed", "its salt and body do not give its body digest"))
    try:
        expected = link(entry.incarnation, entry.n, previous, entry.header_sha256, entry.body_digest)
    except ValueError as wrong:
        return [*found, problem("changed", f"its place in the chain is not valid: {wrong}")]
    if expected != entry.h:
        found.append(problem("changed", "its hash does not follow from its header and the event before it"))
    if (odd := odd_header(entry)) is not None:
        found.append(problem("odd_header", odd))
    return found


def odd_header(entry: Entry) -> str | None:
    """How the header disagrees with the entry it heads, in words; None when it does not or is withheld."""
    if entry.header_digest is not None:
        return None
    said = said_by(entry.header)
    if said is None:
        return "its header is not a JSON object"
    for name in ("incarnation", "n", "id", "kind", "version"):
        value = said.get(name)
        if value != getattr(entry, name) or isinstance(value, bool):
            return f"its header gives another {name}"
    return None
