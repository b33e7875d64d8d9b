"""The office's library of objections: worded anew, withdrawn, put back; each a version for the laptops."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine

from sync.method import shipped_objections
from sync.records import Party
from sync.rules.answers import FieldError
from sync.rules.objections import Objection, code_of, library, wrong
from sync.rules.wording import TextKind, lint
from sync.words import N_, Phrase

from . import publishing
from .store import agents, facts
from .store import objections as store
from .store.engine import writing

WORDED, WITHDRAWN = "objection.worded", "objection.withdrawn"


def in_force(connection: Connection) -> tuple[Objection, ...]:
    return library(shipped_objections(), store.latest(connection))


def withdrawn(connection: Connection) -> tuple[Objection, ...]:
    return tuple(one for one in store.latest(connection) if not one.active)


def every(connection: Connection) -> tuple[Objection, ...]:
    """The last version of each, withdrawn ones too: a visit may have used one that is no longer offered."""
    held = {one.code: one for one in (*shipped_objections(), *store.latest(connection))}
    return tuple(held.values())


def one(connection: Connection, code: str) -> Objection | None:
    """The last version of a code, withdrawn or not."""
    return next((each for each in every(connection) if each.code == code), None)


def word(
    engine: Engine,
    code: str,
    title: str,
    say: Sequence[str],
    avoid: Sequence[str],
    parties: Sequence[Party],
    *,
    actor: str,
    now: datetime,
) -> list[FieldError] | Objection:
    """A new version, or a new objection when `code` is empty. What a rule of wording forbids is refused."""
    title = " ".join(title.split())
    found = wrong(title, say, avoid) + _unlawful(say)
    if found:
        return found
    with writing(engine) as connection:
        before = one(connection, code) if code else None
        if code and before is None:
            raise LookupError(code)
        named = code or code_of(title)
        if not code and one(connection, named) is not None:
            return [FieldError("title", Phrase(N_("Ya hay una objeción con ese nombre: edite esa.")))]
        made = Objection(
            named,
            store.next_version(connection, named),
            title,
            tuple(say),
            tuple(avoid),
            tuple(parties) or Objection.parties,
            before.needs if before is not None else "",
        )
        _keep(connection, made, WORDED, actor, now)
    return made


def switch(engine: Engine, code: str, *, active: bool, actor: str, now: datetime) -> Objection:
    """Withdraw an objection, or put it back as it was last worded. LookupError for one there is not."""
    with writing(engine) as connection:
        before = one(connection, code)
        if before is None:
            raise LookupError(code)
        made = Objection(
            before.code,
            store.next_version(connection, code),
            before.title,
            before.say,
            before.avoid,
            before.parties,
            before.needs,
            active,
        )
        _keep(connection, made, WORDED if active else WITHDRAWN, actor, now)
    return made


def _keep(connection: Connection, made: Objection, kind: str, actor: str, now: datetime) -> None:
    store.add(connection, made, at=now, actor=actor)
    facts.append(
        connection, kind, as_of=now.date(), now=now, actor=actor, subject=made.code, payload=made.wire()
    )
    publishing.refresh_agents(connection, [agent.id for agent in agents.every(connection)], now)


def _unlawful(say: Sequence[str]) -> list[FieldError]:
    """What may not be said to a debtor is no answer to keep for collectors."""
    found = []
    for text in say:
        said = lint(text, None, TextKind.MESSAGE)
        if said.found:
            words = N_("«{text}» no se puede decir: {why}")
            why = str(said.found[0].because)
            found.append(FieldError("say", Phrase(words, {"text": text[:80], "why": why})))
    return found
