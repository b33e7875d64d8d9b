"""Lifts what stops collection, on a resolution: who decided, when and why. Decides nothing itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine

from sync.records import Refused
from sync.words import N_, Phrase

from . import publishing
from .store import claims, facts, resolutions
from .store.engine import writing
from .store.resolutions import OUTCOMES
from .store.scopes import Scope

SHORTEST = 10  # letters: a resolution that says nothing resolves nothing


def resolve(
    engine: Engine,
    stop_id: str,
    *,
    outcome: str,
    because: str,
    actor: str,
    now: datetime,
    scope: Scope,
) -> Refused | str:
    """Lift a stop and those that follow from it; answers with the debtor's id.

    LookupError when it is not in the scope. Whose word it must be is the caller's to check.
    """
    why = " ".join(because.split())
    if outcome not in OUTCOMES:
        return Refused(Phrase(N_("Elija qué se resolvió.")), "stop.outcome")
    if len(why) < SHORTEST:
        return Refused(Phrase(N_("Escriba la resolución: qué se decidió y por qué.")), "stop.because")
    with writing(engine) as connection:
        case = claims.standing_on(connection, [stop_id]).get(stop_id)
        if case is not None and resolutions.one(connection, scope, stop_id) is not None:
            text = N_("La disputa tiene abierto el caso {number}: resuélvalo allí, con su respuesta.")
            return Refused(Phrase(text, {"number": case["number"]}), "stop.case")
        return lift(connection, stop_id, outcome=outcome, because=why, actor=actor, now=now, scope=scope)


def lift(
    connection: Connection,
    stop_id: str,
    *,
    outcome: str,
    because: str,
    actor: str,
    now: datetime,
    scope: Scope,
) -> Refused | str:
    """The same within the caller's transaction, who has seen to the reason and to the case about it."""
    held = resolutions.one(connection, scope, stop_id)
    if held is None:
        raise LookupError(stop_id)
    refused = _refusal(held)
    if refused is not None:
        return refused
    lifted = resolutions.lift(connection, [stop_id], now)
    if stop_id not in lifted:
        return Refused(Phrase(N_("Ya estaba levantada: lo resuelto no se cambia.")), "stop.once")
    resolutions.resolve(connection, lifted, outcome=outcome, because=because, now=now, actor=actor)
    facts.append(
        connection,
        "stop.released",
        as_of=now.date(),
        now=now,
        actor=actor,
        subject=held["debtor_id"],
        payload={
            "stop": stop_id,
            "state": held["state"],
            "outcome": outcome,
            "why": because,
            "lifted": lifted,
        },
    )
    publishing.refresh_debtors(connection, resolutions.debtors_of(connection, lifted), now)
    return str(held["debtor_id"])


def _refusal(held: dict[str, object]) -> Refused | None:
    if held["erased"]:
        text = N_("Pidió que se suprimieran sus datos: nadie vuelve a contactarlo.")
        return Refused(Phrase(text), "stop.erased")
    if held["follows"] is not None:
        text = N_("Esta cuenta se congeló por el fallecimiento de otro titular: resuelva ese fallecimiento.")
        return Refused(Phrase(text), "stop.follows")
    return None
