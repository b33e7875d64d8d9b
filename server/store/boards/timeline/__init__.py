"""All that happened with one debtor, newest first: a table of kinds, each read by its owner's function.

To add a kind, write a function `(Connection, Subject) -> Iterable[Happening]` and put one line in `KINDS`.
Knows no page: a happening names the endpoint that shows its source, and the page decides who may open it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from sync.words import N_

from ...tables import accounts
from . import care, decided, owed, reviewed, street
from .happening import MOST, Happening, Subject

__all__ = ["KINDS", "MOST", "Happening", "Kind", "Subject", "subject_of", "told"]


@dataclass(frozen=True)
class Kind:
    """`title` is a Spanish msgid in the plural; only who may open the endpoint `page` sees such rows."""

    code: str
    title: str
    read: Callable[[Connection, Subject], Iterable[Happening]]
    page: str = ""


KINDS: tuple[Kind, ...] = (
    Kind("visit", N_("Visitas"), street.visits_made, "visits.visit"),
    Kind("skip", N_("Paradas no hechas"), street.skips_told),
    Kind("contact", N_("Llamadas y mensajes"), street.contacts_made),
    Kind("promise", N_("Promesas"), street.promises_made),
    Kind("agreement", N_("Ofertas y convenios"), decided.agreements_made, "agreements.index"),
    Kind("notice", N_("Avisos y cartas"), street.papers_made),
    Kind("payment", N_("Pagos y reversas"), owed.payments_known),
    Kind("reported", N_("Pagos dichos al gestor"), owed.payments_reported),
    Kind("balance", N_("Saldos de la entidad"), owed.balances_told),
    Kind("change", N_("Cambios de la cuenta"), owed.changes_told),
    Kind("assignment", N_("Asignaciones"), decided.assignments_decided),
    Kind("remote", N_("Gestión a distancia"), decided.remote_decided),
    Kind("stop", N_("Suspensiones"), decided.stops_told),
    Kind("override", N_("Excepciones de reglas"), decided.overrides_asked),
    Kind("proposal", N_("Datos hallados en campo"), decided.proposals_decided),
    Kind("answer", N_("Cinco preguntas"), decided.answers_given, "questions.show"),
    Kind("writeoff", N_("Castigos propuestos"), decided.writeoffs_proposed, "strategy.listed"),
    Kind("finding", N_("Hallazgos"), street.findings_made, "findings.finding"),
    Kind("claim", N_("Casos"), care.claims_told, "claims.claim"),
    Kind("letter", N_("Cartas por nivel"), care.letters_tracked),
    Kind("review", N_("Revisiones de visitas"), reviewed.reviews_decided, "reviews.index"),
)


def subject_of(connection: Connection, debtor_id: str, timezone: str, numbers: Mapping[str, str]) -> Subject:
    """The debtor as somebody sees him who may see these accounts (id → number) of his."""
    query = select(accounts.c.lender_id).where(accounts.c.id.in_(sorted(numbers))).distinct()
    return Subject(debtor_id, timezone, numbers, frozenset(connection.execute(query).scalars()))


def told(
    connection: Connection, subject: Subject, kinds: Sequence[Kind], only: Collection[str] = ()
) -> tuple[list[Happening], dict[str, int]]:
    """What happened of these kinds, newest first, and how many of each; of `only` alone where it names some.

    Of each kind at most the `MOST` newest are read.
    """
    counts: dict[str, int] = {}
    shown: list[Happening] = []
    for kind in kinds:
        read = list(kind.read(connection, subject))
        counts[kind.code] = len(read)
        if not only or kind.code in only:
            shown += [one.of(kind.code) for one in read]
    shown.sort(key=lambda one: (*one.place(subject.timezone), one.id), reverse=True)
    return shown, counts
