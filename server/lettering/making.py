"""Makes the letters of a batch that was looked at, each judged again, and one PDF of all. Sends nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from sync.keys import SigningKey
from sync.records import Paper, Refused
from sync.words import N_, Phrase

from ..noticing import making
from ..noticing.letter_page import Letter, drawn_together
from ..shelf import Shelf
from ..store import attachments, facts, letters
from ..store.engine import reading, writing
from ..store.scopes import Scope
from .previewing import drafted

Say = Callable[[str], None]


def make_batch(
    engine: Engine,
    signer: SigningKey,
    shelf: Shelf,
    number: str,
    *,
    actor: str,
    now: datetime,
    scope: Scope,
    say: Say = lambda step: None,
) -> Refused | int:
    """Make what the preview found ready; answers how many letters. LookupError outside the scope.

    What a rule forbids by now is refused after all, with the rule. Letters made stay made if the work breaks
    off: making the batch again makes those anew, with codes of their own.
    """
    with reading(engine) as connection:
        batch = letters.one(connection, scope, number)
        if batch is None:
            raise LookupError(number)
        rows = letters.rows_of(connection, batch["id"])
    if batch["state"] != "previewed":
        return Refused(Phrase(N_("Este lote ya se hizo o se descartó")), "letters.once")
    made: list[Letter] = []
    ready = [row for row in rows if row["state"] in ("ready", "made")]
    for place, row in enumerate(ready, 1):
        say(f"{place}/{len(ready)}")
        letter = _one(engine, signer, shelf, scope, batch["template"], row, actor, now)
        if letter is not None:
            made.append(letter)
    if not made:
        return Refused(Phrase(N_("Ninguna carta de este lote se puede escribir hoy")), "letters.none")
    data = drawn_together(made)
    digest = hashlib.sha256(data).hexdigest()
    shelf.put(digest, data)
    with writing(engine) as connection:
        attachments.store(connection, digest, len(data), now)
        counts = batch["counts"] | {"made": len(made)}
        letters.change(
            connection,
            batch["id"],
            state="made",
            made_at=now,
            made_by=actor,
            sha256=digest,
            counts=counts,
        )
        facts.append(
            connection,
            "letters.made",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=batch["id"],
            payload={"number": batch["number"], "letters": len(made), "sha256": digest},
        )
    return len(made)


def _one(
    engine: Engine,
    signer: SigningKey,
    shelf: Shelf,
    scope: Scope,
    template: str,
    row: dict[str, object],
    actor: str,
    now: datetime,
) -> Letter | None:
    """The letter, kept; None where a rule forbids it now: the row says which."""
    found = drafted(engine, signer, scope, str(row["account_id"]), template, now)
    done = (
        found
        if isinstance(found, Refused)
        else making.keep(
            engine, shelf, found.told, Paper.NOTICE, found.token, found.drawn, actor=actor, now=now
        )
    )
    with writing(engine) as connection:
        if isinstance(done, Refused):
            letters.change_row(
                connection,
                str(row["id"]),
                state="refused",
                rule=done.rule,
                rule_source=done.source,
                because=done.reason.to_json(),
                changed_at=now,
                changed_by=actor,
            )
            return None
        letters.change_row(
            connection,
            str(row["id"]),
            state="made",
            notice_id=done.id,
            code=done.code,
            changed_at=now,
            changed_by=actor,
        )
    return None if isinstance(found, Refused) else found.drawn.letter
