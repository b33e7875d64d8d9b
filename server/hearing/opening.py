"""Takes a case: numbers it, says until when it must be answered, and stops collection where it disputes.

Judges nothing of what was said.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync import slips
from sync.ids import new_id
from sync.records import Refused
from sync.rules.clauses import StopKind
from sync.words import N_, Phrase

from .. import publishing, repairing
from ..erasing.request import today_at
from ..store import claims, erasures, facts, known, resolutions, stop_states
from ..store.claims import OPEN
from ..store.engine import writing
from ..store.scopes import Scope
from .due import due_here
from .kinds import DEPARTMENTS, KINDS, SOURCES, TOLD_BY, Kind

SHORTEST, LONGEST = 10, 4000


@dataclass(frozen=True)
class NewClaim:
    """What somebody came with. `account`, `visit`, `finding` and `owner` are "" where there is none."""

    kind: str
    source: str
    text: str
    account: str = ""
    visit: str = ""
    finding: str = ""
    reference: str = ""  # of a slip: its code
    told_by: str = "holder"
    department: str = ""  # "": the one of its kind
    owner: str = ""
    received_on: date | None = None


def open_claim(
    engine: Engine, debtor_id: str, new: NewClaim, *, actor: str, now: datetime, scope: Scope
) -> Refused | int:
    """Record a case; answers its number. LookupError when the debtor is not in the scope.

    A case that disputes the debt stops collection at once, of its account or of the whole debtor: a stop
    that stands already is the case's own, a second one is not made.
    """
    text = " ".join(new.text.split())
    wrong = _unfit(new, text)
    if wrong is not None:
        return wrong
    kind = KINDS[new.kind]
    with writing(engine) as connection:
        person = erasures.debtor(connection, debtor_id, scope)
        if person is None:
            raise LookupError(debtor_id)
        today = today_at(connection, now)
        received = new.received_on or today
        if received > today:
            return Refused(
                Phrase(N_("No puede haber llegado después de hoy; corrija la fecha")), "claim.received"
            )
        about = _about(connection, scope, debtor_id, new)
        if isinstance(about, Refused):
            return about
        due = due_here(connection, kind.term, received, person["country"])
        made = new_id()
        number = claims.add(
            connection,
            id=made,
            desk=kind.desk,
            kind=new.kind,
            source=new.source,
            reference=_reference(new),
            told_by=new.told_by,
            department=new.department or kind.department,
            owner=new.owner,
            debtor_id=debtor_id,
            **about,
            finding_id=new.finding or None,
            text=text,
            received_on=received,
            due=due.day,
            due_days=due.days,
            due_source=due.source,
            state=OPEN,
            recorded_at=now,
            recorded_by=actor,
        )
        stop = _stop(connection, made, number, kind, debtor_id, about["account_id"], text, now, actor)
        claims.change(connection, made, stop_id=stop)
        claims.note(connection, made, "opened", text="", at=now, actor=actor, detail={"stop": stop or ""})
        said = {"number": number, "kind": new.kind, "due": due.day.isoformat(), "stop": stop or ""}
        facts.append(
            connection, "claim.opened", as_of=today, now=now, actor=actor, subject=made, payload=said
        )
    return number


def _unfit(new: NewClaim, text: str) -> Refused | None:
    choices = (
        (new.kind, KINDS, "claim.kind"),
        (new.source, SOURCES, "claim.source"),
        (new.told_by, TOLD_BY, "claim.told_by"),
        (new.department or "legal", DEPARTMENTS, "claim.department"),
    )
    for said, known_words, rule in choices:
        if said not in known_words:
            return Refused(Phrase(N_("Elija una de las opciones")), rule)
    if not SHORTEST <= len(text) <= LONGEST:
        return Refused(Phrase(N_("Escriba qué dice la persona, de 10 a 4000 letras")), "claim.text")
    if len(new.reference) > 120:
        return Refused(Phrase(N_("Escriba la referencia en menos de 120 letras")), "claim.reference")
    return None


def _about(connection: Connection, scope: Scope, debtor_id: str, new: NewClaim) -> dict[str, Any] | Refused:
    """The account, the visit and whose conduct it is about; all of this debtor."""
    account = new.account or None
    if account is not None and account not in {
        row["id"] for row in claims.accounts_of(connection, scope, debtor_id)
    }:
        return Refused(Phrase(N_("Esa cuenta no es de este deudor")), "claim.account")
    visit, agent = new.visit or None, None
    if new.source == "slip":
        paper = claims.of_slip(connection, _code(new.reference))
        if paper is None or paper["debtor_id"] != debtor_id:
            text = N_("Ningún papel de este deudor tiene ese código; revíselo o elija otro origen")
            return Refused(Phrase(text), "claim.slip")
        visit = visit or paper["visit_id"]
        agent = paper["agent_id"]
    if visit is not None:
        seen = claims.visit(connection, scope, visit)
        if seen is None or seen["debtor_id"] != debtor_id:
            return Refused(Phrase(N_("Esa visita no es de este deudor")), "claim.visit")
        agent = seen["agent_id"]
    if new.finding:
        found = claims.finding(connection, scope, new.finding)
        if found is None or found["debtor_id"] != debtor_id:
            return Refused(Phrase(N_("Ese hallazgo no es de este deudor")), "claim.finding")
        visit, agent = visit or found["visit_id"], agent or found["agent_id"]
    return {"account_id": account, "visit_id": visit, "agent_id": agent}


def _reference(new: NewClaim) -> str:
    return slips.shown(_code(new.reference)) if new.source == "slip" else new.reference.strip()


def _stop(
    connection: Connection,
    claim: str,
    number: int,
    kind: Kind,
    debtor_id: str,
    account: str | None,
    text: str,
    now: datetime,
    actor: str,
) -> str | None:
    """The stop under which nothing is collected while the case is open; None where it disputes nothing."""
    if not kind.stops:
        return None
    known.lock_debtors(connection, [debtor_id])
    standing = claims.standing_dispute(connection, debtor_id, account, now)
    if standing is not None:
        return standing
    return stop_for(connection, claim, number, debtor_id, account, text, now, actor)


def stop_for(
    connection: Connection,
    claim: str,
    number: int,
    debtor_id: str,
    account: str | None,
    text: str,
    now: datetime,
    actor: str,
) -> str:
    """Stop collection because of this case: laptops are told, routes still ahead are mended."""
    made = new_id()
    stop_states.add(
        connection,
        [
            {
                "id": made,
                "debtor_id": debtor_id,
                "account_id": account,
                "state": StopKind.DISPUTE.value,
                "since": now,
                "until": None,
                "source": claim,
                "detail": {"text": text[:400]},
            }
        ],
    )
    resolutions.add_origins(
        connection,
        [
            {
                "stop_id": made,
                "identity": hashlib.sha256(f"{claim}\x1f{made}".encode()).hexdigest(),
                "import_id": None,
                "lender_id": None,
                "follows": None,
                "reference": f"caso {number}",
                "recorded_at": now,
            }
        ],
    )
    repairing.repair(connection, [debtor_id], now=now, actor=actor)
    publishing.refresh_debtors(connection, [debtor_id], now)
    return made


def _code(said: str) -> str:
    """The code printed on a slip as it is kept; "" for what cannot be one."""
    return slips.typed_code(said) or ""
