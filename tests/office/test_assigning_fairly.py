"""Assignment with its ties: absences, longest stays, conflicts, languages, ground, appointments, change sets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from server.assigning import AssignmentReport, assign
from server.assigning.appointments import Appointment, clashing
from server.assigning.balancing import share_out
from server.assigning.burdens import Bearer, Load
from server.assigning.changing import Taken, reject, take
from server.assigning.cutting import cut
from server.assigning.proposing import Proposed, propose
from server.roads.great_circle import GreatCircle
from server.staffing import Days, describe, set_conflict, set_days, take_back_days
from server.store import agents, assignments, schema, tables
from server.store.assignments import Assignment
from server.store.engine import open_engine, reading, writing
from sync.records import Refused
from sync.rules.interest import shared_surname

from .debts import AS_OF, CENTRE, NOW, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    schema.upgrade(engine)
    yield World(engine)
    engine.dispose()


def run(world: World, days: int = 0, *, rebalance: bool = False) -> AssignmentReport:
    report = assign(
        world.engine, as_of=AS_OF + timedelta(days=days), actor="cli", now=NOW, rebalance=rebalance
    )
    assert isinstance(report, AssignmentReport), report
    return report


def rows(world: World) -> dict[str, Assignment]:
    with reading(world.engine) as connection:
        return assignments.every_open(connection)


def agent_of(world: World, debtor: str) -> str | None:
    return rows(world)[debtor].agent


def appointment(world: World, debtor: str, agent: str, since: str, until: str) -> None:
    account = world.accounts_of(debtor)[0]
    world.promises(debtor, account, agent, due=AS_OF, window=(since, until))


def speaks(world: World, debtor: str, language: str) -> None:
    with writing(world.engine) as connection:
        connection.execute(
            update(tables.debtors).where(tables.debtors.c.id == debtor).values(language=language)
        )


def east(metres: float) -> tuple[float, float]:
    return CENTRE[0], CENTRE[1] + metres / 110_600


def test_nobody_new_goes_to_an_agent_who_is_away_and_who_he_has_stays_his(world: World) -> None:
    rosa = world.agent("Rosa Paz", home=CENTRE)
    ana = world.debtor("Ana", at=east(300))
    run(world)
    luis = world.agent("Luis Rey", home=east(9000))
    set_days(world.engine, "Rosa Paz", Days(AS_OF, AS_OF, away=True), actor="cli", now=NOW)
    beto = world.debtor("Beto", at=east(400))
    report = run(world)
    assert report.away == ["Rosa Paz"]
    assert (agent_of(world, ana), agent_of(world, beto)) == (rosa, luis)


def test_days_taken_back_no_longer_hold(world: World) -> None:
    world.agent("Rosa Paz")
    made = set_days(world.engine, "Rosa Paz", Days(AS_OF, AS_OF, away=True), actor="cli", now=NOW)
    assert isinstance(made, str)
    assert take_back_days(world.engine, made, actor="cli", now=NOW) is None
    world.debtor("Ana")
    assert run(world).away == []
    refused = take_back_days(world.engine, made, actor="cli", now=NOW)
    assert isinstance(refused, Refused)


def test_who_is_away_hands_over_his_appointment_of_the_day_and_nothing_else(world: World) -> None:
    rosa = world.agent("Rosa Paz", home=CENTRE)
    ana, beto = world.debtor("Ana", at=east(300)), world.debtor("Beto", at=east(350))
    run(world)
    luis = world.agent("Luis Rey", home=east(9000))
    appointment(world, ana, rosa, "10:00", "10:30")
    set_days(world.engine, "Rosa Paz", Days(AS_OF, AS_OF, away=True), actor="cli", now=NOW)
    report = run(world)
    assert (report.moved, report.handed_over) == (1, 1)
    assert (agent_of(world, ana), agent_of(world, beto)) == (luis, rosa)
    assert str(rows(world)[ana].because) == "por ausencia de Rosa Paz: cita de 10:00 a 10:30"


def test_two_appointments_nobody_can_keep_both_go_to_two_agents(world: World) -> None:
    rosa, luis = world.agent("Rosa Paz", home=CENTRE), world.agent("Luis Rey", home=east(6000))
    near = [world.debtor(f"Deudor {i}", at=east(100 + 20 * i)) for i in range(2)]
    far = [world.debtor(f"Otro {i}", at=east(5900 + 20 * i)) for i in range(2)]
    for debtor in near:
        appointment(world, debtor, rosa, "10:00", "10:10")
    run(world)
    assert {agent_of(world, debtor) for debtor in near} == {rosa, luis}
    assert {agent_of(world, debtor) for debtor in far} <= {rosa, luis}


def test_a_visit_that_takes_longer_by_its_pack_clashes_sooner() -> None:
    def appointments(service_s: int) -> list[Appointment]:
        return [
            Appointment(who, AS_OF, time(10), time(10, until), east(metres), service_s)
            for who, until, metres in (("ana", 5, 0), ("berta", 12, 50))
        ]

    for service_s, clashes in ((300, False), (1200, True)):
        ana, berta = appointments(service_s)
        assert (clashing([ana], [berta], GreatCircle()) is not None) is clashes


def test_appointments_clash_only_where_no_order_keeps_both() -> None:
    def at(since: int, until: int, metres: float, day: date = AS_OF) -> Appointment:
        return Appointment(
            "x", day, time(since // 60, since % 60), time(until // 60, until % 60), east(metres)
        )

    roads = GreatCircle()
    ten = at(600, 610, 0)
    assert clashing([ten], [at(600, 610, 50)], roads) is not None
    assert clashing([ten], [at(600, 660, 50)], roads) is None
    assert clashing([ten], [at(600, 660, 60_000)], roads) is not None
    assert clashing([ten], [at(600, 610, 50, AS_OF + timedelta(days=1))], roads) is None


def test_after_the_longest_stay_the_debtor_changes_agent_where_there_is_another(world: World) -> None:
    rosa = world.agent("Rosa Paz", home=CENTRE, longest_stay_days=30)
    ana = world.debtor("Ana", at=east(100))
    run(world)
    luis = world.agent("Luis Rey", home=east(9000))
    run(world, 29)
    assert agent_of(world, ana) == rosa
    run(world, 30)
    assert agent_of(world, ana) == luis


def test_alone_an_agent_keeps_a_debtor_beyond_the_longest_stay(world: World) -> None:
    rosa = world.agent("Rosa Paz", longest_stay_days=30)
    ana = world.debtor("Ana")
    run(world)
    run(world, 60)
    assert agent_of(world, ana) == rosa


def test_a_declared_conflict_is_a_refusal_and_moves_whom_he_had(world: World) -> None:
    rosa = world.agent("Rosa Paz", home=CENTRE)
    ana = world.debtor("Ana", at=east(100))
    run(world)
    assert agent_of(world, ana) == rosa
    luis = world.agent("Luis Rey", home=east(9000))
    assert set_conflict(world.engine, "Rosa Paz", ana, because="primas", actor="cli", now=NOW) is None
    run(world)
    assert agent_of(world, ana) == luis


def test_whom_nobody_may_have_is_told_why(world: World) -> None:
    world.agent("Rosa Paz", languages=["es"])
    ana = world.debtor("Ana")
    set_conflict(world.engine, "Rosa Paz", ana, because="", actor="cli", now=NOW)
    run(world)
    assert agent_of(world, ana) is None
    assert "conflicto de interés" in str(rows(world)[ana].because)


def test_a_language_nobody_speaks_and_one_that_somebody_does(world: World) -> None:
    world.agent("Rosa Paz", home=CENTRE, languages=["es"])
    ana = world.debtor("Ana", at=east(100))
    speaks(world, ana, "qu")
    run(world)
    assert "(qu)" in str(rows(world)[ana].because)
    luz = world.agent("Luz Inti", home=east(9000), languages=["es", "qu"])
    run(world)
    assert agent_of(world, ana) == luz


@pytest.mark.parametrize(
    ("agent", "debtor", "shared"),
    [
        ("Rosa Torres Paz", "TORRES GOMEZ ANA MARIA", "torres"),
        ("Rosa Núñez", "Ana Nunez de la Paz", "nunez"),
        ("Ana Torres", "Ana Gómez", ""),
        ("Rosa de la Cruz", "Luis Cruz", "cruz"),
        ("Rosa", "Rosa Paz", ""),
    ],
)
def test_a_shared_surname_is_found_whichever_way_the_name_is_written(
    agent: str, debtor: str, shared: str
) -> None:
    assert shared_surname(agent, debtor) == shared


def test_a_shared_surname_or_a_door_next_to_his_own_is_a_warning_that_tips_the_scales(world: World) -> None:
    rosa, luis = world.agent("Rosa Paz", home=CENTRE), world.agent("Luis Rey", home=east(200))
    ana, beto = world.debtor("Ana Paz", at=east(1900)), world.debtor("Beto Rey", at=east(1950))
    report = run(world)
    assert (agent_of(world, ana), agent_of(world, beto)) == (luis, rosa)
    assert report.warned == 0


def test_alone_an_agent_gets_his_namesake_with_the_warning_written_down(world: World) -> None:
    world.agent("Rosa Paz", home=CENTRE)
    ana = world.debtor("Ana Paz", at=east(100))
    report = run(world)
    weighed = rows(world)[ana].weighed
    assert report.warned == 1
    assert weighed is not None
    said = " ".join(str(warning) for warning in weighed.warnings)
    assert "apellido Paz" in said
    assert "vecino" in said


def test_the_next_best_agent_is_written_down_with_how_much_further_he_is(world: World) -> None:
    rosa, luis = world.agent("Rosa Paz", home=CENTRE), world.agent("Luis Rey", home=east(9000))
    ana = world.debtor("Ana", at=east(200))
    run(world)
    weighed = rows(world)[ana].weighed
    assert agent_of(world, ana) == rosa
    assert weighed is not None
    assert weighed.next_agent == luis
    assert "Luis Rey, a " in str(weighed.next_because)


def test_who_lives_on_the_ground_drawn_for_an_agent_goes_to_him(world: World) -> None:
    rosa, luis = world.agent("Rosa Paz", home=CENTRE), world.agent("Luis Rey", home=east(1200))
    ana = world.debtor("Ana", at=east(500))
    corners = [
        (CENTRE[0] + dy, east(x)[1]) for dy, x in ((-0.01, 400), (-0.01, 600), (0.01, 600), (0.01, 400))
    ]
    assert describe(world.engine, "Luis Rey", territory=corners, actor="cli", now=NOW) is None
    run(world)
    assert agent_of(world, ana) == luis
    with reading(world.engine) as connection:
        held = agents.by_id(connection, luis)
    assert held is not None
    assert len(held.territory) == 4
    assert rosa != luis


def test_a_ground_without_three_corners_or_that_crosses_itself_is_refused(world: World) -> None:
    world.agent("Rosa Paz")
    bowtie = [(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)]
    for corners in ([], bowtie[:2], bowtie):
        refused = describe(world.engine, "Rosa Paz", territory=corners, actor="cli", now=NOW)
        assert isinstance(refused, Refused)
        assert refused.rule == "agent.territory"


def test_fifty_new_debtors_do_not_move_one_of_those_who_have_an_agent(world: World) -> None:
    for place in range(4):
        world.agent(f"Agente {place}", home=east(3000 * place))
    for number in range(200):
        world.debtor(f"Viejo {number}", at=east(50 * number))
    run(world)
    before = {debtor: row.agent for debtor, row in rows(world).items()}
    for number in range(50):
        world.debtor(f"Nuevo {number}", at=east(200 * number))
    report = run(world)
    after = rows(world)
    assert report.decided == 50
    assert all(after[debtor].agent == agent for debtor, agent in before.items())


def test_a_rebalance_evens_the_loads_and_moves_as_few_as_it_must(world: World) -> None:
    world.agent("Rosa Paz", home=CENTRE)
    for number in range(40):
        world.debtor(f"Deudor {number}", at=east(100 * number))
    run(world)
    world.agent("Luis Rey", home=east(4000))
    assert [load.debtors for load in run(world).loads] == [0, 40]
    report = run(world, rebalance=True)
    assert all(19 <= load.debtors <= 21 for load in report.loads)
    assert report.moved == min(load.debtors for load in report.loads)
    assert run(world, rebalance=True).moved == 0


def test_a_proposal_changes_nothing_until_it_is_taken_and_may_be_taken_in_part(world: World) -> None:
    world.agent("Rosa Paz")
    ana, beto = world.debtor("Ana"), world.debtor("Beto")
    made = propose(world.engine, as_of=AS_OF, actor="cli", now=NOW)
    assert isinstance(made, Proposed)
    assert rows(world) == {}
    assert {change["debtor"] for change in made.changes} == {ana, beto}
    done = take(world.engine, made.id, only=[ana], actor="ana", now=NOW)
    assert done == Taken(1, 1, ())
    assert set(rows(world)) == {ana}
    again = take(world.engine, made.id, actor="ana", now=NOW)
    assert isinstance(again, Refused)


def test_a_debtor_assigned_after_the_proposal_stays_as_he_is(world: World) -> None:
    world.agent("Rosa Paz")
    ana = world.debtor("Ana")
    made = propose(world.engine, as_of=AS_OF, actor="cli", now=NOW)
    assert isinstance(made, Proposed)
    run(world)
    assert take(world.engine, made.id, actor="ana", now=NOW) == Taken(0, 0, (ana,))


def test_a_rejected_proposal_can_no_longer_be_taken(world: World) -> None:
    world.agent("Rosa Paz")
    world.debtor("Ana")
    made = propose(world.engine, as_of=AS_OF, actor="cli", now=NOW)
    assert isinstance(made, Proposed)
    assert reject(world.engine, made.id, actor="ana", now=NOW) is None
    assert isinstance(take(world.engine, made.id, actor="ana", now=NOW), Refused)
    assert isinstance(reject(world.engine, "no-such", actor="ana", now=NOW), Refused)
    assert rows(world) == {}


@pytest.mark.parametrize(
    ("days", "rule"),
    [
        (Days(AS_OF, AS_OF - timedelta(days=1), away=True), "agent.days"),
        (Days(AS_OF, AS_OF), "agent.nothing"),
        (Days(AS_OF, AS_OF, shift=("12:00", "08:00")), "agent.hours"),
        (Days(AS_OF, AS_OF, vehicle="balloon"), "agent.vehicle"),
    ],
)
def test_days_that_make_no_sense_are_refused(world: World, days: Days, rule: str) -> None:
    world.agent("Rosa Paz")
    refused = set_days(world.engine, "Rosa Paz", days, actor="cli", now=NOW)
    assert isinstance(refused, Refused)
    assert refused.rule == rule


def test_a_ground_cut_into_parts_keeps_every_debtor_and_the_loads_even() -> None:
    loads = [Load(1, frozenset(range(8)), east(37 * (number * 7919 % 800))) for number in range(800)]
    bearers = [Bearer(east(3700 * number)) for number in range(8)]
    parts = cut(loads, bearers, 850)
    assert sorted(row for some, _ in parts for row in some) == list(range(800))
    assert sorted(column for _, some in parts for column in some) == list(range(8))
    assert len(parts) == 4
    taken = [share.bearer for share in share_out(loads, bearers, GreatCircle(), 850)]
    assert all(95 <= taken.count(column) <= 105 for column in range(8))


def test_agents_of_two_branches_are_apart_before_the_ground_is_cut() -> None:
    north, south = frozenset({0, 2}), frozenset({1, 3})
    loads = [Load(1, north if number % 2 else south, east(10 * number)) for number in range(40)]
    parts = cut(loads, [Bearer(CENTRE)] * 4, 100)
    assert sorted(columns for _, columns in parts) == [[0, 2], [1, 3]]
    assert all({loads[row].allowed for row in some} == {frozenset(columns)} for some, columns in parts)
