"""`ronda office assign` and `plan` as a person types them: figures, sentences, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from server.commands import staff
from server.commands.assign import assign
from server.commands.plan import _said as said
from server.commands.plan import plan
from server.config import config_from
from server.office import initialise
from server.planning import NotPublished, publish
from server.store import tables
from server.store.engine import open_engine

from .debts import AS_OF, DAY, NOW, World, around


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    initialise(config_from({}, tmp_path / "office"), NOW)
    return tmp_path / "office"


@pytest.fixture
def world(folder: Path) -> World:
    return World(open_engine(f"sqlite:///{folder / 'office.db'}"))


def run(command: Any, folder: Path, *words: str) -> Result:
    return CliRunner().invoke(command, ["--data", str(folder), *words])


def test_assign_and_plan_print_one_json_object_each(folder: Path, world: World) -> None:
    world.agent("Rosa Niño")
    for i in range(4):
        world.debtor(f"d{i}", at=around(i))
    world.debtor("barred", pack="co")
    given = run(assign, folder, "--as-of", AS_OF.isoformat(), "--json")
    assert given.exit_code == 0, given.output
    figures = json.loads(given.stdout)
    assert (figures["accounts_at_90"], figures["assigned"]["accounts"]) == (5, 4)
    assert figures["barred"]["by_rule"] == {"co.visit.home": 1}
    planned = run(plan, folder, "--date", "2026-11-23", "--agents", "rosa niño", "--publish", "--json")
    assert planned.exit_code == 0, planned.output
    figures = json.loads(planned.stdout)
    assert (figures["stops"], figures["left_out"], figures["publication"]["published"]) == (4, 0, 1)


def test_the_words_for_a_person_name_agents_rules_and_that_times_are_approximate(
    folder: Path, world: World
) -> None:
    world.agent("Rosa")
    world.debtor("Ana")
    world.debtor("Beto", pack="co")
    assert "barred by co.visit.home: 1 accounts" in run(assign, folder, "--as-of", "2026-11-20").output
    told = run(plan, folder, "--date", "2026-11-23").output
    assert "Rosa: 1 stops" in told
    assert "approximate" in told


def test_without_agents_assign_says_how_to_add_one_and_fails(folder: Path) -> None:
    answer = run(assign, folder, "--as-of", "2026-11-20")
    assert answer.exit_code == 1
    assert "ronda office user add" in answer.output


def test_planning_before_assigning_says_what_to_run(folder: Path, world: World) -> None:
    world.agent("Rosa")
    answer = run(plan, folder, "--date", "2026-11-23")
    assert answer.exit_code == 1
    assert "ronda office assign" in answer.output


def test_an_agent_nobody_knows_is_refused_with_the_names_there_are(folder: Path, world: World) -> None:
    world.agent("Rosa")
    answer = run(plan, folder, "--date", "2026-11-23", "--agents", "Rosita")
    assert answer.exit_code == 2
    assert "Rosita" in answer.output
    assert "Rosa" in answer.output


def test_a_date_that_is_none_is_refused_with_an_example(folder: Path) -> None:
    answer = run(plan, folder, "--date", "23/11/2026")
    assert answer.exit_code == 2
    assert "2026-11-20" in answer.output


def ask(folder: Path, account: str) -> Result:
    return CliRunner().invoke(plan, ["why", account, "--data", str(folder), "--week", "2026-11-25"])


def test_a_week_is_planned_published_and_asked_about_from_the_command_line(
    folder: Path, world: World
) -> None:
    world.agent("Rosa")
    ana, *_ = [world.debtor(f"d{i}", at=around(i)) for i in range(6)]
    (account,) = world.accounts_of(ana)
    world.set_account(account, number="LT-7")
    run(assign, folder, "--as-of", AS_OF.isoformat())
    planned = run(plan, folder, "--week", "2026-11-23", "--days", "3", "--publish", "--json")
    assert planned.exit_code == 0, planned.output
    figures = json.loads(planned.stdout)
    assert (figures["debtors"], figures["visited_debtors"], len(figures["days"])) == (6, 6, 3)
    assert [day["published"] for day in figures["publication"]] == [1, 1, 1]
    certificate = figures["days"][0]["routes"][0]["certificate"]
    assert certificate["bound"] >= certificate["value"]
    asked = ask(folder, "LT-7")
    assert asked.exit_code == 0, asked.output
    assert "LT-7, 2026-11-23 to 2026-11-29: lo visita Rosa el " in asked.output
    unknown = ask(folder, "LT-8")
    assert (unknown.exit_code, "LT-8" in unknown.output) == (1, True)


def test_a_published_day_is_taken_back_and_a_day_without_one_says_so(folder: Path, world: World) -> None:
    world.agent("Rosa")
    world.debtor("Ana")
    run(assign, folder, "--as-of", AS_OF.isoformat())
    assert run(plan, folder, "--date", "2026-11-23", "--publish").exit_code == 0
    back = run(plan, folder, "--date", "2026-11-23", "--unpublish")
    assert "took back 1 routes of 2026-11-23 with 1 stops" in back.output
    again = run(plan, folder, "--date", "2026-11-23", "--unpublish")
    assert (again.exit_code, "no route is published" in again.output) == (1, True)


def test_a_plan_that_fails_the_checker_is_not_published_and_every_reason_is_printed(
    folder: Path, world: World
) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana")
    run(assign, folder, "--as-of", AS_OF.isoformat())
    run(plan, folder, "--date", "2026-11-23")
    world.stop(ana, "dispute")
    answer = publish(world.engine, day=DAY, actor="cli", now=NOW)
    assert isinstance(answer, NotPublished)
    assert "demo.stop" in said(answer)
    assert "Rosa" in said(answer)


def test_neither_a_day_nor_a_week_is_refused_with_what_to_write(folder: Path) -> None:
    for words in ((), ("--date", "2026-11-23", "--week", "2026-11-23")):
        answer = run(plan, folder, *words)
        assert (answer.exit_code, "--week" in answer.output) == (2, True)


def test_an_agents_lunch_is_set_by_name_and_one_that_does_not_fit_is_refused(
    folder: Path, world: World
) -> None:
    rosa = world.agent("Rosa")
    for words, told in (
        ("45@12:00-14:00", (2700, "12:00", "14:00")),
        ("none", (0, "12:00", "14:00")),
    ):
        answer = run(staff.agent, folder, "Rosa", "--lunch", words)
        assert answer.exit_code == 0, answer.output
        (row,) = world.rows(tables.agents, tables.agents.c.id == rosa)
        assert (row["lunch_s"], row["lunch_from"], row["lunch_to"]) == told
    for wrong in ("45", "90@12:00-13:00", "0@12:00-13:00", "45@mediodía"):
        answer = run(staff.agent, folder, "Rosa", "--lunch", wrong)
        assert answer.exit_code == 2
        assert "lunch" in answer.output
