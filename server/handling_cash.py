"""Cash from the door to the bank, where the rules let a collector take it: receipts, counts, deposits.

A receipt is provisional until somebody else makes it official; a deposit is proposed by one and agreed by
another. Numbers are never skipped in silence. Where no pack lets money be taken, none of this exists.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.ids import new_id
from sync.money import from_minor, written
from sync.records import Refused
from sync.words import N_, Phrase

from .packs import at_office
from .store import cash, counters, facts, offices
from .store.boards.accounts import packs_in_use
from .store.engine import writing

SETTING = "cash_limits"
# What one collector may carry before he has to pay it in, in minor units; an office sets its own.
USUAL_LIMITS = {"COP": 1_000_000_00, "MXN": 5_000_00, "PEN": 1_000_00, "USD": 300_00}
SHORTEST_REASON = 5
MOST_RECEIPTS = 1_000
NUMBER = re.compile(r"^(.*?)0*([0-9]{1,9})$", re.DOTALL)


@dataclass(frozen=True)
class Book:
    """A book of receipts as it was used. `missing`: numbers passed over that nobody explained."""

    row: Mapping[str, Any]
    used: tuple[int, ...]
    missing: tuple[int, ...]
    explained: Mapping[int, str] = field(default_factory=dict)

    @property
    def left(self) -> int:
        return int(self.row["last"]) - int(self.row["first"]) + 1 - len(self.used) - len(self.explained)


def is_taken(connection: Connection) -> bool:
    """True when some account is under a pack that lets its collector take money."""
    packs = at_office(connection)
    held = (packs(name) for name in packs_in_use(connection))
    return any(one is not None and one.may_receive_payment for one in held)


def limits(connection: Connection) -> dict[str, int]:
    return USUAL_LIMITS | {
        str(key): int(value) for key, value in (offices.get(connection, SETTING) or {}).items()
    }


def number_of(text: str) -> tuple[str, int] | None:
    """A receipt's prefix and number: "A-0012" is ("A-", 12)."""
    found = NUMBER.match(text.strip().upper())
    return (found[1], int(found[2])) if found else None


def _same(text: str) -> tuple[str, int]:
    """Equal for what is the same receipt however it was written: "a-12" is "A-0012"."""
    return number_of(text) or (text.strip().upper(), -1)


def _twice(connection: Connection, texts: Iterable[str]) -> set[tuple[str, int]]:
    """Of these receipts, those that stand on more than one payment."""
    asked = {_same(text) for text in texts if text.strip()}
    counts = Counter(_same(text) for text in cash.written(connection, {prefix for prefix, _number in asked}))
    return {one for one in asked if counts[one] > 1}


def holding(
    connection: Connection, until: date | None = None, agent_id: str | None = None
) -> dict[tuple[str, str], int]:
    """(agent, currency) → what he has on him: taken and not refused, less what was paid in and agreed. Of one
    agent where he is named."""
    taken = cash.taken(connection, until, agent_id)
    paid = cash.paid_in(connection, "agreed", until)
    keys = taken.keys() | {key for key in paid if agent_id in (None, key[0])}
    return {key: taken.get(key, 0) - paid.get(key, 0) for key in keys}


def books_of(connection: Connection, agent_id: str) -> list[Book]:
    """The agent's books, with what was used of each and what was passed over."""
    wrote = [number for text in cash.used(connection, agent_id) if (number := number_of(text)) is not None]
    made = []
    for row in cash.books(connection, agent_id):
        prefix = row["prefix"].upper()
        used = sorted(
            {number for word, number in wrote if word == prefix and row["first"] <= number <= row["last"]}
        )
        explained = cash.gaps(connection, row["id"])
        seen = {*used, *explained}
        passed = range(row["first"], used[-1]) if used else range(0)
        missing = tuple(number for number in passed if number not in seen)
        made.append(Book(row, tuple(used), missing, explained))
    return made


def alarms(connection: Connection, receipts: list[dict[str, Any]], books: list[Book]) -> dict[str, list[str]]:
    """Receipt's payment → what is wrong with its number: none, twice, or of no book of his."""
    twice = _twice(connection, (row["receipt"] for row in receipts))
    found: dict[str, list[str]] = {}
    for row in receipts:
        said, number = row["receipt"], number_of(row["receipt"])
        mine = []
        if not said.strip():
            mine.append("unnumbered")
        elif _same(said) in twice:
            mine.append("twice")
        if said.strip() and not any(_in(book, number) for book in books):
            mine.append("no_book")
        if mine:
            found[row["id"]] = mine
    return found


def _in(book: Book, number: tuple[str, int] | None) -> bool:
    row = book.row
    return (
        number is not None and number[0] == row["prefix"].upper() and row["first"] <= number[1] <= row["last"]
    )


def give_book(
    engine: Engine, agent_id: str, prefix: str, first: int, last: int, *, actor: str, now: datetime
) -> str | Refused:
    """Give somebody a book of receipts; no number may be in two books."""
    prefix = prefix.strip().upper()[:12]
    if not 0 < first <= last or last - first >= MOST_RECEIPTS:
        text = N_("Un talonario va de un número a otro mayor, con {most} recibos como mucho")
        return Refused(Phrase(text, {"most": MOST_RECEIPTS}), "cash.book")
    with writing(engine) as connection:
        if not is_taken(connection):
            return _not_here()
        for row in cash.books(connection):
            if row["prefix"].upper() == prefix and row["first"] <= last and first <= row["last"]:
                text = N_("Esos números ya están en un talonario de {name}")
                return Refused(Phrase(text, {"name": row["agent_name"]}), "cash.book_twice")
        made = new_id()
        cash.add_book(
            connection,
            {
                "id": made,
                "agent_id": agent_id,
                "prefix": prefix,
                "first": first,
                "last": last,
                "given_at": now,
                "actor": actor,
            },
        )
        _remember(
            connection, "cash.book", made, actor, now, {"agent": agent_id, "first": first, "last": last}
        )
    return made


def explain(
    engine: Engine, book: Book, number: int, because: str, *, actor: str, now: datetime
) -> Refused | None:
    """Say why a number of a book was passed over: spoiled, lost."""
    if number not in book.missing:
        return Refused(Phrase(N_("Ese número no falta en el talonario")), "cash.gap")
    if len(because.strip()) < SHORTEST_REASON:
        return Refused(Phrase(N_("Escriba por qué falta ese recibo")), "cash.reason")
    with writing(engine) as connection:
        cash.add_gap(
            connection,
            {
                "book_id": book.row["id"],
                "number": number,
                "because": because.strip()[:500],
                "recorded_at": now,
                "actor": actor,
            },
        )
        _remember(connection, "cash.gap", book.row["id"], actor, now, {"number": number})
    return None


def decide_receipt(
    engine: Engine, payment_id: str, *, accept: bool, because: str, actor: str, now: datetime
) -> str | Refused:
    """Make a provisional receipt official, under the office's own next number, or refuse it with a reason."""
    if not accept and len(because.strip()) < SHORTEST_REASON:
        return Refused(Phrase(N_("Escriba por qué no se acepta ese recibo")), "cash.reason")
    with writing(engine) as connection:
        row = cash.receipt(connection, payment_id)
        if row is None or row["state"] is not None:
            return Refused(Phrase(N_("Ese recibo ya fue decidido")), "cash.once")
        same = bool(_twice(connection, [row["receipt"]]))
        if accept and same and len(because.strip()) < SHORTEST_REASON:
            text = N_("Ese número de recibo está en otro pago: escriba por qué este vale")
            return Refused(Phrase(text), "cash.twice")
        official = f"RO-{counters.take(connection, 'cash:official'):06d}" if accept else None
        cash.decide(
            connection,
            {
                "payment_id": payment_id,
                "state": "official" if accept else "refused",
                "official": official,
                "decided_at": now,
                "actor": actor,
                "because": because.strip()[:500],
            },
        )
        _remember(
            connection,
            "cash.receipt",
            payment_id,
            actor,
            now,
            {"official": official or "", "accepted": accept},
        )
    return official or ""


def count(
    engine: Engine,
    agent_id: str,
    day: date,
    currency: str,
    counted_minor: int,
    because: str,
    *,
    actor: str,
    now: datetime,
) -> int | Refused:
    """Keep what was counted before him at the day's end; what lacks becomes a finding. The difference."""
    with writing(engine) as connection:
        if not is_taken(connection):
            return _not_here()
        expected = holding(connection, day, agent_id).get((agent_id, currency), 0)
        difference = counted_minor - expected
        if difference and len(because.strip()) < SHORTEST_REASON:
            text = N_("Se esperaban {expected} {currency}: escriba a qué se debe la diferencia")
            values = {"expected": written(from_minor(expected, currency), currency), "currency": currency}
            return Refused(Phrase(text, values), "cash.difference")
        made = new_id()
        cash.add_count(
            connection,
            {
                "id": made,
                "agent_id": agent_id,
                "day": day,
                "currency": currency,
                "expected_minor": expected,
                "counted_minor": counted_minor,
                "because": because.strip()[:500],
                "recorded_at": now,
                "actor": actor,
            },
        )
        if difference < 0:
            _shortage(connection, agent_id, day, currency, -difference, now)
        payload = {"agent": agent_id, "currency": currency, "expected": expected, "counted": counted_minor}
        _remember(connection, "cash.count", made, actor, now, payload)
    return difference


def _shortage(
    connection: Connection, agent_id: str, day: date, currency: str, lacks: int, now: datetime
) -> None:
    """A finding on the last visit with cash: there the supervisor sees where it began."""
    last = cash.last_visit(connection, agent_id, day)
    if last is None:
        return
    because = Phrase(
        N_("En el arqueo del {day} faltaron {amount} {currency}."),
        {
            "day": f"{day:%d/%m/%Y}",
            "amount": written(from_minor(lacks, currency), currency),
            "currency": currency,
        },
    )
    cash.add_finding(connection, last, "cash.shortage", because.to_json(), now)


def deposit(
    engine: Engine,
    agent_id: str,
    day: date,
    currency: str,
    minor: int,
    bank: str,
    slip: str,
    *,
    actor: str,
    now: datetime,
) -> str | Refused:
    """Propose a deposit slip; another person agrees it against the money that was taken."""
    bank, slip = " ".join(bank.split()).upper()[:60], " ".join(slip.split()).upper()[:60]
    if minor <= 0 or not slip:
        return Refused(Phrase(N_("La consignación lleva un valor mayor que cero y su número")), "cash.slip")
    with writing(engine) as connection:
        if not is_taken(connection):
            return _not_here()
        if cash.same_slip(connection, bank, slip):
            return Refused(Phrase(N_("Esa consignación ya está registrada")), "cash.slip_twice")
        made = new_id()
        cash.add_deposit(
            connection,
            {
                "id": made,
                "agent_id": agent_id,
                "day": day,
                "currency": currency,
                "amount_minor": minor,
                "bank": bank,
                "slip": slip,
                "state": "proposed",
                "recorded_at": now,
                "actor": actor,
            },
        )
        _remember(connection, "cash.deposit", made, actor, now, {"agent": agent_id, "minor": minor})
    return made


def decide_deposit(
    engine: Engine, deposit_id: str, *, agree: bool, because: str, actor: str, now: datetime
) -> Refused | None:
    """Agree a deposit, or refuse it with a reason; never one's own."""
    with writing(engine) as connection:
        row = cash.deposit(connection, deposit_id)
        if row is None or row["state"] != "proposed":
            return Refused(Phrase(N_("Esa consignación ya fue decidida")), "cash.once")
        if row["actor"] == actor:
            return Refused(Phrase(N_("La registró usted: la concilia otra persona")), "cash.two")
        if not agree and len(because.strip()) < SHORTEST_REASON:
            return Refused(Phrase(N_("Escriba por qué no se acepta la consignación")), "cash.reason")
        held = holding(connection, agent_id=row["agent_id"]).get((row["agent_id"], row["currency"]), 0)
        if agree and row["amount_minor"] > held and len(because.strip()) < SHORTEST_REASON:
            text = N_("Consigna más de lo que tiene en efectivo según sus recibos: escriba por qué se acepta")
            return Refused(Phrase(text), "cash.more")
        cash.decide_deposit(
            connection,
            deposit_id,
            state="agreed" if agree else "refused",
            decided_at=now,
            decided_by=actor,
            because=because.strip()[:500],
        )
        _remember(connection, "cash.reconciled", deposit_id, actor, now, {"agreed": agree})
    return None


def _not_here() -> Refused:
    return Refused(Phrase(N_("Ninguna norma de esta oficina permite recibir dinero")), "cash.none")


def _remember(
    connection: Connection, kind: str, subject: str, actor: str, now: datetime, payload: Mapping[str, Any]
) -> None:
    facts.append(connection, kind, as_of=now.date(), now=now, actor=actor, subject=subject, payload=payload)
