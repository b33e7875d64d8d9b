"""Makes a lender's file of a day, keeps it with a number, and writes it again as it was. Knows no page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from sync.ids import new_id
from sync.records import Refused
from sync.words import N_, Phrase

from ..store import facts, offices, returns
from ..store.engine import reading, writing
from ..store.said import phrase_of
from .layout import Layout, LayoutError, layout_from, usual
from .telling import Told, in_order, tell, written

USUAL_ZONE = "America/Bogota"
LOOKS_BACK_DAYS = 7


@dataclass(frozen=True)
class Handed:
    """A file that was made: what it is called, how many rows went and how many could not."""

    id: str
    name: str
    number: int
    day: date
    mode: str
    rows: int
    rejected: int
    sha256: str


def layout_of(connection: Connection, lender_id: str) -> Layout:
    """The layout that holds for a lender; the usual one while nobody said any."""
    held = returns.layout(connection, lender_id)
    return layout_from(held["said"]) if held is not None else usual()


def keep_layout(
    engine: Engine, lender_id: str, said: Mapping[str, Any], *, actor: str, now: datetime
) -> Layout | Refused:
    """Put a layout in force for a lender's next files."""
    try:
        made = layout_from(said)
    except LayoutError as wrong:
        return Refused(wrong.because, "returns.layout")
    with writing(engine) as connection:
        row = returns.keep_layout(connection, lender_id, made.to_json(), actor=actor, now=now)
        facts.append(
            connection,
            "return.layout",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=lender_id,
            payload={"version": row["version"], "columns": len(made.columns), "codes": len(made.codes)},
        )
    return made


def told(
    connection: Connection, lender_id: str, day: date, layout: Layout, most: int | None = None
) -> list[Told]:
    """Everything of the day for the lender, in order, each with its row or the reason it has none.

    `most`: a sample, of the day's first visits.
    """
    start, end = span(connection, day)
    visits = returns.visited(connection, lender_id, start, end, most) if "visit" in layout.kinds else ()
    contacts = returns.contacted(connection, lender_id, start, end) if "contact" in layout.kinds else ()
    payments = returns.told_paid(connection, lender_id, start, end, day) if "payment" in layout.kinds else ()
    rows, number = [], 0
    for item in in_order(visits, contacts, payments, layout):
        made = tell(item, layout, number + 1)
        number += made.because is None
        rows.append(made)
    return rows


def hand(
    engine: Engine, lender_id: str, day: date, *, mode: str = "", actor: str, now: datetime
) -> Handed | Refused:
    """Make the lender's next file of the day. The first is whole; later ones hold what is new or changed,
    unless `mode` says full or delta. Refused when there is nothing new to tell."""
    with writing(engine) as connection:
        held = returns.layout(connection, lender_id)
        if held is None:
            held = returns.keep_layout(connection, lender_id, usual().to_json(), actor=actor, now=now)
        layout = layout_from(held["said"])
        before = returns.sent(connection, lender_id, day)
        chosen = mode or ("delta" if returns.handed(connection, lender_id, day) else "full")
        rows = told(connection, lender_id, day, layout)
        if chosen == "delta":
            rows = [one for one in rows if before.get(one.item) != (one.digest, one.because is None)]
            if not rows:
                return Refused(
                    Phrase(N_("No hay nada nuevo que contarle a la entidad de ese día")), "returns.nothing"
                )
        return _kept(connection, lender_id, day, held["id"], layout, rows, chosen, actor, now)


def _kept(
    connection: Connection,
    lender_id: str,
    day: date,
    layout_id: str,
    layout: Layout,
    rows: list[Told],
    mode: str,
    actor: str,
    now: datetime,
) -> Handed:
    good = [one for one in rows if one.because is None]
    data = written([one.cells for one in good], layout)
    number = returns.next_number(connection, lender_id)
    made = Handed(
        id=new_id(),
        name=layout.file_name(f"{day:%Y%m%d}", number),
        number=number,
        day=day,
        mode=mode,
        rows=len(good),
        rejected=len(rows) - len(good),
        sha256=hashlib.sha256(data).hexdigest(),
    )
    file = {
        "id": made.id,
        "lender_id": lender_id,
        "layout_id": layout_id,
        "number": number,
        "day": day,
        "mode": mode,
        "name": made.name,
        "rows": made.rows,
        "rejected": made.rejected,
        "sha256": made.sha256,
        "made_at": now,
        "actor": actor,
    }
    returns.keep_file(
        connection, file, [_row(made.id, place, one) for place, one in enumerate(rows, start=1)]
    )
    payload = {
        "lender": lender_id,
        "number": number,
        "mode": mode,
        "rows": made.rows,
        "rejected": made.rejected,
        "sha256": made.sha256,
    }
    facts.append(
        connection, "return.written", as_of=day, now=now, actor=actor, subject=made.id, payload=payload
    )
    return made


def _row(file_id: str, place: int, one: Told) -> dict[str, Any]:
    because = None
    if one.because is not None:
        because = one.because.stored()
    return {
        "file_id": file_id,
        "place": place,
        "item": one.item,
        "account_id": one.account_id,
        "cells": list(one.cells),
        "digest": one.digest,
        "because": because,
    }


def again(connection: Connection, file: Mapping[str, Any]) -> tuple[bytes, bool]:
    """The file's bytes, and whether they are those of then: rows of somebody erased are no longer there."""
    held = returns.layout_by_id(connection, file["layout_id"])
    layout = layout_from(held["said"]) if held is not None else usual()
    rows = [row["cells"] for row in returns.rows_of(connection, file["id"], rejected=False) if row["cells"]]
    data = written(rows, layout)
    return data, hashlib.sha256(data).hexdigest() == file["sha256"]


def rejects(connection: Connection, file_id: str) -> list[dict[str, Any]]:
    """What a file left out, with the reason as a phrase."""
    return [
        {**row, "because": phrase_of(row["because"])}
        for row in returns.rows_of(connection, file_id, rejected=True)
    ]


def late(engine: Engine, lender_id: str, today: date) -> dict[date, int]:
    """Of the last week, the days whose file was made before some visit came in, and how many came."""
    with reading(engine) as connection:
        days = [today - timedelta(days=back) for back in range(LOOKS_BACK_DAYS)]
        return returns.late(connection, lender_id, {day: span(connection, day) for day in days})


def span(connection: Connection, day: date) -> tuple[datetime, datetime]:
    """The civil day at the office."""
    where = ZoneInfo(offices.get(connection, "timezone") or USUAL_ZONE)
    start = datetime.combine(day, time(), tzinfo=where)
    return start, datetime.combine(day + timedelta(days=1), time(), tzinfo=where)
