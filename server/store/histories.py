"""Visits as the audit reads them: with the agent's day around them and the clock they were told by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, not_, select

from sync.records import (
    Address,
    Reason,
    Result,
    Ruling,
    Verdict,
    Visit,
    VisitResult,
)

from . import as_records, prepared
from .chunks import among, fetch, found
from .said import phrase_of
from .tables import accounts, addresses, visit_results, visits

CHUNK = 400
AROUND = timedelta(hours=24)


@dataclass(frozen=True)
class HeldVisit:
    """A visit as it was told, with what the office measured of the laptop's clock when it came in."""

    visit: Visit
    verdict: Verdict
    pack: str
    zone: str
    offset_ms: int | None
    uncertainty_ms: int | None
    out_of_scope: bool
    incarnation: str = ""
    n: int = 0


def all_ids(connection: Connection) -> list[str]:
    """Every visit's id, in the order they happened."""
    return list(connection.execute(select(visits.c.id).order_by(visits.c.started, visits.c.id)).scalars())


def for_audit(connection: Connection, visit_ids: list[str]) -> Iterable[HeldVisit]:
    """These visits, oldest first."""
    for start in range(0, len(visit_ids), CHUNK):
        query = select(visits).where(visits.c.id.in_(visit_ids[start : start + CHUNK]))
        yield from _held(connection, query.order_by(visits.c.started, visits.c.id))


# As far as the audit looks at a visit beside the one it judges: what was told, not what was ruled of it.
_BESIDE = select(*(column for column in visits.c if column.name not in ("verdict", "note"))).where(
    visits.c.agent_id == bindparam("agent"),
    visits.c.started.between(bindparam("first"), bindparam("last")),
    not_(among(visits.c.id)),
)
_RESULTS = select(visit_results.c.visit_id, visit_results.c.account_id, visit_results.c.result).where(
    among(visit_results.c.visit_id)
)


def around(
    connection: Connection, agent_id: str, first: datetime, last: datetime, without: Iterable[str] = ()
) -> list[tuple[Visit, int | None, int | None]]:
    """An agent's visits that began within a day of this stretch of time, those named left out; with the
    offset measured of the laptop's clock and its uncertainty. Without notes and details."""
    asked = {"agent": agent_id, "first": first - AROUND, "last": last + AROUND, "ids": list(without)}
    rows = prepared.rows(connection, _BESIDE, asked)
    results: dict[str, list[VisitResult]] = {}
    for told in found(connection, _RESULTS, (row["id"] for row in rows)):
        result = VisitResult(told["account_id"], Result(told["result"]))
        results.setdefault(told["visit_id"], []).append(result)
    return [
        (
            as_records.visit({**row, "note": ""}, tuple(results.get(row["id"], ()))),
            row["offset_ms"],
            row["uncertainty_ms"],
        )
        for row in rows
    ]


def as_held(row: Mapping[str, Any], visit: Visit, verdict: Verdict, pack: str) -> HeldVisit:
    """A visit just stored as `row`, as it was told and judged; `pack` is that of its first account."""
    return HeldVisit(
        visit,
        verdict,
        pack,
        row["timezone"],
        row["offset_ms"],
        row["uncertainty_ms"],
        row["out_of_scope"],
        row["incarnation"],
        row["n"],
    )


def addresses_of(connection: Connection, held: Iterable[HeldVisit]) -> dict[str, Address]:
    """The addresses that these visits name, by id."""
    return addresses_named(connection, (one.visit for one in held))


def addresses_named(connection: Connection, named: Iterable[Visit]) -> dict[str, Address]:
    """The addresses that these visits name, by id."""
    ids = {visit.address for visit in named if visit.address}
    rows = fetch(connection, ids, lambda piece: select(addresses).where(addresses.c.id.in_(piece)))
    return {row["id"]: as_records.address(row) for row in rows}


def _held(connection: Connection, query: Any) -> list[HeldVisit]:
    rows = connection.execute(query).mappings().all()
    results, packs = _results(connection, [row["id"] for row in rows])
    return [_read(row, results.get(row["id"], ()), packs.get(row["id"], "")) for row in rows]


def _results(
    connection: Connection, ids: list[str]
) -> tuple[dict[str, tuple[VisitResult, ...]], dict[str, str]]:
    """The results of each visit, and the pack of its first account."""
    query = (
        select(visit_results, accounts.c.pack)
        .join(accounts, accounts.c.id == visit_results.c.account_id)
        .where(visit_results.c.visit_id.in_(ids))
        .order_by(visit_results.c.visit_id, visit_results.c.account_id)
    )
    told: dict[str, tuple[VisitResult, ...]] = {}
    packs: dict[str, str] = {}
    for row in connection.execute(query).mappings():
        packs.setdefault(row["visit_id"], row["pack"])
        result = VisitResult(
            account=row["account_id"],
            result=Result(row["result"]),
            reason=Reason(row["reason"]) if row["reason"] else None,
            detail=dict(row["detail"]),
        )
        told[row["visit_id"]] = (*told.get(row["visit_id"], ()), result)
    return told, packs


def _read(row: Mapping[Any, Any], results: tuple[VisitResult, ...], pack: str) -> HeldVisit:
    return HeldVisit(
        visit=as_records.visit(row, results),
        verdict=verdict_of(row["verdict"]),
        pack=pack,
        zone=row["timezone"],
        offset_ms=row["offset_ms"],
        uncertainty_ms=row["uncertainty_ms"],
        out_of_scope=row["out_of_scope"],
        incarnation=row["incarnation"],
        n=row["n"],
    )


def verdict_of(stored: Any) -> Verdict:
    """A verdict as the `verdict` column holds it: {"rulings": [{rule, decision, because, source}]}."""
    rulings = stored.get("rulings", []) if isinstance(stored, dict) else []
    return Verdict(
        tuple(
            Ruling(
                rule=ruling["rule"],
                decision=ruling["decision"],
                because=phrase_of(ruling["because"]),
                source=ruling.get("source", ""),
            )
            for ruling in rulings
        )
    )
