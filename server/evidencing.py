"""Writes the evidence for one visit: what was said, its links up to the next receipt, nobody else's data.

Of every other event only its link is shown (SHA-256 of its header, the digest of its body, its hash), so
the chain can be followed to what the office signed and nothing else can be read. Knows no HTTP.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Connection, Engine

from sync.keys import DEVICE, Keyring, PublicKey, SigningKey
from sync.ledger import (
    EVIDENCE,
    ChainReport,
    Checkpoint,
    Entry,
    Erasure,
    Head,
    Manifest,
    Receipt,
    listed_withheld,
    sign_manifest,
    verify,
    withheld,
)
from sync.ledger_folder import write_export
from sync.money import from_minor
from sync.rules import results

from .enrolling import keyring
from .shelf import Missing, Shelf
from .store import erasures, evidence, facts, ledgers
from .store.boards import visits
from .store.engine import reading, writing
from .store.scopes import Scope

PAGE = "visita.html"
PICTURES = "attachments"
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "application/pdf": ".pdf"}
TEMPLATES = Path(__file__).with_name("web") / "templates" / "evidence"


Beside = Callable[[Connection, Path], Mapping[str, str]]


class NotEmpty(ValueError):
    """The folder holds something already: evidence is written into a folder of its own."""


def only_empty(folder: Path, what: str) -> None:
    """Raises NotEmpty for a folder that holds something, or for what is no folder."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotEmpty(f"{folder} is not empty; name a new folder for {what}")


@dataclass(frozen=True)
class Package:
    """Where the evidence is and what is in it. `until` is when the office had signed for it."""

    folder: Path
    events: int
    links: int
    pictures: int
    pictures_missing: int
    vouched: bool


@dataclass(frozen=True)
class Stretch:
    """A piece of one chain, from before the first event shown to the last place that was vouched for."""

    start: Head
    entries: tuple[Entry, ...]
    receipt: Receipt | None
    checkpoint: Checkpoint | None


def write_evidence(
    engine: Engine,
    signer: SigningKey,
    shelf: Shelf,
    visit_id: str,
    folder: Path,
    *,
    why: str,
    actor: str,
    now: datetime,
    scope: Scope | None = None,
    also: Beside | None = None,
) -> Package:
    """The package of one visit. LookupError when it is not in the scope; NotEmpty, OSError.

    `also` writes more files into the folder and answers their SHA-256 by name: the manifest signs them too.
    """
    only_empty(folder, "the evidence")
    with writing(engine) as connection:
        told = visits.one(connection, scope or Scope.everything(), visit_id)
        if told is None:
            raise LookupError(visit_id)
        stretches = _stretches(connection, visit_id)
        entries = [entry for one in stretches for entry in one.entries]
        signed = _erasures(connection, entries)
        files, missing = _pictures(connection, shelf, visit_id, folder)
        pictures = len(files)
        files |= {PAGE: _page(connection, told, stretches, files, folder, now)}
        files |= also(connection, folder) if also is not None else {}
        keys = _keys(connection, signer, stretches, now)
        manifest = Manifest(
            EVIDENCE,
            now,
            starts=tuple(one.start for one in stretches if one.start.n > 0),
            withheld=listed_withheld(entries, {(one.id, one.body_digest) for one in signed}),
            about=visit_id,
            files=tuple(sorted(files.items())),
        )
        write_export(
            folder,
            entries,
            [one.receipt for one in stretches if one.receipt is not None],
            _once(one.checkpoint for one in stretches),
            keys,
            erasures=signed,
            manifest=sign_manifest(signer, manifest),
        )
        facts.append(
            connection,
            "evidence.written",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=visit_id,
            payload={"why": why, "events": sum(entry.header_digest is None for entry in entries)},
        )
    shown = sum(entry.header_digest is None for entry in entries)
    vouched = all(one.receipt is not None or one.checkpoint is not None for one in stretches)
    return Package(folder, shown, len(entries), pictures, missing, vouched)


def _stretches(connection: Connection, visit_id: str) -> list[Stretch]:
    by_chain: dict[str, set[int]] = defaultdict(set)
    for incarnation, n in evidence.places(connection, evidence.event_ids(connection, visit_id)).values():
        by_chain[incarnation].add(n)
    if not by_chain:
        raise LookupError(visit_id)
    marked = list(ledgers.all_checkpoints(connection))
    return [_stretch(connection, name, by_chain[name], marked) for name in sorted(by_chain)]


def _stretch(
    connection: Connection, incarnation: str, shown: set[int], marked: Sequence[Checkpoint]
) -> Stretch:
    first, last = min(shown), max(shown)
    receipt = evidence.next_receipt(connection, incarnation, last)
    checkpoint, head = _covering(marked, incarnation, last)
    end = max([last, *([] if receipt is None else [receipt.n]), *([] if head is None else [head.n])])
    entries = evidence.stretch(connection, incarnation, first - 1, end)
    before = entries.pop(0) if first > 1 else None
    start = Head(incarnation, 0, bytes(32)) if before is None else before.head
    bare = tuple(entry if entry.n in shown else withheld(entry) for entry in entries)
    return Stretch(start, bare, receipt, checkpoint)


def _covering(
    marked: Iterable[Checkpoint], incarnation: str, n: int
) -> tuple[Checkpoint | None, Head | None]:
    """The first checkpoint signed over this place, and its head of this chain."""
    for checkpoint in marked:
        for head in checkpoint.heads or ():
            if head.incarnation == incarnation and head.n >= n:
                return checkpoint, head
    return None, None


def _once(checkpoints: Iterable[Checkpoint | None]) -> list[Checkpoint]:
    return list({one.mark: one for one in checkpoints if one is not None}.values())


def _erasures(connection: Connection, entries: Sequence[Entry]) -> list[Erasure]:
    shown = {entry.id: entry.body_digest for entry in entries if entry.header_digest is None}
    return [
        one for (name, digest), one in erasures.held(connection, shown).items() if shown.get(name) == digest
    ]


def _keys(connection: Connection, signer: SigningKey, stretches: Iterable[Stretch], now: datetime) -> Keyring:
    """The office's keys, and those of the laptops that wrote the events."""
    laptops = [
        PublicKey(bytes(row["public_key"]), DEVICE, row["id"], row["enrolled_at"], row["revoked_at"])
        for row in evidence.laptops(connection, {one.start.incarnation for one in stretches})
    ]
    return Keyring((*keyring(connection, signer, now).keys, *laptops))


def _pictures(
    connection: Connection, shelf: Shelf, visit_id: str, folder: Path
) -> tuple[dict[str, str], int]:
    """The visit's pictures beside the ledger, by name and SHA-256; and how many are not here."""
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, str] = {}
    missing = 0
    for row in evidence.pictures(connection, visit_id):
        try:
            data = shelf.get(row["sha256"])
        except Missing:
            missing += 1
            continue
        name = f"{PICTURES}/{row['sha256']}{ENDINGS.get(row['media_type'], '')}"
        (folder / PICTURES).mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
        files[name] = row["sha256"]
    return files, missing


def _page(
    connection: Connection,
    told: Mapping[str, Any],
    stretches: Sequence[Stretch],
    pictures: Mapping[str, str],
    folder: Path,
    now: datetime,
) -> str:
    """Write the page for people; answers its SHA-256."""
    zone = ZoneInfo(told["timezone"] or "America/Bogota")
    shown = [entry for one in stretches for entry in one.entries if entry.header_digest is None]
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["moment"] = lambda moment: f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    text = environment.get_template("page.html").render(
        visit=told,
        results=[_result(row) for row in told["results"]],
        promises=[_promise(row) for row in visits.promises_of(connection, Scope.everything(), told["id"])],
        corrections=evidence.corrections(connection, told["id"]),
        place={code.value: word for code, word in results.PLACES.items()}.get(told["place"], told["place"]),
        party={code.value: word for code, word in results.PARTIES.items()}.get(told["party"], told["party"]),
        zone=told["timezone"],
        entries=shown,
        stretches=stretches,
        pictures=sorted(pictures),
        now=now,
    )
    data = text.encode("utf-8")
    (folder / PAGE).write_bytes(data)
    return sha256(data).hexdigest()


def _result(row: Mapping[str, Any]) -> dict[str, Any]:
    words = {code.value: rule.label for code, rule in results.RESULTS.items()}
    return {**row, "word": words.get(row["result"], row["result"])}


def _promise(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "amount": f"{from_minor(row['amount_minor'], row['currency']):,f}"}


def verdict_on(
    engine: Engine, signer: SigningKey, visit_id: str, *, now: datetime, scope: Scope | None = None
) -> ChainReport:
    """What `ronda verify` would say of the visit's evidence, from the ledger as it is now; writes nothing.

    LookupError when the visit is not in the scope, or has no event in the ledger.
    """
    with reading(engine) as connection:
        if visits.one(connection, scope or Scope.everything(), visit_id) is None:
            raise LookupError(visit_id)
        stretches = _stretches(connection, visit_id)
        entries = [entry for one in stretches for entry in one.entries]
        signed = _erasures(connection, entries)
        manifest = Manifest(
            EVIDENCE,
            now,
            starts=tuple(one.start for one in stretches if one.start.n > 0),
            withheld=listed_withheld(entries, {(one.id, one.body_digest) for one in signed}),
            about=visit_id,
        )
        return verify(
            entries,
            receipts=[one.receipt for one in stretches if one.receipt is not None],
            checkpoints=_once(one.checkpoint for one in stretches),
            erasures=signed,
            keys=_keys(connection, signer, stretches, now),
            manifest=manifest,
        )
