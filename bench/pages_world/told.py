"""What reaches the filled office from elsewhere: calls, stops of collection, places and phones to confirm."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from server.store import tables as t
from sync.ids import new_id
from sync.words import Phrase

from .base import NOW, TODAY, Debtor, Row, Rows, World

STATES = ("dispute", "dispute", "cease", "attorney", "deceased")
_STOPPED = Phrase("El titular disputa la deuda").to_json()
SOURCE = "Centro de llamadas"


def calls(world: World) -> Rows:
    """Each debtor was called once, and who is worked by telephone twice; a share came in a lender's file."""
    for place, lender in enumerate(world.lenders):
        yield t.contact_sources, _source(lender, place)
    for own in world.debtors:
        for number in range(1 + (0 < own.late < 90)):
            started = NOW - timedelta(days=world.draw.randrange(30), hours=2 + number)
            made = new_id()
            yield t.contacts, _call(own, made, started, effective=number == 0)
            if own.number % 8 == 0 and number == 0:
                yield t.contact_origins, _origin(world, own, made)


def _source(lender: str, place: int) -> Row:
    return {
        "id": new_id(),
        "lender_id": lender,
        "name": SOURCE,
        "channels": ["call"],
        "stale_after_days": 3,
        "declared_at": NOW - timedelta(days=200 + place),
        "actor": "nora",
    }


def _call(own: Debtor, made: str, started: datetime, *, effective: bool) -> Row:
    return {
        "id": made,
        "debtor_id": own.id,
        "agent_id": None,
        "channel": "call",
        "started": started,
        "ended": started + timedelta(minutes=3),
        "effective": effective,
    }


def _origin(world: World, own: Debtor, contact: str) -> Row:
    return {
        "contact_id": contact,
        "identity": hashlib.sha256(contact.encode()).hexdigest(),
        "import_id": None,
        "lender_id": world.lenders[own.lender],
        "account_id": own.accounts[0],
        "user_id": world.users["fabio"],
        "reference": f"LL-{own.number}",
        "who": "Fabio",
        "party": "TIT",
        "told": {},
        "verdict": None,
        "recorded_at": NOW - timedelta(days=1),
    }


def stops(world: World) -> Rows:
    """Who disputes, has an attorney or died; half of it was lifted, with a reason."""
    for number, own in enumerate(world.some_debtors(1_500)):
        made, lifted = new_id(), number % 2 == 0
        since = NOW - timedelta(days=number % 40 + 1)
        yield (
            t.stop_states,
            {
                "id": made,
                "debtor_id": own.id,
                "account_id": None,
                "state": STATES[number % len(STATES)],
                "since": since,
                "until": since + timedelta(hours=20) if lifted else None,
                "source": "",
                "detail": {},
            },
        )
        yield (
            t.stop_origins,
            {
                "stop_id": made,
                "identity": hashlib.sha256(made.encode()).hexdigest(),
                "import_id": None,
                "lender_id": world.lenders[own.lender],
                "follows": None,
                "reference": f"S-{number}",
                "recorded_at": since,
            },
        )
        if lifted:
            yield t.resolutions, _lifted(made, since)


def _lifted(stop: str, since: datetime) -> Row:
    return {
        "id": new_id(),
        "stop_id": stop,
        "outcome": "unfounded",
        "because": "El pagaré está firmado",
        "decided_at": since + timedelta(hours=20),
        "actor": "dora",
        "import_id": None,
    }


def flags(world: World) -> Rows:
    """Of the published stops of the last days, one in 50 became barred afterwards."""
    stops = [stop for (day, _own), (_route, stop) in world.stops.items() if day <= TODAY]
    for number, stop in enumerate(stops[::50]):
        seen = number % 3 != 0
        yield (
            t.stop_flags,
            {
                "id": new_id(),
                "stop_id": stop,
                "rule": "demo.dispute",
                "rule_source": "ficticia",
                "because": _STOPPED,
                "flagged_at": NOW - timedelta(hours=number % 90),
                "actor": "dora",
                "seen_at": NOW - timedelta(hours=number % 90 - 1) if seen else None,
                "seen_by": "nora" if seen else "",
            },
        )


def proposals(world: World) -> Rows:
    """Addresses and phones found in the street; two thirds were decided."""
    for number, own in enumerate(world.some_debtors(3_000)):
        state = ("proposed", "accepted", "rejected")[number % 3]
        address, phone = new_id(), new_id()
        yield t.addresses, _address(own, address, state)
        yield t.contact_points, _phone(own, phone, state, number)
        if state != "proposed":
            for kind, proposal in (("address", address), ("phone", phone)):
                yield t.proposal_decisions, _decision(kind, proposal, state, number)


def _address(own: Debtor, made: str, state: str) -> Row:
    return {
        "id": made,
        "debtor_id": own.id,
        "lender_id": None,
        "kind": "work",
        "text": "Plaza de mercado",
        "district": "",
        "city": "",
        "lat": own.lat,
        "lon": own.lon,
        "precision": "door",
        "source": "field",
        "origin": "field",
        "state": state,
        "event_id": new_id(),
        "since": TODAY - timedelta(days=3),
    }


def _phone(own: Debtor, made: str, state: str, number: int) -> Row:
    return {
        "id": made,
        "debtor_id": own.id,
        "lender_id": None,
        "kind": "mobile",
        "value": f"320{number:07}",
        "e164": f"+57320{number:07}",
        "holder": "relative",
        "relation": "hermana",
        "origin": "field",
        "state": state,
        "event_id": new_id(),
        "since": TODAY - timedelta(days=3),
    }


def _decision(kind: str, proposal: str, state: str, number: int) -> Row:
    return {
        "id": new_id(),
        "kind": kind,
        "proposal_id": proposal,
        "state": state,
        "because": "" if state == "accepted" else "Nadie lo conoce allí",
        "decided_at": NOW - timedelta(hours=number % 60),
        "actor": "nora",
    }
