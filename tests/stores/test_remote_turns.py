"""In which order debtors who may not be visited are read, asked of SQLite and of PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert

from server.store import remote
from server.store import tables as t
from server.store.engine import reading, writing
from server.store.remote import Whose, Worker
from server.store.scopes import Scope, Share
from sync.ids import new_id
from sync.words import Phrase

NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
CALLED = {"Ana": 3, "Beto": 90, "Ciro": None, "Dora": None, "Elsa": 40}  # days ago, the last time
BECAUSE = Phrase("Detenida", {})


@pytest.fixture
def people(office_engine: Engine) -> dict[str, str]:
    """Five debtors worked from afar, Elsa by nobody; Dora has disputed what she owes; Fabio has been let go."""
    ids = {name: new_id() for name in (*CALLED, "Fabio", "lender", "import", "agent")}
    with writing(office_engine) as connection:
        put = connection.execute
        put(insert(t.lenders).values(id=ids["lender"], name="Coopsol"))
        made = {"id": ids["import"], "kind": "portfolio", "lender_id": ids["lender"], "as_of": TODAY}
        put(
            insert(t.imports).values(
                **made,
                pack="demo",
                mode="full",
                file_name="a.csv",
                file_sha256="0" * 64,
                reading={},
                counts={},
                imported_at=NOW,
            )
        )
        put(insert(t.agents).values(id=ids["agent"], name="Rita", shift_start="08:00", shift_end="17:00"))
        rita = Worker(ids["agent"], "Rita", "rita", None, ids["agent"])
        for place, name in enumerate((*CALLED, "Fabio")):
            debtor = ids[name]
            put(insert(t.debtors).values(id=debtor, kind="person", name=name, created_at=NOW))
            put(
                insert(t.accounts).values(
                    id=new_id(),
                    lender_id=ids["lender"],
                    number=f"N-{place}",
                    debtor_id=debtor,
                    pack="co",
                    currency="COP",
                    branch="Tunja" if name == "Beto" else "Duitama",
                    first_import=ids["import"],
                    last_import=ids["import"],
                )
            )
            whose = None if name == "Elsa" else rita
            since = TODAY - timedelta(days=9 - place)
            remote.decide(connection, debtor, whose, BECAUSE, (), since=since, now=NOW, actor="nora")
            days = CALLED.get(name)
            for ago in () if days is None else (days, days + 30):
                began = NOW - timedelta(days=ago)
                put(
                    insert(t.contacts).values(
                        id=new_id(),
                        debtor_id=debtor,
                        channel="call",
                        started=began,
                        ended=began,
                        effective=False,
                    )
                )
        remote.close(connection, [ids["Fabio"]], until=TODAY)
        for name, until in (("Dora", None), ("Ana", NOW - timedelta(days=1))):  # Ana's was resolved
            put(
                insert(t.stop_states).values(
                    id=new_id(),
                    debtor_id=ids[name],
                    state="dispute",
                    since=NOW - timedelta(days=5),
                    until=until,
                    source="x",
                    detail={},
                )
            )
    return ids


def turns(
    engine: Engine, people: dict[str, str], whose: Whose, limit: int = 50, offset: int = 0
) -> list[str]:
    names = {id: name for name, id in people.items()}
    with reading(engine) as connection:
        return [names[id] for id in remote.in_turn(connection, whose, NOW, limit, offset)]


def test_who_was_never_called_comes_first_then_the_longest_ago_and_those_under_a_stop_last(
    office_engine: Engine, people: dict[str, str]
) -> None:
    everybody = Whose(Scope.everything())
    assert turns(office_engine, people, everybody) == ["Ciro", "Beto", "Elsa", "Ana", "Dora"]
    cut = [turns(office_engine, people, everybody, 2, offset) for offset in (0, 2, 4)]
    assert cut == [["Ciro", "Beto"], ["Elsa", "Ana"], ["Dora"]]


def test_a_list_holds_those_of_its_workers_within_the_scope(
    office_engine: Engine, people: dict[str, str]
) -> None:
    ritas = Whose(workers=(people["agent"],))
    assert turns(office_engine, people, ritas) == ["Ciro", "Beto", "Ana", "Dora"]
    duitama = Scope((Share(branch="Duitama"),))
    assert turns(office_engine, people, Whose(duitama, (people["agent"],))) == ["Ciro", "Ana", "Dora"]
    assert turns(office_engine, people, Whose(workers=())) == []


def test_the_counts_are_those_of_the_list(office_engine: Engine, people: dict[str, str]) -> None:
    with writing(office_engine) as connection:
        row = t.remote_assignments.c
        held = connection.execute(t.remote_assignments.select().where(row.debtor_id == people["Ciro"])).one()
        account = connection.execute(
            t.accounts.select().where(t.accounts.c.debtor_id == people["Ciro"])
        ).one()
        connection.execute(
            insert(t.remote_accounts).values(
                assignment_id=held.id,
                account_id=account.id,
                because={"msgid": "x", "values": {}},
                rule="co.visit.home",
                rule_source="",
                lacks_evidence=True,
            )
        )
    with reading(office_engine) as connection:
        assert remote.counted(connection, Whose(Scope.everything()), NOW) == remote.Counted(5, 1, 1)
        assert remote.counted(connection, Whose(workers=()), NOW) == remote.Counted(0, 0, 0)
