"""Chooses the accounts of a batch and says which letter may be written and which a rule refuses. Makes none.

A letter is a contact: the caps, the hours and the stops of each account's pack are asked before it is made,
and what the letter itself needs: a balance, an accepted address, a letterhead, words that may be written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine

from sync.ids import new_id
from sync.keys import SigningKey
from sync.records import Paper, Party, Refused
from sync.rules.messages import Medium
from sync.words import N_, Phrase

from ..noticing import making, wording
from ..noticing.making import Asked, Draft
from ..store import facts, letters, worklists
from ..store.engine import reading, writing
from ..store.scopes import Scope
from ..store.worklists import Wanted

MOST = 500  # letters of one batch: what one person prints, folds and follows
Say = Callable[[str], None]


def preview(
    engine: Engine,
    signer: SigningKey,
    *,
    level: str,
    segment: str,
    template: str,
    actor: str,
    now: datetime,
    today: date,
    scope: Scope,
    say: Say = lambda step: None,
) -> Refused | int:
    """Keep a batch with each letter's verdict; answers its number. The worthiest accounts first."""
    with reading(engine) as connection:
        chosen = wording.template_of(connection, template)
        run = worklists.run(connection)
        if run is None:
            return Refused(Phrase(N_("No hay listas de trabajo: hágalas primero")), "letters.lists")
        wanted = Wanted(stage=level, segment=segment, undone=False)
        rows = worklists.page(connection, scope, run, wanted, limit=MOST)
        already = letters.waiting(connection, [row["account_id"] for row in rows])
    if chosen is None or chosen.medium is not Medium.LETTER:
        return Refused(Phrase(N_("Elija una carta")), "letters.template")
    if not rows:
        return Refused(Phrase(N_("Nadie está en ese nivel y segmento")), "letters.nobody")
    batch, made = new_id(), []
    written: set[str] = set()  # debtors who get a letter of this batch
    for place, row in enumerate(rows, 1):
        say(f"{place}/{len(rows)}")
        refused = _twice(row, already, written) or refusal(
            engine, signer, scope, row["account_id"], template, now
        )
        if refused is None:
            written.add(row["debtor_id"])
        made.append(_row(batch, place, row, refused, now, actor))
    ready = sum(one["state"] == "ready" for one in made)
    counts = {
        "asked": len(made),
        "ready": ready,
        "refused": len(made) - ready,
        "level": level,
        "segment": segment,
    }
    with writing(engine) as connection:
        values: dict[str, Any] = {
            "id": batch,
            "list": level or segment,
            "template": template,
            "as_of": today,
            "state": "previewed",
            "counts": counts,
            "asked_at": now,
            "actor": actor,
        }
        number = letters.add(connection, made, **values)
        facts.append(
            connection, "letters.previewed", as_of=today, now=now, actor=actor, subject=batch, payload=counts
        )
    return number


def _twice(row: dict[str, Any], already: set[str], written: set[str]) -> Refused | None:
    """A second letter for the same account, or for the same person in one batch."""
    if row["account_id"] in already:
        return Refused(Phrase(N_("Ya tiene una carta hecha que no se ha entregado")), "letters.once")
    if row["debtor_id"] in written:
        text = N_("Esta persona ya lleva una carta en este lote: otra sería otro contacto")
        return Refused(Phrase(text), "letters.person")
    return None


def refusal(
    engine: Engine, signer: SigningKey, scope: Scope, account: str, template: str, now: datetime
) -> Refused | None:
    """Why no letter is written for this account now; None where one may be."""
    found = drafted(engine, signer, scope, account, template, now)
    return found if isinstance(found, Refused) else None


def drafted(
    engine: Engine, signer: SigningKey, scope: Scope, account: str, template: str, now: datetime
) -> Draft | Refused:
    """The letter as it would be made, or the rule that forbids it. LookupError outside the scope."""
    made = making.draft(engine, signer, scope, Asked(account, Paper.NOTICE, template), now=now)
    if isinstance(made, Refused):
        return made
    said = made.told.may_write("letter", Party.HOLDER)
    blocked = next((one for one in said.verdict.rulings if one.decision == "block"), None)
    return made if blocked is None else Refused(blocked.because, blocked.rule, blocked.source)


def drop(engine: Engine, number: str, *, actor: str, now: datetime, scope: Scope) -> Refused | None:
    """Throw a preview away: nothing was made of it. LookupError outside the scope."""
    with writing(engine) as connection:
        batch = letters.one(connection, scope, number)
        if batch is None:
            raise LookupError(number)
        if batch["state"] != "previewed":
            return Refused(Phrase(N_("Ya se hicieron sus cartas: no se descarta")), "letters.made")
        letters.change(connection, batch["id"], state="dropped")
        said = {"number": batch["number"]}
        facts.append(
            connection,
            "letters.dropped",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=batch["id"],
            payload=said,
        )
    return None


def _row(
    batch: str, place: int, row: dict[str, Any], refused: Refused | None, now: datetime, actor: str
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "batch_id": batch,
        "place": place,
        "account_id": row["account_id"],
        "debtor_id": row["debtor_id"],
        "state": "ready" if refused is None else "refused",
        "rule": "" if refused is None else refused.rule,
        "rule_source": "" if refused is None else refused.source,
        "because": {} if refused is None else refused.reason.to_json(),
        "notice_id": None,
        "code": "",
        "changed_at": now,
        "changed_by": actor,
        "note": "",
    }
