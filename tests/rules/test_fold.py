"""What is true of a debtor does not depend on the order in which it was heard, nor on hearing it twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from sync.fold import DebtorState, Fact, fold, fold_all, laptop_said, office_said
from sync.records import Party, Result
from sync.rules.clauses import StopKind
from sync.wire.fields import instant

ROSA = "00000000-0000-7000-8000-000000000011"
ANA = "00000000-0000-7000-8000-000000000001"
LOAN = "00000000-0000-7000-8000-000000000021"
VISIT = "00000000-0000-7000-8000-000000000051"
AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def uid(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012d}"


def debtor(**more: Any) -> dict[str, Any]:
    return {
        "id": ROSA,
        "kind": "person",
        "name": "Rosa Díaz",
        "document_type": "CC",
        "document": "1",
        "timezone": "America/Bogota",
        "language": "es",
        "addresses": [],
        "contact_points": [],
        "stops": [],
    } | more


def account() -> dict[str, Any]:
    return {
        "id": LOAN,
        "lender": "Coopsol",
        "number": "1",
        "debtor": ROSA,
        "currency": "COP",
        "credit_type": "consumo",
        "product": "",
        "branch": "",
        "pack": "demo",
        "pack_reason": "",
        "exception_evidence": "",
        "state": "open",
        "balance": None,
        "people": [],
        "documents": [],
        "payments_through": None,
    }


def visit_body(result: str = "PTP", party: str = "TIT", **more: Any) -> dict[str, Any]:
    return {
        "debtor": ROSA,
        "address": None,
        "route": None,
        "stop": None,
        "place": "DOM",
        "party": party,
        "happened": {
            "start": "2026-11-23T14:50:00.000Z",
            "end": "2026-11-23T15:00:00.000Z",
            "known": "live",
            "line": None,
        },
        "recorded": "2026-11-23T15:00:00.000Z",
        "zone": "America/Bogota",
        "location": {"source": "none", "lat": None, "lon": None, "accuracy_m": None, "reason": "x"},
        "results": [{"account": LOAN, "result": result, "reason": None, "detail": {}}],
        "note": "",
        "verdict": {},
    } | more


def promise_body(visit: str = VISIT, amount: str = "100000.00") -> dict[str, Any]:
    return {
        "visit": visit,
        "debtor": ROSA,
        "account": LOAN,
        "amount": amount,
        "currency": "COP",
        "due": "2026-11-30",
        "channel": "bank",
        "place": "Banco",
        "window_start": None,
        "window_end": None,
    }


def own(kind: str, id: str, body: dict[str, Any], minutes: int = 0) -> Fact:
    return laptop_said(kind, id, 1, body, at=AT + timedelta(minutes=minutes), agent=ANA, agent_name="Ana")


def amend(id: str, minutes: int, **replaces: Any) -> Fact:
    body = {"visit": VISIT, "why": "me equivoqué", "replaces": replaces}
    return own("visit.amended", id, body, minutes)


def published_visit(number: int, amended_by: list[str], **more: Any) -> Fact:
    body = visit_body() | {"id": VISIT, "agent": ANA, "agent_name": "Ana", "amended_by": amended_by}
    body |= {"amended_at": [instant(AT + timedelta(minutes=10)) for _ in amended_by]} | more
    return office_said("visit", VISIT, body, number)


def phone(number: int) -> Fact:
    return own("phone.proposed", uid(number), {"debtor": ROSA, "value": f"30012345{number:02d}"}, number)


BASE = [office_said("debtor", ROSA, debtor(), 1), office_said("account", LOAN, account(), 2)]
EVERY: list[Fact] = [
    *BASE,
    own("visit.recorded", VISIT, visit_body()),
    own("promise.made", uid(61), promise_body()),
    amend(uid(71), 10, note="primera"),
    amend(uid(72), 20, note="segunda", party="AVA"),
    published_visit(9, [uid(71)], note="primera"),
    office_said("debtor", ROSA, debtor(name="Rosa Díaz de Paz"), 12),
    own("visit.recorded", uid(52), visit_body("DIS")),
    phone(81),
    phone(82),
    office_said("agent", ANA, {"id": ANA, "name": "Ana", "branch": "", "team": "", "zone": "", "timezone": "UTC",
        "shift_start": "08:00", "shift_end": "17:00", "home_lat": None, "home_lon": None}, 3),
]  # fmt: skip


def told(facts: list[Fact]) -> DebtorState:
    state = DebtorState(ROSA)
    for fact in facts:
        state = fold(state, fact)
    return state


def seen(state: DebtorState) -> tuple[Any, ...]:
    """Everything a page shows of a state."""
    return (
        state.debtor,
        state.addresses,
        state.contact_points,
        dict(state.accounts),
        state.payments,
        state.promises,
        state.visits,
        state.contacts,
        state.amendments,
        dict(state.cancelled),
        state.stops(LOAN, TODAY),
    )


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.permutations(EVERY))
def test_any_order_of_the_facts_tells_the_same(order: list[Fact]) -> None:
    assert told(order) == told(EVERY)
    assert seen(told(order)) == seen(told(EVERY))


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(EVERY), max_size=30))
def test_hearing_again_changes_nothing(heard: list[Fact]) -> None:
    state = told(heard)
    assert told([*heard, *heard]) == state
    for fact in heard:
        assert fold(state, fact) is state


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(EVERY), max_size=12), st.lists(st.sampled_from(EVERY), max_size=12))
def test_folding_at_once_is_folding_one_by_one(first: list[Fact], second: list[Fact]) -> None:
    assert fold_all(ROSA, [*first, *second]) == told([*second, *first])


def test_an_own_visit_is_there_before_the_office_says_so_and_once_after() -> None:
    mine = own("visit.recorded", VISIT, visit_body())
    before = told([*BASE, mine])
    assert [(known.visit.id, known.in_office) for known in before.visits] == [(VISIT, False)]
    after = told([*BASE, mine, published_visit(9, [])])
    assert [(known.visit.id, known.in_office) for known in after.visits] == [(VISIT, True)]


def test_the_offices_word_weighs_more_than_the_laptops_in_either_order() -> None:
    mine = own("visit.recorded", VISIT, visit_body(note="mía"))
    theirs = published_visit(9, [], note="de la oficina")
    for facts in ([mine, theirs], [theirs, mine]):
        assert told([*BASE, *facts]).visits[0].visit.note == "de la oficina"


def test_amendments_apply_in_the_order_they_were_made_not_heard() -> None:
    facts = [
        *BASE,
        own("visit.recorded", VISIT, visit_body()),
        amend(uid(72), 20, note="b"),
        amend(uid(71), 10, note="a"),
    ]
    [known] = told(facts).visits
    assert known.visit.note == "b"
    assert known.amendments == (uid(71), uid(72))


def test_an_amendment_the_office_already_applied_is_not_applied_over_a_later_one() -> None:
    facts = [*BASE, published_visit(9, [uid(71), uid(99)], note="c"), amend(uid(71), 10, note="a")]
    assert told(facts).visits[0].visit.note == "c"


def test_an_amendment_may_not_change_whose_visit_it_was() -> None:
    facts = [
        *BASE,
        own("visit.recorded", VISIT, visit_body()),
        amend(uid(71), 10, debtor=uid(5), party="FAM"),
    ]
    [known] = told(facts).visits
    assert known.visit.debtor == ROSA
    assert known.visit.party is Party.RELATIVE


def test_taking_a_promise_back_cancels_it_from_that_day() -> None:
    taken_back: list[dict[str, Any]] = [{"account": LOAN, "result": "NEG", "reason": None, "detail": {}}]
    facts = [
        *BASE,
        own("visit.recorded", VISIT, visit_body()),
        own("promise.made", uid(61), promise_body()),
    ]
    assert told(facts).cancelled == {}
    amended = told([*facts, amend(uid(71), 60, results=taken_back)])
    assert amended.visits[0].visit.results[0].result is Result.REFUSES
    assert amended.cancelled == {uid(61): TODAY}


def test_a_promise_is_cancelled_on_the_debtors_own_day_whoever_says_so() -> None:
    """Half past seven in the evening in Bogotá is tomorrow in UTC."""
    results: list[dict[str, Any]] = [{"account": LOAN, "result": "NEG", "reason": None, "detail": {}}]
    evening = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    minutes = int((evening - AT).total_seconds() // 60)
    mine = [
        *BASE,
        own("visit.recorded", VISIT, visit_body()),
        own("promise.made", uid(61), promise_body()),
        amend(uid(71), minutes, results=results),
    ]
    made = promise_body() | {"id": uid(61), "made": "2026-11-23T15:00:00.000Z"}
    theirs = [
        *BASE,
        published_visit(9, [uid(71)], results=results, amended_at=[instant(evening)]),
        office_said("promise", uid(61), made, 10),
    ]
    assert told(mine).cancelled == told(theirs).cancelled == {uid(61): TODAY}


def test_a_reported_payment_reads_the_same_from_either_side() -> None:
    said = {"debtor": ROSA, "account": LOAN, "visit": VISIT, "amount": "5000.5", "currency": "COP"}
    said |= {"paid_on": "2026-11-22", "channel": "banco", "receipt": "T-9"}
    published = office_said("reported", uid(91), said | {"id": uid(91), "amount": "5000.50"}, 4)
    mine = told([*BASE, own("payment.reported", uid(91), said)])
    assert mine.reported == told([*BASE, published]).reported
    assert len(mine.reported) == 1


def test_a_proposal_is_shown_until_the_office_takes_it_in_under_its_id() -> None:
    state = told([*BASE, phone(81)])
    assert [(point.id, point.state) for point in state.contact_points] == [(uid(81), "proposed")]
    accepted = {
        "id": uid(81),
        "kind": "mobile",
        "value": "+573001234581",
        "holder": "debtor",
        "relation": "",
        "origin": "field",
        "state": "accepted",
    }
    state = told([*BASE, phone(81), office_said("debtor", ROSA, debtor(contact_points=[accepted]), 20)])
    assert [(point.id, point.state) for point in state.contact_points] == [(uid(81), "accepted")]


def test_a_dispute_in_the_field_stops_its_account_at_once_and_until_the_office_has_looked() -> None:
    disputed = own("visit.recorded", VISIT, visit_body("DIS"))
    assert told([*BASE, disputed]).stops(LOAN, TODAY) == {StopKind.DISPUTE}
    assert told([*BASE, disputed]).stops(uid(22), TODAY) == frozenset()
    looked = published_visit(9, [], results=visit_body("DIS")["results"])
    assert told([*BASE, disputed, looked]).stops(LOAN, TODAY) == frozenset()
    still = office_said(
        "debtor",
        ROSA,
        debtor(stops=[{"state": "dispute", "account": LOAN, "since": "2026-11-23T15:00:00Z"}]),
        10,
    )
    assert told([*BASE, disputed, looked, still]).stops(LOAN, TODAY) == {StopKind.DISPUTE}


def test_promises_are_money_and_instants_not_text() -> None:
    [promise] = told([*BASE, own("promise.made", uid(61), promise_body(), 5)]).promises
    assert (promise.amount, promise.due) == (Decimal("100000.00"), date(2026, 11, 30))
    assert promise.made_at == AT + timedelta(minutes=5)


def test_an_event_that_does_not_say_what_its_kind_demands_is_no_fact() -> None:
    with pytest.raises(ValidationError):
        own("visit.recorded", VISIT, {"debtor": ROSA})
    with pytest.raises(KeyError):
        own("moon.landed", VISIT, {})
