"""Which accounts may be sent to the street at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.records import Account, AccountState, Place
from sync.rules.answers import deciding
from sync.rules.clauses import StopKind
from sync.rules.eligibility import lacks_evidence, may_be_visited
from tests.rules.world import FRIDAY, pack

ACCOUNT = Account("acc", "lender", "LT-1", "COP", credit_type="consumo")
MICRO = replace(ACCOUNT, credit_type="microcrédito")
DOCUMENTED = replace(MICRO, exception_evidence="otrosí 14")


@pytest.mark.parametrize(
    ("account", "name", "rule"),
    [
        (ACCOUNT, "demo", None),
        (MICRO, "demo", None),
        (ACCOUNT, "co", "co.visit.home"),
        (MICRO, "co", "co.visit.home"),
        (replace(MICRO, exception_evidence="  "), "co", "co.visit.home"),
        (DOCUMENTED, "co", None),
        (replace(DOCUMENTED, credit_type="consumo"), "co", "co.visit.home"),
        (ACCOUNT, "mx-agency", None),
    ],
)
def test_the_credit_type_and_its_document_decide(account: Account, name: str, rule: str | None) -> None:
    found = may_be_visited(account, pack(name), FRIDAY, dpd=120)
    assert found.blocked is (rule is not None)
    assert rule is None or deciding(found).rule == rule


def test_an_account_that_only_lacks_its_document_is_told_apart() -> None:
    co = pack("co")
    assert lacks_evidence(co, Place.HOME, "microcrédito", "")
    assert not lacks_evidence(co, Place.HOME, "microcrédito", "otrosí 14")
    assert not lacks_evidence(co, Place.HOME, "consumo", "")
    assert lacks_evidence(co, Place.HOME, " ", "")


@pytest.mark.parametrize("state", [AccountState.RECALLED, AccountState.ABSENT, AccountState.CLOSED])
def test_an_account_that_is_not_open_is_not_visited(state: AccountState) -> None:
    found = may_be_visited(replace(ACCOUNT, state=state), pack("demo"), FRIDAY)
    assert deciding(found).rule == "account.state"


@pytest.mark.parametrize(("dpd", "blocked"), [(89, True), (90, False), (400, False)])
def test_the_field_begins_at_ninety_days(dpd: int, blocked: bool) -> None:
    found = may_be_visited(ACCOUNT, pack("demo"), FRIDAY, dpd=dpd)
    assert found.blocked is blocked
    assert not blocked or deciding(found).rule == "demo.field_threshold"


def test_an_address_found_in_the_field_waits_for_the_office_where_the_pack_says_so() -> None:
    proposed = {"address_state": "proposed"}
    assert not may_be_visited(ACCOUNT, pack("demo"), FRIDAY, **proposed).blocked
    assert (
        deciding(may_be_visited(ACCOUNT, pack("mx-agency"), FRIDAY, **proposed)).rule == "mx-agency.address"
    )
    assert may_be_visited(ACCOUNT, pack("demo"), FRIDAY, address_state="rejected").blocked


def test_an_unknown_pack_an_expired_one_and_an_open_stop_block() -> None:
    assert deciding(may_be_visited(ACCOUNT, None, FRIDAY)).rule == "policy.unknown"
    expired = FRIDAY.replace(year=2030)
    assert deciding(may_be_visited(DOCUMENTED, pack("co"), expired)).rule == "policy.expired"
    for stop in StopKind:
        assert may_be_visited(ACCOUNT, pack("demo"), FRIDAY, stops=[stop]).blocked


def test_death_stops_an_account_even_under_a_pack_that_forgot_it() -> None:
    demo = pack("demo")
    forgetful = replace(demo, stops=replace(demo.stops, states=()))
    assert not may_be_visited(ACCOUNT, forgetful, FRIDAY, stops=[StopKind.DISPUTE]).blocked
    assert may_be_visited(ACCOUNT, forgetful, FRIDAY, stops=[StopKind.DECEASED]).blocked
