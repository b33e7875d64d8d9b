"""May I, why not, and when? The office's command and the laptop's pages give the same answer."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from field_client import asking
from field_client.casefile import case_of
from field_client.store import cases, policies, reserved
from server.consulting import Question, consult
from server.store import tables as t
from server.store.engine import open_engine, writing
from sync.ids import new_id
from sync.records import Refused
from sync.rules.asking import Said

from .builders import NOW, small_world
from .puzzles import PACKS, SEED, Puzzle, Someone, puzzle

SITUATIONS = 1000
Told = tuple[str, str, str, frozenset[tuple[str, str]], object]


def told(said: Said) -> Told:
    """What a person is shown: the verdict, the rule that decides, its source, all that decide, and when."""
    rules = frozenset((one.rule, str(one.because)) for one in said.decisive)
    return said.verdict.decision, said.ruling.rule, said.ruling.source, rules, said.next_allowed


@pytest.fixture(scope="module")
def world_of_debtors(tmp_path_factory: pytest.TempPathFactory, empty_office: Path) -> Iterator[Puzzle]:
    folder = tmp_path_factory.mktemp("puzzle")
    shutil.copytree(empty_office, folder, dirs_exist_ok=True)
    engine = open_engine(f"sqlite:///{folder / 'office.db'}")
    made = puzzle(small_world(engine), folder)
    yield made
    for pair in made.pairs.values():
        pair.store.close()
    engine.dispose()


def in_the_office(made: Puzzle, account: str, question: Question) -> Said:
    found = consult(made.world.engine, account, question, now=NOW)
    assert not isinstance(found, Refused), found
    return found[0].said


def on_the_laptop(made: Puzzle, agent: str, one: Someone, account: str, question: Question) -> Said:
    with made.stores[agent].reading() as db:
        return asking.why(
            db,
            one.id,
            account,
            question.at,
            channel=question.channel,
            address=question.address,
            place=question.place,
            party=question.party,
            pays=question.pays,
        )


def test_both_sides_say_the_same_of_a_thousand_situations(world_of_debtors: Puzzle) -> None:
    made = world_of_debtors
    verdicts: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    for number in range(SITUATIONS):
        agent, one, account, question = made.situation()
        here = on_the_laptop(made, agent, one, account, question)
        there = in_the_office(made, account, question)
        assert told(here) == told(there), f"seed {SEED}, situation {number}: {question}"
        verdicts[here.verdict.decision] += 1
        rules.update(ruling.rule.partition(".")[2] or ruling.rule for ruling in here.verdict.rulings)
        rules.update(ruling.rule for ruling in here.decisive)
    assert min(verdicts[decision] for decision in ("allow", "warn", "block")) >= 50, verdicts
    seen = " ".join(rules)
    for expected in (
        *("policy.unknown", "policy.expired", "policy.zone", "policy.override", "contacts.unknown"),
        *(
            "co.hours",
            "co.visit.home",
            "cl.frequency.weekly",
            "co.channel.weekly",
            "holiday.20261127.company",
        ),
        *("holiday.20261202.duitama", "limitation", "bureau", "party", "payment", "address", "minor", "stop"),
    ):
        assert expected in seen, (expected, rules)


def test_the_case_that_the_pages_show_is_that_very_answer(world_of_debtors: Puzzle) -> None:
    """The case and visit pages ask of a visit now, with whom is not known yet."""
    made = world_of_debtors
    for _ in range(60):
        agent, one, account, question = made.situation()
        plain = Question(question.at)
        with made.stores[agent].reading() as db:
            places = reserved.by_debtor(db).get(one.id, ())
            case = case_of(cases.state_of(db, one.id), policies.all_of(db), question.at, None, places)
        shown = next(each for each in case.accounts if each.id == account)
        assert told(shown.said) == told(in_the_office(made, account, plain))
        assert shown.verdict == shown.said.verdict


def test_what_only_one_side_knows_makes_the_answers_differ(world_of_debtors: Puzzle) -> None:
    """The control: were something left out on one side, the thousand would show it."""
    made = world_of_debtors
    one = made.people["Ana"][PACKS.index("demo")]
    with writing(made.world.engine) as connection:
        for hour in range(20):
            started = NOW + timedelta(days=3, minutes=hour)
            connection.execute(
                insert(t.contacts).values(
                    id=new_id(),
                    debtor_id=one.id,
                    channel="visit",
                    started=started,
                    ended=started,
                    effective=True,
                )
            )
    question = Question(NOW + timedelta(days=3))
    here = on_the_laptop(made, "Ana", one, one.accounts[0], question)
    assert told(here) != told(in_the_office(made, one.accounts[0], question))
