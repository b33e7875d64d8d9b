"""Saving a visit: what is checked, what is written, what the rules say of when it happened."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from field_client import bodies
from field_client.correcting import amend_visit, draft_of, propose_address, skip_stop
from field_client.drafting import Draft, ProposedAddress, ProposedPhone
from field_client.sheets import draft_of as typed
from field_client.store import cases, drafts, journal
from field_client.today import day_of
from field_client.visiting import NotSaved, Saved, record_visit
from server.holidays_of import expand
from sync.ids import new_id
from sync.ledger import verify
from sync.records import (
    Known,
    Location,
    LocationSource,
    Party,
    Place,
    PromiseState,
    Reason,
    Refused,
    Result,
    Visit,
    VisitResult,
)
from sync.rules.answers import FieldError
from sync.wire.fields import instant

from .builders import (
    DAY,
    JOSE_STOP,
    MARIA,
    MARIA_CARD,
    MARIA_HOME,
    MARIA_LOAN,
    MARIA_STOP,
    NOON,
    ROUTE,
    Laptop,
    account,
    local,
    policy,
    world,
)

PROMISE = {"amount": "500000", "due": "2026-11-28", "channel": "bank", "place": "Banco Andino"}


def promised(account: str = MARIA_LOAN, **more: str) -> VisitResult:
    return VisitResult(account, Result.PROMISE, None, PROMISE | more)


def refused(account: str = MARIA_CARD) -> VisitResult:
    return VisitResult(account, Result.REFUSES, Reason.ILLNESS)


def draft(*results: VisitResult, **more: Any) -> Draft:
    given = results or (promised(), refused())
    made = Draft(
        id=new_id(),
        debtor=MARIA,
        accounts=(MARIA_LOAN, MARIA_CARD),
        place=Place.HOME,
        party=Party.HOLDER,
        start=NOON - timedelta(minutes=9),
        end=None,
        results=given,
        location=Location(LocationSource.NONE, reason="El portátil no tiene GPS"),
        address=MARIA_HOME,
        route=ROUTE,
        stop=MARIA_STOP,
    )
    return replace(made, **more)


def save(laptop: Laptop, said: Draft) -> Saved:
    result = record_visit(laptop.store, said, laptop.clock.read())
    assert isinstance(result, Saved), result
    return result


def problems(laptop: Laptop, said: Draft) -> set[str]:
    """The fields or rules that kept the draft from being saved."""
    result = record_visit(laptop.store, said, laptop.clock.read())
    assert isinstance(result, NotSaved), result
    with laptop.store.reading() as db:
        assert journal.counts(db)["unsent"] == 0
    return {one.field if isinstance(one, FieldError) else one.rule for one in result.problems}


def entries(laptop: Laptop) -> list[tuple[str, dict[str, Any]]]:
    with laptop.store.reading() as db:
        assert verify(journal.chains(db)).ok
        return [(entry.kind, json.loads(entry.body or b"")) for entry in journal.chains(db)]


def test_two_accounts_of_one_debtor_make_one_visit_with_two_results(laptop: Laptop) -> None:
    saved = save(laptop, draft())
    kinds = [kind for kind, _ in entries(laptop)]
    assert kinds == ["visit.recorded", "promise.made"]
    visit, promise = (body for _, body in entries(laptop))
    assert {one["account"]: one["result"] for one in visit["results"]} == {
        MARIA_LOAN: "PTP",
        MARIA_CARD: "NEG",
    }
    assert promise["visit"] == saved.visit
    assert (promise["account"], promise["amount"], promise["due"]) == (MARIA_LOAN, "500000.00", "2026-11-28")


def test_a_saved_visit_changes_the_stop_and_the_case_before_anything_is_sent(laptop: Laptop) -> None:
    save(laptop, draft())
    day = day_of(laptop.store, laptop.clock.now)
    assert day is not None
    assert [(stop.state, stop.done) for stop in day.stops] == [("promesa", True), ("agendada", False)]
    assert day.next is not None
    assert day.next.id == JOSE_STOP
    loan = next(one for one in day.stops[0].accounts if one.id == MARIA_LOAN)
    states = [standing.state for _, standing in loan.promises if standing]
    assert states == [PromiseState.OPEN, PromiseState.PARTIAL]


def test_the_promise_of_a_colleague_is_judged_by_payments_and_the_days_past_due_by_today(
    laptop: Laptop,
) -> None:
    day = day_of(laptop.store, laptop.clock.now)
    assert day is not None
    aged = day.stops[0].accounts[0].standing
    assert aged is not None
    assert (aged.dpd, aged.bucket, str(aged.paid_since)) == (110, "90+", "0")


def test_saving_the_same_form_twice_saves_once(laptop: Laptop) -> None:
    said = draft()
    first, second = save(laptop, said), save(laptop, said)
    assert (second.again, second.visit) == (True, first.visit)
    assert len(entries(laptop)) == 2


def test_saving_a_visit_drops_its_draft_in_the_same_transaction(laptop: Laptop) -> None:
    with laptop.store.writing() as db:
        drafts.save(db, MARIA, {"note": "a medias"}, NOON)
    save(laptop, draft())
    with laptop.store.reading() as db:
        assert drafts.get(db, MARIA) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"place": None}, "place"),
        ({"party": None}, "party"),
        ({"start": None}, "start"),
        ({"results": (promised(),)}, "result"),
        ({"results": (promised(), VisitResult(MARIA_CARD, Result.PROMISE))}, "amount"),
        ({"results": (promised(amount="0"), refused())}, "amount"),
        ({"results": (promised(due="2026-11-01"), refused())}, "due"),
        ({"results": (promised(amount="99999999999"), refused())}, "amount"),
        ({"start": NOON + timedelta(hours=2)}, "end"),
        ({"address": new_id()}, "address"),
        ({"known": Known.PAPER, "end": NOON}, "line"),
        ({"addresses": (ProposedAddress("home", "x"),)}, "new_address"),
        ({"phones": (ProposedPhone("12"),)}, "new_phone"),
        ({"accounts": (MARIA_LOAN, MARIA_CARD, new_id())}, "results"),
    ],
)
def test_what_is_missing_or_cannot_be_is_named_and_nothing_is_written(
    laptop: Laptop, change: dict[str, Any], field: str
) -> None:
    assert field in problems(laptop, draft(**change))


def test_with_a_minor_no_result_about_the_debt_can_be_saved(laptop: Laptop) -> None:
    assert "demo.minor" in problems(laptop, draft(party=Party.MINOR))


def test_a_blocked_visit_is_saved_with_its_reason_and_its_verdict(laptop: Laptop) -> None:
    """It happened at 21:30, when the pack allows no visit: it is kept, and says so."""
    laptop.clock.now = local(21, 40)
    said = draft(start=local(21, 30))
    assert "override_reason" in problems(laptop, said)
    saved = save(laptop, replace(said, override_reason="El deudor me citó a esa hora"))
    assert saved.verdict.blocked
    [(_, visit), _] = entries(laptop)
    assert visit["verdict"]["decision"] == "block"
    assert [one["rule"] for one in visit["verdict"]["rulings"]] == ["demo.hours"]
    assert visit["verdict"]["override_reason"] == "El deudor me citó a esa hora"


def test_a_visit_typed_four_hours_later_is_judged_when_it_happened(laptop: Laptop) -> None:
    """Made at 18:30, typed at 22:30: allowed then, though nobody may visit now."""
    laptop.clock.now = local(22, 30)
    late = draft(start=local(18, 30), end=local(18, 40), known=Known.LATER)
    saved = save(laptop, late)
    assert saved.verdict.decision == "allow"
    [(_, visit), _] = entries(laptop)
    assert visit["happened"] == {
        "start": instant(local(18, 30)),
        "end": instant(local(18, 40)),
        "known": "later",
        "line": None,
    }
    assert visit["recorded"] == instant(local(22, 30))


def test_a_visit_in_the_forbidden_hour_is_blocked_though_typed_in_a_lawful_one(laptop: Laptop) -> None:
    laptop.clock.now = local(9, 0, DAY + timedelta(days=1))
    assert "override_reason" in problems(
        laptop, draft(start=local(21, 30), end=local(21, 40), known=Known.LATER)
    )


def test_a_promise_due_before_the_visit_was_typed_is_still_a_promise(laptop: Laptop) -> None:
    """Made on Monday for Tuesday, typed on Wednesday."""
    laptop.clock.now = local(9, 0, DAY + timedelta(days=2))
    late = draft(promised(due="2026-11-24"), refused(), start=local(11), end=local(11, 9), known=Known.LATER)
    save(laptop, late)
    assert [kind for kind, _ in entries(laptop)] == ["visit.recorded", "promise.made"]


def test_a_live_visits_time_is_corrected_by_the_offices_clock(laptop: Laptop) -> None:
    """The laptop says 19:50 but runs an hour slow: it was 20:50, after hours."""
    laptop.clock.now = local(19, 50)
    laptop.side.heard(offset_ms=-3_600_000, uncertainty_ms=500, epoch=new_id(), notices=[])
    assert "override_reason" in problems(laptop, draft(start=local(19, 41)))


def test_each_account_is_judged_by_its_own_pack(laptop: Laptop) -> None:
    """María's card belongs to a lender under `co`, which bars home visits for consumer credit."""
    changed = [
        ("policy", "co", policy("co", expand)),
        ("account", MARIA_CARD, account(MARIA_CARD, MARIA, "TC-88", "420000.00", pack="co")),
    ]
    laptop.receive(changed, start=100)
    result = record_visit(laptop.store, draft(promised(), VisitResult(MARIA_CARD, Result.ACKNOWLEDGES, None,
        {"next_date": "2026-11-28"})), laptop.clock.read())  # fmt: skip
    assert isinstance(result, NotSaved)
    assert result.verdict is not None
    assert "co.visit.home" in {one.rule for one in result.verdict.rulings if one.decision == "block"}
    asked = record_visit(laptop.store, draft(override_reason="x"), laptop.clock.read())
    assert isinstance(asked, NotSaved)
    assert any(isinstance(one, Refused) and one.rule.startswith("co.") for one in asked.problems)


def test_an_account_whose_pack_is_not_here_is_blocked_never_allowed(laptop: Laptop) -> None:
    laptop.receive(
        [("account", MARIA_CARD, account(MARIA_CARD, MARIA, "TC-88", "1.00", pack="atlantis"))], start=100
    )
    assert "override_reason" in problems(
        laptop, draft(VisitResult(MARIA_LOAN, Result.ACKNOWLEDGES, None, {"next_date": "2026-11-28"}),
            VisitResult(MARIA_CARD, Result.ACKNOWLEDGES, None, {"next_date": "2026-11-28"}))
    )  # fmt: skip


def test_a_dispute_is_honoured_on_the_next_visit_before_the_office_knows(laptop: Laptop) -> None:
    disputed = VisitResult(MARIA_LOAN, Result.DISPUTES, None, {"text": "No es mi deuda"})
    save(laptop, draft(disputed, refused()))
    laptop.clock.now = local(10, 40, DAY + timedelta(days=1))
    again = draft(start=laptop.clock.now - timedelta(minutes=5), stop=None, route=None)
    result = record_visit(laptop.store, again, laptop.clock.read())
    assert isinstance(result, NotSaved)
    assert result.verdict is not None
    assert result.verdict.blocked


def test_proposals_found_on_the_visit_are_saved_with_it_and_marked(laptop: Laptop) -> None:
    found = draft(
        addresses=(ProposedAddress("work", "Calle 20 # 3-11", "Centro", "Duitama", "vecino"),),
        phones=(ProposedPhone("+57 310 555 0101", "relative", "hermana"),),
    )
    save(laptop, found)
    with laptop.store.reading() as db:
        state = cases.state_of(db, MARIA)
    assert [(one.text, one.state) for one in state.addresses][-1] == ("Calle 20 # 3-11", "proposed")
    assert [(one.value, one.state) for one in state.contact_points][-1] == ("+57 310 555 0101", "proposed")


def test_money_taken_becomes_a_reported_payment_not_a_payment(laptop: Laptop) -> None:
    paid = VisitResult(MARIA_LOAN, Result.PART_PAYMENT, None, {"amount": "80000", "receipt": "T-9"})
    save(laptop, draft(paid, refused()))
    assert [kind for kind, _ in entries(laptop)] == ["visit.recorded", "payment.reported"]
    with laptop.store.reading() as db:
        state = cases.state_of(db, MARIA)
    assert [(one.amount, one.receipt) for one in state.reported] == [("80000.00", "T-9")]
    assert "80000" not in {str(payment.amount) for payment in state.payments}


def test_a_skipped_stop_says_why_and_needs_a_reason(laptop: Laptop) -> None:
    assert isinstance(skip_stop(laptop.store, MARIA_STOP, " ", laptop.clock.read()), NotSaved)
    assert isinstance(skip_stop(laptop.store, new_id(), "lluvia", laptop.clock.read()), NotSaved)
    assert isinstance(skip_stop(laptop.store, MARIA_STOP, "Vía cerrada", laptop.clock.read()), Saved)
    day = day_of(laptop.store, laptop.clock.now)
    assert day is not None
    assert (day.stops[0].skipped, day.stops[0].done) == ("Vía cerrada", True)


def test_a_correction_says_only_what_changed_and_the_original_stays(laptop: Laptop) -> None:
    saved = save(laptop, draft())
    before = entries(laptop)
    with laptop.store.reading() as db:
        [told] = [one.visit for one in cases.state_of(db, MARIA).visits if one.visit.id == saved.visit]
    better = replace(draft_of(told), note="Era su hermana", party=Party.HOLDER)
    result = amend_visit(laptop.store, saved.visit, better, "olvidé la nota", laptop.clock.read())
    assert isinstance(result, Saved)
    after = entries(laptop)
    assert after[: len(before)] == before
    [(kind, body)] = after[len(before) :]
    assert (kind, body["replaces"]) == ("visit.amended", {"note": "Era su hermana"})
    with laptop.store.reading() as db:
        known = next(one for one in cases.state_of(db, MARIA).visits if one.visit.id == saved.visit)
    assert known.visit.note == "Era su hermana"
    assert known.amendments == (result.visit,)


def test_correcting_a_refusal_into_a_promise_makes_the_promise(laptop: Laptop) -> None:
    saved = save(laptop, draft(VisitResult(MARIA_LOAN, Result.REFUSES, Reason.OTHER), refused()))
    with laptop.store.reading() as db:
        [told] = [one.visit for one in cases.state_of(db, MARIA).visits if one.visit.id == saved.visit]
    better = replace(draft_of(told), results=(promised(), refused()))
    assert isinstance(
        amend_visit(laptop.store, saved.visit, better, "marqué mal", laptop.clock.read()), Saved
    )
    with laptop.store.reading() as db:
        promises = [one for one in cases.state_of(db, MARIA).promises if one.visit == saved.visit]
    assert [(one.account, one.due) for one in promises] == [(MARIA_LOAN, date(2026, 11, 28))]


def test_a_correction_without_a_reason_or_a_change_is_not_saved(laptop: Laptop) -> None:
    saved = save(laptop, draft())
    with laptop.store.reading() as db:
        [told] = [one.visit for one in cases.state_of(db, MARIA).visits if one.visit.id == saved.visit]
    same = draft_of(told)
    assert isinstance(amend_visit(laptop.store, saved.visit, same, "nada", laptop.clock.read()), NotSaved)
    changed = replace(same, note="x")
    assert isinstance(amend_visit(laptop.store, saved.visit, changed, "", laptop.clock.read()), NotSaved)


def test_an_address_for_someone_not_on_this_laptop_is_refused(laptop: Laptop) -> None:
    address = ProposedAddress("home", "Calle 1 # 2-3")
    assert isinstance(propose_address(laptop.store, new_id(), address, laptop.clock.read()), NotSaved)


def test_a_line_of_the_paper_sheet_is_a_visit(laptop: Laptop) -> None:
    laptop.clock.now = local(19, 0)
    said = {
        "stop": MARIA_STOP,
        "party": "TIT",
        "happened": {
            "start": "2026-11-23T09:15",
            "end": "2026-11-23T09:25",
            "known": "paper",
            "line": 3,
        },
        "results": [
            {"account": "000451", "result": "PTP", "detail": PROMISE},
            {"account": MARIA_CARD, "result": "NEG", "reason": "otro"},
        ],
    }
    found = typed(laptop.store, said, laptop.clock.now)
    assert isinstance(found, Draft)
    assert (found.start, found.line, found.place) == (local(9, 15), 3, Place.HOME)
    save(laptop, found)
    assert entries(laptop)[0][1]["happened"]["line"] == 3


@pytest.mark.parametrize(
    "said",
    [
        [],
        {},
        {"stop": 7},
        {"stop": new_id()},
        {"stop": MARIA_STOP, "happened": {"start": "ayer"}},
        {"stop": MARIA_STOP, "party": "XXX"},
        {"stop": MARIA_STOP, "results": "PTP"},
        {"stop": MARIA_STOP, "results": [{"account": MARIA_LOAN, "result": "ZZZ"}]},
        {"stop": MARIA_STOP, "location": {"source": "gnss", "lat": 500}},
        {"stop": MARIA_STOP, "addresses": "Calle 1"},
    ],
)
def test_a_line_that_cannot_be_read_says_what_is_wrong(laptop: Laptop, said: Any) -> None:
    found = typed(laptop.store, said, laptop.clock.now)
    assert isinstance(found, list)
    assert all(str(one.because) for one in found)


def test_the_small_world_is_what_the_feed_says_it_is() -> None:
    """The builders' records are read by the schemas of the feed itself."""
    from sync.wire.feed import RECORDS

    for kind, _id, said in world():
        RECORDS[kind]().load(said)


def test_an_amount_finer_than_its_money_is_not_saved_and_never_rounded(laptop: Laptop) -> None:
    for one in (
        promised(amount="500000.005"),
        VisitResult(MARIA_LOAN, Result.PART_PAYMENT, None, {"amount": "0.001", "receipt": "T-9"}),
    ):
        result = record_visit(laptop.store, draft(one, refused()), laptop.clock.read())
        assert isinstance(result, NotSaved)
        [problem] = [one for one in result.problems if isinstance(one, FieldError)]
        assert (problem.field, problem.account) == ("amount", MARIA_LOAN)
    with pytest.raises(ValueError, match="more decimals"):
        bodies.promise_body(new_id(), MARIA, promised(amount="500000.005"), "COP")
    assert entries(laptop) == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"results": (promised(place="x" * 201), refused())}, ("place", MARIA_LOAN)),
        ({"results": (promised(other="x" * 2001), refused())}, ("other", MARIA_LOAN)),
        ({"note": "x" * 4001}, ("note", "")),
        ({"addresses": (ProposedAddress("home", "Calle 1 # 2", "x" * 121),)}, ("new_address_district", "")),
        ({"addresses": (ProposedAddress("home", "Calle 1 # 2", "", "x" * 121),)}, ("new_address_city", "")),
    ],
)
def test_a_text_longer_than_the_office_takes_is_named_and_nothing_is_written(
    laptop: Laptop, changes: dict[str, Any], named: tuple[str, str]
) -> None:
    result = record_visit(laptop.store, replace(draft(), **changes), laptop.clock.read())
    assert isinstance(result, NotSaved)
    assert [(one.field, one.account) for one in result.problems if isinstance(one, FieldError)] == [named]
    assert entries(laptop) == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"results": (promised(other="x" * 2001), refused())}, ("other", MARIA_LOAN)),
        ({"note": "x" * 4001}, ("note", "")),
    ],
)
def test_a_correction_longer_than_the_office_takes_is_named(
    laptop: Laptop, changes: dict[str, Any], named: tuple[str, str]
) -> None:
    saved = save(laptop, draft())
    before = entries(laptop)
    better = replace(draft_of(told_of(laptop, saved.visit)), **changes)
    result = amend_visit(laptop.store, saved.visit, better, "olvidé algo", laptop.clock.read())
    assert isinstance(result, NotSaved)
    assert [(one.field, one.account) for one in result.problems if isinstance(one, FieldError)] == [named]
    assert entries(laptop) == before


def told_of(laptop: Laptop, visit: str) -> Visit:
    """The visit as this laptop has it now."""
    with laptop.store.reading() as db:
        return next(one.visit for one in cases.state_of(db, MARIA).visits if one.visit.id == visit)
