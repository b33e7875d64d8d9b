"""The quick checks of the wire load exactly what marshmallow loads, and leave every doubt to it."""

from __future__ import annotations

import random
from copy import deepcopy
from typing import Any

import pytest
from marshmallow import Schema, ValidationError

from sync.wire.events import BODIES
from sync.wire.messages import SyncReply, SyncRequest
from sync.wire.swift import Unsure, checks

SEED = 20261122
ID = "0190a6f0-5b7a-7c3e-9f2d-0123456789ab"
AT = "2026-11-20T19:30:00.125Z"
HAPPENED = {"start": AT, "end": "2026-11-20T19:41:00Z", "known": "live", "line": None}
PLACE = {"source": "gnss", "lat": 5, "lon": -73.03, "accuracy_m": 8.0, "reason": ""}
MONEY = {"amount": "150000.50", "currency": "COP"}
PARTS = {"principal": "100.00", "interest": "0.00", "late_interest": "5.00", "fees": "0.00"}
TERMS = {
    "debtor": ID,
    "account": ID,
    "kind": "discount",
    "currency": "COP",
    "as_of": "2026-11-20",
    "debt": PARTS,
    "discount": {**PARTS, "principal": "0.00"},
    "charge": "0.00",
    "interest": "0.00",
    "instalments": [{"due": "2026-12-01", "amount": "100.00"}],
}
BODY: dict[str, dict[str, Any]] = {
    "visit.recorded": {
        "debtor": ID,
        "address": None,
        "place": "DOM",
        "party": "TIT",
        "happened": HAPPENED,
        "recorded": AT,
        "zone": "America/Bogota",
        "location": PLACE,
        "results": [{"account": ID, "result": "PTP", "reason": None, "detail": {"due": "mañana"}}],
        "note": "Casa verde",
        "verdict": {"decision": "allow"},
        "new": {"of a": "later version"},
    },
    "contact.recorded": {"debtor": ID, "channel": "call", "happened": HAPPENED, "effective": True},
    "promise.made": {
        **MONEY,
        "visit": ID,
        "debtor": ID,
        "account": ID,
        "due": "2026-12-01",
        "channel": "bank",
        "place": "centro",
        "window_start": "09:00",
    },
    "address.proposed": {"debtor": ID, "kind": "home", "text": "Calle 1 # 2-3", "location": PLACE},
    "phone.proposed": {"debtor": ID, "value": "3001234567"},
    "attachment.added": {
        "visit": ID,
        "sha256": "0a" * 32,
        "media_type": "image/jpeg",
        "size": 7,
        "taken": AT,
    },
    "payment.reported": {**MONEY, "debtor": ID, "account": ID, "paid_on": "2026-11-19", "channel": "field"},
    "visit.amended": {"visit": ID, "why": "me equivoqué", "replaces": {"note": "x"}},
    "stop.skipped": {"debtor": ID, "stop": ID, "happened": HAPPENED, "cause": "llovía"},
    "incarnation.opened": {"parent": ID, "parent_n": 7, "parent_h": "0a" * 32},
    "offer.requested": {**TERMS, "why": "Paga hoy si se le quita la mora", "beyond": ["offer.discount"]},
    "agreement.made": {
        **TERMS,
        "new": {"of a": "later version"},
        "note": "",
        "visit": ID,
        "settles": True,
        "agreed_by": "Ana",
        "offer": ID,
        "approver": "Eva",
    },
    "suggestion.made": {
        "debtor": ID,
        "account": ID,
        "currency": "COP",
        "amount": "50.00",
        "pay_on": "2026-12-01",
        "text": "Le pago cuando cobre la cosecha",
    },
}
MARK = {"incarnation": ID, "n": 3, "h": "0a" * 32}
CLOCK = {"wall": AT, "mono_ms": 7, "boot": "b", "offset_ms": None, "uncertainty_ms": 3}
EVENT = {"n": 3, "header": "{}", "salt": "0a" * 16, "body": "{}"}
REQUEST = {
    "hello": {
        "protocol": 1,
        "client": "c",
        "clock": CLOCK,
        "incarnation": ID,
        "policy_versions": {"co": "1"},
    },
    "push": {"incarnation": ID, "events": [EVENT, EVENT], "head": MARK, "signature": "0a" * 64},
    "pull": {"cursor": {"epoch": ID, "number": 0}, "limit": 500},
}
REPLY = {
    "protocol": 1,
    "server": "s",
    "server_time": AT,
    "epoch": ID,
    "have": MARK,
    "quarantined": [{"incarnation": ID, "n": 1, "id": "", "code": "x", "detail": {}}],
    "receipt": None,
    "checkpoint": {"day": "2026-11-20"},
    "verified_backup": MARK,
    "page": {
        "cursor": {"epoch": ID, "number": 1},
        "rows": [{"number": 1, "kind": "visit", "id": ID, "gone": False, "payload": {"a": 1}}],
        "more": False,
        "reset": False,
        "reflects": MARK,
    },
    "compare": None,
    "notices": [{"code": "gap"}],
}
GOOD: list[tuple[type[Schema], dict[str, Any]]] = [
    *((BODIES[(kind, 1)], body) for kind, body in BODY.items()),
    (SyncRequest, REQUEST),
    (SyncReply, REPLY),
]
# What a value is turned into: wrong, odd, or merely unusual.
ODD: tuple[Any, ...] = (
    None, "", "x", "0", 0, 1, -1, 2**63, 1.5, 3.0, True, False, [], {}, [1], {"a": 1}, ID, ID.upper(), AT, "9:00",
    "2026-02-30", "2026-13-01T00:00:00Z", "2026-11-20T19:30:00+00:00", "0A" * 32, "0a" * 16, "1e3", "-5", "١",
    "x" * 5000, {"a": {"b": [None]}}, "COP", "cop", "NaN", b"bytes", ID + "\n", 10**400,
)  # fmt: skip


@pytest.mark.parametrize(("schema", "good"), GOOD, ids=lambda given: getattr(given, "__name__", ""))
def test_what_is_right_is_loaded_by_the_checks_alone_as_marshmallow_loads_it(
    schema: type[Schema], good: dict[str, Any]
) -> None:
    assert checks(schema)(good) == Schema.load(schema(), good)


@pytest.mark.parametrize(("schema", "good"), GOOD, ids=lambda given: getattr(given, "__name__", ""))
def test_whatever_is_done_to_it_the_checks_agree_with_marshmallow_or_are_unsure(
    schema: type[Schema], good: dict[str, Any]
) -> None:
    chance, made = random.Random(SEED), schema()
    print(f"seed {SEED}")
    sure = refused = 0
    for _ in range(400):
        changed = spoiled(good, chance)
        try:
            expected: Any = Schema.load(made, changed)
        except ValidationError:
            expected = None
            refused += 1
        try:
            found = checks(schema)(deepcopy(changed))
        except Unsure:
            continue
        sure += 1
        assert expected is not None, changed
        assert found == expected, changed
        assert [type(value) for value in found.values()] == [type(expected[name]) for name in found]
    assert sure > 20, "the changes were all too coarse to prove anything"
    assert refused > 20


def test_an_error_is_told_in_marshmallows_own_words() -> None:
    wrong = BODY["promise.made"] | {"amount": "mucho", "due": "mañana"}
    quick = BODIES[("promise.made", 1)]()
    with pytest.raises(ValidationError) as told:
        quick.load(wrong)
    with pytest.raises(ValidationError) as own:
        Schema.load(quick, wrong)
    assert told.value.messages == own.value.messages


def spoiled(good: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A copy with one to three values replaced, removed or added anywhere in it."""
    changed = deepcopy(good)
    for _ in range(chance.randint(1, 3)):
        places: list[tuple[Any, Any]] = []
        _places(changed, places)
        if not places:
            break
        holder, key = chance.choice(places)
        act = chance.random()
        if act < 0.2 and isinstance(holder, dict):
            holder.pop(key, None)
        elif act < 0.3 and isinstance(holder, dict):
            holder[chance.choice(("extra", "a.b", ""))] = deepcopy(chance.choice(ODD))
        else:
            holder[key] = deepcopy(chance.choice(ODD))
    return changed


def _places(value: Any, found: list[tuple[Any, Any]]) -> None:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, held in list(inner):
        found.append((value, key))
        if isinstance(held, dict | list):
            _places(held, found)
