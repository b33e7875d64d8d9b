"""The office's engines: what a transaction promises on both."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from server.store import facts, lenders, schema
from server.store.engine import look_anew, open_engine, reading, writing
from server.store.tables import facts as facts_table

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def test_a_migrated_office_is_at_the_newest_schema(office_engine: Engine) -> None:
    assert schema.current(office_engine) == schema.newest()
    schema.require(office_engine)


def test_a_transaction_that_raises_leaves_nothing(office_engine: Engine) -> None:
    def stop_in_the_middle() -> None:
        with writing(office_engine) as connection:
            lenders.named(connection, "Banco Andino")
            raise RuntimeError("the machine stopped")

    with pytest.raises(RuntimeError):
        stop_in_the_middle()
    with reading(office_engine) as connection:
        assert lenders.id_of(connection, "Banco Andino") is None


def test_what_is_written_while_reading_is_not_kept(office_engine: Engine) -> None:
    with reading(office_engine) as connection:
        lenders.named(connection, "Banco Andino")
        assert lenders.id_of(connection, "Banco Andino") is not None
    with reading(office_engine) as connection:
        assert lenders.listed(connection) == []


def test_a_time_comes_back_as_the_same_instant_in_utc(office_engine: Engine) -> None:
    bogota = datetime(2026, 11, 20, 10, 0, tzinfo=timezone(timedelta(hours=-5)))
    with writing(office_engine) as connection:
        facts.append(connection, "test", as_of=date(2026, 11, 20), now=bogota, actor="ana", payload={"n": 1})
    with reading(office_engine) as connection:
        kept = connection.execute(select(facts_table.c.recorded_at)).scalar_one()
    assert kept == bogota
    assert kept.utcoffset() == timedelta(0)


def test_a_reference_to_nothing_is_refused(office_engine: Engine) -> None:
    statement = text(
        "INSERT INTO documents (id, account_id, name, since) VALUES ('1', '2', 'x', '2026-11-20')"
    )
    with pytest.raises(IntegrityError), writing(office_engine) as connection:
        connection.execute(statement)


def test_sqlite_knows_how_full_its_tables_are(office_engine: Engine) -> None:
    if office_engine.dialect.name != "sqlite":
        look_anew(office_engine)  # it does so by itself: nothing to do, and nothing goes wrong
        return
    with writing(office_engine) as connection:
        for number in range(40):
            facts.append(
                connection, "test", as_of=date(2026, 11, 20), now=NOW, actor="ana", payload={"n": number}
            )
    told = text("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'facts'")
    with reading(office_engine) as connection:
        known = text("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'")
        before = connection.execute(known).scalar_one() and connection.execute(told).scalar_one()
    look_anew(office_engine)
    with reading(office_engine) as connection:
        assert (before, connection.execute(told).scalar_one() > 0) == (0, True)
    with writing(office_engine) as connection:  # and it stands in nobody's way
        look_anew_elsewhere(office_engine)
        lenders.named(connection, "Banco Andino")


def look_anew_elsewhere(engine: Engine) -> None:
    """While a transaction writes: it is left for another time, and nothing is raised."""
    elsewhere = open_engine(str(engine.url))
    with elsewhere.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA busy_timeout=50")  # type: ignore[union-attr]
    look_anew(elsewhere)
    elsewhere.dispose()
