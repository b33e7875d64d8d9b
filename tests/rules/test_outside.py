"""What is not known of others' contacts, which channels a stop closes, how far a proposal is to be believed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from server.packs import pack_of
from sync.records import AddressKind, Interval, Party, Place, Precision
from sync.rules.cease import closed_channels, closes
from sync.rules.circumstances import Circumstances
from sync.rules.clauses import StopKind
from sync.rules.contact import judge_contact, judge_visit
from sync.rules.freshness import OutsideSource, from_wire, to_wire, unknown_rulings
from sync.rules.proposing import Found, address_says, confidence, phone_says

FRIDAY = date(2026, 11, 20)
ELEVEN = Interval(datetime(2026, 11, 20, 14, 0, tzinfo=UTC), datetime(2026, 11, 20, 14, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("through", "late"),
    [(None, True), (date(2026, 11, 16), True), (date(2026, 11, 17), False), (FRIDAY, False), (date(2026, 11, 30), False)],
)  # fmt: skip
def test_a_source_is_unknown_once_it_was_silent_for_longer_than_it_may(
    through: date | None, late: bool
) -> None:
    assert OutsideSource("MARCADOR", through).unknown_on(FRIDAY) is late
    assert OutsideSource("MARCADOR", through, stale_after_days=60).unknown_on(FRIDAY) is (through is None)


def test_the_warning_names_the_system_what_and_since_when() -> None:
    sources = [
        OutsideSource("MARCADOR", date(2026, 11, 11), ("call",)),
        OutsideSource("CRM", None, ("call", "message")),
        OutsideSource("SMS", FRIDAY, ("message",)),
    ]
    assert [(one.decision, str(one.because)) for one in unknown_rulings(sources, FRIDAY)] == [
        ("warn", "No se conocen las llamadas de MARCADOR desde el 12/11/2026."),
        ("warn", "No se conocen los contactos de CRM: nunca han llegado."),
    ]
    assert [from_wire(to_wire(one)) for one in sources] == sources


def test_it_warns_only_where_the_pack_limits_contacts_and_never_blocks() -> None:
    about = Circumstances(outside=(OutsideSource("MARCADOR", None, ("call",)),))
    chile, own = pack_of("cl"), pack_of("demo")
    visit = judge_visit(chile, ELEVEN, "America/Santiago", place=Place.HOME, about=about)
    assert visit.decision == "warn"
    assert {one.rule for one in visit.rulings if one.decision == "warn"} == {"contacts.unknown"}
    call = judge_contact(own, ELEVEN, "America/Bogota", "letter", about=about)
    assert "contacts.unknown" not in {one.rule for one in call.rulings}, "the pack limits no letters"


@pytest.mark.parametrize(
    ("kind", "detail", "closed"),
    [(StopKind.CEASE, {}, ()), (StopKind.CEASE, {"scope": "all"}, ()), (StopKind.CEASE, {"scope": "visits"}, ("visit",)),
     (StopKind.CEASE, {"scope": "channel"}, ("visit",)), (StopKind.CEASE, {"channels": ["message", "call"]}, ("call", "message")),
     (StopKind.CEASE, {"channels": []}, ()), (StopKind.CEASE, {"channels": ["call", "paloma"]}, ()),
     (StopKind.DECEASED, {"scope": "visits"}, ())],
)  # fmt: skip
def test_only_a_request_to_cease_may_be_of_some_channels_and_doubt_closes_all(
    kind: StopKind, detail: dict[str, object], closed: tuple[str, ...]
) -> None:
    assert closed_channels(kind, detail) == closed
    assert closes(closed, "call") is (not closed or "call" in closed)


@pytest.mark.parametrize(
    ("found", "level"),
    [(Found(), "low"), (Found(informant="vecina"), "medium"), (Found(party=Party.HOLDER), "medium"),
     (Found(party=Party.HOLDER, precision=Precision.DOOR), "high"), (Found(informant="el mismo", same_as=1), "high"),
     (Found(informant="vecina", evidence="D"), "low"), (Found(precision=Precision.STREET), "low")],
)  # fmt: skip
def test_a_proposal_is_believed_by_what_speaks_for_it(found: Found, level: str) -> None:
    told = confidence(found)
    assert told.level == level
    assert told.because


def test_the_pack_says_what_a_proposal_allows_now_and_once_accepted() -> None:
    mexico, colombia = pack_of("mx-agency"), pack_of("co")
    assert [one.decision for one in phone_says(mexico, FRIDAY)] == ["block"]
    now, later = address_says(colombia, AddressKind.HOME, FRIDAY, "consumo")
    assert (now.decision, later.decision, later.rule) == ("block", "block", "co.visit.home")
    assert address_says(colombia, AddressKind.HOME, FRIDAY, "microcrédito", "acta")[1].decision == "allow"
    assert [one.rule for one in address_says(None, AddressKind.HOME, FRIDAY)] == ["policy.unknown"]
