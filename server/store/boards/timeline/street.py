"""What was done with a debtor, on the street and from afar, as rows of his timeline. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, or_, select

from sync.words import N_, Phrase

from ...said import phrase_of
from ...tables import (
    agents,
    amendments,
    contact_origins,
    contacts,
    deliveries,
    findings,
    notices,
    promises,
    skips,
    visit_results,
    visits,
)
from .happening import MOST, Happening, Subject


def visits_made(connection: Connection, his: Subject) -> Iterator[Happening]:
    """Visits with their results for the accounts in scope, and what was amended of them."""
    query = (
        select(visits, agents.c.name.label("agent_name"))
        .join(agents, agents.c.id == visits.c.agent_id)
        .where(visits.c.debtor_id == his.debtor)
        .order_by(visits.c.started.desc())
        .limit(MOST)
    )
    made = connection.execute(query).mappings().all()
    told = select(visit_results).join(visits, visits.c.id == visit_results.c.visit_id)
    results: dict[str, list[tuple[str, str]]] = {}
    for row in connection.execute(told.where(visits.c.debtor_id == his.debtor)).mappings():
        if his.sees(row["account_id"]):
            results.setdefault(row["visit_id"], []).append((his.number(row["account_id"]), row["result"]))
    for row in made:
        of_visit = sorted(results.get(row["id"], []))
        yield Happening(
            row["id"],
            Phrase(N_("Visita")),
            at=row["started"],
            words=(
                ("party", row["party"]),
                ("place", row["place"]),
                *(("result", result) for result in dict.fromkeys(code for _number, code in of_visit)),
            ),
            note=row["note"],
            who=row["agent_name"],
            number=", ".join(dict.fromkeys(number for number, _code in of_visit)),
            opens=("visits.visit", {"visit_id": row["id"]}),
        )
    yield from _amended(connection, his)


def _amended(connection: Connection, his: Subject) -> Iterator[Happening]:
    query = (
        select(amendments, agents.c.name.label("agent_name"))
        .join(visits, visits.c.id == amendments.c.visit_id)
        .join(agents, agents.c.id == amendments.c.agent_id)
        .where(visits.c.debtor_id == his.debtor)
        .limit(MOST)
    )
    for row in connection.execute(query).mappings():
        yield Happening(
            row["id"],
            Phrase(N_("Corrección de una visita")),
            at=row["recorded_at"],
            note=row["why"],
            who=row["agent_name"],
            opens=("visits.visit", {"visit_id": row["visit_id"]}),
        )


def skips_told(connection: Connection, his: Subject) -> Iterator[Happening]:
    query = (
        select(skips, agents.c.name.label("agent_name"))
        .join(agents, agents.c.id == skips.c.agent_id)
        .where(skips.c.debtor_id == his.debtor)
        .order_by(skips.c.happened.desc())
        .limit(MOST)
    )
    for row in connection.execute(query).mappings():
        yield Happening(
            row["id"],
            Phrase(N_("Parada no hecha")),
            at=row["happened"],
            note=row["cause"],
            who=row["agent_name"],
        )


def contacts_made(connection: Connection, his: Subject) -> Iterator[Happening]:
    """Every contact that is no visit: ours, and those that lenders' systems told of."""
    origin = contact_origins.c
    query = (
        select(
            contacts,
            agents.c.name.label("agent_name"),
            origin.who,
            origin.party,
            origin.account_id,
            origin.import_id,
        )
        .outerjoin(contact_origins, origin.contact_id == contacts.c.id)
        .outerjoin(agents, agents.c.id == contacts.c.agent_id)
        .where(
            contacts.c.debtor_id == his.debtor,
            or_(origin.lender_id.is_(None), origin.lender_id.in_(sorted(his.lenders))),
        )
        .order_by(contacts.c.started.desc())
        .limit(MOST)
    )
    for row in connection.execute(query).mappings():
        if not his.sees(row["account_id"]):
            continue
        reached = N_("Contacto logrado") if row["effective"] else N_("Intento sin respuesta")
        imported = row["import_id"]
        yield Happening(
            row["id"],
            Phrase(reached),
            at=row["started"],
            words=(("contact", row["channel"]), *((("party", row["party"]),) if row["party"] else ())),
            note=row["note"],
            who=row["agent_name"] or row["who"] or ("" if row["source"] == "ronda" else row["source"]),
            number=his.number(row["account_id"]),
            opens=("imports.report", {"import_id": imported}) if imported else None,
        )


def promises_made(connection: Connection, his: Subject) -> Iterator[Happening]:
    query = (
        select(promises, agents.c.name.label("agent_name"))
        .join(agents, agents.c.id == promises.c.agent_id)
        .where(promises.c.debtor_id == his.debtor)
        .order_by(promises.c.made_at.desc())
        .limit(MOST)
    )
    for row in connection.execute(query).mappings():
        if not his.sees(row["account_id"]):
            continue
        due = {"day": f"{row['due']:%d/%m/%Y}"}
        shared = {
            "number": his.number(row["account_id"]),
            "minor": row["amount_minor"],
            "currency": row["currency"],
        }
        visit = ("visits.visit", {"visit_id": row["visit_id"]})
        yield Happening(
            row["id"],
            Phrase(N_("Promete pagar el {day}"), due),
            at=row["made_at"],
            words=(("channel", row["channel"]),) if row["channel"] else (),
            who=row["agent_name"],
            opens=visit,
            **shared,
        )
        if row["cancelled_at"] is not None:
            yield Happening(
                f"{row['id']}:cancelled",
                Phrase(N_("Se canceló la promesa para el {day}"), due),
                at=row["cancelled_at"],
                note=row["cancelled_because"],
                who=row["cancelled_by"],
                opens=visit,
                **shared,
            )


_PAPERS = {
    "notice": N_("Aviso extrajudicial"),
    "slip": N_("Constancia de visita"),
    "payment": N_("Constancia de pago"),
    "agreement": N_("Convenio de pago"),
    "settlement": N_("Carta de paz y salvo"),
}
_HANDED = {
    "hand": N_("Entregado en mano"),
    "door": N_("Dejado en la puerta"),
    "post": N_("Enviado por correo"),
}


def papers_made(connection: Connection, his: Subject) -> Iterator[Happening]:
    """Papers the office made, and papers handed over."""
    made = select(notices).where(notices.c.debtor_id == his.debtor).order_by(notices.c.made_at.desc())
    for row in connection.execute(made.limit(MOST)).mappings():
        if his.sees(row["account_id"]):
            yield Happening(
                row["id"],
                Phrase(N_("Se hizo el papel {code}"), {"code": row["code"]}),
                at=row["made_at"],
                because=_paper(row["paper"]),
                who=row["actor"],
                number=his.number(row["account_id"]),
            )
    handed = (
        select(deliveries, agents.c.name.label("agent_name"))
        .outerjoin(agents, agents.c.id == deliveries.c.agent_id)
        .where(deliveries.c.debtor_id == his.debtor)
        .order_by(deliveries.c.started.desc())
        .limit(MOST)
    )
    for row in connection.execute(handed).mappings():
        if his.sees(row["account_id"]):
            visit = row["visit_id"]
            yield Happening(
                row["id"],
                Phrase(_HANDED.get(row["how"], N_("Papel entregado"))),
                at=row["started"],
                words=(("party", row["party"]),),
                because=_paper(row["paper"]),
                note=row["note"],
                who=row["agent_name"] or row["actor"],
                number=his.number(row["account_id"]),
                opens=("visits.visit", {"visit_id": visit}) if visit else None,
            )


def _paper(code: str) -> Phrase:
    return Phrase(_PAPERS[code]) if code in _PAPERS else Phrase("{paper}", {"paper": code})


def findings_made(connection: Connection, his: Subject) -> Iterator[Happening]:
    """What the checks found in visits to him, and what people made of it."""
    query = (
        select(findings, agents.c.name.label("agent_name"))
        .join(agents, agents.c.id == findings.c.agent_id)
        .where(findings.c.debtor_id == his.debtor)
        .order_by(findings.c.found_at.desc())
        .limit(MOST)
    )
    for row in connection.execute(query).mappings():
        page = ("findings.finding", {"finding_id": row["id"]})
        yield Happening(
            row["id"],
            Phrase(N_("Hallazgo")),
            at=row["found_at"],
            words=(("finding", row["rule"]), ("severity", row["severity"])),
            because=phrase_of(row["because"]),
            who=row["agent_name"],
            opens=page,
        )
        if row["resolved_at"] is not None:
            yield Happening(
                f"{row['id']}:resolved",
                Phrase(N_("Hallazgo resuelto")),
                at=row["resolved_at"],
                words=(("finding", row["rule"]), ("resolution", row["resolution"] or "")),
                note=row["resolved_why"],
                who=row["resolved_by"],
                opens=page,
            )
