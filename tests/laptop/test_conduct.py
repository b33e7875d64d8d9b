"""How a visit was conducted, from the laptop to the office and back, to a colleague, and out of it again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from field_client import sheets
from field_client.correcting import amend_visit, draft_of
from field_client.drafting import Draft
from field_client.store import cases, reviews
from field_client.visiting import Saved, record_visit
from server.publishing import records
from server.store import tables as t
from server.store.engine import reading, writing
from server.store.overwriting import overwrite_events
from sync.ids import new_id
from sync.records import (
    CaseAnswer,
    Conduct,
    Location,
    LocationSource,
    Party,
    Place,
    Result,
    StepAnswer,
    UsedObjection,
    VisitResult,
)
from sync.rules.answers import FieldError

from .builders import JOSE_STOP, Laptop
from .pairs import Pair


def conducted(pair: Pair) -> tuple[str, Conduct]:
    """Ana looks at Rosa's file, visits her and tells all there is to tell."""
    pair.exchange()
    rosa, accounts = pair.world.debtors["Rosa"], tuple(pair.world.accounts["Rosa"])
    with pair.store.writing() as db:
        reviews.looked(db, rosa, pair.clock.now - timedelta(hours=1))
    told = Conduct(
        steps=(StepAnswer("aceptacion", "terms"),),
        objections=(UsedObjection("sin_dinero", 0, True),),
        alarms=("se_muda",),
        answers=(CaseAnswer(accounts[0], "reactions", "Escucha y anota"),),
    )
    refusal = {account: VisitResult(account, Result.ACKNOWLEDGES, None, {}) for account in accounts}
    day = (pair.clock.now + timedelta(days=6)).date().isoformat()
    draft = Draft(
        id=new_id(),
        debtor=rosa,
        accounts=accounts,
        place=Place.HOME,
        party=Party.HOLDER,
        start=pair.clock.now - timedelta(minutes=8),
        end=pair.clock.now,
        results=tuple(replace(one, detail={"next_date": day}) for one in refusal.values()),
        location=Location(LocationSource.NONE, reason="sin GPS"),
        address=pair.world.addresses["Rosa"],
        override_reason="lo pidió",
        conduct=told,
    )
    saved = record_visit(pair.store, draft, pair.clock.read())
    assert isinstance(saved, Saved), saved
    return saved.visit, told


def here(pair: Pair, visit: str) -> Conduct:
    with pair.store.reading() as db:
        state = cases.state_of(db, pair.world.debtors["Rosa"])
    return next(one.visit.conduct for one in state.visits if one.visit.id == visit)


def test_it_is_projected_as_told_and_the_same_after_the_feed_brought_it_back(pair: Pair) -> None:
    visit, told = conducted(pair)
    before = here(pair, visit)
    assert before.reviewed is not None
    assert {one.step: one.implied for one in before.steps} == {
        "reconocimiento": True,
        "aceptacion": False,
        "seguimiento": True,
    }
    pair.exchange()
    pair.exchange()
    assert here(pair, visit) == before
    with reading(pair.world.engine) as connection:
        kept = connection.execute(select(t.visits.c.conduct).where(t.visits.c.id == visit)).scalar_one()
    assert kept["objections"] == [{"code": "sin_dinero", "version": 0, "helped": True}]
    assert kept["alarms"] == list(told.alarms)
    assert set(kept) == {"steps", "objections", "alarms", "answers", "reviewed"}


def test_an_amendment_of_the_flags_is_taken_and_shown(pair: Pair) -> None:
    visit, _ = conducted(pair)
    pair.exchange()
    with pair.store.reading() as db:
        state = cases.state_of(db, pair.world.debtors["Rosa"])
    now = next(one.visit for one in state.visits if one.visit.id == visit)
    changed = replace(draft_of(now), conduct=replace(now.conduct, alarms=("vende_bienes",)))
    said = amend_visit(pair.store, visit, changed, "vi mal", pair.clock.read())
    assert isinstance(said, Saved), said
    pair.exchange()
    pair.exchange()
    assert here(pair, visit).alarms == ("vende_bienes",)
    assert here(pair, visit).objections == now.conduct.objections


def test_a_colleague_reads_it_only_of_accounts_that_are_his(pair: Pair) -> None:
    visit, _ = conducted(pair)
    pair.exchange()
    first, *others = pair.world.accounts["Rosa"]
    row, results = pair.world.rows(t.visits)[0], pair.world.rows(t.visit_results)
    whole = records.visit(row | {"agent_name": "Ana"}, results, [])
    assert whole["id"] == visit
    none = records.within(whole, [])
    assert not {"steps", "objections", "alarms", "answers"} & set(none)
    assert [one["account"] for one in records.within(whole, [first])["answers"]] == [first]
    if others:
        assert "answers" not in records.within(whole, others)
        assert "steps" in records.within(whole, others)


def test_what_was_said_in_words_or_amounts_is_erased_and_the_codes_stay(pair: Pair) -> None:
    visit, _ = conducted(pair)
    pair.exchange()
    with writing(pair.world.engine) as connection:
        overwrite_events(connection, [visit])
    [kept] = [row["conduct"] for row in pair.world.rows(t.visits)]
    assert "Escucha y anota" not in json.dumps(kept)
    assert [sorted(one) for one in kept["steps"]] == [["answer", "step"]] * 3
    assert kept["alarms"] == ["se_muda"]


def test_a_visit_of_a_laptop_that_knows_none_of_it_is_taken_as_before(pair: Pair) -> None:
    pair.exchange()
    saved = pair.visit(result=Result.NOBODY_HOME)
    pair.exchange()
    assert here(pair, saved.visit) == Conduct()
    assert [row["conduct"] for row in pair.world.rows(t.visits)] == [None]


def test_a_line_of_the_paper_sheet_may_tell_the_steps_and_the_flags(laptop: Laptop) -> None:
    said = {
        "stop": JOSE_STOP,
        "party": "TIT",
        "happened": {"known": "paper", "line": 2, "start": "2026-11-23T09:00", "end": "2026-11-23T09:10"},
        "results": [{"account": "000452", "result": "REC", "detail": {"next_date": "2026-11-30"}}],
        "steps": {"aceptacion": "terms", "importe": ["part", "90000"]},
        "alarms": ["se_muda"],
    }
    draft = sheets.draft_of(laptop.store, said, laptop.clock.now)
    assert isinstance(draft, Draft), draft
    assert draft.conduct.steps == (StepAnswer("aceptacion", "terms"), StepAnswer("importe", "part", "90000"))
    assert isinstance(record_visit(laptop.store, draft, laptop.clock.read()), Saved)
    wrong = sheets.draft_of(laptop.store, said | {"steps": "todos"}, laptop.clock.now)
    assert isinstance(wrong, list)
    unknown = sheets.draft_of(laptop.store, said | {"alarms": ["otra"]}, laptop.clock.now)
    assert isinstance(unknown, Draft)
    refused = record_visit(laptop.store, unknown, laptop.clock.read())
    assert not isinstance(refused, Saved)
    assert [one.rule for one in refused.problems if isinstance(one, FieldError)] == ["visit.alarms"]
