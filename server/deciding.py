"""Takes the office's decision on an address or phone found in the field. Knows no page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from sync.records import Refused
from sync.words import N_, Phrase

from . import publishing
from .importing.contacts import e164
from .store import decisions, facts
from .store.engine import writing
from .store.scopes import Scope

ACCEPTED, REJECTED = "accepted", "rejected"


def decide_proposal(
    engine: Engine,
    kind: str,
    proposal_id: str,
    *,
    accept: bool,
    actor: str,
    now: datetime,
    scope: Scope,
    because: str = "",
) -> Refused | str:
    """Accept or reject what was found; answers the debtor's id. `kind` is "address" or "phone".

    The laptops hear of it in the same transaction. LookupError when it is not in the scope.
    """
    state = ACCEPTED if accept else REJECTED
    with writing(engine) as connection:
        held = decisions.proposal(connection, scope, kind, proposal_id)
        if held is None:
            raise LookupError(proposal_id)
        if not decisions.decide(connection, kind, proposal_id, state):
            text = N_("Alguien ya decidió sobre este dato; lo decidido no se cambia")
            return Refused(Phrase(text), "proposal.once")
        why = " ".join(because.split())
        decisions.remember(connection, kind, proposal_id, state, because=why, now=now, actor=actor)
        if accept and kind == "phone":
            decisions.dial(connection, proposal_id, e164(held["value"], held["country"]))
        facts.append(
            connection,
            f"{kind}.{state}",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=proposal_id,
            payload={"debtor": held["debtor_id"], "event": held["event_id"], "why": why},
        )
        publishing.refresh_debtors(connection, [held["debtor_id"]], now)
    return str(held["debtor_id"])
