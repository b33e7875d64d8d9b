"""What a user may see, on both engines: the union of his slices, and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, insert, select

from server.store import people
from server.store import tables as t
from server.store.engine import reading, writing
from server.store.scopes import Scope, Share, scope_of
from sync.ids import new_id
from sync.records import UserRole

NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)


@pytest.fixture
def village(office_engine: Engine) -> dict[str, str]:
    """Four accounts: lenders A and B, branches North and South, a debtor each, and two agents."""
    ids = {name: new_id() for name in ("A", "B", "import", "Ana", "Benito")}
    with writing(office_engine) as connection:
        people.ensure_roles(connection)
        for lender in ("A", "B"):
            connection.execute(insert(t.lenders).values(id=ids[lender], name=lender))
        connection.execute(
            insert(t.imports).values(
                id=ids["import"],
                kind="portfolio",
                lender_id=ids["A"],
                as_of=date(2026, 11, 20),
                mode="full",
                file_sha256="0" * 64,
                reading={},
                counts={},
                imported_at=NOW,
            )
        )
        for agent in ("Ana", "Benito"):
            connection.execute(
                insert(t.agents).values(
                    id=ids[agent], name=agent, branch="North", shift_start="08:00", shift_end="17:00"
                )
            )
        for lender, branch in (("A", "North"), ("A", "South"), ("B", "North"), ("B", "South")):
            name = f"{lender}-{branch}"
            ids[name] = new_id()
            connection.execute(
                insert(t.debtors).values(id=ids[name], kind="person", name=name, created_at=NOW)
            )
            connection.execute(
                insert(t.accounts).values(
                    id=new_id(),
                    lender_id=ids[lender],
                    number=name,
                    debtor_id=ids[name],
                    currency="COP",
                    branch=branch,
                    first_import=ids["import"],
                    last_import=ids["import"],
                )
            )
        connection.execute(
            insert(t.assignments).values(
                id=new_id(),
                debtor_id=ids["A-South"],
                agent_id=ids["Ana"],
                since=date(2026, 11, 1),
                because={"msgid": "zona", "values": {}},
                decided_at=NOW,
            )
        )
    return ids


def seen(engine: Engine, scope: Scope) -> set[str]:
    with reading(engine) as connection:
        return set(connection.execute(select(t.accounts.c.number).where(scope.accounts())).scalars())


def hired(engine: Engine, role: UserRole, *shares: Share) -> str:
    with writing(engine) as connection:
        return people.add(
            connection,
            username=f"u{new_id()}",
            name="U",
            role=role,
            password_hash="x",
            shares=shares,
            must_change=False,
            now=NOW,
        )


def test_a_scope_without_slices_sees_nothing(office_engine: Engine, village: dict[str, str]) -> None:
    assert seen(office_engine, Scope()) == set()


def test_everything_is_everything(office_engine: Engine, village: dict[str, str]) -> None:
    assert seen(office_engine, Scope.everything()) == {"A-North", "A-South", "B-North", "B-South"}


def test_slices_add_up(office_engine: Engine, village: dict[str, str]) -> None:
    both = Scope((Share(lender_id=village["A"], branch="North"), Share(branch="South")))
    assert seen(office_engine, both) == {"A-North", "A-South", "B-South"}


def test_an_administrator_sees_all_and_a_coordinator_his_branch(
    office_engine: Engine, village: dict[str, str]
) -> None:
    admin = hired(office_engine, UserRole.ADMINISTRATOR)
    alicia = hired(office_engine, UserRole.COORDINATOR, Share(branch="North"))
    with reading(office_engine) as connection:
        scopes = scope_of(connection, admin), scope_of(connection, alicia)
    assert seen(office_engine, scopes[0]) == {"A-North", "A-South", "B-North", "B-South"}
    assert seen(office_engine, scopes[1]) == {"A-North", "B-North"}


def test_a_collector_sees_only_the_debtors_he_has_today(
    office_engine: Engine, village: dict[str, str]
) -> None:
    ana = hired(office_engine, UserRole.COLLECTOR, Share())
    with writing(office_engine) as connection:
        connection.execute(t.agents.update().where(t.agents.c.id == village["Ana"]).values(user_id=ana))
    with reading(office_engine) as connection:
        scope = scope_of(connection, ana)
    assert seen(office_engine, scope) == {"A-South"}
    with writing(office_engine) as connection:
        connection.execute(t.assignments.update().values(until=date(2026, 11, 20)))
    assert seen(office_engine, scope) == set()


def test_a_collector_without_an_agent_sees_nothing(office_engine: Engine, village: dict[str, str]) -> None:
    nobody = hired(office_engine, UserRole.COLLECTOR, Share())
    with reading(office_engine) as connection:
        assert seen(office_engine, scope_of(connection, nobody)) == set()
