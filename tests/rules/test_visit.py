"""What a visit may say: the result decides what is mandatory, the party and the pack what is possible."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from sync.records import (
    Known,
    Location,
    LocationSource,
    Party,
    Place,
    Reason,
    Refused,
    Result,
    ResultClass,
    VisitResult,
)
from sync.rules import typed
from sync.rules.clauses import StopKind
from sync.rules.visit import (
    FIELDS,
    PARTIES,
    PLACES,
    REASONS,
    RESULTS,
    EvidenceGrade,
    FieldError,
    VisitDraft,
    check_visit,
    debt_discussed,
    draft_from,
    evidence_grade,
    optional_fields,
    pay_allowed,
    payment_taken,
    reason_asked,
    required_fields,
    results_for,
    stops_of,
)
from tests.rules.world import at, pack, promised, visited

NOW = at("2026-11-20T12:00")
DEMO, CO, MX = pack("demo"), pack("co"), pack("mx-agency")
PROMISE = {"amount": "500.00", "due": "2026-11-27", "channel": "bank", "place": "Corresponsal"}
# An answer of each field's kind.
SAMPLE = {"money": "500.00", "date": "2026-11-27", "time": "11:00", "text": "algo", "photo": "sha"}


def draft(*results: VisitResult, party: Party | None = Party.HOLDER, **changes: object) -> VisitDraft:
    made = VisitDraft(
        Place.HOME,
        party,
        at("2026-11-20T11:00"),
        at("2026-11-20T11:15"),
        tuple(dict.fromkeys(result.account for result in results)) or ("acc",),
        results,
    )
    return replace(made, **changes)


def said(result: Result, reason: Reason | None = None, **detail: str) -> VisitResult:
    return VisitResult("acc", result, reason, detail)


def fields(found: list[Refused | FieldError]) -> list[str]:
    return [error.field if isinstance(error, FieldError) else error.rule for error in found]


def whole(result: Result) -> VisitResult:
    """A result with all that it needs."""
    detail: dict[str, str] = {}
    for asked in required_fields(result, DEMO):
        if asked.key != "reason":
            detail[asked.key] = asked.choices[0][0] if asked.choices else SAMPLE[asked.kind]
    reason = Reason.FORGOT if "reason" in RESULTS[result].needs else None
    return VisitResult("acc", result, reason, detail)


def test_every_code_of_the_trade_has_its_row_and_its_words() -> None:
    assert set(RESULTS) == set(Result)
    assert (set(PLACES), set(PARTIES), set(REASONS)) == (set(Place), set(Party), set(Reason))
    assert all(key in FIELDS for rule in RESULTS.values() for key in (*rule.needs, *rule.wants))
    assert all(rule.parties for rule in RESULTS.values())


@pytest.mark.parametrize("result", list(Result))
def test_a_result_with_all_it_needs_is_taken_and_each_missing_answer_is_named(result: Result) -> None:
    party = RESULTS[result].parties[0]
    complete = whole(result)
    assert check_visit(draft(complete, party=party), DEMO, NOW) == []
    for key in RESULTS[result].needs:
        lacking = replace(complete, detail={k: v for k, v in complete.detail.items() if k != key})
        lacking = replace(lacking, reason=None) if key == "reason" else lacking
        assert fields(check_visit(draft(lacking, party=party), DEMO, NOW)) == [key]


def test_with_a_minor_the_debt_is_never_spoken_of() -> None:
    for result in results_for(Party.MINOR, DEMO):
        assert not RESULTS[result].debt
    found = check_visit(draft(whole(Result.PROMISE), party=Party.MINOR), DEMO, NOW)
    assert fields(found) == ["demo.minor"]
    assert check_visit(draft(said(Result.COME_BACK, time_hint="a las 5"), party=Party.MINOR), DEMO, NOW) == []


def test_with_a_third_party_the_debt_is_not_spoken_of() -> None:
    for party in (Party.RELATIVE, Party.THIRD):
        assert not any(RESULTS[result].debt for result in results_for(party, DEMO))
    assert fields(check_visit(draft(whole(Result.REFUSES), party=Party.RELATIVE), DEMO, NOW)) == [
        "visit.party"
    ]


def test_nobody_answers_only_with_what_nobody_can_say() -> None:
    classes = {RESULTS[result].cls for result in results_for(Party.NOBODY, DEMO)}
    assert classes <= {ResultClass.NO_CONTACT, ResultClass.SKIP, ResultClass.STOP, ResultClass.VOID}
    assert Result.DECEASED not in results_for(Party.NOBODY, DEMO)
    assert Result.NOBODY_HOME not in results_for(Party.HOLDER, DEMO)


def test_money_in_the_hand_only_where_the_pack_allows_it() -> None:
    taken = draft(said(Result.PAID_IN_FIELD, amount="100.00", receipt="R-1"))
    assert check_visit(taken, DEMO, NOW) == []
    assert fields(check_visit(taken, MX, NOW)) == ["mx-agency.payment"]
    assert fields(check_visit(taken, None, NOW)) == ["policy.unknown"]
    assert Result.PAID_IN_FIELD in results_for(Party.HOLDER, DEMO)
    assert not {Result.PAID_IN_FIELD, Result.PART_PAYMENT} & set(results_for(Party.HOLDER, MX))
    assert (pay_allowed(DEMO), pay_allowed(MX), pay_allowed(None)) == (True, False, False)


def test_a_promise_to_pay_the_collector_is_no_choice_where_he_may_not_take_money() -> None:
    in_hand = draft(said(Result.PROMISE, **{**PROMISE, "channel": "field"}))
    assert check_visit(in_hand, DEMO, NOW) == []
    assert fields(check_visit(in_hand, MX, NOW)) == ["channel"]


def test_the_reason_is_asked_for_a_refusal_and_never_in_colombia() -> None:
    assert [one.key for one in required_fields(Result.REFUSES, DEMO)] == ["reason"]
    assert required_fields(Result.REFUSES, CO) == ()
    assert "reason" not in [one.key for one in optional_fields(Result.PROMISE, CO)]
    assert "reason" in [one.key for one in optional_fields(Result.PROMISE, DEMO)]
    asked = draft(said(Result.REFUSES, Reason.UNEMPLOYMENT))
    assert check_visit(asked, DEMO, NOW) == []
    assert fields(check_visit(asked, CO, NOW)) == ["co.reason"]
    assert check_visit(draft(said(Result.REFUSES, Reason.NOT_ASKED)), CO, NOW) == []
    assert check_visit(draft(said(Result.REFUSES)), CO, NOW) == []


def test_each_account_of_the_visit_has_exactly_one_result() -> None:
    two = ("acc", "other")
    second = VisitResult("other", Result.ACKNOWLEDGES, None, {"next_date": "2026-11-27"})
    assert check_visit(draft(whole(Result.PROMISE), second), DEMO, NOW) == []
    assert fields(check_visit(draft(whole(Result.PROMISE), accounts=two), DEMO, NOW)) == ["result"]
    assert fields(check_visit(draft(second, accounts=("acc",)), DEMO, NOW)) == ["result", "result"]
    assert fields(check_visit(draft(second, second, accounts=("other",)), DEMO, NOW)) == ["result"]
    assert fields(check_visit(draft(accounts=()), DEMO, NOW)) == ["result"]


def test_accounts_of_two_lenders_are_judged_each_by_its_pack() -> None:
    paid = said(Result.PAID_IN_FIELD, amount="100.00", receipt="R-1")
    both = draft(paid, replace(paid, account="other"))
    found = check_visit(both, {"acc": DEMO, "other": MX}, NOW)
    assert fields(found) == ["mx-agency.payment"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"place": None}, "place"),
        ({"party": None}, "party"),
        ({"start": None}, "start"),
        ({"end": None}, "end"),
        ({"end": at("2026-11-20T10:59")}, "end"),
        ({"end": NOW + timedelta(seconds=1)}, "end"),
        ({"start": at("2026-11-20T11:00").replace(tzinfo=None)}, "start"),
    ],
)
def test_a_visit_needs_a_place_a_party_and_a_time_that_has_been(
    changes: dict[str, object], field: str
) -> None:
    assert fields(check_visit(draft(whole(Result.PROMISE), **changes), DEMO, NOW)) == [field]


@pytest.mark.parametrize(
    ("detail", "field"),
    [
        ({"amount": "1.500,00"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "٥٠"}, "amount"),
        ({"due": "2026-02-30"}, "due"),
        ({"due": "2026-11-19"}, "due"),
        ({"channel": "pigeon"}, "channel"),
        ({"window_start": "25:00", "window_end": "26:00"}, "window_start"),
        ({"window_start": "11:00"}, "window_start"),
        ({"window_start": "20:30", "window_end": "21:00"}, "window_start"),
    ],
)
def test_a_promise_with_a_wrong_answer_is_sent_back_with_the_field(
    detail: dict[str, str], field: str
) -> None:
    found = check_visit(draft(said(Result.PROMISE, **{**PROMISE, **detail})), DEMO, NOW)
    assert fields(found)[0] == field
    assert all(str(error.because) for error in found if isinstance(error, FieldError))


def test_a_promise_is_no_more_than_what_is_owed() -> None:
    asked = draft(said(Result.PROMISE, **PROMISE), totals={"acc": Decimal(499)})
    assert fields(check_visit(asked, DEMO, NOW)) == ["amount"]


def test_a_day_is_today_in_the_debtors_zone() -> None:
    night = at("2026-11-21T00:30")  # still the 20th in Tijuana
    due_yesterday = draft(said(Result.PROMISE, **{**PROMISE, "due": "2026-11-20"}))
    assert check_visit(due_yesterday, DEMO, night, "America/Tijuana") == []
    assert fields(check_visit(due_yesterday, DEMO, night, "America/Bogota")) == ["due"]


def test_a_next_date_may_be_today_and_not_yesterday() -> None:
    assert check_visit(draft(said(Result.ACKNOWLEDGES, next_date="2026-11-20")), DEMO, NOW) == []
    assert fields(check_visit(draft(said(Result.ACKNOWLEDGES, next_date="2026-11-19")), DEMO, NOW)) == [
        "next_date"
    ]


def test_a_recorded_visit_with_its_promise_passes_the_same_check() -> None:
    visit = visited("v", "2026-11-20T11:00", result=Result.PROMISE)
    promise = promised("p", "500", date(2026, 11, 27), "2026-11-20T11:10", visit="v")
    assert check_visit(draft_from(visit, promises=[promise]), DEMO, NOW) == []
    assert set(fields(check_visit(draft_from(visit), DEMO, NOW))) == {"amount", "due", "channel", "place"}


def test_what_results_mean_for_the_rules() -> None:
    assert stops_of([said(Result.DISPUTES), said(Result.DECEASED), said(Result.DISPUTES)]) == (
        StopKind.DISPUTE,
        StopKind.DECEASED,
    )
    assert debt_discussed([said(Result.NOBODY_HOME), said(Result.PROMISE)])
    assert not debt_discussed([said(Result.COME_BACK), said(Result.MOVED)])
    assert payment_taken([said(Result.PART_PAYMENT)])
    assert not payment_taken([said(Result.REPORTED_PAID)])
    assert reason_asked([said(Result.REFUSES, Reason.OTHER)])
    assert not reason_asked([said(Result.REFUSES, Reason.NOT_ASKED), said(Result.PROMISE)])


GPS = Location(LocationSource.GNSS, 5.8, -73.0, 12.0)
PIN = Location(LocationSource.PIN, 5.8, -73.0)
NONE = Location(LocationSource.NONE, reason="sin señal")


@pytest.mark.parametrize(
    ("known", "location", "late", "grade"),
    [
        (Known.LIVE, GPS, 0, EvidenceGrade.STRONG),
        (Known.LIVE, PIN, 0, EvidenceGrade.GOOD),
        (Known.LIVE, replace(GPS, accuracy_m=900.0), 0, EvidenceGrade.GOOD),
        (Known.LIVE, NONE, 0, EvidenceGrade.WEAK),
        (Known.LATER, GPS, 30, EvidenceGrade.GOOD),
        (Known.LATER, GPS, 240, EvidenceGrade.WEAK),
        (Known.LATER, NONE, 240, EvidenceGrade.WORD),
        (Known.PAPER, NONE, 30, EvidenceGrade.WORD),
    ],
)
def test_the_evidence_is_graded_by_how_time_and_place_are_known(
    known: Known, location: Location, late: float, grade: EvidenceGrade
) -> None:
    assert evidence_grade(known, location, late) is grade


@pytest.mark.parametrize("text", ["20261127", "2026-W48-5", "2026-11-27\n", "２026-11-27", "2026-02-30"])
def test_a_date_is_read_only_as_year_month_day(text: str) -> None:
    assert typed.day("2026-11-27") == date(2026, 11, 27)
    assert typed.day(text) is None


@pytest.mark.parametrize(
    ("amount", "currency", "named"),
    [
        ("500.00", "COP", []),
        ("500.0000", "COP", []),
        ("500.005", "COP", ["amount"]),
        ("0.001", "COP", ["amount"]),
        ("500.5", "CLP", ["amount"]),
        ("500", "CLP", []),
    ],
)
def test_an_amount_finer_than_its_money_is_refused(amount: str, currency: str, named: list[str]) -> None:
    for result in (
        said(Result.PROMISE, **PROMISE | {"amount": amount}),
        said(Result.PAID_IN_FIELD, amount=amount, receipt="R-1"),
    ):
        found = check_visit(draft(result, currencies={"acc": currency}), DEMO, NOW)
        assert fields(found) == named


def test_a_text_longer_than_the_wire_takes_is_named_at_its_field() -> None:
    for place, named in (("x" * 200, []), ("x" * 201, ["place"])):
        found = check_visit(draft(said(Result.PROMISE, **PROMISE | {"place": place})), DEMO, NOW)
        assert fields(found) == named
    for text, named in (("x" * 2000, []), ("x" * 2001, ["text"])):
        assert fields(check_visit(draft(said(Result.DISPUTES, text=text)), DEMO, NOW)) == named
