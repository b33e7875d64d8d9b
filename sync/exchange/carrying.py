"""Carries an exchange on files, where no network is: what waits goes up sealed, the office's word comes back.

A queue file is `QUEUE` ‖ a sealed box (see `sync.sealing`) around a ZIP: `about.json`, the SyncRequests that
would have gone over the network as `push/00001.json` …, and pictures as `attachments/<sha256>`. Only the
office's recovery key opens it; each push inside is signed by its laptop. A reply file is the office's
SyncReplies, signed. Knows no store and no folder.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from marshmallow import ValidationError

from ..digest import canonical
from ..ids import is_id
from ..keys import OFFICE, Keyring, SigningKey
from ..ledger import Entry, Head, push_bytes
from ..sealing import BrokenKey, open_sealed, seal
from ..wire import codec
from ..wire.errors import Problem
from ..wire.fields import instant, parse_instant
from ..wire.messages import BATCH_LIMIT, PROTOCOL, SyncReply
from ..words import N_, Phrase
from .sides import Reading, Untrusted

QUEUE = b"RONDA-QUEUE-1\n"
REPLY_PREFIX = b"ronda1 reply\n"
BATCH_BYTES = 4 * 1024 * 1024
# Anyone who knows the office's public recovery key can seal a file: what is read from one is bounded.
MOST_MEMBERS = 20_000
LARGEST_FILE = 1024 * 1024 * 1024
LARGEST_ATTACHMENT = 2 * 1024 * 1024
LARGEST_ABOUT = 64 * 1024
PUSHES, ATTACHMENTS, ABOUT = "push/", "attachments/", "about.json"


class NotCarried(ValueError):
    """The file is not what it should be; `because` says what to do."""

    def __init__(self, because: Phrase) -> None:
        self.because = because
        super().__init__(str(because))


class Speaker(Protocol):
    """Whose queue it is: what a `hello` says of a laptop, and the key it signs with."""

    @property
    def device(self) -> str: ...
    @property
    def client(self) -> str: ...
    @property
    def key(self) -> SigningKey: ...
    @property
    def offset_ms(self) -> int | None: ...
    @property
    def uncertainty_ms(self) -> int | None: ...


@dataclass(frozen=True)
class Chain:
    """What waits of one chain, in order, and the chain it continues."""

    entries: Sequence[Entry]
    parent: Head | None = None


@dataclass(frozen=True)
class Queue:
    """A queue file, opened: whose it is, when it was made, its requests as they came, and its pictures."""

    device: str
    made: datetime
    requests: tuple[dict[str, Any], ...]
    attachments: Mapping[str, bytes]


def pack(
    speaker: Speaker,
    chains: Sequence[Chain],
    reading: Reading,
    recovery_public: bytes,
    attachments: Mapping[str, bytes] | None = None,
) -> bytes:
    """The queue file of a laptop. What it carries stays waiting until the office's reply is taken."""
    requests = list(_requests(speaker, chains, reading))
    about = {"v": 1, "device": speaker.device, "made": instant(reading.wall), "client": speaker.client}
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr(ABOUT, canonical(about))
        for number, request in enumerate(requests, 1):
            box.writestr(f"{PUSHES}{number:05d}.json", codec.plain(request))
        for name, data in sorted((attachments or {}).items()):
            box.writestr(zipfile.ZipInfo(ATTACHMENTS + name), data)  # pictures are compressed already
    return QUEUE + seal(recovery_public, whole.getvalue())


def _requests(speaker: Speaker, chains: Sequence[Chain], reading: Reading) -> Iterator[dict[str, Any]]:
    left = sum(len(chain.entries) for chain in chains)
    for chain in chains:
        for entries in _batches(chain.entries):
            left -= len(entries)
            head = entries[-1].head
            yield {
                "hello": _hello(speaker, reading) | {"incarnation": head.incarnation, "pending": left},
                "push": {
                    "incarnation": head.incarnation,
                    "parent": None if chain.parent is None else _mark(chain.parent),
                    "events": [_message(entry) for entry in entries],
                    "head": _mark(head),
                    "signature": speaker.key.sign(push_bytes(*head)).hex(),
                },
                "pull": None,
                "compare": None,
            }


def _hello(speaker: Speaker, reading: Reading) -> dict[str, Any]:
    return {
        "protocol": PROTOCOL,
        "client": speaker.client,
        "clock": dict(reading.at_event(speaker.offset_ms, speaker.uncertainty_ms)),
        "policy_versions": {},
        "receipt": None,
    }


def _batches(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        weight = len(entry.header) + len(entry.body or b"")
        if batch and (len(batch) >= BATCH_LIMIT or size + weight > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += weight
    if batch:
        yield batch


def _mark(head: Head) -> dict[str, Any]:
    return {"incarnation": head.incarnation, "n": head.n, "h": head.h.hex()}


def _message(entry: Entry) -> dict[str, Any]:
    return {
        "n": entry.n,
        "header": entry.header.decode("utf-8"),
        "salt": None if entry.salt is None else entry.salt.hex(),
        "body": None if entry.body is None else entry.body.decode("utf-8"),
        "body_digest": entry.body_digest.hex(),
        "h": entry.h.hex(),
    }


def unpack(private: X25519PrivateKey, data: bytes) -> Queue:
    """What `pack` made. Raises NotCarried for anything else; the pushes inside are still to be judged."""
    if not data.startswith(QUEUE):
        raise NotCarried(Phrase(N_("No es un archivo de envíos de Ronda; pida al gestor el que exportó")))
    try:
        plain = open_sealed(private, data[len(QUEUE) :])
    except BrokenKey as wrong:
        raise NotCarried(
            Phrase(N_("El archivo está dañado o es de otra oficina; pida que lo exporten de nuevo"))
        ) from wrong
    try:
        with zipfile.ZipFile(io.BytesIO(plain)) as box:
            return _read(box)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, KeyError, ValueError, Problem) as wrong:
        if isinstance(wrong, NotCarried):
            raise
        raise _unreadable() from wrong


def _read(box: zipfile.ZipFile) -> Queue:
    names = [info.filename for info in box.infolist()]
    if len(names) > MOST_MEMBERS or len(set(names)) != len(names):
        raise _unreadable()
    about = codec.decode(_bounded(box, ABOUT, LARGEST_ABOUT), None)
    if not isinstance(about, dict) or about.get("v") != 1 or not is_id(about.get("device")):
        raise NotCarried(Phrase(N_("El archivo es de una versión que esta oficina no conoce; actualícela")))
    pushes = sorted(name for name in names if name.startswith(PUSHES))
    requests = tuple(codec.decode(_bounded(box, name, codec.LIMIT), None) for name in pushes)
    pictures = {
        name.removeprefix(ATTACHMENTS): _bounded(box, name, LARGEST_ATTACHMENT)
        for name in names
        if name.startswith(ATTACHMENTS)
    }
    return Queue(str(about["device"]), parse_instant(about["made"]), requests, pictures)


def _bounded(box: zipfile.ZipFile, name: str, most: int) -> bytes:
    with box.open(name) as member:
        data = member.read(most + 1)
    if len(data) > most:
        raise _unreadable()
    return data


def _unreadable() -> NotCarried:
    return NotCarried(Phrase(N_("El archivo no se entiende; pida que lo exporten de nuevo")))


def reply_file(
    signer: SigningKey, device: str, made: datetime, replies: Sequence[Mapping[str, Any]]
) -> bytes:
    """The office's word on a queue: its SyncReplies as JSON objects, under its signature."""
    said = {"v": 1, "device": device, "made": instant(made), "replies": [dict(one) for one in replies]}
    signed = said | {"key_id": signer.id, "signature": signer.sign(REPLY_PREFIX + canonical(said)).hex()}
    return json.dumps(signed, ensure_ascii=False, indent=1).encode("utf-8")


def read_reply(keys: Keyring, device: str, data: bytes) -> list[dict[str, Any]]:
    """The loaded SyncReplies of a reply file. Raises NotCarried; Untrusted if unsigned."""
    unreadable = NotCarried(Phrase(N_("No es un archivo de respuesta de la oficina; pídalo de nuevo")))
    try:
        said = codec.decode(data, None)
        name, signature = said.pop("key_id"), bytes.fromhex(said.pop("signature"))
        signed, made = REPLY_PREFIX + canonical(said), parse_instant(said["made"])
        whose, raw = said["device"], said["replies"]
    except (Problem, AttributeError, KeyError, TypeError, ValueError) as wrong:
        raise unreadable from wrong
    if keys.check(str(name), signature, signed, purpose=OFFICE, at=made) is not None:
        raise Untrusted(Phrase(N_("La respuesta no está firmada por la oficina de este portátil")))
    if whose != device:
        raise NotCarried(Phrase(N_("La respuesta es para otro portátil; pida la de este")))
    try:
        return [dict(SyncReply().load(one)) for one in raw]
    except ValidationError as wrong:
        raise unreadable from wrong
