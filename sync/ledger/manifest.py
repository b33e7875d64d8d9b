"""What an export says of itself: which kind it is, where its chains begin, what it does not show. Pure.

An office's full export shows everything. A laptop's own export and an evidence package may begin late
and withhold, but only what their manifest lists; so none of them can pass for another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..digest import canonical
from ..ids import is_id
from ..keys import SigningKey
from ..wire.fields import instant
from .entries import LARGEST_N, Entry, Head
from .reading import Reader, head_of

OFFICE_EXPORT = "office"
LAPTOP_EXPORT = "laptop"
EVIDENCE = "evidence"
KINDS = (OFFICE_EXPORT, LAPTOP_EXPORT, EVIDENCE)

BODY, EVENT = "body", "event"  # what is withheld: a body, or the header with it
EXPORT_PREFIX = b"ronda1 export\n"


@dataclass(frozen=True)
class Withheld:
    """Events `n` to `until` of a chain whose body, or whose header and body, are not shown."""

    incarnation: str
    n: int
    until: int
    what: str

    def to_json(self) -> dict[str, Any]:
        return {"incarnation": self.incarnation, "n": self.n, "until": self.until, "what": self.what}

    @classmethod
    def from_json(cls, said: Any) -> Withheld:
        read = Reader(said, "what a manifest withholds")
        found = cls(read.id("incarnation"), read.number("n"), read.number("until"), read.text("what"))
        if found.what not in (BODY, EVENT) or not 1 <= found.n <= found.until:
            raise ValueError("what a manifest withholds is `body` or `event`, of the numbers n to until")
        return found


@dataclass(frozen=True)
class Manifest:
    """One export's word on itself. `about` names the visit of an evidence package.

    `files` are the SHA-256, in hexadecimal, of what lies beside the ledger: a page, photographs.
    """

    kind: str
    made_at: datetime
    starts: tuple[Head, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    about: str = ""
    files: tuple[tuple[str, str], ...] = ()
    key_id: str | None = None
    signature: bytes | None = None

    @property
    def at(self) -> datetime:
        return self.made_at

    def beginnings(self) -> Mapping[str, tuple[int, bytes]]:
        """Of each chain that does not begin at its first event: the place and the hash before it."""
        return {head.incarnation: (head.n, head.h) for head in self.starts}

    def signed_bytes(self) -> bytes:
        said = self.to_json()
        del said["signature"]
        return EXPORT_PREFIX + canonical(said)

    def to_json(self) -> dict[str, Any]:
        return {
            "about": self.about,
            "files": dict(self.files),
            "key_id": self.key_id,
            "kind": self.kind,
            "made_at": instant(self.made_at),
            "signature": None if self.signature is None else self.signature.hex(),
            "starts": [[head.incarnation, head.n, head.h.hex()] for head in self.starts],
            "withheld": [one.to_json() for one in self.withheld],
        }

    @classmethod
    def from_json(cls, said: Any) -> Manifest:
        """Raises ValueError with a sentence when `said` is not what `to_json` writes."""
        read = Reader(said, "a manifest")
        kind = read.text("kind")
        if kind not in KINDS:
            raise ValueError(f"a manifest's `kind` is one of {', '.join(KINDS)}")
        wrong = ValueError("a manifest needs `starts`: a list of [incarnation, n, h]")
        starts, withheld = read.said.get("starts"), read.said.get("withheld")
        if not isinstance(starts, list):
            raise wrong
        if not isinstance(withheld, list):
            raise ValueError("a manifest needs `withheld`: a list")
        files = read.said.get("files")
        if not isinstance(files, dict) or not all(isinstance(digest, str) for digest in files.values()):
            raise ValueError("a manifest needs `files`: an object of names and their SHA-256")
        signed = read.said.get("signature") is not None
        return cls(
            kind,
            read.time("made_at"),
            tuple(head_of(one, wrong) for one in starts),
            tuple(Withheld.from_json(one) for one in withheld),
            read.text("about"),
            tuple(sorted(files.items())),
            read.text("key_id") if signed else None,
            read.bytes("signature", 64) if signed else None,
        )


def sign_manifest(key: SigningKey, manifest: Manifest) -> Manifest:
    unsigned = replace(manifest, key_id=key.id, signature=None)
    return replace(unsigned, signature=key.sign(unsigned.signed_bytes()))


def listed_withheld(
    entries: Iterable[Entry], erased: Iterable[tuple[str, bytes]] = ()
) -> tuple[Withheld, ...]:
    """What these entries do not show and no erasure explains, as a manifest lists it."""
    gone = set(erased)
    found: list[Withheld] = []
    for entry in entries:
        if entry.header_digest is not None:
            what = EVENT
        elif entry.salt is None and entry.body is None and (entry.id, entry.body_digest) not in gone:
            what = BODY
        else:
            continue
        last = found[-1] if found else None
        if last is not None and (last.incarnation, last.until, last.what) == (
            entry.incarnation,
            entry.n - 1,
            what,
        ):
            found[-1] = replace(last, until=entry.n)
        else:
            found.append(Withheld(entry.incarnation, entry.n, entry.n, what))
    return tuple(found)


def place_of(incarnation: object, n: object) -> tuple[str, int] | None:
    """(incarnation, n) where both are what a place is made of."""
    if isinstance(incarnation, str) and is_id(incarnation) and type(n) is int and 1 <= n <= LARGEST_N:
        return incarnation, n
    return None
