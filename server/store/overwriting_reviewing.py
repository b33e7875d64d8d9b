"""Overwrites what was written of somebody when visits to him were reviewed (see `overwriting`)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Table, select, update

from .tables import finding_answers, review_decisions, visits

TOUCHED: tuple[Table, ...] = (review_decisions, finding_answers)


def overwrite(connection: Connection, debtor_id: str, nameless: str) -> None:
    """The words go; that a person decided, what and when, stays."""
    connection.execute(
        update(review_decisions).where(review_decisions.c.debtor_id == debtor_id).values(why=nameless)
    )
    mine = select(visits.c.id).where(visits.c.debtor_id == debtor_id)
    connection.execute(
        update(finding_answers).where(finding_answers.c.visit_id.in_(mine)).values(text=nameless)
    )


def overwrite_visits(connection: Connection, visit_ids: Collection[str], nameless: str) -> None:
    """The same of single visits whose events were erased."""
    ids = list(visit_ids)
    connection.execute(
        update(review_decisions).where(review_decisions.c.visit_id.in_(ids)).values(why=nameless)
    )
    connection.execute(
        update(finding_answers).where(finding_answers.c.visit_id.in_(ids)).values(text=nameless)
    )
