"""Lenders' daily files: their layouts, what happened on a day to be told, and what stood in each file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, exists, func, insert, or_, select, update

from sync.ids import new_id

from . import chunks
from .tables import (
    accounts,
    agents,
    contacts,
    debtors,
    promises,
    reported_payments,
    return_files,
    return_layouts,
    return_rows,
    visit_results,
    visits,
)

Row = dict[str, Any]


def layout(connection: Connection, lender_id: str) -> Row | None:
    """The layout that holds for a lender; None while nobody said any."""
    query = (
        select(return_layouts)
        .where(return_layouts.c.lender_id == lender_id)
        .order_by(return_layouts.c.version.desc())
        .limit(1)
    )
    return _first(connection, query)


def layout_by_id(connection: Connection, layout_id: str) -> Row | None:
    return _first(connection, select(return_layouts).where(return_layouts.c.id == layout_id))


def keep_layout(
    connection: Connection, lender_id: str, said: Mapping[str, Any], *, actor: str, now: datetime
) -> Row:
    """A new version; those before it stay, for the files that were made by them."""
    held = layout(connection, lender_id)
    row = {
        "id": new_id(),
        "lender_id": lender_id,
        "version": held["version"] + 1 if held else 1,
        "said": dict(said),
        "made_at": now,
        "actor": actor,
    }
    connection.execute(insert(return_layouts).values(row))
    return row


def _account_columns() -> list[Any]:
    return [
        accounts.c.id.label("account_id"),
        accounts.c.number.label("account"),
        accounts.c.branch,
        accounts.c.product,
        accounts.c.currency,
        debtors.c.document,
        debtors.c.name,
        debtors.c.timezone,
    ]


def visited(
    connection: Connection, lender_id: str, start: datetime, end: datetime, most: int | None = None
) -> Iterator[Row]:
    """A row per visit and account of the lender's, by when it happened, with the promise it made.

    `most`: look at no more than the day's first visits, whoever's they are.
    """
    query = (
        select(
            visits.c.id.label("visit_id"),
            visits.c.started,
            visits.c.received_at,
            visits.c.place,
            visits.c.party,
            visits.c.note,
            visits.c.lat,
            visits.c.lon,
            visit_results.c.result,
            visit_results.c.reason,
            agents.c.name.label("agent"),
            accounts.c.lender_id,
            *_account_columns(),
        )
        .select_from(visits)
        .join(visit_results, visit_results.c.visit_id == visits.c.id)
        .join(accounts, accounts.c.id == visit_results.c.account_id)
        .join(debtors, debtors.c.id == accounts.c.debtor_id)
        .join(agents, agents.c.id == visits.c.agent_id)
    )
    # The day's visits first, and the lender picked from them: asked for both, an engine starts at the
    # lender's accounts and reads all their visits.
    day = select(visits.c.id).where(visits.c.started >= start, visits.c.started < end)
    if most is not None:
        day = day.order_by(visits.c.started).limit(most)
    ids = connection.execute(day).scalars().all()
    found = chunks.fetch(connection, ids, lambda piece: query.where(visits.c.id.in_(piece)))
    mine = (dict(row) for row in found if row["lender_id"] == lender_id)
    rows = sorted(mine, key=lambda row: (row["started"], row["visit_id"], row["account"]))
    promised = _by_visit(connection, promises, [row["visit_id"] for row in rows])
    paid = _by_visit(connection, reported_payments, [row["visit_id"] for row in rows])
    for row in rows:
        key = (row["visit_id"], row["account_id"])
        made, told = promised.get(key), paid.get(key)
        yield {
            **row,
            "amount_minor": made["amount_minor"] if made else told["amount_minor"] if told else None,
            "due": made["due"] if made else None,
            "channel": made["channel"] if made else told["channel"] if told else "",
            "receipt": told["receipt"] if told else "",
        }


def _by_visit(connection: Connection, table: Any, visit_ids: Sequence[str]) -> dict[tuple[str, str], Row]:
    """The first of a visit's promises, or payments told, for each account."""
    first = table.c.due if "due" in table.c else table.c.paid_on
    query = select(table).order_by(first.desc(), table.c.id.desc())
    rows = chunks.fetch(connection, visit_ids, lambda piece: query.where(table.c.visit_id.in_(piece)))
    return {(row["visit_id"], row["account_id"]): dict(row) for row in rows}


def contacted(connection: Connection, lender_id: str, start: datetime, end: datetime) -> list[Row]:
    """A row per contact that was no visit, for each open account that the debtor has with the lender."""
    query = (
        select(
            contacts.c.id.label("contact_id"),
            contacts.c.started,
            contacts.c.channel,
            contacts.c.effective,
            contacts.c.note,
            agents.c.name.label("agent"),
            accounts.c.lender_id,
            accounts.c.state,
            *_account_columns(),
        )
        .select_from(contacts)
        .join(accounts, accounts.c.debtor_id == contacts.c.debtor_id)
        .join(debtors, debtors.c.id == accounts.c.debtor_id)
        .outerjoin(agents, agents.c.id == contacts.c.agent_id)
        .where(contacts.c.started >= start, contacts.c.started < end)
        .order_by(contacts.c.started, contacts.c.id, accounts.c.number)
    )
    rows = connection.execute(query).mappings()
    return [dict(row) for row in rows if row["lender_id"] == lender_id and row["state"] == "open"]


def told_paid(connection: Connection, lender_id: str, start: datetime, end: datetime, day: date) -> list[Row]:
    """The payments that were reported on the day: in a visit of that day, or for that day without one."""
    there = select(visits.c.id).where(visits.c.started >= start, visits.c.started < end)
    query = (
        select(
            reported_payments.c.id.label("payment_id"),
            reported_payments.c.amount_minor,
            reported_payments.c.paid_on,
            reported_payments.c.channel,
            reported_payments.c.receipt,
            visits.c.started,
            visits.c.party,
            visits.c.place,
            visits.c.received_at,
            agents.c.name.label("agent"),
            accounts.c.lender_id,
            *_account_columns(),
        )
        .select_from(reported_payments)
        .join(accounts, accounts.c.id == reported_payments.c.account_id)
        .join(debtors, debtors.c.id == accounts.c.debtor_id)
        .join(agents, agents.c.id == reported_payments.c.agent_id)
        .outerjoin(visits, visits.c.id == reported_payments.c.visit_id)
        .where(
            or_(
                reported_payments.c.visit_id.in_(there),
                reported_payments.c.visit_id.is_(None) & (reported_payments.c.paid_on == day),
            )
        )
        .order_by(reported_payments.c.id)
    )
    rows = connection.execute(query).mappings()
    return [dict(row) for row in rows if row["lender_id"] == lender_id]


def sent(connection: Connection, lender_id: str, day: date) -> dict[str, tuple[str, bool]]:
    """Item → (digest, did it go) of what the day's files last had of it."""
    query = (
        select(return_rows.c.item, return_rows.c.digest, return_rows.c.because)
        .join(return_files, return_files.c.id == return_rows.c.file_id)
        .where(return_files.c.lender_id == lender_id, return_files.c.day == day)
        .order_by(return_files.c.number)
    )
    return {row.item: (row.digest, row.because is None) for row in connection.execute(query)}


def handed(connection: Connection, lender_id: str, day: date) -> bool:
    """True once the lender got a file of that day."""
    query = select(return_files.c.id).where(return_files.c.lender_id == lender_id, return_files.c.day == day)
    return connection.execute(query.limit(1)).first() is not None


def next_number(connection: Connection, lender_id: str) -> int:
    query = select(func.max(return_files.c.number)).where(return_files.c.lender_id == lender_id)
    return int(connection.execute(query).scalar() or 0) + 1


def keep_file(connection: Connection, file: Mapping[str, Any], rows: list[Row]) -> None:
    connection.execute(insert(return_files).values(**file))
    chunks.append(connection, return_rows, rows)


def file(connection: Connection, file_id: str) -> Row | None:
    return _first(connection, select(return_files).where(return_files.c.id == file_id))


def files(connection: Connection, lender_id: str, *, limit: int, offset: int = 0) -> list[Row]:
    """Those of a lender, newest first."""
    query = (
        select(return_files)
        .where(return_files.c.lender_id == lender_id)
        .order_by(return_files.c.number.desc())
        .limit(limit)
        .offset(offset)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def counted(connection: Connection, lender_id: str) -> int:
    query = select(func.count()).where(return_files.c.lender_id == lender_id)
    return connection.execute(query).scalar_one()


def newest(connection: Connection, lender_ids: Sequence[str]) -> dict[str, Row]:
    """The last file of each of these lenders."""
    return {row["lender_id"]: row for lender in lender_ids for row in files(connection, lender, limit=1)}


def rows_of(connection: Connection, file_id: str, *, rejected: bool) -> list[Row]:
    """What went, or what was left out, in order; with the account's number."""
    left_out = return_rows.c.because.is_not(None) if rejected else return_rows.c.because.is_(None)
    query = (
        select(return_rows, accounts.c.number, accounts.c.debtor_id)
        .join(accounts, accounts.c.id == return_rows.c.account_id)
        .where(return_rows.c.file_id == file_id, left_out)
        .order_by(return_rows.c.place)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def late(
    connection: Connection, lender_id: str, spans: Mapping[date, tuple[datetime, datetime]]
) -> dict[date, int]:
    """Day → visits of the lender's that came in after that day's last file was made."""
    last = (
        select(return_files.c.day, func.max(return_files.c.made_at).label("made"))
        .where(return_files.c.lender_id == lender_id, return_files.c.day.in_(list(spans)))
        .group_by(return_files.c.day)
    )
    found: dict[date, int] = {}
    for row in connection.execute(last).all():
        start, end = spans[row.day]
        mine = exists().where(
            visit_results.c.visit_id == visits.c.id,
            accounts.c.id == visit_results.c.account_id,
            accounts.c.lender_id == lender_id,
        )
        query = select(func.count()).where(
            visits.c.started >= start, visits.c.started < end, visits.c.received_at > row.made, mine
        )
        if count := connection.execute(query).scalar_one():
            found[row.day] = count
    return found


def forget(connection: Connection, debtor_id: str) -> None:
    """Blank what stood of a debtor in the files that were made; their numbers and digests stay."""
    his = select(accounts.c.id).where(accounts.c.debtor_id == debtor_id)
    connection.execute(update(return_rows).where(return_rows.c.account_id.in_(his)).values(cells=[]))


def _first(connection: Connection, query: Any) -> Row | None:
    row = connection.execute(query).mappings().first()
    return dict(row) if row is not None else None
