"""Overwrites what came of a person from outside, and the words of who resolved it (see `overwriting`)."""

from __future__ import annotations

from sqlalchemy import Connection, Select, Table, select, update

from .chunks import chunks
from .tables import (
    addresses,
    contact_origins,
    contact_points,
    contacts,
    facts,
    proposal_decisions,
    resolutions,
    stop_origins,
    stop_states,
)

TOUCHED: tuple[Table, ...] = (contact_origins, stop_origins, resolutions, proposal_decisions)


def overwrite(connection: Connection, debtor_id: str) -> None:
    """Words, references and names go; that he was contacted, stopped and released, and when, stays."""
    told = select(contacts.c.id).where(contacts.c.debtor_id == debtor_id)
    connection.execute(
        update(contact_origins)
        .where(contact_origins.c.contact_id.in_(told))
        .values(reference="", who="", told={})
    )
    # A stop without its detail closes every channel: he is left in peace the more.
    mine = stop_states.c.debtor_id == debtor_id
    connection.execute(update(stop_states).where(mine).values(detail={}))
    stopped = select(stop_states.c.id).where(mine)
    connection.execute(update(stop_origins).where(stop_origins.c.stop_id.in_(stopped)).values(reference=""))
    connection.execute(update(resolutions).where(resolutions.c.stop_id.in_(stopped)).values(because=""))
    _proposals(connection, debtor_id)


def of_lenders() -> Select[tuple[str]]:
    """The stops that lenders' files set."""
    return select(stop_origins.c.stop_id).where(stop_origins.c.lender_id.is_not(None))


def _proposals(connection: Connection, debtor_id: str) -> None:
    found = [
        *connection.execute(select(addresses.c.id).where(addresses.c.debtor_id == debtor_id)).scalars(),
        *connection.execute(
            select(contact_points.c.id).where(contact_points.c.debtor_id == debtor_id)
        ).scalars(),
    ]
    for ids in chunks(found):
        connection.execute(
            update(proposal_decisions).where(proposal_decisions.c.proposal_id.in_(ids)).values(because="")
        )
        rows = connection.execute(select(facts.c.number, facts.c.payload).where(facts.c.subject.in_(ids)))
        for number, payload in rows.all():
            if payload.get("why"):
                blank = payload | {"why": ""}
                connection.execute(update(facts).where(facts.c.number == number).values(payload=blank))
