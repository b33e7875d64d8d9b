"""Keeps what a person decides of a visit: approve, return, hold, or review it anew. Knows no page.

A decision is never changed: who thinks again decides again, and both stay. Nobody says that a visit is well
when it is his own, when he earns on it, or when he gave leave for the exception under which it was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.ids import is_id, new_id
from sync.records import Refused
from sync.words import N_, Phrase

from . import auditing
from .earning import earns
from .queueing import bring, was_lifted
from .recovering import Person
from .store import facts, findings, overrides, people, reviews
from .store.boards import visits
from .store.engine import reading, writing
from .store.scopes import Scope

DECISIONS = {"approve": reviews.APPROVED, "return": reviews.RETURNED, "hold": reviews.HELD}
REOPEN = "reopen"
SHORTEST_REASON = 5
SERIOUS = reviews.GRAVITY["serious"]
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Several:
    """What came of approving several visits at once."""

    approved: int
    refused: tuple[Refused, ...]


def decide(
    engine: Engine,
    visit_id: str,
    decision: str,
    *,
    why: str,
    by: Person,
    now: datetime,
    scope: Scope,
) -> Refused | str:
    """A person's word on a visit; answers the decision's id. LookupError when it is not in his scope."""
    wrong = _unfit(decision, why)
    if wrong is not None:
        return wrong
    with writing(engine) as connection:
        return _decide(connection, visit_id, decision, why=why.strip(), by=by, now=now, scope=scope)


def approve_several(
    engine: Engine, visit_ids: Iterable[str], *, why: str, by: Person, now: datetime, scope: Scope
) -> Refused | Several:
    """Approve those of these visits of which nothing was noticed; each of the others says why not."""
    wanted = list(dict.fromkeys(visit_ids))
    if not wanted:
        return _refused(N_("Marque las visitas que aprueba"), "review.none")
    if len(wanted) > MOST_AT_ONCE:
        text = N_("Son demasiadas de una vez: hasta {most}")
        return Refused(Phrase(text, {"most": MOST_AT_ONCE}), "review.many")
    wrong = _unfit("approve", why)
    if wrong is not None:
        return wrong
    batch, approved, refused = new_id(), 0, []
    with writing(engine) as connection:
        for visit_id in wanted:
            said = _decide(
                connection, visit_id, "approve", why=why.strip(), by=by, now=now, scope=scope, batch=batch
            )
            if isinstance(said, Refused):
                refused.append(said)
            else:
                approved += 1
    return Several(approved, tuple(refused))


def resolve(
    engine: Engine,
    finding_id: str,
    *,
    resolution: str,
    why: str,
    by: Person,
    now: datetime,
    scope: Scope,
) -> Refused | None:
    """A supervisor's word on a finding (`auditing.resolve`); whoever may not approve the visit does not
    justify what was noticed of it either. LookupError when it is not in his scope."""
    if resolution == "justified":
        with reading(engine) as connection:
            held = findings.by_id(connection, finding_id, scope)
            told = visits.one(connection, scope, held["visit_id"]) if held is not None else None
            if told is None:
                raise LookupError(finding_id)
            wrong = barred(connection, told, by)
        if wrong is not None:
            return wrong
    return auditing.resolve(
        engine, finding_id, resolution=resolution, why=why, actor=by.username, now=now, scope=scope
    )


def _unfit(decision: str, why: str) -> Refused | None:
    if decision not in DECISIONS and decision != REOPEN:
        return _refused(N_("Elija si la aprueba, la devuelve o la retiene"), "review.decision")
    if len(why.strip()) < SHORTEST_REASON:
        return _refused(N_("Escriba por qué: quien lea esto después debe entenderlo"), "review.reason")
    return None


def _decide(
    connection: Connection,
    visit_id: str,
    decision: str,
    *,
    why: str,
    by: Person,
    now: datetime,
    scope: Scope,
    batch: str | None = None,
) -> Refused | str:
    told = visits.one(connection, scope, visit_id) if is_id(visit_id) else None
    if told is None:
        raise LookupError(visit_id)
    bring(connection, [visit_id], now, asked=True)
    row = reviews.held(connection, [visit_id])[visit_id]
    wrong = _same(row, decision) or _open_findings(row, decision, batch)
    if wrong is None and decision == "approve":
        wrong = barred(connection, told, by)
    if wrong is not None:
        return wrong
    person = people.by_username(connection, by.username)
    made = reviews.add_decision(
        connection,
        visit_id=visit_id,
        agent_id=told["agent_id"],
        debtor_id=told["debtor_id"],
        decision=decision,
        why=why,
        findings=row["findings"],
        decided_at=now,
        decided_by=by.username,
        decided_name=str(person["name"]) if person is not None else by.username,
        batch=batch,
    )
    state = DECISIONS.get(decision, reviews.WAITING)
    reviews.stand(connection, visit_id, state, by=by.username, now=now)
    facts.append(
        connection,
        "review.decided",
        as_of=now.date(),
        now=now,
        actor=by.username,
        subject=visit_id,
        payload={"decision": decision, "why": why, "debtor": told["debtor_id"], "batch": batch or ""},
    )
    return made


def barred(connection: Connection, visit: Mapping[str, Any], by: Person) -> Refused | None:
    """Why this person may not say that the visit is well; None when he may.

    Nobody judges his own visit, nor one on which he earns, nor one made under an exception that he asked
    for or agreed to.
    """
    if reviews.is_agent(connection, by.username, str(visit["agent_id"])):
        return _refused(N_("Es una visita suya: la revisa otra persona"), "review.own")
    debtor_id = str(visit["debtor_id"])
    if earns(connection, by, debtor_id):
        text = N_("Quien gana comisión con esta deuda no aprueba sus visitas: pida a otra persona")
        return _refused(text, "review.commission")
    if was_lifted(visit["verdict"]) and _gave_leave(connection, visit, by.username):
        text = N_("Usted pidió o aprobó la excepción con que se hizo: la revisa otra persona")
        return _refused(text, "review.override")
    return None


def _gave_leave(connection: Connection, visit: Mapping[str, Any], username: str) -> bool:
    """True when he asked for, or agreed to, an exception for this debtor on the visit's day."""
    zone = visit["timezone"] or "America/Bogota"
    return any(
        username in (row["asked_by"], row["approved_by"])
        for row in overrides.of_day(connection, str(visit["debtor_id"]), visit["started"], zone)
    )


def _same(row: Mapping[str, Any], decision: str) -> Refused | None:
    state = DECISIONS.get(decision, reviews.WAITING)
    if row["state"] != state:
        return None
    text = {
        reviews.APPROVED: N_("Ya está aprobada"),
        reviews.RETURNED: N_("Ya está devuelta al gestor"),
        reviews.HELD: N_("Ya está retenida"),
        reviews.WAITING: N_("Ya está por revisar"),
    }[state]
    return _refused(text, "review.once")


def _open_findings(row: Mapping[str, Any], decision: str, batch: str | None) -> Refused | None:
    if decision != "approve":
        return None
    if batch is not None and row["findings"]:
        return _refused(N_("Tiene hallazgos: se aprueba una por una"), "review.batch")
    if row["severity"] >= SERIOUS:
        text = N_("Tiene un hallazgo grave sin resolver: resuélvalo primero, con su motivo")
        return _refused(text, "review.serious")
    return None


def _refused(msgid: str, rule: str) -> Refused:
    return Refused(Phrase(msgid), rule)
