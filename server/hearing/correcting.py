"""What somebody says is wrong about him: a proposal, decided by the office. Changes no balance.

An address, a telephone or an e-mail becomes a proposal like those found in the street, and waits on the same
desk. A name is corrected here. What the debt is comes from the lender: the word taken on it is told to him.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.ids import new_id
from sync.records import Refused
from sync.words import N_, Phrase

from .. import publishing
from ..deciding import decide_proposal
from ..erasing.request import today_at
from ..store import claims, decisions, erasures, proposals
from ..store.claims import CLOSED
from ..store.debtors import folded
from ..store.engine import reading, writing
from ..store.scopes import Scope
from .handling import closed, found, remember

WHAT = {
    "name": N_("Nombre"),
    "address": N_("Dirección"),
    "phone": N_("Teléfono"),
    "email": N_("Correo electrónico"),
    "document": N_("Documento"),
    "debt": N_("Lo que debe"),
}
PROPOSED = {"address": "address", "phone": "phone", "email": "phone"}
LONGEST = 300


def ask_correction(
    engine: Engine,
    claim: str,
    *,
    what: str,
    was: str,
    asked: str,
    actor: str,
    now: datetime,
    scope: Scope,
) -> Refused | str:
    """Write down what should be corrected; answers its id. LookupError outside the scope."""
    said = " ".join(asked.split())
    if what not in WHAT:
        return Refused(Phrase(N_("Elija una de las opciones")), "correction.what")
    if not 2 <= len(said) <= LONGEST or len(was) > LONGEST:
        return Refused(Phrase(N_("Escriba cómo debe quedar, de 2 a 300 letras")), "correction.asked")
    with writing(engine) as connection:
        held = found(connection, scope, claim)
        if held["state"] == CLOSED:
            return closed()
        if not was.strip() and what == "name":
            person = erasures.debtor(connection, held["debtor_id"])
            was = person["name"] if person else ""
        proposal = _propose(connection, held, what, said, now)
        made = claims.add_correction(
            connection,
            claim_id=held["id"],
            what=what,
            was=" ".join(was.split()),
            asked=said,
            proposal_id=proposal,
            asked_at=now,
        )
        claims.note(connection, held["id"], "correction", text="", at=now, actor=actor, detail={"what": what})
        remember(connection, "correction.asked", held, now, actor, {"what": what, "correction": made})
    return made


def decide_correction(
    engine: Engine,
    claim: str,
    correction: str,
    *,
    accept: bool,
    why: str,
    actor: str,
    now: datetime,
    scope: Scope,
) -> Refused | None:
    """The office's word on a correction, once. LookupError outside the scope."""
    reason = " ".join(why.split())
    if not 3 <= len(reason) <= 1000:
        return Refused(Phrase(N_("Escriba la razón, de 3 a 1000 letras")), "correction.why")
    with reading(engine) as connection:
        held = found(connection, scope, claim)
        asked = claims.correction(connection, held["id"], correction)
    if asked is None:
        raise LookupError(correction)
    if asked["proposal_id"] is not None:
        done = decide_proposal(
            engine,
            PROPOSED[asked["what"]],
            asked["proposal_id"],
            accept=accept,
            actor=actor,
            now=now,
            scope=scope,
            because=reason,
        )
        if isinstance(done, Refused):
            return done
    with writing(engine) as connection:
        state = "accepted" if accept else "rejected"
        if not claims.decide_correction(
            connection, asked["id"], state=state, decided_at=now, decided_by=actor, decided_why=reason
        ):
            return Refused(
                Phrase(N_("Alguien ya decidió sobre este dato; lo decidido no se cambia")), "correction.once"
            )
        if accept and asked["what"] == "name":
            claims.rename(connection, held["debtor_id"], asked["asked"], folded(asked["asked"]))
            publishing.refresh_debtors(connection, [held["debtor_id"]], now)
        said = {"what": asked["what"], "correction": asked["id"], "state": state}
        claims.note(connection, held["id"], "correction", text=reason, at=now, actor=actor, detail=said)
        remember(connection, f"correction.{state}", held, now, actor, said)
    return None


def standing_of(connection: Connection, scope: Scope, claim_id: str) -> list[dict[str, Any]]:
    """The corrections of a case; one decided on the desk of proposals is decided."""
    rows = claims.corrections_of(connection, claim_id)
    for row in rows:
        if row["state"] == "proposed" and row["proposal_id"] is not None:
            proposal = decisions.proposal(connection, scope, PROPOSED[row["what"]], row["proposal_id"])
            if proposal is not None:
                row["state"] = proposal["state"]
    return rows


def _propose(connection: Connection, held: dict[str, Any], what: str, text: str, now: datetime) -> str | None:
    """An address or a way to reach him, as found by asking him; None for what has no desk of its own."""
    if what not in PROPOSED:
        return None
    made = new_id()
    row: dict[str, Any] = {
        "id": made,
        "debtor_id": held["debtor_id"],
        "lender_id": None,
        "origin": "field",
        "state": "proposed",
        "event_id": held["id"],
        "since": today_at(connection, now),
    }
    if what == "address":
        proposals.add_addresses(connection, [row | {"kind": "home", "text": text, "source": "desk"}])
    else:
        kind = "email" if what == "email" else "mobile"
        proposals.add_contact_points(connection, [row | {"kind": kind, "value": text, "holder": "debtor"}])
    return made
