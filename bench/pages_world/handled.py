"""What a visit of the filled office left behind: pictures, agreements, cash, papers handed over."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from functools import lru_cache
from io import BytesIO
from typing import Any

from PIL import Image

from server.store import tables as t
from sync.ids import new_id

from .base import NOW, TODAY, Row, Rows, Visit, World

DOORS = 200  # pictures whose bytes are here; those of other announcements were forgotten or never came
ZERO = {"principal": "0.00", "interest": "0.00", "late_interest": "0.00", "fees": "0.00"}
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def followed(world: World, visit: Visit) -> Rows:
    if visit.arrival % 20 == 0:
        yield t.attachments, _picture(visit)
    if visit.arrival % 30 == 4:
        yield from _paid(visit)
    if visit.arrival % world.one_in(200) == 3:
        yield from _agreed(world, visit)
    if visit.arrival % world.one_in(500) == 9:
        yield t.offers, _offer(visit)
    if visit.arrival % world.one_in(1_000) == 13:
        yield t.suggestions, _suggestion(visit)
    if visit.arrival % 80 == 21:
        yield t.deliveries, _delivery(visit)
    if visit.arrival % 300 == 17:
        yield t.skips, _skip(visit)


def _about(visit: Visit) -> Row:
    return {
        "account_id": visit.account,
        "debtor_id": visit.debtor.id,
        "agent_id": visit.agent.id,
        "visit_id": visit.id,
    }


def _picture(visit: Visit) -> Row:
    """A tenth of those of the last days is on its way."""
    recent = visit.started.date() >= TODAY - timedelta(days=3)
    digest, size = doors()[visit.arrival // 20 % DOORS]
    missing = recent and visit.arrival % 200 == 0
    return {
        "id": new_id(),
        "visit_id": visit.id,
        "sha256": f"{visit.arrival:064x}" if missing else digest,
        "media_type": "image/jpeg",
        "size": 184_320 if missing else size,
        "role": "photo",
        "stored_at": None if missing else visit.ended,
    }


@lru_cache(maxsize=1)
def doors() -> list[tuple[str, int]]:
    """Digest and size of each picture."""
    return [(hashlib.sha256(data).hexdigest(), len(data)) for data in map(door, range(DOORS))]


def door(number: int) -> bytes:
    """A real JPEG, of a door."""
    out = BytesIO()
    image = Image.new("RGB", (640, 480), (200, 190, 170))
    image.paste((120, 90, 60), (100 + number, 120, 400, 480))
    image.save(out, "JPEG")
    return out.getvalue()


def _paid(visit: Visit) -> Rows:
    """Cash, with the next number of his book; all but the last days' was made official."""
    agent = visit.agent
    agent.receipts += 1
    made, minor = new_id(), 20_000_00 + visit.arrival % 40 * 1_000_00
    official = visit.started.date() < TODAY - timedelta(days=2)
    agent.cash += minor
    yield (
        t.reported_payments,
        {
            "id": made,
            **_about(visit),
            "amount_minor": minor,
            "currency": "COP",
            "paid_on": visit.started.date(),
            "channel": "field",
            "receipt": f"{agent.username.upper()}-{agent.receipts:04}",
        },
    )
    if official:
        yield (
            t.cash_decisions,
            {
                "payment_id": made,
                "state": "official",
                "official": f"RO-{visit.arrival:07}",
                "decided_at": visit.ended + timedelta(days=1),
                "actor": "elena",
                "because": "",
            },
        )


def terms(kind: str, day: date, whole: int, *dues: date, discount: int = 0) -> dict[str, Any]:
    """Terms of a debt of so many pesos on a day, in equal instalments."""
    owed = whole - discount
    each = [owed // len(dues)] * len(dues)
    each[-1] += owed - sum(each)
    return {
        "kind": kind,
        "as_of": day.isoformat(),
        "debt": ZERO | {"principal": f"{whole}.00"},
        "discount": ZERO | {"principal": f"{discount}.00"},
        "charge": "0.00",
        "interest": "0.00",
        "instalments": [
            {"due": due.isoformat(), "amount": f"{amount}.00"} for due, amount in zip(dues, each, strict=True)
        ],
    }


def _agreed(world: World, visit: Visit) -> Rows:
    """Three instalments, each a promise of its own."""
    made, day = new_id(), visit.started.date()
    dues = [day + timedelta(days=days) for days in (10, 40, 70)]
    world.agreed.append(made)
    yield (
        t.agreements,
        {
            "id": made,
            **_about(visit),
            "offer_id": None,
            "terms": terms("plan", day, 900_000, *dues),
            "total_minor": 900_000_00,
            "currency": "COP",
            "settles": visit.arrival % 2 == 1,
            "agreed_by": "El titular",
            "approver": "Carla",
            "made_at": visit.ended,
        },
    )
    for due in dues:
        yield (
            t.promises,
            {
                "id": new_id(),
                **_about(visit),
                "amount_minor": 300_000_00,
                "currency": "COP",
                "due": due,
                "channel": "bank",
                "place": "Sucursal Centro",
                "made_at": visit.ended,
                "agreement_id": made,
            },
        )
    if len(world.agreed) % 5 == 0:
        yield t.settlement_letters, _letter(made, day)


def _letter(agreement: str, day: date) -> Row:
    return {
        "id": new_id(),
        "agreement_id": agreement,
        "due_on": day + timedelta(days=15),
        "issued_on": day + timedelta(days=5),
        "issued_by": "nora",
        "reference": "PS-2026",
        "recorded_at": NOW,
    }


def _offer(visit: Visit) -> Row:
    """What goes beyond what a collector may grant: a third waits for the office's word."""
    waits, day = visit.arrival % 3 == 0, visit.started.date()
    return {
        "id": new_id(),
        **_about(visit),
        "terms": terms("discount", day, 1_000_000, day + timedelta(days=7), discount=200_000),
        "total_minor": 800_000_00,
        "currency": "COP",
        "why": "Paga hoy con la prima",
        "beyond": ["offer.discount"],
        "made_at": visit.ended,
        "state": "pending" if waits else "approved",
        "because": "" if waits else "Cliente antiguo",
        "decided_at": None if waits else visit.ended + timedelta(hours=3),
        "decided_by": "" if waits else "nora",
        "valid_until": None if waits else day + timedelta(days=8),
    }


def _suggestion(visit: Visit) -> Row:
    return {
        "id": new_id(),
        **_about(visit),
        "amount_minor": 50_000_00,
        "currency": "COP",
        "pay_on": visit.started.date() + timedelta(days=20),
        "text": "Le pago cuando cobre la cosecha",
        "said_by": "su hija",
        "signed": False,
        "made_at": visit.ended,
    }


def _delivery(visit: Visit) -> Row:
    return {
        "id": new_id(),
        **_about(visit),
        "paper": "notice",
        "code": code(visit.arrival),
        "token": "",
        "how": "hand",
        "party": "TIT",
        "sealed": False,
        "photo": None,
        "started": visit.started,
        "ended": visit.ended,
        "note": "",
        "actor": "",
    }


def code(number: int) -> str:
    """A short code of twelve letters, unlike for each number."""
    made = ""
    for _each in range(11):
        number, letter = divmod(number, len(LETTERS))
        made = LETTERS[letter] + made
    return f"N{made}"


def _skip(visit: Visit) -> Row:
    return {
        "id": new_id(),
        "debtor_id": visit.debtor.id,
        "agent_id": visit.agent.id,
        "stop_id": new_id(),
        "happened": visit.ended,
        "cause": "Vía cerrada",
    }
