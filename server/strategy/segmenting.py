"""Runs a saved segment for a day, and gives the same list again when it is asked for again.

The first asking keeps how far the facts were known then; every later one looks at the facts of that moment,
whatever was imported since, and says so where what it finds differs (a debtor was erased, for example).
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from sync.cells import safe
from sync.records import Refused
from sync.rules.segment import Segment
from sync.rules.strategy import Strategy
from sync.words import N_, Phrase

from ..packs import Packs, pack_of
from ..store import facts, lenders
from ..store import strategies as store
from ..store.engine import reading, writing
from ..store.known_debtors import Asked
from . import grounds, using

COLUMNS = (
    "lender",
    "account",
    "debtor",
    "days_past_due",
    "overdue",
    "total",
    "currency",
    "risk",
    "profile",
    "pays_of_100",
    "stage",
    "next_action",
    "next_due",
)


@dataclass(frozen=True)
class SegmentRun:
    """A segment on a day. `repeated`: it had been asked before; `same` whether the list is that one."""

    segment: str
    strategy: str
    version: str
    as_of: date
    known_at: datetime
    accounts: int
    overdue: dict[str, str]
    sha256: str
    repeated: bool
    same: bool

    def to_json(self) -> dict[str, Any]:
        return {
            **vars(self),
            "as_of": self.as_of.isoformat(),
            "known_at": self.known_at.isoformat(timespec="seconds"),
        }


def run(
    engine: Engine,
    name: str,
    day: date,
    *,
    now: datetime,
    actor: str,
    out: Path | None = None,
    version: str = "",
    packs: Packs = pack_of,
) -> SegmentRun | Refused:
    """The accounts of a segment on a day, as a count and, with `out`, as a CSV.

    `version`: the segment as an earlier strategy defined it; else that of the strategy in force.
    """
    with writing(engine) as connection:
        moment = max(now, store.remember_traits(connection, now))
    with reading(engine) as connection:
        strategy = _strategy(connection, version)
        if isinstance(strategy, Refused):
            return strategy
        segment = strategy.segment(name)
        if segment is None:
            text = N_("no hay un segmento {name} en la estrategia {strategy}; hay: {known}")
            known = ", ".join(one.name for one in strategy.segments)
            values = {"name": name, "strategy": strategy.label, "known": known}
            return Refused(Phrase(text, values), "strategy.segment")
        before = store.segment_run(connection, name, strategy.version, day)
        known_at = before["known_at"] if before is not None else moment
        asked = Asked(day, known_at, as_it_was=True)
        found = _written(out, _members(connection, asked, strategy, segment, packs))
    made = SegmentRun(
        segment=name,
        strategy=strategy.name,
        version=strategy.version,
        as_of=day,
        known_at=known_at,
        accounts=found.accounts,
        overdue={currency: f"{amount:f}" for currency, amount in sorted(found.overdue.items())},
        sha256=found.digest.hexdigest(),
        repeated=before is not None,
        same=before is None or before["sha256"] == found.digest.hexdigest(),
    )
    if before is None:
        _remember(engine, made, actor, now)
    return made


class _Found:
    """What was counted while the members went by."""

    def __init__(self) -> None:
        self.accounts = 0
        self.overdue: dict[str, Decimal] = {}
        self.digest = hashlib.sha256()

    def count(self, row: dict[str, Any]) -> None:
        self.accounts += 1
        currency = str(row["currency"])
        self.overdue[currency] = self.overdue.get(currency, Decimal(0)) + Decimal(row["overdue"])
        self.digest.update(f"{row['lender']}\x1f{row['account']}\n".encode())


def _members(
    connection: Connection, asked: Asked, strategy: Strategy, segment: Segment, packs: Packs
) -> Iterator[dict[str, Any]]:
    standing = grounds.ground(connection, asked, strategy=strategy, packs=packs)
    names = {str(row["id"]): str(row["name"]) for row in lenders.listed(connection)}
    for _, each in grounds.everybody(connection, asked, standing):
        for one in each:
            if one.segment == segment.name:  # the first that holds, as everywhere
                yield {
                    "lender": names[one.traits.lender],
                    "account": one.number,
                    "debtor": one.debtor,
                    "days_past_due": one.dpd,
                    "overdue": f"{one.facts.overdue:f}",
                    "total": f"{one.facts.total:f}",
                    "currency": one.currency,
                    "risk": one.risk,
                    "profile": one.traits.profile,
                    "pays_of_100": one.pays,
                    "stage": one.next.stage,
                    "next_action": one.next.do,
                    "next_due": one.next.due or "",
                }


def _written(out: Path | None, rows: Iterator[dict[str, Any]]) -> _Found:
    """Goes through the rows once, into the file where one is named: whole or not at all."""
    found = _Found()
    if out is None:
        for row in rows:
            found.count(row)
        return found
    part = out.with_name(out.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            for row in rows:
                found.count(row)
                writer.writerow(
                    [safe(cell) if isinstance(cell := row[name], str) else cell for name in COLUMNS]
                )
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return found


def _strategy(connection: Connection, version: str) -> Strategy | Refused:
    if not version:
        return using.in_force(connection)
    found = using.version(connection, version)
    if found is None:
        text = N_("esta oficina nunca usó la versión {version} de una estrategia")
        return Refused(Phrase(text, {"version": version[:64]}), "strategy.version")
    return found


def _remember(engine: Engine, made: SegmentRun, actor: str, now: datetime) -> None:
    row = {
        name: getattr(made, name)
        for name in ("segment", "strategy", "version", "as_of", "known_at", "accounts", "sha256")
    }
    with writing(engine) as connection:
        if store.segment_run(connection, made.segment, made.version, made.as_of) is not None:
            return
        store.add_segment_run(connection, {**row, "actor": actor})
        facts.append(
            connection,
            "segment.run",
            as_of=made.as_of,
            now=now,
            actor=actor,
            subject=made.segment,
            payload=made.to_json(),
        )
