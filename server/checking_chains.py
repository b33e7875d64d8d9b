"""Verifies laptops' chains from the office, as `ronda verify` would, and keeps what it said. Knows no page.

The office checks its own copy with its own keys: it shows a fault of the disk or a hand in the database. Only
a checkpoint or a receipt held by somebody else shows that the office itself rewrote everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.keys import SigningKey
from sync.ledger import LAPTOP_EXPORT, ChainReport, Checkpoint, Entry, Manifest, Receipt, verify

from .enrolling import keyring
from .store import chains, erasures, facts, ledgers
from .store.engine import reading, writing

EVERY = 200  # links between two words on how far it is
MOST_KEPT = 50  # problems and notes of one check that are kept

Say = Callable[[str], None]


@dataclass(frozen=True)
class Anchors:
    """How far one chain is vouched for: by receipts, which its laptop holds too, and by checkpoints."""

    incarnation: str
    events: int
    receipt_n: int
    receipt_at: str
    checkpoint_n: int
    checkpoint_day: str

    def to_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Checked:
    """What the check of one laptop said."""

    device: str
    ok: bool
    events: int
    unanchored: int
    told: dict[str, Any]


def check_laptops(
    engine: Engine,
    signer: SigningKey,
    device_ids: Iterable[str],
    *,
    actor: str,
    now: datetime,
    say: Say = lambda _step: None,
) -> tuple[Checked, ...]:
    """Verify every chain of these laptops, one laptop after another; each result is kept as it comes."""
    wanted = list(device_ids)
    with reading(engine) as connection:
        marked = list(ledgers.all_checkpoints(connection))
    return tuple(
        _check(engine, signer, device, marked, actor, now, _counting(say, place, len(wanted)))
        for place, device in enumerate(wanted, 1)
    )


def _counting(say: Say, place: int, many: int) -> Say:
    return say if many == 1 else lambda step: say(f"{place}/{many} · {step}")


def _check(
    engine: Engine,
    signer: SigningKey,
    device_id: str,
    marked: list[Checkpoint],
    actor: str,
    now: datetime,
    say: Say,
) -> Checked:
    with reading(engine) as connection:
        total = chains.length_of(connection, device_id)
        names = chains.incarnations_of(connection, device_id)
        say(f"0/{total}")
        rows = list(_told(_links(connection, names), total, say))
        signed = chains.receipts_of(connection, device_id)
        gone = erasures.held(connection, {row.id: row.body_digest for row in rows if row.body is None})
        report = verify(
            rows,
            receipts=signed,
            checkpoints=marked,
            erasures=list(gone.values()),
            keys=keyring(connection, signer, now),
            manifest=Manifest(LAPTOP_EXPORT, now),
        )
    told = _said(report, names, rows, signed, marked)
    checked = Checked(device_id, report.ok, report.events, report.unanchored, told)
    with writing(engine) as connection:
        chains.add_check(
            connection,
            device_id=device_id,
            checked_at=now,
            checked_by=actor,
            ok=checked.ok,
            events=checked.events,
            unanchored=checked.unanchored,
            told=told,
        )
        payload = {"ok": checked.ok, "events": checked.events, "problems": len(report.problems)}
        facts.append(
            connection,
            "chain.checked",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=device_id,
            payload=payload,
        )
    return checked


def _links(connection: Connection, names: Iterable[str]) -> Iterator[Entry]:
    for incarnation in names:
        yield from chains.links_of(connection, incarnation)


def _told(rows: Iterable[Entry], total: int, say: Say) -> Iterator[Entry]:
    for number, row in enumerate(rows, 1):
        if number % EVERY == 0:
            say(f"{number}/{total}")
        yield row


def _said(
    report: ChainReport,
    names: list[str],
    rows: list[Entry],
    signed: list[Receipt],
    marked: list[Checkpoint],
) -> dict[str, Any]:
    lengths: dict[str, int] = {}
    for row in rows:
        lengths[row.incarnation] = max(lengths.get(row.incarnation, 0), row.n)
    # That a checkpoint names other laptops too is no news here.
    notes = [one for one in report.notes if one.kind not in ("elsewhere", "checkpoint_missing", "erased")]
    return {
        "chains": [_anchors(name, lengths.get(name, 0), signed, marked).to_json() for name in names],
        "receipts": len(signed),
        "checkpoints": len(marked),
        "erased": report.erased,
        "problems": [one.to_json() for one in report.problems[:MOST_KEPT]],
        "more": max(0, len(report.problems) - MOST_KEPT),
        "notes": [one.to_json() for one in notes[:MOST_KEPT]],
    }


def _anchors(name: str, events: int, signed: Iterable[Receipt], marked: Iterable[Checkpoint]) -> Anchors:
    own = max((one for one in signed if one.incarnation == name), key=lambda one: one.n, default=None)
    heads = ((head, mark) for mark in marked for head in mark.heads or () if head.incarnation == name)
    best = max(heads, key=lambda pair: pair[0].n, default=None)
    return Anchors(
        name,
        events,
        own.n if own is not None else 0,
        own.server_time.isoformat() if own is not None else "",
        best[0].n if best is not None else 0,
        best[1].day.isoformat() if best is not None else "",
    )
