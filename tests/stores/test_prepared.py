"""Statements made once: the same answers on both engines, by the index, and told as SQLAlchemy tells wrongs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, bindparam, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from server.store import chunks, encounters, events, known, prepared, scope_records, visits
from server.store import tables as t
from server.store.chunks import among
from server.store.engine import reading, writing
from sync.ids import new_id

NOW = datetime(2026, 11, 22, 15, 30, 0, 120, tzinfo=UTC)
LOOKUPS = {
    "events applied": events._APPLIED,
    "visits": visits._BY_ID,
    "a debtor's visits": visits._OF_DEBTORS,
    "visits counted": encounters._VISITED,
    "accounts": known._ACCOUNTS,
    "holdings": known._HOLDINGS,
    "who has whom": scope_records._HOLDERS,
    "balances": scope_records._LATEST_BALANCES,
}


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_lookup_of_many_ids_goes_by_an_index(name: str, office_engine: Engine) -> None:
    """Else every push reads the whole office."""
    if office_engine.dialect.name != "sqlite":
        pytest.skip("how PostgreSQL goes about it depends on what it holds")
    assert scanned(office_engine, str(LOOKUPS[name].compile(dialect=office_engine.dialect))) == []


def test_a_lookup_compared_with_a_number_would_go_through_the_table(office_engine: Engine) -> None:
    """The control: so SQLAlchemy writes a condition where a database has no booleans."""
    if office_engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has booleans")
    said = str(visits._BY_ID.compile(dialect=office_engine.dialect))
    assert scanned(office_engine, f"{said} = 1") == ["SCAN visits"]


def scanned(engine: Engine, said: str) -> list[str]:
    """The tables a statement goes through from end to end."""
    with reading(engine) as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        plan = driver.execute(f"EXPLAIN QUERY PLAN {said}", ["[]"] * said.count("?")).fetchall()
    return [step[3] for step in plan if step[3] in {f"SCAN {name}" for name in t.metadata.tables}]


def _lender(name: str) -> dict[str, str]:
    return {"id": new_id(), "name": name}


def test_rows_are_read_as_sqlalchemy_reads_them(office_engine: Engine) -> None:
    """Times, JSON, booleans, bytes and what is not there."""
    row = {
        "id": new_id(),
        "kind": "trial",
        "as_of": NOW.date(),
        "recorded_at": NOW,
        "actor": "test",
        "subject": "",
        "payload": {"año": [1, None, True, "ñ"]},
    }
    query = select(t.facts).where(t.facts.c.id == bindparam("asked"))
    with writing(office_engine) as connection:
        chunks.append(connection, t.facts, [row])
        ours = prepared.first(connection, query, {"asked": row["id"]})
        theirs = connection.execute(query, {"asked": row["id"]}).mappings().one()
        assert ours == dict(theirs)
        assert {name: ours[name] for name in row} == row
        assert prepared.first(connection, query, {"asked": "nobody"}) is None
        assert prepared.scalar(connection, query, {"asked": "nobody"}) is None
        assert prepared.rows(connection, query, {"asked": row["id"]}) == [dict(theirs)]


def test_a_change_tells_how_many_rows_it_changed(office_engine: Engine) -> None:
    made = [{"name": "uno", "value": 1}, {"name": "dos", "value": 2}]
    change = update(t.counters).where(among(t.counters.c.name)).values(value=bindparam("new"))
    with writing(office_engine) as connection:
        chunks.append(connection, t.counters, made)
        assert prepared.run(connection, change, {"ids": ["uno", "dos"], "new": 3}) == 2
        assert prepared.run(connection, change, {"ids": ["tres"], "new": 3}) == 0


def test_a_wrong_of_the_database_is_told_as_sqlalchemy_tells_it(office_engine: Engine) -> None:
    one = _lender("Uno")
    with pytest.raises(IntegrityError), writing(office_engine) as connection:
        chunks.append(connection, t.lenders, [one, one])
    with reading(office_engine) as connection:
        assert connection.execute(select(t.lenders.c.id)).all() == []
    with pytest.raises(IntegrityError), writing(office_engine) as connection:
        prepared.run(connection, insert(t.lenders).values(id=bindparam("id"), name=None), {"id": new_id()})


def test_a_time_without_a_zone_is_refused(office_engine: Engine) -> None:
    row = {"id": new_id(), "kind": "trial", "as_of": NOW.date(), "recorded_at": NOW.replace(tzinfo=None)}
    with pytest.raises(Exception, match="naive"), writing(office_engine) as connection:
        chunks.append(connection, t.facts, [row | {"actor": "", "subject": "", "payload": {}}])


def test_a_time_is_stored_as_sqlalchemy_wrote_it_before(office_engine: Engine) -> None:
    """Files written by an older office, and comparisons between old rows and new ones, stay right."""
    if office_engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has times of its own")
    row = {"id": new_id(), "kind": "trial", "as_of": NOW.date(), "recorded_at": NOW}
    with writing(office_engine) as connection:
        chunks.append(connection, t.facts, [row | {"actor": "", "subject": "", "payload": {}}])
        held = connection.execute(text("SELECT recorded_at FROM facts WHERE kind = 'trial'")).scalar()
    assert held == "2026-11-22 15:30:00.000120"
