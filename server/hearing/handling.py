"""Deals with a case until its reply: notes, who has it, what is answered. Resolves and lifts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.ids import new_id
from sync.papers import refused_words
from sync.records import Refused
from sync.rules.wording import Linted, lint
from sync.words import N_, Phrase

from ..erasing.request import today_at
from ..packs import at_office
from ..store import claims, facts, holds, people
from ..store.claims import ANSWERED, CLOSED, OPEN
from ..store.engine import writing
from ..store.overrides import packs_of
from ..store.scopes import Scope
from .kinds import DEPARTMENTS

LONGEST = 4000
BY = ("letter", "email", "phone", "counter", "regulator")


def note(engine: Engine, claim: str, text: str, *, actor: str, now: datetime, scope: Scope) -> Refused | None:
    """Write into the log of a case. LookupError when there is no such case in the scope."""
    said = text.strip()
    if not 3 <= len(said) <= LONGEST:
        return Refused(Phrase(N_("Escriba la nota, de 3 a 4000 letras")), "claim.note")
    with writing(engine) as connection:
        held = found(connection, scope, claim)
        claims.note(connection, held["id"], "note", text=said, at=now, actor=actor)
        remember(connection, "claim.noted", held, now, actor, {})
    return None


def move(
    engine: Engine,
    claim: str,
    *,
    department: str,
    owner: str,
    why: str,
    actor: str,
    now: datetime,
    scope: Scope,
) -> Refused | None:
    """Give a case to a department and to a person of the office; its deadline stays as it is."""
    if department not in DEPARTMENTS:
        return Refused(Phrase(N_("Elija una de las opciones")), "claim.department")
    if len(why) > LONGEST:
        return Refused(Phrase(N_("Escriba menos de 4000 letras")), "claim.why")
    with writing(engine) as connection:
        held = found(connection, scope, claim)
        if held["state"] == CLOSED:
            return closed()
        if owner and people.by_username(connection, owner) is None:
            return Refused(
                Phrase(N_("No hay un usuario {username}"), {"username": owner[:60]}), "claim.owner"
            )
        claims.change(connection, held["id"], department=department, owner=owner)
        said = {"department": department, "owner": owner}
        claims.note(connection, held["id"], "moved", text=why.strip(), at=now, actor=actor, detail=said)
        remember(connection, "claim.moved", held, now, actor, said)
    return None


def reply(
    engine: Engine, claim: str, text: str, *, by: str, actor: str, now: datetime, scope: Scope
) -> Refused | Linted:
    """Answer who came: the words pass the linter of every pack that governs him, and are then for printing.

    An answer is no resolution: what stops collection stands until somebody with authority resolves it.
    """
    said = text.strip()
    if by not in BY:
        return Refused(Phrase(N_("Elija una de las opciones")), "claim.by")
    if not 20 <= len(said) <= LONGEST:
        return Refused(Phrase(N_("Escriba la respuesta, de 20 a 4000 letras")), "claim.reply")
    with writing(engine) as connection:
        held = found(connection, scope, claim)
        if held["state"] == CLOSED:
            return closed()
        judged = judged_reply(connection, held, said)
        if isinstance(judged, Refused):
            return judged
        warned = [one.rule for one in judged.found]
        claims.note(
            connection,
            held["id"],
            "reply",
            text=said,
            at=now,
            actor=actor,
            detail={"by": by, "warned": warned},
        )
        if held["state"] == OPEN:
            claims.change(connection, held["id"], state=ANSWERED)
        remember(connection, "claim.answered", held, now, actor, {"by": by, "warned": warned})
    return judged


def hold(
    engine: Engine,
    claim: str,
    *,
    why: str,
    until: date | None,
    actor: str,
    now: datetime,
    scope: Scope,
) -> Refused | None:
    """Keep everything about this debtor for now: nothing of him is erased while it stands."""
    said = " ".join(why.split())
    if not 3 <= len(said) <= 1000:
        return Refused(Phrase(N_("Escriba la razón, de 3 a 1000 letras")), "claim.why")
    with writing(engine) as connection:
        held = found(connection, scope, claim)
        if until is not None and until < today_at(connection, now):
            return Refused(
                Phrase(N_("El último día de la retención ya pasó; corrija la fecha")), "claim.until"
            )
        holds.add(
            connection,
            id=new_id(),
            debtor_id=held["debtor_id"],
            why=said,
            since=now,
            until=until,
            placed_by=actor,
        )
        told = {"until": until.isoformat() if until else ""}
        claims.note(connection, held["id"], "hold", text=said, at=now, actor=actor, detail=told)
        remember(connection, "claim.held", held, now, actor, told)
    return None


def judged_reply(connection: Connection, held: Mapping[str, Any], text: str) -> Linted | Refused:
    """What the linter says under each pack of the case; the first block refuses the reply."""
    names = [held["pack"]] if held["pack"] else sorted(packs_of(connection, held["debtor_id"]))
    packs = at_office(connection)
    judged = [lint(text, packs(name), "letter") for name in names] or [lint(text, None, "letter")]
    for one in judged:
        refused = refused_words(one)
        if refused is not None:
            return refused
    return max(judged, key=lambda one: len(one.found))


def found(connection: Connection, scope: Scope, claim: str) -> dict[str, Any]:
    held = claims.one(connection, scope, claim)
    if held is None:
        raise LookupError(claim)
    return held


def closed() -> Refused:
    text = N_("El caso ya está resuelto; para seguir, ábralo de nuevo con una razón")
    return Refused(Phrase(text), "claim.closed")


def remember(
    connection: Connection,
    kind: str,
    held: Mapping[str, Any],
    now: datetime,
    actor: str,
    said: Mapping[str, Any],
) -> None:
    """A fact names the case; what people said stays in its log."""
    payload = {"number": held["number"], **said}
    facts.append(
        connection, kind, as_of=now.date(), now=now, actor=actor, subject=held["id"], payload=payload
    )
