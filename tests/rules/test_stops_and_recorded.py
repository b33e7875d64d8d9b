"""What a visit halts, and how it is judged again once it is known what happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sync.records import Account, Known, Party, Result, VisitResult
from sync.rules.answers import deciding
from sync.rules.clauses import StopKind
from sync.rules.recorded import judge_recorded
from sync.rules.stops import open_stops
from tests.rules.world import BOGOTA, FRIDAY, at, pack, visited

MICRO = Account("acc", "l", "1", "COP", credit_type="microcrédito", exception_evidence="otrosí 14")
CONSUMER = Account("other", "l", "2", "COP", credit_type="consumo")
BOTH = {"acc": MICRO, "other": CONSUMER}
CO = {"acc": pack("co"), "other": pack("co")}


def test_a_dispute_stops_its_account_and_death_stops_them_all() -> None:
    disputed = visited("v", "2026-11-19T11:00", result=Result.DISPUTES)
    died = visited("w", "2026-11-19T12:00", party=Party.RELATIVE, result=Result.DECEASED)
    assert open_stops([disputed], FRIDAY, account="acc") == (StopKind.DISPUTE,)
    assert open_stops([disputed], FRIDAY, account="other") == ()
    assert open_stops([disputed, died], FRIDAY, account="other") == (StopKind.DECEASED,)
    assert open_stops([died, disputed], FRIDAY) == (StopKind.DISPUTE, StopKind.DECEASED)


def test_the_office_lifts_a_stop_and_a_new_visit_sets_it_again() -> None:
    first, again = (
        visited(key, f"2026-11-{day}T11:00", result=Result.CEASE) for key, day in (("a", 10), ("b", 19))
    )
    lifted = {StopKind.CEASE: at("2026-11-12T09:00")}
    assert open_stops([first], FRIDAY, lifted=lifted) == ()
    assert open_stops([first, again], FRIDAY, lifted=lifted) == (StopKind.CEASE,)


def test_a_hold_ends_with_its_date() -> None:
    held = visited("v", "2026-11-10T11:00", party=Party.RELATIVE, result=Result.HELD)
    until = replace(held, results=(VisitResult("acc", Result.HELD, None, {"hold_until": "2026-11-20"}),))
    assert open_stops([until], date(2026, 11, 20)) == (StopKind.HELD,)
    assert open_stops([until], date(2026, 11, 21)) == ()
    assert open_stops([held], date(2027, 11, 21)) == (StopKind.HELD,), (
        "without a date it waits for the office"
    )


def test_each_account_of_a_visit_is_judged_by_its_own_pack_and_credit_type() -> None:
    visit = visited("v", "2026-11-20T11:00")
    assert judge_recorded(visit, BOTH, CO, BOGOTA).decision == "allow"
    two = replace(visit, results=(*visit.results, VisitResult("other", Result.REFUSES)))
    assert deciding(judge_recorded(two, BOTH, CO, BOGOTA)).rule == "co.visit.home"
    mixed = {"acc": pack("co"), "other": pack("demo")}
    assert judge_recorded(two, BOTH, mixed, BOGOTA).decision == "allow"
    assert deciding(judge_recorded(two, BOTH, {"acc": pack("co")}, BOGOTA)).rule == "policy.unknown"
    assert judge_recorded(two, {"acc": MICRO}, CO, BOGOTA).blocked


def test_a_visit_typed_four_hours_later_is_judged_when_it_happened() -> None:
    typed = replace(visited("v", "2026-11-20T16:00", known=Known.LATER), recorded=at("2026-11-20T20:30"))
    assert judge_recorded(typed, BOTH, CO, BOGOTA).decision == "allow"
    night = visited("v", "2026-11-20T20:30", known=Known.LATER)
    assert judge_recorded(night, BOTH, CO, BOGOTA).blocked


def test_history_may_hold_the_visit_itself_and_later_ones() -> None:
    visit, later = visited("v", "2026-11-20T11:00"), visited("w", "2026-11-20T15:00")
    assert judge_recorded(visit, BOTH, CO, BOGOTA, history=[visit, later]).decision == "allow"
    assert (
        deciding(judge_recorded(later, BOTH, CO, BOGOTA, history=[later, visit])).rule == "co.frequency.daily"
    )


def test_who_answered_without_speaking_of_the_debt_is_no_breach() -> None:
    told = visited("v", "2026-11-20T11:00", party=Party.RELATIVE, result=Result.COME_BACK)
    assert judge_recorded(told, BOTH, CO, BOGOTA).decision == "allow"
    not_made = visited("v", "2026-11-22T23:00", party=Party.NOBODY, result=Result.NOT_MADE)
    assert judge_recorded(not_made, BOTH, CO, BOGOTA).rulings == ()


def test_an_uncertain_clock_turns_a_no_into_a_perhaps() -> None:
    late = visited("v", "2026-11-20T18:50")
    assert judge_recorded(late, BOTH, CO, BOGOTA).decision == "block"
    assert judge_recorded(late, BOTH, CO, BOGOTA, uncertainty_s=600).decision == "warn"
    earlier = replace(late, happened=replace(late.happened, end=late.happened.end - timedelta(minutes=10)))
    assert judge_recorded(earlier, BOTH, CO, BOGOTA).decision == "allow"
