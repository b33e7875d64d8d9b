"""Finds debtors by a few letters of a name, an account number or a document, within a scope. Ages nothing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, case, select

from ..debtors import folded
from ..standings import Asked, OnDay
from ..tables import debtors, lenders

LEAST = 2  # letters, before anything is looked for
WORDS = 6


@dataclass(frozen=True)
class Found:
    """A debtor with those of his accounts that matched, each with its lender's name."""

    debtor: str
    name: str
    document: str
    accounts: tuple[tuple[str, str], ...]


def words_of(text: str) -> tuple[str, ...]:
    """What is looked for: without case and accents, so that "nunez" finds Núñez. Empty: too little."""
    words = tuple(folded(text).split()[:WORDS])
    return words if sum(len(word) for word in words) >= LEAST else ()


def find(connection: Connection, on_day: OnDay, text: str, *, limit: int = 8) -> list[Found]:
    """The nearest debtors: those whose name or number begins so come first, then by name."""
    words = words_of(text)
    if not words:
        return []
    c = on_day.rows.c
    whole = " ".join(words)
    begins = case(
        (c.search_name.startswith(whole, autoescape=True), 0),
        (c.search_text.startswith(words[0], autoescape=True), 1),
        else_=2,
    )
    query = (
        select(c.account_id)
        .where(on_day.seen(Asked(words=words)))
        .order_by(begins, c.search_name, c.number)
        .limit(limit * 4)
    )
    ids = list(connection.execute(query).scalars())
    told = (
        select(
            c.account_id,
            c.debtor_id,
            c.number,
            debtors.c.name,
            debtors.c.document,
            lenders.c.name.label("lender"),
        )
        .join(debtors, debtors.c.id == c.debtor_id)
        .join(lenders, lenders.c.id == c.lender_id)
        .where(c.account_id.in_(ids))
    )
    rows = {row["account_id"]: row for row in connection.execute(told).mappings()}
    found: dict[str, Found] = {}
    for own in ids:
        row = rows[own]
        before = found.get(row["debtor_id"])
        if before is None and len(found) == limit:
            continue
        mine = (row["number"], row["lender"])
        found[row["debtor_id"]] = Found(
            row["debtor_id"],
            row["name"],
            row["document"] or "",
            (*before.accounts, mine) if before else (mine,),
        )
    return list(found.values())
