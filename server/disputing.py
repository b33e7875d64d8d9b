"""Keeps what an agent answers to a finding about him: an explanation, or that it is wrong. Knows no page.

An answer is appended and never changed; it resolves nothing by itself, for a supervisor to read beside the
finding.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from sync.ids import is_id
from sync.records import Refused
from sync.words import N_, Phrase

from .store import facts, mine, reviews
from .store.engine import writing

SHORTEST = 5
LONGEST = 2_000
MOST = 20  # answers to one finding


def answer(
    engine: Engine,
    finding_id: str,
    text: str,
    *,
    disputes: bool,
    agent_id: str,
    actor: str,
    now: datetime,
) -> Refused | None:
    """What the agent says of a finding of his. LookupError when it is not about him."""
    said = text.strip()
    if len(said) < SHORTEST:
        return Refused(Phrase(N_("Escriba su explicación, en 5 letras o más")), "answer.text")
    if len(said) > LONGEST:
        return Refused(Phrase(N_("Es muy largo: hasta {most} letras"), {"most": LONGEST}), "answer.long")
    with writing(engine) as connection:
        held = mine.finding(connection, agent_id, finding_id) if is_id(finding_id) else None
        if held is None:
            raise LookupError(finding_id)
        if len(reviews.answers_of(connection, [finding_id]).get(finding_id, ())) >= MOST:
            return Refused(Phrase(N_("Ya contestó muchas veces: hable con su supervisor")), "answer.many")
        reviews.answer(
            connection,
            finding_id=finding_id,
            visit_id=held["visit_id"],
            agent_id=agent_id,
            disputes=disputes,
            text=said,
            answered_at=now,
            answered_by=actor,
        )
        facts.append(
            connection,
            "finding.answered",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=finding_id,
            payload={"disputes": disputes, "text": said, "rule": held["rule"]},
        )
    return None
