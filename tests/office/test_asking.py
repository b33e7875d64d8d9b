"""Why is this account not visited this week? Every account has an answer: who visits it when, or what says no."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.assigning import AssignmentReport, assign
from server.planning import publish
from server.planning.asking import WeekAnswer, answers, why_not
from server.planning.reporting import WeekReport
from server.planning.weeks import plan_week
from server.store import accounts, schema, tables
from server.store.engine import open_engine, reading
from sync.records import Refused

from .debts import AS_OF, DAY, NOW, World, around

QUICK: dict[str, Any] = {"iterations": 40, "workers": 1}
TUESDAY = DAY + timedelta(days=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    schema.upgrade(engine)
    yield World(engine)
    engine.dispose()


def give(world: World) -> None:
    report = assign(world.engine, as_of=AS_OF, actor="cli", now=NOW)
    assert isinstance(report, AssignmentReport), report


def planned(world: World) -> None:
    report = plan_week(world.engine, first=DAY, actor="cli", now=NOW, **QUICK)
    assert isinstance(report, WeekReport), report


def asked(world: World, account: str, week: date = TUESDAY) -> WeekAnswer:
    found = why_not(world.engine, account, week, now=NOW)
    assert not isinstance(found, Refused), found
    (answer,) = found
    return answer


def test_the_answer_names_who_visits_it_when_and_whether_that_is_published(world: World) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana")
    give(world)
    planned(world)
    (account,) = world.accounts_of(ana)
    answer = asked(world, account)
    (visit,) = answer.visits
    assert str(answer.because).startswith(f"lo visitaría Rosa el {visit.day:%d/%m/%Y} a las ")
    assert str(answer.because).endswith("parada 1 de un borrador sin publicar")
    publish(world.engine, day=visit.day, actor="cli", now=NOW)
    assert str(asked(world, account).because).endswith("parada 1 de su ruta publicada")


def test_an_account_may_be_asked_for_by_the_number_its_lender_gives_it(world: World) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana")
    (account,) = world.accounts_of(ana)
    world.set_account(account, number="LT-100002")
    give(world)
    planned(world)
    assert asked(world, "LT-100002").account == account
    unknown = why_not(world.engine, "LT-9", DAY, now=NOW)
    assert isinstance(unknown, Refused)
    assert "LT-9" in str(unknown.reason)


def test_what_is_not_assigned_is_answered_by_the_rule_that_says_so(world: World) -> None:
    world.agent("Rosa")
    world.debtor("Rosalba")
    young, home = world.debtor("Ana", dpd=30), world.debtor("Beto", pack="co")
    paid, gone = world.debtor("Carla", overdue=0), world.debtor("Dora")
    world.set_account(world.accounts_of(gone)[0], state="recalled")
    give(world)
    planned(world)
    said = {name: asked(world, world.accounts_of(debtor)[0]) for name, debtor in
            (("young", young), ("home", home), ("paid", paid), ("gone", gone))}  # fmt: skip
    assert said["young"].rule == "demo.field_threshold"
    assert str(said["young"].because) == "Tiene 33 días de mora; a campo pasa solo desde 90."
    assert said["home"].rule == "co.visit.home"
    assert "saldo vencido" in str(said["paid"].because)
    assert (said["gone"].rule, str(said["gone"].because)) == (
        "account.state",
        "El acreedor retiró la cuenta.",
    )


def test_a_second_account_whose_pack_bars_it_is_answered_by_its_own_pack_and_not_by_the_stop(
    world: World,
) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana", accounts=[{"pack": "demo"}, {"pack": "co", "credit_type": "consumo"}])
    give(world)
    planned(world)
    told = [asked(world, account) for account in world.accounts_of(ana)]
    visited = [one for one in told if one.visits]
    (barred,) = [one for one in told if not one.visits]
    assert len(visited) == 1
    assert barred.rule == "co.visit.home"


def test_of_the_reasons_of_a_week_the_one_of_the_day_he_was_thought_of_is_told(world: World) -> None:
    world.agent("Rosa", shift_start="08:00", shift_end="09:30")
    ids = [world.debtor(f"d{i}", at=around(i * 2), overdue=20_000 * (i + 1)) for i in range(60)]
    give(world)
    planned(world)
    told = [asked(world, world.accounts_of(debtor)[0]) for debtor in ids]
    left = [one for one in told if not one.visits]
    assert left
    for one in left:
        text = str(one.because)
        assert "previsto para otro día" not in text
        assert one.rule != "demo.hours"  # Sunday is closed, and that is not why
        assert "menor prioridad esta semana" in text or "no cabe" in text or "turno" in text, text


def test_every_account_of_an_office_has_an_answer_with_words(world: World) -> None:
    world.agent("Rosa")
    for i in range(20):
        world.debtor(
            f"d{i}", at=around(i) if i % 5 else None, dpd=20 * i, pack="co" if i % 4 == 3 else "demo"
        )
    give(world)
    planned(world)
    debtors = [row["id"] for row in world.rows(tables.debtors)]
    with reading(world.engine) as connection:
        owners = accounts.of_debtors(connection, debtors)
        found = answers(connection, owners, DAY, DAY + timedelta(days=6), now=NOW)
    assert len(found) == 20
    assert all(str(one.because) for one in found.values())
    assert not [one for one in found.values() if "planificado" in str(one.because)]


def test_a_week_nobody_planned_is_said_to_be_so(world: World) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana")
    give(world)
    answer = asked(world, world.accounts_of(ana)[0], DAY + timedelta(days=30))
    assert str(answer.because) == "está asignada, y ningún día de esa semana está planificado para su gestor"
