"""The last word on a case: who may say it, what it lifts, and opening it again. Collection goes on only here.

Whoever earns on what is collected resolves nothing that stops collection, and neither does the person whom
the case is about.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.ids import new_id
from sync.records import Refused, UserRole
from sync.rules.clauses import CHANNELS, StopKind
from sync.words import N_, Phrase

from .. import publishing, repairing, resolving
from ..earning import earns
from ..recovering import Person
from ..store import claims, overrides, stop_states
from ..store.claims import CLOSED, OPEN
from ..store.engine import writing
from ..store.scopes import Scope
from .handling import found, remember
from .kinds import KINDS, OUTCOMES
from .opening import stop_for

SHORTEST, LONGEST = 10, 4000
# Whose word lifts what stops collection, and whose word closes a case that stops nothing.
LIFT = frozenset({UserRole.COMPLIANCE, UserRole.ADMINISTRATOR})
CLOSE = LIFT | {UserRole.SUPERVISOR, UserRole.MANAGER}


def resolve(
    engine: Engine,
    claim: str,
    *,
    outcome: str,
    because: str,
    by: Person,
    now: datetime,
    scope: Scope,
    channels: tuple[str, ...] = (),
) -> Refused | str:
    """Close a case on a recorded resolution; answers the debtor's id. LookupError outside the scope.

    What stops collection for it is lifted in the same transaction, unless another case stands on it. A
    founded opposition closes `channels` (none named: every one) for good instead.
    """
    why = " ".join(because.split())
    if outcome not in OUTCOMES:
        return Refused(Phrase(N_("Elija qué se resolvió.")), "claim.outcome")
    if not SHORTEST <= len(why) <= LONGEST:
        return Refused(Phrase(N_("Escriba la resolución: qué se decidió y por qué.")), "claim.because")
    if not set(channels) <= set(CHANNELS):
        return Refused(Phrase(N_("Elija una de las opciones")), "claim.channels")
    with writing(engine) as connection:
        held = found(connection, scope, claim)
        refused = _barred(connection, held, by, now)
        if refused is not None:
            return refused
        lifted = _lift(connection, held, outcome, why, by, now, scope)
        if isinstance(lifted, Refused):
            return lifted
        if held["kind"] == "opposition" and outcome == "founded":
            _leave_in_peace(connection, held, channels, now, by.username)
        claims.change(
            connection,
            held["id"],
            state=CLOSED,
            outcome=outcome,
            resolution=why,
            resolved_at=now,
            resolved_by=by.username,
        )
        said: dict[str, Any] = {"outcome": outcome, "lifted": lifted, "channels": list(channels)}
        claims.note(connection, held["id"], "resolved", text=why, at=now, actor=by.username, detail=said)
        remember(connection, "claim.resolved", held, now, by.username, said)
    return str(held["debtor_id"])


def reopen(
    engine: Engine, claim: str, *, why: str, by: Person, now: datetime, scope: Scope
) -> Refused | None:
    """Open a resolved case again: what it disputed stops collection again."""
    said = " ".join(why.split())
    if not SHORTEST <= len(said) <= LONGEST:
        return Refused(Phrase(N_("Escriba por qué se abre de nuevo, en 10 letras o más")), "claim.why")
    with writing(engine) as connection:
        held = found(connection, scope, claim)
        if held["state"] != CLOSED:
            return Refused(Phrase(N_("El caso está abierto")), "claim.open")
        stop = None
        if KINDS[held["kind"]].stops:
            stop = claims.standing_dispute(connection, held["debtor_id"], held["account_id"], now)
            stop = stop or stop_for(
                connection,
                held["id"],
                held["number"],
                held["debtor_id"],
                held["account_id"],
                held["text"],
                now,
                by.username,
            )
        claims.change(
            connection,
            held["id"],
            state=OPEN,
            outcome=None,
            resolution="",
            resolved_at=None,
            resolved_by="",
            stop_id=stop,
        )
        claims.note(
            connection, held["id"], "reopened", text=said, at=now, actor=by.username, detail={"stop": stop}
        )
        remember(connection, "claim.reopened", held, now, by.username, {"stop": stop or ""})
    return None


def may_resolve(held: dict[str, Any], roles: frozenset[UserRole], stops_now: bool) -> bool:
    """Whether one of these roles may say the last word; a page offers it to no other."""
    return bool(roles & (LIFT if stops_now or held["kind"] == "opposition" else CLOSE))


def _barred(connection: Connection, held: dict[str, Any], by: Person, now: datetime) -> Refused | None:
    if held["state"] == CLOSED:
        return Refused(Phrase(N_("Ya se resolvió: lo resuelto no se cambia.")), "claim.once")
    stops = held["stop_id"] is not None and claims.stands(connection, held["stop_id"], now)
    if not may_resolve(held, by.roles, stops):
        text = (
            N_("Detiene la cobranza: lo resuelve cumplimiento")
            if stops
            else N_("Su rol no permite resolver este caso")
        )
        return Refused(Phrase(text), "claim.role")
    his = overrides.is_his_agent(connection, by.username, held["debtor_id"])
    if his or (stops and earns(connection, by, held["debtor_id"])):
        text = N_("Quien gana comisión con esta deuda, o lo visita, no resuelve su caso: pida a otra persona")
        return Refused(Phrase(text), "claim.commission")
    return None


def _lift(
    connection: Connection,
    held: dict[str, Any],
    outcome: str,
    why: str,
    by: Person,
    now: datetime,
    scope: Scope,
) -> bool | Refused:
    """Lift what stops collection for this case; False where nothing stood or another case stands on it."""
    stop = held["stop_id"]
    if stop is None or not claims.stands(connection, stop, now):
        return False
    if claims.others_on(connection, stop, held["id"]):
        return False
    lifted = resolving.lift(
        connection, stop, outcome=outcome, because=why, actor=by.username, now=now, scope=scope
    )
    return lifted if isinstance(lifted, Refused) else True


def _leave_in_peace(
    connection: Connection, held: dict[str, Any], channels: tuple[str, ...], now: datetime, actor: str
) -> None:
    detail = {"text": f"caso {held['number']}", **({"channels": list(channels)} if channels else {})}
    stop_states.add(
        connection,
        [
            {
                "id": new_id(),
                "debtor_id": held["debtor_id"],
                "account_id": None,
                "state": StopKind.CEASE.value,
                "since": now,
                "until": None,
                "source": held["id"],
                "detail": detail,
            }
        ],
    )
    repairing.repair(connection, [held["debtor_id"]], now=now, actor=actor)
    publishing.refresh_debtors(connection, [held["debtor_id"]], now)
