"""Requests to erase a debtor, the links that speak of him, and signed erasures. Decides and signs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    RowMapping,
    and_,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from sync.ledger import Erasure, header_fields
from sync.wire.codec import loads
from sync.wire.errors import Problem

from . import chunks, prepared, scopes
from .tables import (
    account_roles,
    accounts,
    agreements,
    amendments,
    assignments,
    attachments,
    contacts,
    debtors,
    deliveries,
    devices,
    erasure_requests,
    erasures,
    events,
    incarnations,
    offers,
    promises,
    reported_payments,
    skips,
    suggestions,
    visits,
)

RECEIVED, REFUSED, CARRIED_OUT = "received", "refused", "carried_out"
WHOLE = bytes(32)  # the digest of an erasure that names a debtor: no body has it


@dataclass(frozen=True)
class Link:
    """A place in the ledger that speaks of the debtor: whose it is and whether its body is still here."""

    incarnation: str
    n: int
    id: str
    body_digest: bytes
    clock: Mapping[str, Any]  # as its header has it
    received_at: datetime
    held: bool
    agent_id: str
    enrolled_at: datetime


def add_request(connection: Connection, **values: Any) -> int:
    """Record a request; answers its number, the next one of this office."""
    number = int(
        connection.execute(select(func.coalesce(func.max(erasure_requests.c.number), 0))).scalar_one()
    )
    connection.execute(insert(erasure_requests).values(number=number + 1, **values))
    return number + 1


def request(connection: Connection, name: str, *, lock: bool = False) -> RowMapping | None:
    """By its id or its number."""
    which = erasure_requests.c.id == name
    if name.isascii() and name.isdigit() and len(name) < 10:
        which = or_(which, erasure_requests.c.number == int(name))
    query = select(erasure_requests).where(which)
    return connection.execute(query.with_for_update() if lock else query).mappings().first()


def open_request_of(connection: Connection, debtor_id: str) -> RowMapping | None:
    query = select(erasure_requests).where(
        erasure_requests.c.debtor_id == debtor_id, erasure_requests.c.state == RECEIVED
    )
    return connection.execute(query).mappings().first()


def requests(
    connection: Connection, *, scope: scopes.Scope | None = None, limit: int = 500
) -> list[dict[str, Any]]:
    """Those that wait, by deadline, then the decided ones, newest first; with the debtor's name as it is."""
    query = select(erasure_requests, debtors.c.name.label("debtor_name")).join(
        debtors, debtors.c.id == erasure_requests.c.debtor_id
    )
    if scope is not None:
        query = query.where(scope.sees(erasure_requests.c.debtor_id))
    waiting = erasure_requests.c.state == RECEIVED
    query = query.order_by(
        waiting.desc(),
        erasure_requests.c.decided_at.desc(),
        erasure_requests.c.due,
        erasure_requests.c.number,
    )
    return [dict(row) for row in connection.execute(query.limit(limit)).mappings()]


def waiting(connection: Connection, scope: scopes.Scope, limit: int = 50) -> list[dict[str, Any]]:
    """Those that wait, by deadline."""
    query = (
        select(erasure_requests, debtors.c.name.label("debtor_name"))
        .join(debtors, debtors.c.id == erasure_requests.c.debtor_id)
        .where(erasure_requests.c.state == RECEIVED, scope.sees(erasure_requests.c.debtor_id))
        .order_by(erasure_requests.c.due, erasure_requests.c.number)
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def decide(connection: Connection, request_id: str, **values: Any) -> None:
    connection.execute(update(erasure_requests).where(erasure_requests.c.id == request_id).values(**values))


def debtor(connection: Connection, debtor_id: str, scope: scopes.Scope | None = None) -> RowMapping | None:
    query = select(debtors).where(debtors.c.id == debtor_id)
    if scope is not None:
        query = query.where(scope.sees(debtors.c.id))
    return connection.execute(query).mappings().first()


def named(connection: Connection, text: str) -> str | None:
    """The one debtor of this id or document number; None when there is none, or more than one."""
    query = select(debtors.c.id).where(or_(debtors.c.id == text, debtors.c.document == text)).limit(2)
    found = list(connection.execute(query).scalars())
    return found[0] if len(found) == 1 else None


def accounts_of(connection: Connection, debtor_id: str) -> Sequence[RowMapping]:
    return connection.execute(select(accounts).where(accounts.c.debtor_id == debtor_id)).mappings().all()


def outside(connection: Connection, debtor_id: str, scope: scopes.Scope) -> bool:
    """True when he has an account that this scope does not reach."""
    query = select(accounts.c.id).where(accounts.c.debtor_id == debtor_id, ~scope.accounts()).limit(1)
    return connection.execute(query).first() is not None


def links_about(connection: Connection, debtor_id: str) -> list[Link]:
    """Every event about this debtor, in every incarnation, sealed or quarantined ones too.

    A header names him, or a body does where the header names nobody; a correction or a picture may name
    only the visit.
    """
    seen = select(visits.c.id).where(visits.c.debtor_id == debtor_id)
    own = set(connection.execute(seen).scalars())
    by_visit = {
        *connection.execute(select(amendments.c.id).where(amendments.c.visit_id.in_(seen))).scalars(),
        *connection.execute(select(attachments.c.id).where(attachments.c.visit_id.in_(seen))).scalars(),
    }
    query = select(events, devices.c.agent_id, devices.c.enrolled_at).join_from(
        events, incarnations, incarnations.c.id == events.c.incarnation
    )
    query = query.join(devices, devices.c.id == incarnations.c.device_id)
    named = _within(connection, events.c.header, debtor_id) | _within(connection, events.c.body, debtor_id)
    loose = and_(
        events.c.body.is_not(None),
        events.c.quarantine.is_not(None),
        events.c.kind.in_(("visit.amended", "attachment.added")),
    )
    found: dict[tuple[str, int], RowMapping] = {}
    for row in connection.execute(query.where(or_(named, loose))).mappings():
        if _is_about(row, debtor_id, own):
            found[row["incarnation"], row["n"]] = row
    for row in chunks.fetch(connection, by_visit, lambda piece: query.where(events.c.id.in_(piece))):
        found[row["incarnation"], row["n"]] = row
    return [_link(found[place]) for place in sorted(found)]


def _within(connection: Connection, column: Any, text: str) -> ColumnElement[bool]:
    """True where the bytes of `text` occur in a column of bytes."""
    needle = literal(text.encode(), LargeBinary)
    if connection.dialect.name == "postgresql":
        return func.position(needle.op("IN")(column)) > 0
    return func.instr(column, needle) > 0


def _is_about(row: RowMapping, debtor_id: str, own_visits: set[str]) -> bool:
    header = header_fields(bytes(row["header"])) or {}
    if header.get("debtor") is not None:
        return bool(header["debtor"] == debtor_id)
    said = _object(row["body"])
    return said.get("debtor") == debtor_id or said.get("visit") in own_visits


def _object(body: bytes | None) -> Mapping[str, Any]:
    try:
        said = {} if body is None else loads(bytes(body))
    except Problem:
        return {}
    return said if isinstance(said, dict) else {}


def _link(row: RowMapping) -> Link:
    header = header_fields(bytes(row["header"])) or {}
    said = header.get("id")
    clock = header.get("clock")
    return Link(
        row["incarnation"],
        row["n"],
        said if isinstance(said, str) else "",
        bytes(row["body_digest"]),
        clock if isinstance(clock, dict) else {},
        row["received_at"],
        row["body"] is not None or row["salt"] is not None,
        row["agent_id"],
        row["enrolled_at"],
    )


def told_of(connection: Connection, debtor_id: str) -> set[str]:
    """The ids of everything the tables hold that was told of him, with or without an event in the ledger."""
    found: set[str] = set()
    told = (visits, promises, contacts, skips, reported_payments, deliveries, agreements, offers, suggestions)
    for table in told:
        found |= set(connection.execute(select(table.c.id).where(table.c.debtor_id == debtor_id)).scalars())
    seen = select(visits.c.id).where(visits.c.debtor_id == debtor_id)
    return found | set(
        connection.execute(select(amendments.c.id).where(amendments.c.visit_id.in_(seen))).scalars()
    )


def links_of(connection: Connection, event_id: str, body_digest: bytes) -> list[Link]:
    """Every place that holds this event with this body."""
    query = (
        select(events, devices.c.agent_id, devices.c.enrolled_at)
        .join_from(events, incarnations, incarnations.c.id == events.c.incarnation)
        .join(devices, devices.c.id == incarnations.c.device_id)
        .where(events.c.id == event_id, events.c.body_digest == body_digest)
    )
    return [_link(row) for row in connection.execute(query).mappings()]


def erase_bodies(connection: Connection, links: Iterable[Link]) -> int:
    """Body and salt go, and what a refusal quoted of them; answers how many were still here."""
    gone = 0
    for link in links:
        which = and_(events.c.incarnation == link.incarnation, events.c.n == link.n)
        connection.execute(update(events).where(which).values(salt=None, body=None))
        quoted = and_(which, events.c.quarantine_detail.is_not(None))
        connection.execute(update(events).where(quoted).values(quarantine_detail={}))
        # What arrived without its body waits no longer: its absence is explained.
        connection.execute(
            update(events).where(which, events.c.quarantine == "erased").values(quarantine=None)
        )
        gone += link.held
    return gone


def add(connection: Connection, signed: Iterable[Erasure]) -> None:
    """Keep signed erasures; one that is kept already stays as it was signed first."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    rows = [
        {
            "event_id": one.id,
            "body_digest": one.body_digest,
            "reason": one.reason,
            "erased_at": one.erased_at,
            "key_id": one.key_id,
            "signature": one.signature,
        }
        for one in signed
    ]
    chunks.write(connection, make(erasures).on_conflict_do_nothing(), rows)


def exist(connection: Connection) -> bool:
    """True when anything was ever erased here."""
    return prepared.first(connection, _ANY) is not None


_ANY = select(erasures.c.event_id).limit(1)


def held(connection: Connection, ids: Iterable[str]) -> dict[tuple[str, bytes], Erasure]:
    """The signed erasures that name one of these ids (of events or debtors), by id and digest."""
    rows = chunks.fetch(connection, ids, lambda piece: select(erasures).where(erasures.c.event_id.in_(piece)))
    return {(row["event_id"], bytes(row["body_digest"])): _erasure(row) for row in rows}


def who_had(connection: Connection, debtor_id: str) -> set[str]:
    """Every agent who was ever given this debtor."""
    query = select(assignments.c.agent_id).where(
        assignments.c.debtor_id == debtor_id, assignments.c.agent_id.is_not(None)
    )
    return set(connection.execute(query.distinct()).scalars())


def of_agents(connection: Connection, agent_ids: Iterable[str]) -> dict[str, list[Erasure]]:
    """By agent: the erasures of events that one of his laptops in use wrote, and of debtors he ever had."""
    rows = chunks.fetch(
        connection,
        agent_ids,
        lambda piece: (
            select(erasures, devices.c.agent_id)
            .join_from(
                erasures,
                events,
                and_(events.c.id == erasures.c.event_id, events.c.body_digest == erasures.c.body_digest),
            )
            .join(incarnations, incarnations.c.id == events.c.incarnation)
            .join(devices, devices.c.id == incarnations.c.device_id)
            .where(devices.c.agent_id.in_(piece), devices.c.revoked_at.is_(None))
            .distinct()
        ),
    )
    rows += chunks.fetch(
        connection,
        agent_ids,
        lambda piece: (
            select(erasures, assignments.c.agent_id)
            .join(assignments, assignments.c.debtor_id == erasures.c.event_id)
            .where(assignments.c.agent_id.in_(piece), erasures.c.body_digest == WHOLE)
            .distinct()
        ),
    )
    found: dict[str, list[Erasure]] = {}
    for row in rows:
        found.setdefault(row["agent_id"], []).append(_erasure(row))
    return found


def _erasure(row: RowMapping) -> Erasure:
    return Erasure(
        row["event_id"],
        bytes(row["body_digest"]),
        row["reason"],
        row["erased_at"],
        row["key_id"],
        bytes(row["signature"]),
    )


def bound_with(connection: Connection, debtor_id: str) -> set[str]:
    """The holders of the accounts he is bound to: their records name him."""
    query = (
        select(accounts.c.debtor_id)
        .join(account_roles, account_roles.c.account_id == accounts.c.id)
        .where(account_roles.c.debtor_id == debtor_id)
    )
    return set(connection.execute(query).scalars())
