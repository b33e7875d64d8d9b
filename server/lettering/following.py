"""Follows letters of batches: handed over, delivered, returned; by the code on each, or a file of codes.

Handing a letter over is the contact: it is recorded as such once, with its verdict, and counts in the caps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from sync import slips
from sync.records import Handing, Party, Refused
from sync.words import N_, Phrase

from ..noticing.delivering import deliver
from ..store import facts, letters
from ..store.engine import reading, writing
from ..store.scopes import Scope

STATES: Mapping[str, str] = {
    "ready": N_("Se puede escribir"),
    "refused": N_("No se escribe"),
    "made": N_("Hecha"),
    "handed": N_("Entregada al correo o al gestor"),
    "delivered": N_("Recibida"),
    "returned": N_("Devuelta"),
}
# From which state a letter may come to which.
MAY = {"handed": ("made",), "delivered": ("made", "handed"), "returned": ("made", "handed")}


@dataclass(frozen=True)
class Followed:
    """What came of a file of codes: how many were noted, and (line, code, why) of those that were not."""

    noted: int
    wrong: tuple[tuple[int, str, Phrase], ...]


def follow(
    engine: Engine,
    said: str,
    state: str,
    *,
    note: str = "",
    batch: str = "",
    actor: str,
    now: datetime,
    scope: Scope,
    user: str | None = None,
) -> Refused | dict[str, Any]:
    """Note that the letter of this code (or this number in `batch`) came to `state`; answers the letter."""
    if state not in MAY:
        return Refused(Phrase(N_("Elija una de las opciones")), "letters.state")
    if len(note) > 300:
        return Refused(Phrase(N_("Escriba menos de 300 letras")), "letters.note")
    row = _found(engine, said, batch, scope)
    if row is None:
        text = N_("Ninguna carta tiene el código «{code}»; revíselo en la carta")
        return Refused(Phrase(text, {"code": said[:40]}), "letters.code")
    if row["state"] == state:
        return row
    if row["state"] not in MAY[state]:
        text = N_("La carta {code} está «{state}»: no puede pasar a eso")
        code = slips.shown(row["code"]) if row["code"] else said[:40]
        values = {"code": code, "state": str(STATES[row["state"]])}
        return Refused(Phrase(text, values), "letters.order")
    if row["state"] == "made":
        contact = deliver(
            engine,
            scope,
            row["notice_id"],
            how=Handing.POST,
            party=Party.HOLDER if state == "delivered" else Party.NOBODY,
            happened=now,
            note=note or f"lote {row['batch']}",
            actor=actor,
            now=now,
            user=user,
        )
        if isinstance(contact, Refused):
            return contact
    with writing(engine) as connection:
        letters.change_row(
            connection, row["id"], state=state, changed_at=now, changed_by=actor, note=note.strip()
        )
        facts.append(
            connection,
            f"letters.{state}",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=row["id"],
            payload={"code": row["code"], "batch": row["batch"]},
        )
    return row | {"state": state}


def follow_file(
    engine: Engine,
    rows: Iterable[tuple[int, str, str, str]],
    *,
    actor: str,
    now: datetime,
    scope: Scope,
    user: str | None = None,
) -> Followed:
    """Note every (line, code, state, note); a wrong line is told and stops no other."""
    noted, wrong = 0, []
    for line, code, state, note in rows:
        done = follow(engine, code, state, note=note, actor=actor, now=now, scope=scope, user=user)
        if isinstance(done, Refused):
            wrong.append((line, code[:40], done.reason))
        else:
            noted += 1
    return Followed(noted, tuple(wrong))


def _found(engine: Engine, said: str, batch: str, scope: Scope) -> dict[str, Any] | None:
    """By the code printed on it, or by its number in the batch one is working on."""
    plain = said.strip()
    code = slips.typed_code(plain)
    with reading(engine) as connection:
        if code is not None:
            return letters.by_code(connection, scope, code)
        held = letters.one(connection, scope, batch) if batch else None
        if held is None or not (plain.isascii() and plain.isdigit() and len(plain) < 6):
            return None
        return letters.by_place(connection, scope, held["id"], int(plain))
