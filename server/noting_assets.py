"""Notes on a debtor's assets: who may write and read them, and from which stage on. Knows no page.

They are read only while some account of his stands in the legal stage, by whom the office let: never in a
feed, an export or on a laptop.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.rules.answers import FieldError
from sync.words import N_, Phrase

from .standing import AccountToday
from .store import asset_notes, facts
from .store.engine import writing
from .strategy import using

NOTED, WITHDRAWN = "asset.noted", "asset.withdrawn"
LEGAL_STAGES = frozenset({"pre-judicial", "judicial"})
LONGEST_TEXT, LONGEST_SOURCE = 1000, 200


def legal_from(connection: Connection) -> int | None:
    """From how many days past due an account stands in the legal stage; None where the strategy has none."""
    stages = using.in_force(connection).ladder.stages
    return min((stage.from_dpd for stage in stages if stage.name in LEGAL_STAGES), default=None)


def in_legal_stage(connection: Connection, held: Sequence[AccountToday]) -> bool:
    """Whether some open account of those the reader may see has come so far."""
    least = legal_from(connection)
    return least is not None and any(
        one.state == "open" and one.dpd is not None and one.dpd >= least for one in held
    )


def of_debtor(connection: Connection, debtor_id: str, held: Sequence[AccountToday]) -> list[dict[str, Any]]:
    """The notes that stand; none outside the legal stage, whoever asks."""
    return asset_notes.of_debtor(connection, debtor_id) if in_legal_stage(connection, held) else []


def note(
    engine: Engine,
    debtor_id: str,
    text: str,
    source: str,
    seen_on: date | None,
    *,
    actor: str,
    now: datetime,
    today: date,
) -> list[FieldError]:
    """Keep a note, or say what is wrong with it. That there is one is a fact; its words are in no fact."""
    words, told_by = " ".join(text.split()), " ".join(source.split())
    found = []
    if not 3 <= len(words) <= LONGEST_TEXT:
        found.append(FieldError("text", Phrase(N_("Escriba qué bien es, en pocas palabras."))))
    if not 3 <= len(told_by) <= LONGEST_SOURCE:
        found.append(FieldError("source", Phrase(N_("Diga de dónde se sabe: registro, documento o quién."))))
    if seen_on is None or seen_on > today:
        found.append(FieldError("seen_on", Phrase(N_("Escriba la fecha en que se supo, hasta hoy."))))
    if found or seen_on is None:
        return found
    with writing(engine) as connection:
        made = asset_notes.add(connection, debtor_id, words, told_by, seen_on, at=now, actor=actor)
        facts.append(
            connection, NOTED, as_of=today, now=now, actor=actor, subject=debtor_id, payload={"note": made}
        )
    return []


def withdraw(engine: Engine, debtor_id: str, note_id: str, *, actor: str, now: datetime, today: date) -> None:
    """LookupError when there is no such note that stands."""
    with writing(engine) as connection:
        if not asset_notes.withdraw(connection, debtor_id, note_id, at=now, actor=actor):
            raise LookupError(note_id)
        facts.append(
            connection,
            WITHDRAWN,
            as_of=today,
            now=now,
            actor=actor,
            subject=debtor_id,
            payload={"note": note_id},
        )
