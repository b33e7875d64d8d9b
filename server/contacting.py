"""Records a contact that somebody of the office made: judged by the same caps, told to the laptops, kept.

What was done is kept even where a rule forbade it, but never silently: it needs a reason, and the verdict
stays beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from sync.ids import new_id
from sync.records import Contact, Party, Refused, Verdict, Visit
from sync.rules.answers import strictest
from sync.rules.asking import Asked, address_of, judge, own_places
from sync.rules.caps import LOOKS_BACK
from sync.rules.contact import deciding
from sync.rules.policy import local_day
from sync.words import N_, Phrase

from . import publishing
from .doors import Packs
from .packs import at_office, pack_of
from .projecting.verdicts import stored
from .repairing import repair
from .store import cases, contacts, encounters, facts, known, seats
from .store.cases import Case
from .store.engine import writing

CHANNELS = ("call", "message", "email", "letter")
LONGEST_NOTE = 4000
SHORTEST_WHY = 10


@dataclass(frozen=True)
class Made:
    """A contact as the person who made it tells it. `effective`: he who owes, or who answers for
    it, was reached. `party` None: nobody was."""

    debtor: str
    accounts: tuple[str, ...]
    channel: str
    at: datetime
    effective: bool
    party: Party | None = None
    lasted: timedelta = timedelta(0)
    note: str = ""
    promised: str = ""  # in words: how much and how
    promised_on: date | None = None
    why: str = ""  # why it was made against what the rules say


@dataclass(frozen=True)
class Kept:
    contact: str
    verdict: Verdict


def record(
    engine: Engine,
    made: Made,
    *,
    user: str | None,
    who: str,
    actor: str,
    now: datetime,
    packs: Packs = pack_of,
) -> Kept | Refused:
    """Keep the contact. Refused where it cannot be, or the rules forbid it and no reason is given.

    LookupError for a debtor or an account of his that the office does not have.
    """
    wrong = _wrong(made, now)
    if wrong is not None:
        return wrong
    with writing(engine) as connection:
        known.lock_debtors(connection, [made.debtor])
        case = cases.of(connection, [made.debtor], now.date() + timedelta(days=1), made.at).get(made.debtor)
        if case is None or not set(made.accounts) <= {account.id for account in case.accounts}:
            raise LookupError(made.debtor)
        met = encounters.history(connection, [made.debtor], made.at - LOOKS_BACK).get(made.debtor, [])
        zone = case.debtor.zone
        held = seats.reserved(
            connection, [made.debtor], local_day(made.at, zone) - timedelta(days=1), but=((), ())
        )
        history = (*met, *own_places(held.get(made.debtor, ()), made.at, zone))
        verdict = _verdict(case, made, history, at_office(connection, packs))
        ruling = deciding(verdict)
        if verdict.blocked and ruling is not None and len(made.why.strip()) < SHORTEST_WHY:
            return Refused(ruling.because, ruling.rule, ruling.source)
        contact = new_id()
        contacts.add(connection, [_row(contact, made)])
        contacts.add_origins(connection, [_origin(contact, made, verdict, user, who, now)])
        facts.append(
            connection,
            "contact.recorded",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=made.debtor,
            payload={
                "contact": contact,
                "channel": made.channel,
                "effective": made.effective,
                "verdict": verdict.decision,
                "rule": ruling.rule if ruling is not None else "",
                "why": made.why.strip(),
            },
        )
        publishing.refresh_debtors(connection, [made.debtor], now)
        repair(connection, [made.debtor], now=now, actor=actor)
    return Kept(contact, verdict)


def _wrong(made: Made, now: datetime) -> Refused | None:
    if made.channel not in CHANNELS:
        return Refused(Phrase(N_("Elija cómo fue el contacto.")), "contact.channel")
    if made.at > now + timedelta(minutes=1):
        return Refused(Phrase(N_("Ese momento no ha llegado: escriba cuándo fue.")), "contact.future")
    if made.at < now - timedelta(days=7):
        text = N_("Fue hace más de una semana: tráigalo en un archivo de contactos.")
        return Refused(Phrase(text), "contact.old")
    if made.effective and made.party not in (Party.HOLDER, Party.GUARANTOR):
        return Refused(Phrase(N_("Diga si habló con el titular o con el aval.")), "contact.party")
    if len(made.note) > LONGEST_NOTE:
        text = N_("La nota tiene {n} letras y se admiten {most}.")
        return Refused(Phrase(text, {"n": len(made.note), "most": LONGEST_NOTE}), "contact.note")
    return None


def _verdict(case: Case, made: Made, history: Sequence[Contact | Visit], packs: Packs) -> Verdict:
    """The strictest of the accounts it was about."""
    where = address_of([one for one in case.addresses if one.state != "rejected"], None)
    return strictest(
        judge(
            Asked(
                account=account,
                policy=packs(account.pack),
                zone=case.debtor.zone,
                at=made.at,
                channel=made.channel,
                party=made.party if made.effective else None,
                lasts=made.lasted,
                history=history,
                stops=case.stops_of(account.id, made.channel),
                about=case.circumstances(account, where),
            )
        )
        for account in case.accounts
        if account.id in made.accounts
    )


def _row(contact: str, made: Made) -> dict[str, Any]:
    return {
        "id": contact,
        "debtor_id": made.debtor,
        "agent_id": None,
        "channel": made.channel,
        "started": made.at,
        "ended": made.at + made.lasted,
        "effective": made.effective,
        "source": "ronda",
        "note": made.note.strip(),
    }


def _origin(
    contact: str, made: Made, verdict: Verdict, user: str | None, who: str, now: datetime
) -> dict[str, Any]:
    told: dict[str, Any] = {"accounts": sorted(made.accounts)}
    if made.promised:
        told["promised"] = made.promised
    if made.promised_on is not None:
        told["promised_on"] = made.promised_on.isoformat()
    if made.why.strip():
        told["why"] = made.why.strip()
    return {
        "contact_id": contact,
        "identity": hashlib.sha256(contact.encode()).hexdigest(),
        "import_id": None,
        "lender_id": None,
        "account_id": made.accounts[0] if len(made.accounts) == 1 else None,
        "user_id": user,
        "reference": "",
        "who": who,
        "party": made.party.value if made.party is not None else "",
        "told": told,
        "verdict": stored(verdict),
        "recorded_at": now,
    }
