"""A debtor's cases and the letters made for him many at a time, as rows of his timeline. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from sync.words import N_, Phrase

from ...tables import claim_log, claims, letter_rows
from .happening import MOST, Happening, Subject

_DONE = {
    "opened": N_("Se abrió el caso {number}"),
    "reply": N_("Se contestó el caso {number}"),
    "resolved": N_("Se resolvió el caso {number}"),
    "reopened": N_("Se abrió de nuevo el caso {number}"),
}
_LETTER = {
    "handed": N_("Carta {code} entregada al correo o al gestor"),
    "delivered": N_("Carta {code} recibida"),
    "returned": N_("Carta {code} devuelta"),
}


def claims_told(connection: Connection, his: Subject) -> Iterator[Happening]:
    """What happened with his cases; the words of the log stay on the case's page."""
    query = (
        select(claim_log, claims.c.number, claims.c.account_id, claims.c.outcome)
        .join(claims, claims.c.id == claim_log.c.claim_id)
        .where(claims.c.debtor_id == his.debtor, claim_log.c.kind.in_(list(_DONE)))
        .order_by(claim_log.c.at.desc())
        .limit(MOST)
    )
    for row in connection.execute(query).mappings():
        if not his.sees(row["account_id"]):
            continue
        told = row["detail"].get("outcome") if row["kind"] == "resolved" else None
        yield Happening(
            row["id"],
            Phrase(_DONE[row["kind"]], {"number": row["number"]}),
            at=row["at"],
            words=(("released", told),) if told else (),
            who=row["actor"],
            number=his.number(row["account_id"]),
            opens=("claims.claim", {"number": str(row["number"])}),
        )


def letters_tracked(connection: Connection, his: Subject) -> Iterator[Happening]:
    """Where the letters of a batch came to; that one was made is told with the papers."""
    query = (
        select(letter_rows)
        .where(letter_rows.c.debtor_id == his.debtor, letter_rows.c.state.in_(list(_LETTER)))
        .order_by(letter_rows.c.changed_at.desc())
        .limit(MOST)
    )
    for row in connection.execute(query).mappings():
        if his.sees(row["account_id"]):
            yield Happening(
                row["id"],
                Phrase(_LETTER[row["state"]], {"code": row["code"]}),
                at=row["changed_at"],
                note=row["note"],
                who=row["changed_by"],
                number=his.number(row["account_id"]),
            )
