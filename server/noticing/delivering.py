"""Records at the office that a paper was posted or handed over at its counter. Knows no page.

A letter is a contact and counts in the caps, by post or at the counter. What happened is recorded whatever
the rules say of it, but where they forbade it only with a reason; the verdict stays beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from sync.ids import new_id
from sync.records import Handing, Party, Refused, Verdict
from sync.words import N_, Phrase

from .. import contacting, publishing
from ..store import facts, notices
from ..store.engine import reading, writing
from ..store.scopes import Scope


@dataclass(frozen=True)
class Delivered:
    id: str
    debtor: str
    verdict: Verdict


def deliver(
    engine: Engine,
    scope: Scope,
    notice_id: str,
    *,
    how: Handing,
    party: Party,
    happened: datetime,
    note: str,
    actor: str,
    now: datetime,
    user: str | None = None,
) -> Delivered | Refused:
    """Record that a paper the office made was posted or handed over. LookupError outside the scope."""
    with reading(engine) as connection:
        made = notices.one(connection, scope, notice_id)
        if made is None:
            raise LookupError(notice_id)
        accounts = (made["account_id"],) if made["account_id"] else _accounts(connection, made["debtor_id"])
    if happened < made["made_at"]:
        return Refused(Phrase(N_("La entrega es anterior al papel.")), "delivery.before")
    if len(note) > 1000:
        return Refused(Phrase(N_("Escriba menos de 1000 letras.")), "delivery.note")
    contact = contacting.Made(
        debtor=made["debtor_id"],
        accounts=accounts,
        channel="letter",
        at=happened,
        effective=party in (Party.HOLDER, Party.GUARANTOR),
        party=party,
        note=f"{made['paper']} {made['code']}",
        why=note,
    )
    kept = contacting.record(engine, contact, user=user, who=actor, actor=actor, now=now)
    if isinstance(kept, Refused):
        return kept
    delivery = new_id()
    with writing(engine) as connection:
        row = {name: made[name] for name in ("debtor_id", "account_id", "paper", "code", "token")}
        notices.add_deliveries(
            connection,
            [
                row
                | {
                    "id": delivery,
                    "agent_id": None,
                    "visit_id": None,
                    "how": how.value,
                    "party": party.value,
                    "sealed": True,
                    "photo": None,
                    "started": happened,
                    "ended": happened,
                    "note": note,
                    "actor": actor,
                }
            ],
        )
        facts.append(
            connection,
            "notice.delivered",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=delivery,
            payload={
                "notice": notice_id,
                "how": how.value,
                "party": party.value,
                "contact": kept.contact,
                "decision": kept.verdict.decision,
            },
        )
        publishing.refresh_debtors(connection, [made["debtor_id"]], now)
    return Delivered(delivery, made["debtor_id"], kept.verdict)


def _accounts(connection: Connection, debtor: str) -> tuple[str, ...]:
    """Of a paper about no account: the contact was about all of his."""
    return notices.accounts_of(connection, debtor)
