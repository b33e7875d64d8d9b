"""The filled office's cash with its receipts and slips, and the files that were handed to lenders."""

from __future__ import annotations

from datetime import date, timedelta

from server.returning.handing import Handed, hand
from server.returning.layout import usual
from server.store import tables as t
from server.store.engine import writing
from sync.ids import new_id

from .base import NOW, Agent, Row, Rows, Visit, World, at, weekdays
from .putting import put

BOOK = 500  # receipts of a book
COUNTS, SLIPS = 20, 12  # of each agent
WHOLE_DAYS = 3  # the last ones, whose files were made by the product from all that happened


def cash(world: World) -> Rows:
    for number, agent in enumerate(world.agents):
        yield from _books(agent, number)
        yield from _counts(agent)
        yield from _slips(agent, number)


def _books(agent: Agent, number: int) -> Rows:
    for book in range(1 + agent.receipts // BOOK):
        made, first = new_id(), 1 + book * BOOK
        yield (
            t.receipt_books,
            {
                "id": made,
                "agent_id": agent.id,
                "prefix": f"{agent.username.upper()}-",
                "first": first,
                "last": first + BOOK - 1,
                "given_at": NOW - timedelta(days=300 - book),
                "actor": "nora",
            },
        )
        if number % 3 == 0:
            yield (
                t.receipt_gaps,
                {
                    "book_id": made,
                    "number": first + BOOK - 1,
                    "because": "Se mojó",
                    "recorded_at": NOW - timedelta(days=9),
                    "actor": "carla",
                },
            )


def _counts(agent: Agent) -> Rows:
    for day in weekdays(COUNTS):
        yield (
            t.cash_counts,
            {
                "id": new_id(),
                "agent_id": agent.id,
                "day": day,
                "currency": "COP",
                "expected_minor": 120_000_00,
                "counted_minor": 120_000_00,
                "because": "",
                "recorded_at": at(day, 22),
                "actor": "carla",
            },
        )


def _slips(agent: Agent, number: int) -> Rows:
    """What he took and paid in; of one agent in three the last slip waits."""
    for place, day in enumerate(weekdays(SLIPS)):
        waits = place == SLIPS - 1 and number % 3 == 0
        yield (
            t.cash_deposits,
            {
                "id": new_id(),
                "agent_id": agent.id,
                "day": day,
                "currency": "COP",
                "amount_minor": max(1_00, agent.cash // (SLIPS + 1)),
                "bank": "BANCO AGRARIO",
                "slip": f"{number}-{place}",
                "state": "proposed" if waits else "agreed",
                "recorded_at": at(day, 21),
                "actor": "carla",
                "decided_at": None if waits else at(day, 22),
                "decided_by": "" if waits else "elena",
                "because": "",
            },
        )


def returned(world: World) -> None:
    """A file of each lender for each weekday of a year. Those of long ago hold a share of their rows."""
    layouts = {lender: new_id() for lender in world.lenders}
    by_day: dict[tuple[date, int], list[Visit]] = {}
    for visit in world.seen:
        by_day.setdefault((visit.started.date(), visit.debtor.lender), []).append(visit)
    *before, first = weekdays(260)[: 260 - WHOLE_DAYS + 1]
    with writing(world.engine) as connection:
        put(connection, _layouts(layouts))
        for number, day in enumerate(before, 1):
            for place, lender in enumerate(world.lenders):
                rows = by_day.get((day, place), [])
                put(connection, _file(world, (lender, layouts[lender]), number, day, rows))
    for day in weekdays(WHOLE_DAYS):
        for lender in world.lenders:
            made = hand(world.engine, lender, day, actor="nora", now=NOW)
            assert isinstance(made, Handed), made
    assert first == weekdays(WHOLE_DAYS)[0]


def _layouts(layouts: dict[str, str]) -> Rows:
    for lender, layout in layouts.items():
        yield (
            t.return_layouts,
            {
                "id": layout,
                "lender_id": lender,
                "version": 1,
                "said": usual().to_json(),
                "made_at": NOW - timedelta(days=390),
                "actor": "nora",
            },
        )


def _file(world: World, whose: tuple[str, str], number: int, day: date, seen: list[Visit]) -> Rows:
    lender, layout = whose
    made, left = new_id(), sum(one.arrival % 30 == 0 for one in seen)
    yield (
        t.return_files,
        {
            "id": made,
            "lender_id": lender,
            "layout_id": layout,
            "number": number,
            "day": day,
            "mode": "full",
            "name": usual().file_name(f"{day:%Y%m%d}", number),
            "rows": len(seen) - left,
            "rejected": left,
            "sha256": f"{number:064x}",
            "made_at": at(day, 23),
            "actor": "nora",
        },
    )
    for place, visit in enumerate(seen, 1):
        yield t.return_rows, _line(made, place, visit)


def _line(file: str, place: int, visit: Visit) -> Row:
    because = {"msgid": "Falta {column}, que la entidad exige", "values": {"column": "documento"}}
    cells = [str(place), visit.id, visit.account, visit.started.isoformat(), visit.result, "Casa verde"]
    return {
        "file_id": file,
        "place": place,
        "item": f"visit:{visit.id}:{visit.account}",
        "account_id": visit.account,
        "cells": cells,
        "digest": f"{visit.arrival:064x}",
        "because": because if visit.arrival % 30 == 0 else None,
    }
