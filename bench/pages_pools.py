"""Which objects each person of the filled office sees, by the table of rights' names. Asks for no page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Select, exists, func, literal, select

from server.store import claims
from server.store import tables as t
from server.store.scopes import Scope, Share

from .pages_world import LIST

DRAWN = 200  # objects of each kind that are asked for
Pool = Callable[[Connection, Scope], list[str]]


def _of_debtors(column: Any, whose: Any, *conditions: Any) -> Pool:
    def pool(connection: Connection, scope: Scope) -> list[str]:
        return _some(connection, select(column).where(whose.in_(scope.debtors()), *conditions))

    return pool


def _of_agents(column: Any, whose: Any, *conditions: Any) -> Pool:
    def pool(connection: Connection, scope: Scope) -> list[str]:
        mine = select(t.agents.c.id).where(scope.agents())
        return _some(connection, select(column).where(whose.in_(mine), *conditions))

    return pool


def _whole(column: Any, *conditions: Any) -> Pool:
    """What speaks of all branches: for who sees everything."""

    def pool(connection: Connection, scope: Scope) -> list[str]:
        sees = scope.agent_id is None and Share() in scope.shares
        return _some(connection, select(column).where(*conditions)) if sees else []

    return pool


def _pictures(connection: Connection, scope: Scope) -> list[str]:
    mine = select(t.visits.c.id).where(t.visits.c.debtor_id.in_(scope.debtors()))
    held = t.attachments.c.stored_at.is_not(None)
    return _some(connection, select(t.attachments.c.id).where(held, t.attachments.c.visit_id.in_(mine)))


def _papers(connection: Connection, scope: Scope) -> list[str]:
    mine = select(t.accounts.c.id).where(scope.accounts())
    return _some(connection, select(t.papers.c.id).where(t.papers.c.account_id.in_(mine)))


def _claims(connection: Connection, scope: Scope) -> list[str]:
    return _some(connection, select(t.claims.c.id).where(claims.seen(scope)))


def _answered(connection: Connection, scope: Scope) -> list[str]:
    """A case with one of its replies, as an address has them."""
    log = t.claim_log.c
    query = select(log.claim_id + literal("/replies/") + log.id).join(t.claims, t.claims.c.id == log.claim_id)
    return _some(connection, query.where(log.kind == "reply", claims.seen(scope)))


def _batches(*conditions: Any) -> Pool:
    """Those of which every letter is in scope."""

    def pool(connection: Connection, scope: Scope) -> list[str]:
        row, batch = t.letter_rows.c, t.letter_batches.c
        mine = select(t.accounts.c.id).where(scope.accounts())
        others = exists().where(row.batch_id == batch.id, row.account_id.not_in(mine))
        return _some(connection, select(batch.number).where(~others, *conditions))

    return pool


def _listed(connection: Connection, scope: Scope) -> list[str]:
    """A row of a list of the last run, as an address has it."""
    place, account = t.worklist_places.c, t.accounts.c
    query = select(literal(f"{LIST}/") + place.account_id).join(t.accounts, account.id == place.account_id)
    last = select(func.max(t.worklist_runs.c.id)).scalar_subquery()
    return _some(connection, query.where(place.list == LIST, place.run_id == last, scope.accounts()))


def _aside(connection: Connection, scope: Scope) -> list[str]:
    """An event set aside, as an address has it."""
    event, device = t.events.c, t.devices.c
    mine = select(device.id).join(t.agents, t.agents.c.id == device.agent_id).where(scope.agents())
    held = select(event.incarnation, event.n).where(
        event.quarantine.is_not(None), event.incarnation.in_(mine)
    )
    return [f"{row.incarnation}/{row.n}" for row in connection.execute(held.limit(DRAWN))]


def _some(connection: Connection, query: Select[Any]) -> list[str]:
    """Spread over all there are, not the first of them."""
    count = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    step = max(1, count // DRAWN)
    rows = connection.execute(query.limit(DRAWN * 20)).scalars().all()
    return [str(one) for one in rows[:: max(1, min(step, len(rows) // DRAWN))]][:DRAWN]


_NEW_FILES = select(t.return_files.c.id).order_by(t.return_files.c.day.desc()).limit(30)
POOLS: dict[str, Pool] = {
    "rosa": _of_debtors(t.accounts.c.debtor_id, t.accounts.c.debtor_id),
    "account": _of_debtors(t.accounts.c.id, t.accounts.c.debtor_id),
    "gustavo": _of_agents(t.agents.c.id, t.agents.c.id),
    "device": _of_agents(t.devices.c.id, t.devices.c.agent_id),
    "route": _of_agents(t.routes.c.id, t.routes.c.agent_id, t.routes.c.state == "published"),
    "visit": _of_debtors(t.visits.c.id, t.visits.c.debtor_id),
    "finding": _of_debtors(t.findings.c.id, t.findings.c.debtor_id),
    "address": _of_debtors(t.addresses.c.id, t.addresses.c.debtor_id, t.addresses.c.state == "accepted"),
    "proposal": _of_debtors(t.addresses.c.id, t.addresses.c.debtor_id, t.addresses.c.state == "proposed"),
    "offer": _of_debtors(t.offers.c.id, t.offers.c.debtor_id),
    "agreement": _of_debtors(t.agreements.c.id, t.agreements.c.debtor_id),
    "erasure": _of_debtors(t.erasure_requests.c.id, t.erasure_requests.c.debtor_id),
    "writeoff": _of_debtors(t.writeoffs.c.id, t.writeoffs.c.debtor_id),
    "claim": _claims,
    "answered": _answered,
    "lender": _whole(t.lenders.c.id),
    "import": _whole(t.imports.c.id),
    "picture": _pictures,
    "paper": _papers,
    "batch": _batches(),
    "printed": _batches(t.letter_batches.c.sha256.is_not(None)),
    "listed": _listed,
    "aside": _aside,
    "returned": _whole(t.return_files.c.id, t.return_files.c.id.in_(_NEW_FILES)),
    "draft": _whole(t.change_sets.c.id),
    "reply": _whole(t.claim_log.c.id),
    "close": _whole(t.month_closes.c.id),
}
