"""Records at the office that a paper was posted or handed over at its counter. Knows no page.

What happened is recorded whatever the rules say of it; the verdict on it is kept beside it. A letter by post
is a contact and counts in the caps; one handed over at the counter too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from sync.ids import new_id
from sync.records import Handing, Interval, Party, Refused, Verdict
from sync.rules.contact import judge_contact
from sync.words import N_, Phrase

from .. import publishing
from ..store import contacts, facts, notices
from ..store.engine import reading, writing
from ..store.scopes import Scope
from .telling import Told, tell


@dataclass(frozen=True)
class Delivered:
    id: str
    debtor: str
    verdict: Verdict


def may_send(told: Told, channel: str = "letter", party: Party = Party.HOLDER) -> Verdict:
    """The pack's verdict on contacting the debtor now by this channel."""
    third = party in (Party.RELATIVE, Party.THIRD)
    return judge_contact(
        told.policy,
        Interval(told.now, told.now),
        told.debtor.zone,
        channel,
        party=party,
        history=told.history,
        stops=told.case.stops_of(told.account.id, channel),
        debt_discussed=not third,
        credit_type=told.account.credit_type,
        exception_evidence=told.account.exception_evidence,
        about=told.about,
    )


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
) -> Delivered | Refused:
    """Record that a paper the office made was posted or handed over. LookupError outside the scope."""
    with reading(engine) as connection:
        made = notices.one(connection, scope, notice_id)
        if made is None:
            raise LookupError(notice_id)
        verdict = _verdict(connection, scope, made["account_id"], happened)
    if happened > now:
        return Refused(Phrase(N_("La entrega está en el futuro.")), "delivery.future")
    if happened < made["made_at"]:
        return Refused(Phrase(N_("La entrega es anterior al papel.")), "delivery.before")
    if len(note) > 1000:
        return Refused(Phrase(N_("Escriba menos de 1000 letras.")), "delivery.note")
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
        add_contact(connection, made["debtor_id"], "letter", happened, f"{made['paper']} {made['code']}")
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
                "decision": verdict.decision,
                "rules": [one.rule for one in verdict.rulings if one.decision != "allow"],
            },
        )
        publishing.refresh_debtors(connection, [made["debtor_id"]], now)
    return Delivered(delivery, made["debtor_id"], verdict)


def add_contact(connection: Connection, debtor: str, channel: str, at: datetime, note: str) -> str:
    """A contact that a person of the office made: it counts in the caps, as one that reached him."""
    made = new_id()
    row = {
        "id": made,
        "debtor_id": debtor,
        "agent_id": None,
        "channel": channel,
        "started": at,
        "ended": at,
        "effective": True,
        "source": "ronda",
        "note": note,
    }
    contacts.add(connection, [row])
    return made


def _verdict(connection: Connection, scope: Scope, account: str | None, at: datetime) -> Verdict:
    if account is None:
        return Verdict()
    told = tell(connection, scope, account, at)
    return Verdict() if isinstance(told, Refused) else may_send(told)
