"""What supervisors decided of visits to a debtor, as rows of his timeline. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from sync.words import N_, Phrase

from ... import reviews
from .happening import MOST, Happening, Subject


def reviews_decided(connection: Connection, his: Subject) -> Iterator[Happening]:
    for row in reviews.of_debtor(connection, his.debtor, MOST):
        yield Happening(
            row["id"],
            Phrase(N_("Revisión de la visita")),
            at=row["decided_at"],
            words=(("deciding", row["decision"]),),
            note=row["why"],
            who=row["decided_name"] or row["decided_by"],
            opens=("visits.visit", {"visit_id": row["visit_id"]}),
        )
