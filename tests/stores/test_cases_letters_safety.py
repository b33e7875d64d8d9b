"""Cases, letters in batches and zones of risk, asked of SQLite and of PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert

from server.store import claims, letters, risk
from server.store import tables as t
from server.store.boards import compiled, watch
from server.store.claims import Wanted
from server.store.engine import reading, writing
from server.store.scopes import Scope, Share
from sync.ids import new_id

NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
DUITAMA, TUNJA = Scope((Share(branch="Duitama"),)), Scope((Share(branch="Tunja"),))
SCOPES = {"everything": Scope.everything(), "Duitama": DUITAMA}


@pytest.fixture
def known(office_engine: Engine) -> dict[str, str]:
    """Rosa of Duitama: a visit broken off, a dispute with no case, three cases, a batch of one letter."""
    ids = {name: new_id() for name in ("lender", "rosa", "account", "agent", "device", "visit", "route")}
    with writing(office_engine) as connection:
        _people(connection, ids)
        _street(connection, ids)
        _cases(connection, ids)
    return ids


def _people(connection: Connection, ids: dict[str, str]) -> None:
    connection.execute(insert(t.lenders).values(id=ids["lender"], name="Coopsol"))
    connection.execute(insert(t.debtors).values(id=ids["rosa"], kind="person", name="Rosa", created_at=NOW))
    made = new_id()
    connection.execute(
        insert(t.imports).values(
            id=made,
            kind="portfolio",
            lender_id=ids["lender"],
            as_of=TODAY,
            pack="demo",
            mode="full",
            file_name="a.csv",
            file_sha256="0" * 64,
            reading={},
            counts={},
            imported_at=NOW,
        )
    )
    connection.execute(
        insert(t.accounts).values(
            id=ids["account"],
            lender_id=ids["lender"],
            number="R-1",
            debtor_id=ids["rosa"],
            currency="COP",
            branch="Duitama",
            pack="demo",
            first_import=made,
            last_import=made,
        )
    )
    connection.execute(
        insert(t.agents).values(
            id=ids["agent"], name="Ana", branch="Duitama", shift_start="08:00", shift_end="17:00"
        )
    )
    connection.execute(
        insert(t.devices).values(
            id=ids["device"],
            agent_id=ids["agent"],
            token_sha256="1" * 64,
            public_key=b"k",
            enrolled_at=NOW,
            last_seen=NOW - timedelta(hours=4),
        )
    )


def _street(connection: Connection, ids: dict[str, str]) -> None:
    connection.execute(
        insert(t.visits).values(
            id=ids["visit"],
            debtor_id=ids["rosa"],
            agent_id=ids["agent"],
            device_id=ids["device"],
            incarnation=new_id(),
            n=1,
            place="DOM",
            party="NAD",
            started=NOW - timedelta(hours=3),
            ended=NOW - timedelta(hours=3),
            known="live",
            recorded_at=NOW,
            received_at=NOW,
            location_source="none",
            evidence="B",
            verdict={},
            out_of_scope=False,
        )
    )
    for state in ("unsafe", "dispute"):
        row = {"id": new_id(), "debtor_id": ids["rosa"], "account_id": None, "state": state}
        connection.execute(insert(t.stop_states).values(**row, since=NOW, source=ids["visit"], detail={}))
    connection.execute(
        insert(t.routes).values(
            id=ids["route"],
            agent_id=ids["agent"],
            date=TODAY,
            version=1,
            state="published",
            planned_at=NOW,
            approximate=True,
            starts=NOW - timedelta(hours=8),
            ends=NOW,
            matrix={},
            certificate={},
        )
    )
    connection.execute(
        insert(t.stops).values(
            id=new_id(),
            route_id=ids["route"],
            sequence=1,
            debtor_id=ids["rosa"],
            accounts=[ids["account"]],
            eta=NOW - timedelta(hours=2),
            appointment=False,
            service_s=600,
            value=1,
            why={},
        )
    )


def _cases(connection: Connection, ids: dict[str, str]) -> None:
    for place, (desk, kind, days) in enumerate(
        (("claims", "conduct", -2), ("claims", "complaint", 2), ("rights", "access", 9))
    ):
        claims.add(
            connection,
            id=f"c-{place}",
            desk=desk,
            kind=kind,
            source="phone",
            debtor_id=ids["rosa"],
            visit_id=ids["visit"],
            department="compliance",
            text="palabras",
            received_on=TODAY,
            due=TODAY + timedelta(days=days),
            due_days=15,
            state="open",
            recorded_at=NOW,
        )
    values: dict[str, Any] = {
        "id": "b-1",
        "list": "campo",
        "template": "x",
        "as_of": TODAY,
        "state": "made",
        "counts": {},
        "asked_at": NOW,
    }
    row: dict[str, Any] = {
        "id": "r-1",
        "batch_id": "b-1",
        "place": 1,
        "account_id": ids["account"],
        "debtor_id": ids["rosa"],
    }
    row |= {"state": "made", "because": {}, "code": "ABC", "changed_at": NOW}
    letters.add(connection, [row], **values)


def test_cases_come_by_page_those_due_first_and_only_in_scope(
    office_engine: Engine, known: dict[str, str]
) -> None:
    with reading(office_engine) as connection:
        for scope in SCOPES.values():
            rows = claims.listed(connection, scope, Wanted(), limit=2)
            assert [row["id"] for row in rows] == ["c-0", "c-1"]
            assert [row["number"] for row in rows] == [1, 2]
            late = Wanted("claims", "open", due_before=TODAY)
            assert claims.counted(connection, scope, late) == 1
            assert claims.by_department(connection, scope, "claims") == {"compliance": 2}
            assert claims.complaints_of_visits(connection, scope, TODAY, TODAY) == 2
            assert watch.cases_waiting(connection, scope, TODAY, TODAY + timedelta(days=3)) == (3, 1, 1)
            assert len(claims.disputes_without(connection, scope, NOW)) == 1
        assert claims.counted(connection, TUNJA, Wanted()) == 0
        assert claims.disputes_without(connection, TUNJA, NOW) == []
        assert claims.owners(connection) == []


def test_letters_and_their_batches_are_found_in_scope(office_engine: Engine, known: dict[str, str]) -> None:
    with reading(office_engine) as connection:
        for scope in SCOPES.values():
            assert [row["states"] for row in letters.listed(connection, scope)] == [{"made": 1}]
            held = letters.one(connection, scope, "1")
            assert held is not None
            assert [row["debtor_name"] for row in letters.rows_of(connection, held["id"])] == ["Rosa"]
            found = letters.by_code(connection, scope, "ABC")
            assert found is not None
            assert found["batch"] == 1
        assert letters.listed(connection, TUNJA) == []
        assert letters.one(connection, TUNJA, "1") is None
        assert letters.by_code(connection, TUNJA, "ABC") is None
        assert letters.waiting(connection, [known["account"]]) == {known["account"]}


def test_a_visit_broken_off_and_a_silent_agent_are_found(
    office_engine: Engine, known: dict[str, str]
) -> None:
    with reading(office_engine) as connection:
        for scope in SCOPES.values():
            rows = risk.broken_off(connection, scope, NOW - timedelta(days=1))
            assert [row["id"] for row in rows] == [known["visit"]]
            day = risk.expected(connection, scope, TODAY)
            assert [(one.name, one.last_stop, one.heard) for one in day] == [
                ("Ana", NOW - timedelta(hours=2), NOW - timedelta(hours=4))
            ]
        assert risk.broken_off(connection, TUNJA, NOW - timedelta(days=1)) == []
        assert risk.expected(connection, TUNJA, TODAY) == []


def test_what_is_watched_is_counted(office_engine: Engine, known: dict[str, str]) -> None:
    with reading(office_engine) as connection:
        for scope in SCOPES.values():
            assert watch.stops_standing(connection, scope, NOW) == {"unsafe": 1, "dispute": 1}
            assert watch.visits_between(connection, scope, NOW - timedelta(days=1), NOW) == 1
            told = watch.day_of(connection, scope, TODAY)
            assert told == {"agents": 1, "away": 0, "routes": 1, "stops": 1, "done": 0}
            assert watch.devices_of(connection, scope, NOW - timedelta(hours=1)) == (1, 1)
            assert watch.offers_waiting(connection, scope) == 0
            assert watch.findings_open(connection, scope, severity="serious") == (0, [])
            assert watch.overrides_lately(connection, scope, TODAY) == []
            assert watch.overrides_by_person(connection, scope, TODAY) == []
        assert watch.taken(connection) == []


def test_what_a_folder_holds_is_read_by_account(office_engine: Engine, known: dict[str, str]) -> None:
    with reading(office_engine) as connection:
        held = compiled.accounts_of(connection, DUITAMA, known["rosa"], known["lender"])
        assert [row["number"] for row in held] == ["R-1"]
        ids = [known["account"]]
        assert compiled.other_accounts(connection, known["rosa"], ids) == 0
        assert len(compiled.claims_of(connection, known["rosa"], ids)) == 3
        assert len(compiled.stops_of(connection, known["rosa"], ids)) == 2
        for read in (compiled.balances_of, compiled.payments_of, compiled.agreements_of, compiled.papers_of):
            assert read(connection, ids) == []
        assert compiled.contacts_of(connection, known["rosa"], NOW) == []
        assert compiled.notices_of(connection, known["rosa"], ids) == []
