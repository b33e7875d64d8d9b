"""Overwrites what people wrote in somebody's cases, letters and zones of risk (see `overwriting`)."""

from __future__ import annotations

from sqlalchemy import Connection, Table, select, update

from .tables import claim_log, claims, corrections, letter_rows, risk_dismissals, risk_zones, visits

TOUCHED: tuple[Table, ...] = (claims, claim_log, corrections, letter_rows, risk_zones, risk_dismissals)
NAMELESS = "Suprimido"


def overwrite(connection: Connection, debtor_id: str) -> None:
    """The words go; that there was a case, its deadline and how it ended stay."""
    his = select(claims.c.id).where(claims.c.debtor_id == debtor_id)
    connection.execute(
        update(claims)
        .where(claims.c.debtor_id == debtor_id)
        .values(text=NAMELESS, reference="", resolution=NAMELESS)
    )
    connection.execute(update(claim_log).where(claim_log.c.claim_id.in_(his)).values(text="", detail={}))
    connection.execute(
        update(corrections)
        .where(corrections.c.claim_id.in_(his))
        .values(was="", asked=NAMELESS, decided_why="")
    )
    connection.execute(
        update(letter_rows).where(letter_rows.c.debtor_id == debtor_id).values(because={}, note="")
    )
    seen = select(visits.c.id).where(visits.c.debtor_id == debtor_id)
    connection.execute(
        update(risk_dismissals).where(risk_dismissals.c.visit_id.in_(seen)).values(why=NAMELESS)
    )
    # The place stays dangerous whoever lived there: only what was written about him goes.
    connection.execute(
        update(risk_zones).where(risk_zones.c.visit_id.in_(seen)).values(name="", reason=NAMELESS)
    )
