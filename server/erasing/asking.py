"""Takes a request to be erased, holds what must be kept, lifts a hold, says no. Erases nothing. No SQL."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Engine

from sync.ids import new_id
from sync.records import Refused
from sync.words import N_, Phrase

from ..deadlines import deadline, grounds
from ..store import erasures, holds, offices
from ..store.engine import writing
from ..store.erasures import RECEIVED, REFUSED
from ..store.scopes import Scope
from .request import decided, found, remember, today_at, unfit

ASKED_BY = ("holder", "representative", "heir", "authority", "office")
CHANNELS = ("letter", "email", "counter", "phone", "authority")


def receive_request(
    engine: Engine,
    debtor_id: str,
    *,
    asked_by: str,
    channel: str,
    basis: str,
    received_on: date | None,
    actor: str,
    now: datetime,
    scope: Scope | None = None,
) -> Refused | int:
    """Record a request; answers its number. Its deadline follows from the day it came in and the country.

    LookupError when there is no such debtor in the scope.
    """
    wrong = unfit(asked_by in ASKED_BY and channel in CHANNELS, basis, 3)
    if wrong is not None:
        return wrong
    with writing(engine) as connection:
        person = erasures.debtor(connection, debtor_id, scope)
        if person is None:
            raise LookupError(debtor_id)
        today = today_at(connection, now)
        received = received_on or today
        if received > today:
            text = N_("La solicitud no puede haber llegado después de hoy; corrija la fecha")
            return Refused(Phrase(text), "erasure.received")
        if erasures.open_request_of(connection, debtor_id) is not None:
            text = N_("Este deudor ya tiene una solicitud sin resolver; resuelva esa")
            return Refused(Phrase(text), "erasure.once")
        due = deadline(received, person["country"], offices.get(connection, "erasure_deadlines"))
        request_id = new_id()
        number = erasures.add_request(
            connection,
            id=request_id,
            debtor_id=debtor_id,
            asked_by=asked_by,
            channel=channel,
            basis=basis.strip(),
            received_on=received,
            due=due.day,
            due_source=due.source,
            recorded_at=now,
            recorded_by=actor,
        )
        said = {"number": number, "received_on": received.isoformat(), "due": due.day.isoformat()}
        remember(connection, "erasure.requested", request_id, said, actor, now)
    return number


def hold(
    engine: Engine,
    request: str,
    *,
    why: str,
    until: date | None,
    actor: str,
    now: datetime,
    scope: Scope | None = None,
) -> Refused | None:
    """Keep everything about this debtor for now. LookupError when there is no such request in the scope."""
    wrong = unfit(True, why, 3)
    if wrong is not None:
        return wrong
    with writing(engine) as connection:
        held = found(connection, request, scope)
        if until is not None and until < today_at(connection, now):
            return Refused(
                Phrase(N_("El último día de la retención ya pasó; corrija la fecha")), "erasure.until"
            )
        holds.add(
            connection,
            id=new_id(),
            debtor_id=held["debtor_id"],
            why=why.strip(),
            since=now,
            until=until,
            placed_by=actor,
        )
        said = {"number": held["number"], "until": until.isoformat() if until else None}
        remember(connection, "erasure.held", held["id"], said, actor, now)
    return None


def release(
    engine: Engine, request: str, *, why: str, actor: str, now: datetime, scope: Scope | None = None
) -> Refused | None:
    """Lift the holds on this debtor's data."""
    wrong = unfit(True, why, 3)
    if wrong is not None:
        return wrong
    with writing(engine) as connection:
        held = found(connection, request, scope)
        if not holds.release(connection, held["debtor_id"], now=now, by=actor, why=why.strip()):
            return Refused(Phrase(N_("Sobre este deudor no hay ninguna retención")), "erasure.not_held")
        remember(connection, "erasure.released", held["id"], {"number": held["number"]}, actor, now)
    return None


def refuse(
    engine: Engine,
    request: str,
    *,
    why: str,
    rule: str,
    actor: str,
    now: datetime,
    scope: Scope | None = None,
) -> Refused | None:
    """Say no, with the reason and the rule it stands on. Final: who asks again makes a new request."""
    wrong = unfit(rule in {ground.rule for ground in grounds()}, why, 3)
    if wrong is not None:
        return wrong
    with writing(engine) as connection:
        held = found(connection, request, scope)
        if held["state"] != RECEIVED:
            return decided()
        erasures.decide(
            connection,
            held["id"],
            state=REFUSED,
            decided_at=now,
            decided_by=actor,
            decided_why=why.strip(),
            decided_rule=rule,
        )
        remember(
            connection, "erasure.refused", held["id"], {"number": held["number"], "rule": rule}, actor, now
        )
    return None
