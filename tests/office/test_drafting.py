"""Moves by hand in a draft: their effect, what is refused and warned of, undone, done again, saved, put back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.assigning import AssignmentReport, assign
from server.assigning.changing import Taken, reject, take
from server.assigning.drafting import open_draft
from server.assigning.moving import Asked, Effect, look, move, redo, undo
from server.assigning.proposing import Proposed, propose
from server.assigning.putting_back import PutBack, put_back
from server.assigning.weighing import COUNTS, spread
from server.staffing import Days, set_conflict, set_days
from server.store import assignments, change_rows, change_sets, facts, schema
from server.store.engine import open_engine, reading, writing
from server.store.scopes import Scope, Share
from sync.records import Refused
from sync.words import Phrase

from .debts import AS_OF, CENTRE, NOW, World

ALL = Scope.everything()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    schema.upgrade(engine)
    yield World(engine)
    engine.dispose()


def east(metres: float) -> tuple[float, float]:
    return CENTRE[0], CENTRE[1] + metres / 110_600


def run(world: World, days: int = 0) -> None:
    done = assign(world.engine, as_of=AS_OF + timedelta(days=days), actor="cli", now=NOW)
    assert isinstance(done, AssignmentReport)


def draft(world: World, scope: Scope = ALL, day: date = AS_OF) -> str:
    made = open_draft(world.engine, as_of=day, actor="alicia", now=NOW, scope=scope)
    assert isinstance(made, str)
    return made


def moved(world: World, made: str, debtors: list[str], agent: str, why: str = "vive cerca") -> Effect:
    found = move(world.engine, Asked(made, tuple(debtors), agent, why), actor="alicia", now=NOW)
    assert isinstance(found, Effect), found
    return found


def owners(world: World) -> dict[str, str | None]:
    with reading(world.engine) as connection:
        return {debtor: row.agent for debtor, row in assignments.every_open(connection).items()}


def after(world: World, made: str) -> dict[str, dict[str, Any]]:
    with reading(world.engine) as connection:
        return {agent: dict(load.after) for agent, load in change_rows.loads(connection, made).items()}


def rows(world: World, made: str) -> dict[str, change_rows.Row]:
    with reading(world.engine) as connection:
        return change_rows.of(connection, made)


def rule_of(found: Effect, debtor: str) -> str:
    return found.refused[debtor].rule


def test_a_move_is_a_draft_until_it_is_saved_and_then_tells_who_why_and_what(world: World) -> None:
    rosa = world.agent("Rosa Paz", home=CENTRE)
    ana = world.debtor("Ana", at=east(100))
    run(world)
    luis = world.agent("Luis Rey", home=east(9000))
    made = draft(world)
    seen = look(world.engine, Asked(made, (ana,), luis), actor="alicia", now=NOW)
    assert isinstance(seen, Effect)
    assert (seen.before[rosa]["debtors"], seen.after[rosa]["debtors"], seen.after[luis]["debtors"]) == (
        1,
        0,
        1,
    )
    assert rows(world, made) == {}, "looking writes nothing"
    moved(world, made, [ana], luis, "Ana pidió otro gestor")
    assert owners(world) == {ana: rosa}
    assert take(world.engine, made, actor="alicia", now=NOW, why="semana 48") == Taken(1, 0, ())
    assert owners(world) == {ana: luis}
    with reading(world.engine) as connection:
        row = assignments.history(connection, ana)[-1]
        told = facts.listed(connection, kind="assignment.taken")[0]
        kept = change_sets.by_id(connection, made)
    assert (row.actor, str(row.because)) == ("alicia", "movido a mano por alicia: Ana pidió otro gestor")
    assert (told["payload"]["taken"], told["payload"]["why"]) == (1, "semana 48")
    assert kept is not None
    assert (kept.state, kept.decided_by, kept.why) == ("taken", "alicia", "semana 48")


def test_a_load_holds_what_weighs_and_the_way_from_the_middle_of_the_ground(world: World) -> None:
    rosa = world.agent("Rosa Paz", home=CENTRE)
    ana = world.debtor("Ana", at=east(1000), accounts=[{"overdue": 100}, {"overdue": 50, "dpd": 200}])
    world.debtor("Beto", at=None)
    run(world)
    luis = world.agent("Luis Rey", home=CENTRE)
    made = draft(world)
    load = after(world, made)[rosa]
    assert {name: load[name] for name in ("debtors", "accounts", "unlocated", "travel_s")} == {
        "debtors": 2,
        "accounts": 3,
        "unlocated": 1,
        "travel_s": 0,  # Ana's door is the middle of what he has
    }
    assert load["overdue"] == {"COP": (100 + 50 + 500_000) * 100}
    found = moved(world, made, [ana], luis)
    assert found.after[luis]["travel_s"] == round(95 + 0.130 * 1000)
    assert found.after[luis]["overdue"] == {"COP": 150_00}


def test_what_an_assignment_never_does_a_hand_may_not_do_either(world: World) -> None:
    world.agent("Rosa Paz", home=CENTRE, branch="Duitama")
    ana = world.debtor("Ana", branch="Duitama")
    barred = world.debtor("Beto", pack="co", credit_type="consumo", branch="Duitama")
    early = world.debtor("Carla", dpd=10, branch="Duitama")
    run(world)
    speaks = world.agent("Luis Rey", languages=["qu"], branch="Duitama")
    tunja = world.agent("Marta Sol", branch="Tunja")
    away = world.agent("Nico Gil", branch="Duitama")
    kin = world.agent("Olga Ruiz", branch="Duitama")
    full = world.agent("Pedro Mesa", branch="Duitama", max_accounts=0)
    set_days(world.engine, "Nico Gil", Days(AS_OF, AS_OF, away=True), actor="cli", now=NOW)
    set_conflict(world.engine, "Olga Ruiz", ana, because="prima", actor="cli", now=NOW)
    made = draft(world)
    everybody = [ana, barred, early]
    assert rule_of(moved(world, made, everybody, speaks), ana) == "assign.language"
    assert rule_of(moved(world, made, [ana], tunja), ana) == "assign.branch"
    assert rule_of(moved(world, made, [ana], away), ana) == "assign.absent"
    assert rule_of(moved(world, made, [ana], kin), ana) == "assign.conflict"
    assert rule_of(moved(world, made, [ana], full), ana) == "assign.room"
    found = moved(world, made, everybody, kin)
    assert rule_of(found, early) == "assign.not_late"
    assert found.refused[barred].rule.startswith("co.")
    assert found.refused[barred].source != ""
    assert found.rows == {}
    assert rows(world, made) == {}


def test_a_draft_warns_of_what_an_assignment_would_avoid(world: World) -> None:
    rosa = world.agent("Rosa Paz", home=CENTRE)
    ana = world.debtor("Ana Rey", at=east(100), zone="Norte")
    run(world)
    luis = world.agent("Luis Rey", home=east(150), zone="Sur", longest_stay_days=5)
    with writing(world.engine) as connection:
        account = world.accounts_of(ana)[0]
        outcome = assignments.Outcome(account, "assigned", Phrase("antes"))
        for agent, since in ((luis, -60), (rosa, -40)):
            decision = assignments.Decision(ana, agent, Phrase("antes"), (outcome,))
            day = AS_OF + timedelta(days=since)
            assignments.decide(connection, [decision], since=day, now=NOW, actor="cli")
    world.promises(ana, world.accounts_of(ana)[0], rosa, due=AS_OF, window=("10:00", "10:30"))
    found = moved(world, draft(world), [ana], luis)
    told = [str(Phrase.from_json(str(said))) for _, said in found.warned]
    assert told == [
        "rompe la continuidad: lleva 40 días con Rosa Paz",
        "Luis Rey ya lo tuvo 20 días; lo más que puede son 5",
        "tiene cita el 2026-11-20 a las 10:00: la cumple el nuevo gestor",
        "es de la zona Norte, y el gestor de Sur",
        "posible parentesco: el gestor y el deudor comparten apellido",
        "posible vecino: su puerta está a 50 m de la casa del gestor",
    ]
    assert not any("Rey" in said for said in told[4:]), "a draft keeps nothing of the debtor's name"


def test_two_appointments_at_one_hour_are_not_given_to_one_agent(world: World) -> None:
    rosa = world.agent("Rosa Paz", home=CENTRE)
    ana = world.debtor("Ana", at=east(100))
    run(world)
    luis = world.agent("Luis Rey", home=CENTRE)
    with writing(world.engine) as connection:
        beto = world.add_debtor(connection, "Beto", at=east(200))
    made = draft(world)
    moved(world, made, [beto], luis)
    assert take(world.engine, made, actor="alicia", now=NOW) == Taken(1, 0, ())
    for debtor, agent in ((ana, rosa), (beto, luis)):
        window = ("10:00", "10:05")
        world.promises(debtor, world.accounts_of(debtor)[0], agent, due=AS_OF, window=window)
    assert rule_of(moved(world, draft(world), [ana], luis), ana) == "assign.clash"


def test_a_move_asks_for_a_reason_an_agent_and_debtors_of_ones_own(world: World) -> None:
    rosa = world.agent("Rosa Paz", branch="Duitama")
    ana = world.debtor("Ana", branch="Duitama")
    run(world)
    made = draft(world)
    tunja = Scope((Share(branch="Tunja"),))
    for asked, rule in (
        (Asked(made, (ana,), rosa, " "), "assign.no_reason"),
        (Asked(made, (), rosa, "x"), "assign.nobody_chosen"),
        (Asked(made, (ana,), "nadie", "x"), "assign.unknown_agent"),
        (Asked(made, (ana,), rosa, "x", scope=tunja), "assign.unknown_agent"),
        (Asked("nada", (ana,), rosa, "x"), "assign.unknown_set"),
        (Asked(made, tuple(map(str, range(2001))), rosa, "x"), "assign.too_many"),
    ):
        refused = move(world.engine, asked, actor="alicia", now=NOW)
        assert isinstance(refused, Refused)
        assert refused.rule == rule
    assert reject(world.engine, made, actor="alicia", now=NOW) is None
    refused = move(world.engine, Asked(made, (ana,), rosa, "x"), actor="alicia", now=NOW)
    assert isinstance(refused, Refused)
    assert refused.rule == "assign.decided_set"


def test_a_proposal_may_be_changed_by_hand_before_it_is_taken(world: World) -> None:
    world.agent("Rosa Paz", home=CENTRE)
    luis = world.agent("Luis Rey", home=east(9000))
    ana, beto = world.debtor("Ana", at=east(10)), world.debtor("Beto", at=east(20))
    made = propose(world.engine, as_of=AS_OF, actor="cli", now=NOW)
    assert isinstance(made, Proposed)
    loads = after(world, made.id)
    assert {load["debtors"] for agent, load in loads.items() if agent} == {1}
    near = next(debtor for debtor, row in rows(world, made.id).items() if row["to_agent"] != luis)
    moved(world, made.id, [near], luis)
    assert after(world, made.id)[luis]["debtors"] == 2
    assert take(world.engine, made.id, actor="alicia", now=NOW) == Taken(2, 0, ())
    assert owners(world) == {ana: luis, beto: luis}


def test_what_no_longer_may_be_is_left_when_the_draft_is_saved(world: World) -> None:
    rosa = world.agent("Rosa Paz", home=CENTRE)
    ana, beto, caro = (world.debtor(name, at=east(100)) for name in ("Ana", "Beto", "Caro"))
    run(world)
    luis = world.agent("Luis Rey", home=CENTRE)
    made = draft(world)
    moved(world, made, [ana, beto, caro], luis)
    set_conflict(world.engine, "Luis Rey", beto, because="socio", actor="cli", now=NOW)
    other = draft(world)
    moved(world, other, [caro], luis, "otra mesa")
    assert take(world.engine, other, actor="bruno", now=NOW) == Taken(1, 0, ())
    done = take(world.engine, made, actor="alicia", now=NOW)
    assert isinstance(done, Taken)
    assert (done.taken, set(done.overtaken)) == (1, {beto, caro})
    assert owners(world) == {ana: luis, beto: rosa, caro: luis}
    said = {
        debtor: str(Phrase.from_json(row["said"])) for debtor, row in rows(world, made).items() if row["said"]
    }
    assert said == {
        beto: "Luis Rey tiene un conflicto de interés declarado con él",
        caro: "se asignó de otra manera mientras tanto",
    }


def test_a_saved_change_is_put_back_but_for_what_moved_since(world: World) -> None:
    rosa = world.agent("Rosa Paz", home=CENTRE)
    ana, beto, caro = (world.debtor(name, at=east(100)) for name in ("Ana", "Beto", "Caro"))
    run(world)
    luis = world.agent("Luis Rey", home=CENTRE)
    made = draft(world)
    moved(world, made, [ana, beto], luis)
    take(world.engine, made, actor="alicia", now=NOW)
    other = draft(world)
    moved(world, other, [beto], rosa)
    moved(world, other, [caro], luis)
    take(world.engine, other, actor="bruno", now=NOW)
    back = put_back(world.engine, made, as_of=AS_OF, actor="alicia", now=NOW, scope=ALL)
    assert isinstance(back, PutBack)
    assert (back.rows, back.refused) == (1, 1)
    assert (
        str(Phrase.from_json(rows(world, back.id)[beto]["said"]))
        == "se asignó de nuevo después de este cambio"
    )
    again = put_back(world.engine, made, as_of=AS_OF, actor="alicia", now=NOW, scope=ALL)
    assert isinstance(again, Refused)
    assert again.rule == "assign.undone"
    assert take(world.engine, back.id, actor="alicia", now=NOW) == Taken(1, 0, ())
    assert owners(world) == {ana: rosa, beto: rosa, caro: luis}


def test_a_first_assignment_is_put_back_to_nobody(world: World) -> None:
    world.agent("Rosa Paz", home=CENTRE)
    ana = world.debtor("Ana")
    made = propose(world.engine, as_of=AS_OF, actor="cli", now=NOW)
    assert isinstance(made, Proposed)
    take(world.engine, made.id, actor="alicia", now=NOW)
    back = put_back(world.engine, made.id, as_of=AS_OF, actor="alicia", now=NOW, scope=ALL)
    assert isinstance(back, PutBack)
    assert take(world.engine, back.id, actor="alicia", now=NOW) == Taken(1, 0, ())
    assert owners(world) == {ana: None}


def test_nothing_is_undone_where_nothing_was_done(world: World) -> None:
    world.agent("Rosa Paz")
    made = draft(world)
    for refused in (undo(world.engine, made), redo(world.engine, made), undo(world.engine, "nada")):
        assert isinstance(refused, Refused)
    back = put_back(world.engine, made, as_of=AS_OF, actor="alicia", now=NOW, scope=ALL)
    assert isinstance(back, Refused)


def test_a_draft_keeps_nothing_of_whom_was_erased(world: World) -> None:
    world.agent("Rosa Paz", home=CENTRE)
    ana, beto = world.debtor("Ana"), world.debtor("Beto")
    run(world)
    luis = world.agent("Luis Ana", home=CENTRE)
    made = draft(world)
    moved(world, made, [ana, beto], luis)
    assert rows(world, made)[ana]["warnings"]
    with writing(world.engine) as connection:
        change_rows.forget(connection, ana)
        (only,) = change_rows.moves(connection, made)
        kept = change_rows.move(connection, only.id)
    assert rows(world, made)[ana]["warnings"] == []
    assert set(kept.after) == {beto}


MOVES = st.lists(
    st.one_of(
        st.tuples(st.sets(st.integers(0, 9), min_size=1, max_size=6), st.integers(0, 3)),
        st.sampled_from(["undo", "redo"]),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, list[str], list[str]]]:
    """Ten debtors of three agents and a fourth with nobody, two of them not on the map, in two currencies."""
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('town')}/office.db")
    schema.upgrade(engine)
    world = World(engine)
    agents = [world.agent(f"Gestor {letter}", home=east(2000 * n)) for n, letter in enumerate("abc")]
    debtors = [
        world.debtor(f"Deudor {n}", at=None if n > 7 else east(500 * n), overdue=1000 + n, dpd=91 + n)
        for n in range(10)
    ]
    run(world)
    agents.append(world.agent("Gestor d", home=None, max_accounts=4))
    yield world, agents, debtors
    engine.dispose()


def total(loads: dict[str, dict[str, Any]]) -> tuple[Any, ...]:
    """What all have together: everything but the way, which depends on who goes it."""
    counts = (sum(load[name] for load in loads.values()) for name in COUNTS if name != "travel_s")
    return (*counts, sum(load["overdue"].get("COP", 0) for load in loads.values()))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_moves_keep_the_sum_of_loads_and_undone_leave_the_draft_as_it_was(
    town: tuple[World, list[str], list[str]], moves: list[Any]
) -> None:
    world, agents, debtors = town
    made = draft(world)
    first = after(world, made)
    states: list[Any] = [({}, first)]
    place = 0
    for step in moves:
        if step == "undo":
            place -= undo(world.engine, made) is None
        elif step == "redo":
            place += redo(world.engine, made) is None
        else:
            chosen, agent = step
            found = moved(world, made, [debtors[one] for one in sorted(chosen)], agents[agent])
            if found.rows:
                del states[place + 1 :]
                states.append((rows(world, made), after(world, made)))
                place += 1
        assert (rows(world, made), after(world, made)) == states[place]
        assert total(after(world, made)) == total(first)
    while undo(world.engine, made) is None:
        pass
    assert (rows(world, made), after(world, made)) == ({}, first)
    assert spread([first[agent] for agent in agents]) is not None
    assert reject(world.engine, made, actor="alicia", now=NOW) is None
