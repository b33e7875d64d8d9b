"""What the office decided of a debtor, as rows of his timeline. Decides and judges nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import Connection, select, union_all

from sync.words import N_, Phrase

from ...said import phrase_of
from ...tables import (
    addresses,
    agents,
    agreements,
    assignments,
    case_answers,
    contact_points,
    offers,
    policy_overrides,
    proposal_decisions,
    remote_assignments,
    resolutions,
    settlement_letters,
    stop_states,
    users,
    writeoffs,
)
from .happening import MOST, Happening, Subject

Page = tuple[str, Mapping[str, str]]


def assignments_decided(connection: Connection, his: Subject) -> Iterator[Happening]:
    query = (
        select(assignments, agents.c.name.label("agent_name"))
        .outerjoin(agents, agents.c.id == assignments.c.agent_id)
        .where(assignments.c.debtor_id == his.debtor)
        .order_by(assignments.c.decided_at.desc())
        .limit(MOST)
    )
    for row in connection.execute(query).mappings():
        named = row["agent_name"]
        yield Happening(
            row["id"],
            Phrase(N_("Asignado a {agent}"), {"agent": named}) if named else Phrase(N_("Nadie lo visita")),
            at=row["decided_at"],
            because=phrase_of(row["because"]),
            who=row["actor"],
        )


def remote_decided(connection: Connection, his: Subject) -> Iterator[Happening]:
    query = (
        select(
            remote_assignments,
            agents.c.name.label("agent_name"),
            users.c.name.label("user_name"),
        )
        .outerjoin(agents, agents.c.id == remote_assignments.c.agent_id)
        .outerjoin(users, users.c.id == remote_assignments.c.user_id)
        .where(remote_assignments.c.debtor_id == his.debtor)
        .order_by(remote_assignments.c.decided_at.desc())
        .limit(MOST)
    )
    for row in connection.execute(query).mappings():
        named = row["agent_name"] or row["user_name"]
        yield Happening(
            row["id"],
            Phrase(N_("A distancia, con {agent}"), {"agent": named})
            if named
            else Phrase(N_("Nadie lo gestiona a distancia")),
            at=row["decided_at"],
            because=phrase_of(row["because"]),
            who=row["actor"],
        )


def stops_told(connection: Connection, his: Subject) -> Iterator[Happening]:
    """What stopped collection, and the resolution that lifted it."""
    query = (
        select(stop_states)
        .where(stop_states.c.debtor_id == his.debtor)
        .order_by(stop_states.c.since.desc())
        .limit(MOST)
    )
    seen = [row for row in connection.execute(query).mappings() if his.sees(row["account_id"])]
    lifted = select(resolutions).join(stop_states, stop_states.c.id == resolutions.c.stop_id)
    by_stop = {row["id"]: row for row in seen}
    for row in seen:
        yield Happening(
            row["id"],
            Phrase(N_("Se detiene la cobranza")),
            at=row["since"],
            words=(("stop", row["state"]),),
            number=his.number(row["account_id"]),
        )
    query = lifted.where(stop_states.c.debtor_id == his.debtor)
    for row in connection.execute(query.limit(MOST)).mappings():
        stop = by_stop.get(row["stop_id"])
        if stop is not None:
            yield Happening(
                row["id"],
                Phrase(N_("Se levanta la suspensión")),
                at=row["decided_at"],
                words=(("stop", stop["state"]), ("released", row["outcome"])),
                note=row["because"],
                who=row["actor"],
                number=his.number(stop["account_id"]),
            )


def overrides_asked(connection: Connection, his: Subject) -> Iterator[Happening]:
    query = select(policy_overrides).where(policy_overrides.c.debtor_id == his.debtor)
    for row in connection.execute(query.order_by(policy_overrides.c.asked_at.desc()).limit(MOST)).mappings():
        rule = {"rule": row["rule"], "day": f"{row['day']:%d/%m/%Y}"}
        yield Happening(
            row["id"],
            Phrase(N_("Se pide exceptuar la regla {rule} el {day}"), rule),
            at=row["asked_at"],
            note=row["why"],
            who=row["asked_name"],
        )
        if row["approved_at"] is not None:
            yield Happening(
                f"{row['id']}:approved",
                Phrase(N_("Se aprueba exceptuar la regla {rule} el {day}"), rule),
                at=row["approved_at"],
                who=row["approved_name"],
            )
        if row["ended_at"] is not None:
            yield Happening(
                f"{row['id']}:ended",
                Phrase(N_("Se retira la excepción de la regla {rule}"), {"rule": row["rule"]}),
                at=row["ended_at"],
                note=row["ended_why"],
                who=row["ended_by"],
            )


def proposals_decided(connection: Connection, his: Subject) -> Iterator[Happening]:
    """Addresses and phones found in the field: taken or refused."""
    places = select(addresses.c.id, addresses.c.text.label("found")).where(
        addresses.c.debtor_id == his.debtor
    )
    phones = select(contact_points.c.id, contact_points.c.value.label("found")).where(
        contact_points.c.debtor_id == his.debtor
    )
    found = union_all(places, phones).subquery()
    query = (
        select(proposal_decisions, found.c.found)
        .join(found, found.c.id == proposal_decisions.c.proposal_id)
        .order_by(proposal_decisions.c.decided_at.desc())
        .limit(MOST)
    )
    sentences = {
        ("address", "accepted"): N_("Se acepta la dirección {found}"),
        ("address", "rejected"): N_("Se rechaza la dirección {found}"),
        ("phone", "accepted"): N_("Se acepta el teléfono {found}"),
        ("phone", "rejected"): N_("Se rechaza el teléfono {found}"),
    }
    for row in connection.execute(query).mappings():
        yield Happening(
            row["id"],
            Phrase(sentences[row["kind"], row["state"]], {"found": row["found"]}),
            at=row["decided_at"],
            note=row["because"],
            who=row["actor"],
        )


def answers_given(connection: Connection, his: Subject) -> Iterator[Happening]:
    """What somebody of the office answered to one of the five questions."""
    query = (
        select(case_answers)
        .where(case_answers.c.account_id.in_(sorted(his.accounts)))
        .order_by(case_answers.c.at.desc())
        .limit(MOST)
    )
    for row in connection.execute(query).mappings():
        yield Happening(
            row["id"],
            Phrase(N_("Respuesta a una de las cinco preguntas")),
            at=row["at"],
            note=row["text"],
            who=row["actor"],
            number=his.number(row["account_id"]),
            opens=("questions.show", {"debtor_id": his.debtor}),
        )


_OFFER = {
    "approved": N_("Se aprueba la oferta"),
    "rejected": N_("Se rechaza la oferta"),
}


def agreements_made(connection: Connection, his: Subject) -> Iterator[Happening]:
    """Offers asked for and decided, agreements made, and the letters they end in."""
    asked = (
        select(offers, agents.c.name.label("agent_name"))
        .join(agents, agents.c.id == offers.c.agent_id)
        .where(offers.c.debtor_id == his.debtor)
        .order_by(offers.c.made_at.desc())
        .limit(MOST)
    )
    for row in connection.execute(asked).mappings():
        if not his.sees(row["account_id"]):
            continue
        about = (his.number(row["account_id"]), row["total_minor"], row["currency"])
        page: Page = ("approvals.index", {})
        yield _money(
            row["id"],
            N_("Se pide aprobar una oferta"),
            row["made_at"],
            row["agent_name"],
            row["why"],
            about,
            page,
        )
        if row["decided_at"] is not None and row["state"] in _OFFER:
            yield _money(
                f"{row['id']}:decided",
                _OFFER[row["state"]],
                row["decided_at"],
                row["decided_by"],
                row["because"],
                about,
                page,
            )
    made = (
        select(
            agreements,
            agents.c.name.label("agent_name"),
            settlement_letters.c.id.label("letter_id"),
            settlement_letters.c.recorded_at.label("letter_at"),
            settlement_letters.c.issued_by,
            settlement_letters.c.reference,
        )
        .join(agents, agents.c.id == agreements.c.agent_id)
        .outerjoin(settlement_letters, settlement_letters.c.agreement_id == agreements.c.id)
        .where(agreements.c.debtor_id == his.debtor)
        .order_by(agreements.c.made_at.desc())
        .limit(MOST)
    )
    for row in connection.execute(made).mappings():
        if not his.sees(row["account_id"]):
            continue
        about = (his.number(row["account_id"]), row["total_minor"], row["currency"])
        visit: Page = ("visits.visit", {"visit_id": row["visit_id"]})
        title = N_("Convenio que salda la deuda") if row["settles"] else N_("Convenio")
        yield _money(row["id"], title, row["made_at"], row["agent_name"], "", about, visit)
        if row["letter_id"] is not None:
            yield _money(
                row["letter_id"],
                N_("Se expide la carta de paz y salvo"),
                row["letter_at"],
                row["issued_by"],
                row["reference"],
                about,
                visit,
            )


def writeoffs_proposed(connection: Connection, his: Subject) -> Iterator[Happening]:
    query = (
        select(writeoffs)
        .where(writeoffs.c.debtor_id == his.debtor)
        .order_by(writeoffs.c.made_at.desc())
        .limit(MOST)
    )
    decided = {
        "accepted": N_("Se acepta el castigo"),
        "rejected": N_("Se rechaza el castigo"),
        "withdrawn": N_("Se retira la propuesta de castigo"),
    }
    for row in connection.execute(query).mappings():
        if not his.sees(row["account_id"]):
            continue
        about = (his.number(row["account_id"]), row["total_minor"], row["currency"])
        page: Page = ("strategy.listed", {})
        yield _money(row["id"], N_("Se propone castigar"), row["made_at"], row["actor"], "", about, page)
        if row["decided_at"] is not None and row["state"] in decided:
            yield _money(
                f"{row['id']}:decided",
                decided[row["state"]],
                row["decided_at"],
                row["decided_by"],
                row["decided_why"],
                about,
                page,
            )


def _money(
    own: str,
    what: str,
    at: datetime,
    who: str,
    note: str,
    about: tuple[str, int, str],
    page: Page,
) -> Happening:
    """A happening of one account, with its amount; `about` is (number, minor units, currency)."""
    number, minor, currency = about
    return Happening(
        own,
        Phrase(what),
        at=at,
        who=who,
        note=note,
        number=number,
        minor=minor,
        currency=currency,
        opens=page,
    )
