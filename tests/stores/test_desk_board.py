"""What the assignment desk reads, on both databases: debtors of a draft by filter, by ring, on the map."""

from __future__ import annotations

from sqlalchemy import Engine

from server.assigning import AssignmentReport, assign
from server.assigning.changing import Taken, take
from server.assigning.drafting import open_draft
from server.assigning.moving import Asked, Effect, move, undo
from server.assigning.putting_back import put_back
from server.store import change_rows, change_sets, offices
from server.store.boards import desk as board
from server.store.boards.desk import NOBODY, Filter
from server.store.engine import reading, writing
from server.store.scopes import Scope, Share
from tests.office.debts import AS_OF, CENTRE, NOW, World

ALL = Scope.everything()


def test_a_draft_is_read_by_filter_and_ring_as_it_would_leave_the_debtors(office_engine: Engine) -> None:
    with writing(office_engine) as connection:
        offices.put(connection, "timezone", "America/Bogota")
    world = World(office_engine)
    rosa = world.agent("Rosa Paz", home=CENTRE, branch="Duitama")
    near = world.debtor("Ana Mora", at=CENTRE, zone="Norte", branch="Duitama")
    far = world.debtor("Beto Luna", at=(CENTRE[0] + 0.05, CENTRE[1]), branch="Duitama")
    world.debtor("Caro Gil", dpd=10, branch="Duitama")
    assert isinstance(assign(office_engine, as_of=AS_OF, actor="cli", now=NOW), AssignmentReport)
    luis = world.agent("Luis Rey", home=CENTRE, branch="Duitama")
    made = open_draft(office_engine, as_of=AS_OF, actor="alicia", now=NOW, scope=ALL)
    assert isinstance(made, str)
    moved = move(office_engine, Asked(made, (near,), luis, "vive cerca"), actor="alicia", now=NOW)
    assert isinstance(moved, Effect)

    ring = [(CENTRE[0] + dlat, CENTRE[1] + dlon) for dlat, dlon in ((-1e-3, -1e-3), (1e-3, -1e-3), (0, 2e-3))]
    with reading(office_engine) as connection:

        def listed(asked: Filter, scope: Scope = ALL) -> list[str]:
            rows = board.listed(connection, scope, made, asked, limit=50)
            assert [row["total"] for row in rows] == [len(rows)] * len(rows)
            assert board.counted(connection, scope, made, asked) == len(rows)
            assert sorted(board.ids(connection, scope, made, asked, limit=50)) == sorted(
                row["debtor_id"] for row in rows
            )
            return [row["debtor_id"] for row in rows]

        assert set(listed(Filter())) == {near, far}
        assert listed(Filter(agent=luis)) == [near]
        assert listed(Filter(agent=rosa)) == [far]
        assert listed(Filter(agent=NOBODY)) == []
        assert listed(Filter(zone="Norte")) == [near]
        assert listed(Filter(only="hand")) == [near]
        assert set(listed(Filter(only="warned"))) <= {near}
        assert listed(Filter(), Scope((Share(branch="Tunja"),))) == []
        (row,) = board.listed(connection, ALL, made, Filter(agent=luis), limit=1)
        assert (row["name"], row["agent"], row["holder"]) == ("Ana Mora", rosa, luis)
        assert row["overdue"] == {"COP": 500_000_00}
        assert board.within(connection, ALL, made, Filter(), ring, limit=9) == [near]
        assert board.within(connection, ALL, made, Filter(agent=rosa), ring, limit=9) == []
        assert board.within(connection, ALL, made, Filter(), [CENTRE, CENTRE, CENTRE], limit=9) == []
        places = board.located(connection, ALL, made, Filter(), limit=9)
        assert {one["debtor_id"]: one["agent"] for one in places} == {near: luis, far: rosa}
        assert sorted(one["debtors"] for one in board.gathered(connection, ALL, made, Filter())) == [1, 1]
        assert board.zones(connection, ALL) == ["Norte"]
        figures = board.figures(connection, ALL, made)
        assert (figures["rows"], figures["moved"], figures["hand"], figures["new"]) == (1, 1, 1, 0)
    assert undo(office_engine, made) is None
    with reading(office_engine) as connection:
        assert board.figures(connection, ALL, made)["rows"] == 0


def test_a_saved_change_is_told_and_put_back_on_both(office_engine: Engine) -> None:
    with writing(office_engine) as connection:
        offices.put(connection, "timezone", "America/Bogota")
    world = World(office_engine)
    rosa = world.agent("Rosa Paz", home=CENTRE)
    ana, beto = world.debtor("Ana Mora"), world.debtor("Beto Luna")
    assign(office_engine, as_of=AS_OF, actor="cli", now=NOW)
    luis = world.agent("Luis Rey", home=CENTRE)
    made = open_draft(office_engine, as_of=AS_OF, actor="alicia", now=NOW, scope=ALL)
    assert isinstance(made, str)
    with reading(office_engine) as connection:
        assert board.doubles(connection, ALL) == 0
    move(office_engine, Asked(made, (ana,), luis, "cerca"), actor="alicia", now=NOW)
    assert take(office_engine, made, actor="alicia", now=NOW) == Taken(1, 0, ())
    back = put_back(office_engine, made, as_of=AS_OF, actor="alicia", now=NOW, scope=ALL)
    with reading(office_engine) as connection:
        (door,) = board.doubled(connection, ALL, limit=9)
        assert board.doubles(connection, ALL) == 1
        assert {one["agent_id"] for one in door["people"]} == {rosa, luis}
        assert {one["debtor_id"] for one in door["people"]} == {ana, beto}
        told = board.decisions(connection, ALL, debtor=ana, limit=9)
        assert board.decided(connection, ALL, debtor=ana) == 2
        assert [(one["agent_name"], one["until"] is None) for one in told] == [
            ("Luis Rey", True),
            ("Rosa Paz", False),
        ]
        assert board.decided(connection, ALL, agent=luis) == 1
        assert change_sets.counted(connection) == 2
        assert [one.undoes for one in change_sets.listed(connection, 1)] == [made]
        assert change_rows.counted(connection, made) == {"taken": 1}
    assert not isinstance(back, str)
