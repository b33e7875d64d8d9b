"""Writes down what came of a row of a worklist: a contact that counts in the caps, or why there was none.

Whatever the rules say of it, what happened is kept, with the verdict beside it: hiding a contact would leave
the next one judged wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.ids import new_id
from sync.records import Party, Refused, Verdict
from sync.rules.ladder import CHANNELS
from sync.rules.policy import local_day
from sync.words import N_, Phrase

from .. import publishing
from ..consulting import Question, answered
from ..packs import Packs, pack_of
from ..repairing import repair
from ..store import contacts, facts, worklists
from ..store.engine import reading, writing
from ..store.scopes import Scope
from . import using


@dataclass(frozen=True)
class Outcome:
    """What a result means: was there a contact, and did it reach him; whether it ends a notice's list."""

    label: str
    contact: bool
    effective: bool = False


RESULTS: dict[str, Outcome] = {
    "promised": Outcome(N_("Se habló con él: pagará"), True, True),
    "spoke": Outcome(N_("Se habló con él, sin acuerdo"), True, True),
    "refused": Outcome(N_("Se negó a pagar"), True, True),
    "says_paid": Outcome(N_("Dice que ya pagó"), True, True),
    "no_answer": Outcome(N_("No contestó"), True),
    "third_party": Outcome(N_("Contestó otra persona"), True),
    "sent": Outcome(N_("Se envió el mensaje"), True, True),
    "noticed": Outcome(N_("Se envió el aviso"), True, True),
    "wrong_number": Outcome(N_("El número o la dirección no es suyo"), True),
    "already": Outcome(N_("Ya estaba hecho y anotado en otra página"), False),
    "not_done": Outcome(N_("No se hizo"), False),
}
BY_CHANNEL = {
    "call": (
        "promised",
        "spoke",
        "refused",
        "says_paid",
        "no_answer",
        "third_party",
        "already",
        "wrong_number",
        "not_done",
    ),
    "message": ("sent", "already", "promised", "says_paid", "wrong_number", "not_done"),
    "email": ("sent", "already", "promised", "says_paid", "wrong_number", "not_done"),
    "letter": ("noticed", "already", "wrong_number", "not_done"),
    "visit": ("already", "not_done"),  # a visit itself comes from the laptop, with its evidence
}
LONGEST_NOTE = 1000


@dataclass(frozen=True)
class Typed:
    """What somebody wrote of a row. `happened` is when; `channel` by which it was done."""

    account: str
    listed: str
    channel: str
    result: str
    happened: datetime
    note: str = ""
    next_on: date | None = None


@dataclass(frozen=True)
class Recorded:
    """The result's id, the contact's where there was one, and what the rules say of that contact."""

    id: str
    contact: str | None
    debtor: str
    verdict: Verdict | None


def record(
    engine: Engine,
    scope: Scope,
    typed: Typed,
    *,
    actor: str,
    now: datetime,
    packs: Packs = pack_of,
) -> Recorded | Refused:
    """Keep the result. LookupError for an account outside the scope or not of the last run."""
    with reading(engine) as connection:
        run = worklists.run(connection)
        row = worklists.one(connection, scope, run["id"], typed.account) if run is not None else None
        if row is None:
            raise LookupError(typed.account)
        wrong = _wrong(connection, typed, str(row["timezone"]), now)
        if wrong is not None:
            return wrong
        verdict = _verdict(connection, typed, str(row["debtor_id"]), now, packs)
    made = RESULTS[typed.result]
    with writing(engine) as connection:
        contact = _contact(connection, typed, str(row["debtor_id"])) if made.contact else None
        kept = worklists.add_result(connection, _row(typed, str(row["debtor_id"]), contact, actor, now))
        facts.append(
            connection,
            "worklist.result",
            as_of=local_day(typed.happened, str(row["timezone"])),
            now=now,
            actor=actor,
            subject=str(row["debtor_id"]),
            payload={
                "account": typed.account,
                "result": kept,
                "list": typed.listed,
                "channel": typed.channel,
                "said": typed.result,
                "contact": contact or "",
                "decision": verdict.decision if verdict is not None else "",
                "rules": [one.rule for one in verdict.rulings if one.decision != "allow"]
                if verdict is not None
                else [],
            },
        )
        if contact is not None:
            publishing.refresh_debtors(connection, [str(row["debtor_id"])], now)
            repair(connection, [str(row["debtor_id"])], now=now, actor=actor)
    return Recorded(kept, contact, str(row["debtor_id"]), verdict)


def _wrong(connection: Connection, typed: Typed, zone: str, now: datetime) -> Refused | None:
    strategy = using.in_force(connection)
    if strategy.worklist(typed.listed) is None:
        text = N_("la lista {name} no está en la estrategia")
        return Refused(Phrase(text, {"name": typed.listed[:40]}), "worklist.unknown")
    if typed.channel not in CHANNELS:
        text = N_("El canal debe ser uno de: {channels}")
        return Refused(Phrase(text, {"channels": ", ".join(CHANNELS)}), "worklist.channel")
    if typed.result not in BY_CHANNEL[typed.channel]:
        return Refused(Phrase(N_("Elija qué resultó.")), "worklist.result")
    if typed.happened > now:
        return Refused(
            Phrase(N_("Lo que aún no ha ocurrido no se anota: revise la hora.")), "worklist.future"
        )
    if len(typed.note) > LONGEST_NOTE:
        return Refused(Phrase(N_("Escriba menos de 1000 letras.")), "worklist.note")
    if typed.next_on is not None and typed.next_on < local_day(now, zone):
        return Refused(Phrase(N_("El próximo día ya pasó.")), "worklist.next")
    return None


def _verdict(
    connection: Connection, typed: Typed, debtor: str, now: datetime, packs: Packs
) -> Verdict | None:
    """What the rules said of it at its own moment; nothing where nobody was contacted."""
    if not RESULTS[typed.result].contact:
        return None
    party = Party.THIRD if typed.result == "third_party" else Party.HOLDER
    question = Question(typed.happened, typed.channel, party=party)
    found = answered(connection, {typed.account: debtor}, question, now=now, packs=packs)
    return found[0].said.verdict if found else None


def _contact(connection: Connection, typed: Typed, debtor: str) -> str:
    made = new_id()
    row: dict[str, Any] = {
        "id": made,
        "debtor_id": debtor,
        "agent_id": None,
        "channel": typed.channel,
        "started": typed.happened,
        "ended": typed.happened,
        "effective": RESULTS[typed.result].effective,
        "source": "ronda",
        "note": typed.note,
    }
    contacts.add(connection, [row])
    return made


def _row(typed: Typed, debtor: str, contact: str | None, actor: str, now: datetime) -> dict[str, Any]:
    return {
        "account_id": typed.account,
        "debtor_id": debtor,
        "list": typed.listed,
        "channel": typed.channel,
        "result": typed.result,
        "contact_id": contact,
        "happened": typed.happened,
        "recorded_at": now,
        "next_on": typed.next_on,
        "note": typed.note,
        "actor": actor,
    }
