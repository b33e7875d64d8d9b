"""The method as rules: five steps, who may be told what, likely days, five questions, objections, flags."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from sync.method import guide_lines, shipped_objections
from sync.policies import load
from sync.records import (
    CaseAnswer,
    Conduct,
    Interval,
    Known,
    Party,
    Payment,
    Place,
    Reason,
    Result,
    StepAnswer,
    Visit,
    VisitResult,
)
from sync.rules import alarms, next_dates, objections, questions, saying, steps
from sync.rules.policy import Policy
from sync.rules.visit import VisitDraft, check_visit, reason_asked
from sync.rules.wording import TextKind, lint

from .world import pack

NOON = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)  # a Monday
PROMISE = VisitResult("a", Result.PROMISE, None, {"amount": "300000", "due": "2026-12-15"})


def demo() -> Policy:
    return pack("demo")


def co() -> Policy:
    return pack("co")


# Five steps


def test_a_promise_says_how_much_when_and_what_follows() -> None:
    told = {one.step: (one.answer, one.value, one.implied) for one in steps.whole((), [PROMISE])}
    assert told == {
        "reconocimiento": ("yes", "", True),
        "aceptacion": ("yes", "", True),
        "importe": ("part", "300000", True),
        "tiempo": ("dated", "2026-12-15", True),
        "seguimiento": ("check", "2026-12-15", True),
    }


def test_what_was_said_stands_before_what_the_result_implies() -> None:
    said = (StepAnswer("aceptacion", "terms"), StepAnswer("seguimiento", "reminder", "2026-12-13"))
    found = {one.step: one for one in steps.whole(said, [PROMISE])}
    assert (found["aceptacion"], found["seguimiento"]) == said
    assert found["tiempo"].implied


def test_two_accounts_imply_only_what_they_agree_on() -> None:
    dispute = VisitResult("b", Result.DISPUTES, None, {"text": "no es mía"})
    found = {one.step for one in steps.implied([PROMISE, dispute])}
    assert found == {"importe", "tiempo", "seguimiento"}


def test_a_visit_without_talk_implies_nothing() -> None:
    assert steps.implied([VisitResult("a", Result.NOBODY_HOME), VisitResult("b", Result.COME_BACK)]) == ()


@pytest.mark.parametrize("party", [Party.RELATIVE, Party.THIRD, Party.MINOR, Party.NOBODY])
def test_no_step_is_answered_with_who_must_not_hear_of_the_debt(party: Party) -> None:
    said = [StepAnswer("reconocimiento", "yes")]
    assert [one.rule for one in steps.wrong(said, party)] == ["visit.steps"]
    assert steps.wrong(said, Party.HOLDER) == []


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (StepAnswer("importe", "much"), "step-importe"),
        (StepAnswer("paciencia", "yes"), "step-paciencia"),
        (StepAnswer("importe", "part", "mil"), "step-importe-value"),
        (StepAnswer("tiempo", "dated", "mañana"), "step-tiempo-value"),
        (StepAnswer("aceptacion", "yes", "sí"), "step-aceptacion-value"),
    ],
)
def test_an_answer_nobody_can_read_is_named(said: StepAnswer, field: str) -> None:
    assert [one.field for one in steps.wrong([said], Party.HOLDER)] == [field]


# The guide


def test_with_who_is_not_bound_nothing_names_the_debt_and_every_party_is_told_something() -> None:
    policy = demo()
    for party in Party:
        found = saying.guide(guide_lines(), party, policy)
        assert found, party
        if party not in steps.TALKERS:
            assert all(line.step == saying.START for line in found)
            said = " ".join(line.text.lower() for line in found if line.kind == "say")
            assert not any(word in said for word in ("deuda", "saldo", "cuenta", "pago", "cobr")), said


def test_where_asking_is_forbidden_the_guide_forbids_it_and_never_asks() -> None:
    lines = {policy.name: saying.guide(guide_lines(), Party.HOLDER, policy) for policy in (demo(), co())}
    asks = "¿qué cambió desde la última cuota?"
    assert any(asks in line.text for line in lines["demo"])
    assert not any(asks in line.text for line in lines["co"])
    assert any("No pregunte por qué" in line.text for line in lines["co"])


def test_at_a_door_with_two_packs_what_one_forbids_holds() -> None:
    both = saying.guide_of_all(guide_lines(), Party.HOLDER, [demo(), co()])
    assert any("No pregunte por qué" in line.text for line in both)
    assert not any(line.needs == "ask_reason" for line in both)


def test_without_a_pack_nothing_is_offered_that_a_pack_must_allow() -> None:
    assert not any(line.needs for line in saying.guide(guide_lines(), Party.HOLDER, None))
    assert objections.offered(shipped_objections(), Party.HOLDER, None) == ()


# Objections


def test_what_comes_with_ronda_may_be_said_under_every_pack() -> None:
    policies = [demo(), *(load(name) for name in ("co", "mx-agency", "pe", "ec", "cl", "us"))]
    texts = [text for one in shipped_objections() for text in one.say]
    texts += [line.text for line in guide_lines() if line.kind == "say"]
    assert len(texts) > 25
    for policy in policies:
        wrong = {text: lint(text, policy, TextKind.MESSAGE).words for text in texts}
        assert {text: words for text, words in wrong.items() if words} == {}, policy.name
    control = lint("Si no paga lo vamos a embargar y todos sus vecinos lo sabrán", demo(), TextKind.MESSAGE)
    assert control.found, "the linter finds what may not be said"


def test_the_office_lays_its_versions_over_the_library() -> None:
    first = shipped_objections()[0]
    own = replace(first, version=1, title="Otra manera")
    gone = replace(shipped_objections()[1], version=2, active=False)
    new = objections.Objection("propia", 1, "Una nuestra", ("Entiendo.",))
    found = {one.code: one for one in objections.library(shipped_objections(), [gone, new, own])}
    assert found[first.code].title == "Otra manera"
    assert gone.code not in found
    assert found["propia"] == new
    assert objections.objection_from(new.wire()) == new


def test_cash_is_not_answered_for_where_it_may_not_be_taken() -> None:
    codes = {one.code for one in objections.offered(shipped_objections(), Party.HOLDER, load("mx-agency"))}
    assert "le_pago_a_usted" not in codes
    assert "sin_dinero" in codes
    guarantor = {one.code for one in objections.offered(shipped_objections(), Party.GUARANTOR, demo())}
    assert "soy_el_aval" in guarantor


# Likely days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("15", ["2026-12-15"]),
        ("15 y 30", ["2026-11-30", "2026-12-15"]),
        ("quincenal", ["2026-11-30", "2026-12-15"]),
        ("Viernes", ["2026-11-27", "2026-12-04", "2026-12-11", "2026-12-18"]),
        ("sábado", ["2026-11-28", "2026-12-05", "2026-12-12", "2026-12-19"]),
        ("fin de mes", ["2026-11-30"]),
        ("31", ["2026-11-30"]),
        ("", []),
        ("cuando pueda", []),
        ("45", []),
    ],
)
def test_a_lenders_words_for_a_payday_are_read(text: str, days: list[str]) -> None:
    found = next_dates.paydays(text, TODAY, date(2026, 12, 20))
    assert [day.isoformat() for day in found] == days


def paid(*days: date) -> list[Payment]:
    return [Payment(str(n), "a", Decimal(1000), "COP", day) for n, day in enumerate(days)]


def test_a_suggestion_says_where_it_comes_from_and_waits_for_an_open_bank() -> None:
    habit = paid(date(2026, 8, 6), date(2026, 9, 5), date(2026, 10, 4), date(2026, 11, 5))
    found = next_dates.suggested("15", habit, demo(), TODAY)
    assert [(one.day.isoformat(), str(one.because)) for one in found] == [
        ("2026-12-07", "Pagó hacia el día 5 del mes 4 de las últimas 4 veces"),  # the 5th is a Saturday
        ("2026-12-15", "Día de pago según la entidad: 15"),
        ("2027-01-05", "Pagó hacia el día 5 del mes 4 de las últimas 4 veces"),
    ]


def test_no_habit_is_read_into_few_or_scattered_or_reversed_payments() -> None:
    assert next_dates.habit_of(paid(date(2026, 9, 5), date(2026, 10, 5)), TODAY) is None
    scattered = paid(date(2026, 7, 1), date(2026, 8, 11), date(2026, 9, 21), date(2026, 10, 29))
    assert next_dates.habit_of(scattered, TODAY) is None
    three = paid(date(2026, 8, 5), date(2026, 9, 5), date(2026, 10, 5))
    assert next_dates.habit_of(three, TODAY) == (5, 3, 3)
    reversal = Payment("r", "a", Decimal(1000), "COP", date(2026, 10, 9), reverses="2")
    assert next_dates.habit_of([*three, reversal], TODAY) is None


def test_the_calendar_shows_what_may_be_promised_and_where_nobody_may_visit() -> None:
    policy = demo()
    weeks = next_dates.calendar(policy, TODAY, "America/Bogota")
    days = [one for week in weeks for one in week]
    assert all(len(week) == 7 and week[0].day.weekday() == 0 for week in weeks)
    may = [one.day for one in days if one.promise]
    assert (may[0], (may[-1] - may[0]).days) == (TODAY, policy.promise.max_promise_days)
    sundays = [one for one in days if one.promise and one.day.weekday() == 6]
    assert sundays
    assert not any(one.visit for one in sundays)
    assert next_dates.calendar(None, TODAY, "America/Bogota") == ()


# Five questions


def visit(result: VisitResult) -> Visit:
    when = Interval(NOON.replace(day=20), NOON.replace(day=20, minute=10))
    return Visit("v", "d", "ag", Place.HOME, Party.HOLDER, when, Known.LIVE, when.end, (result,))


def test_facts_answer_what_they_can_and_the_rest_waits_for_a_person() -> None:
    refusal = VisitResult("a", Result.REFUSES, Reason.ILLNESS)
    told = questions.Told("a", "America/Bogota", "Banco Andino", visits=[visit(refusal)], visitors=["Ana"])
    found = {one.question: one for one in questions.five(told, {}, demo())}
    said = {key: [str(fact) for fact in one.facts] for key, one in found.items()}
    assert said == {
        "cause": ["Dijo en la visita del 20/11/2026: Enfermedad"],
        "documents": [],
        "done": ["Visitas: 1; la última el 20/11/2026"],
        "reactions": ["Negativa de pago: 1"],
        "departments": ["Entidad Banco Andino", "Campo: Ana"],
    }
    assert not found["documents"].answered


def test_the_cause_is_hidden_with_its_source_where_it_may_not_be_asked() -> None:
    refusal = VisitResult("a", Result.REFUSES, Reason.ILLNESS)
    told = questions.Told("a", "America/Bogota", "Banco Andino", visits=[visit(refusal)])
    said = {"cause": [questions.Said("Se enfermó", "Ana")]}
    for policy, rule in ((co(), "co.reason"), (None, "policy.unknown")):
        cause = questions.five(told, said, policy)[0]
        assert (cause.hidden, cause.facts, cause.said, cause.rule) == (True, (), (), rule)


def test_an_answer_to_the_cause_is_refused_and_judged_as_a_reason_asked() -> None:
    told = [CaseAnswer("a", "cause", "Perdió el empleo")]
    assert [one.rule for one in questions.wrong(told, {"a": co()})] == ["co.reason"]
    assert questions.wrong(told, {"a": demo()}) == []
    assert reason_asked([], told)
    assert not reason_asked([], [CaseAnswer("a", "done", "Se llamó")])


def test_a_visit_that_tells_the_cause_where_it_may_not_be_asked_is_not_saved() -> None:
    refusal = VisitResult("a", Result.REFUSES)
    conduct = Conduct(answers=(CaseAnswer("a", "cause", "Perdió el empleo"),), alarms=("vende_bienes",))
    draft = VisitDraft(Place.HOME, Party.HOLDER, NOON, NOON, ("a",), (refusal,), conduct=conduct)
    assert [one.rule for one in check_visit(draft, co(), NOON)] == ["co.reason"]
    assert [one.rule for one in alarms.wrong(["otra"])] == ["visit.alarms"]
