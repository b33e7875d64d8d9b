"""What imports write, on both engines: the same file gives the same office, twice gives no change."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from server.store import (
    accounts,
    balances,
    debtors,
    facts,
    imports,
    lenders,
    mappings,
    payments,
    withdrawals,
)
from server.store import tables as t
from server.store.engine import reading, writing
from sync.ids import new_id
from sync.records import Balance
from sync.words import Phrase
from tests.office.lenders_files import ANA, BETO, CARLA, NOW, TODAY, Lender


@pytest.fixture
def andino(office_engine: Engine, tmp_path: Path) -> Lender:
    return Lender(office_engine, tmp_path)


def test_a_second_import_changes_nothing(andino: Lender) -> None:
    guaranteed = ANA | {
        "Nombre codeudor": "Dora Gil",
        "Tel. codeudor": "3120000001",
        "Documentos": "Pagaré; letra",
    }
    andino.sends(guaranteed, BETO)
    andino.pays(("A-1", "15/11/2026", "10.000,00", "PSE", "R1", ""))
    before = andino.everything()
    again = andino.sends(guaranteed, BETO)
    paid = andino.pays(("A-1", "15/11/2026", "10.000,00", "PSE", "R1", ""))
    assert andino.everything() == before
    assert again.counts["unchanged"] == 2
    assert paid.counts["unchanged"] == 1


def test_a_day_s_last_balance_counts_and_no_earlier_one_is_lost(andino: Lender) -> None:
    andino.sends(ANA)
    andino.sends(ANA | {"Saldo capital": "900,00"}, now=NOW + timedelta(hours=1))
    andino.sends(ANA | {"Saldo capital": "800,00"}, as_of=TODAY + timedelta(days=1))
    own = andino.account("A-1")["id"]
    with reading(andino.engine) as connection:
        today = balances.latest(connection, [own], TODAY)[own]
        tomorrow = balances.latest(connection, [own])[own]
        by_lender = balances.latest_of_lender(connection, andino.rows(t.lenders)[0]["id"])
    assert isinstance(today, Balance)
    assert (str(today.principal), str(tomorrow.principal)) == ("900.00", "800.00")
    assert by_lender[own][0] == TODAY + timedelta(days=1)
    assert len(andino.rows(t.balances)) == 3


def test_debtors_are_found_by_country_type_and_document(andino: Lender) -> None:
    andino.sends(ANA, BETO)
    with reading(andino.engine) as connection:
        found = debtors.by_document(
            connection, "CO", [("CC", "1053111222"), ("NIT", "79111222"), ("CC", "1")]
        )
        assert debtors.by_document(connection, "MX", [("CC", "1053111222")]) == {}
        assert debtors.ids_with_documents(connection, ["79111222"]) == {andino.account("B-1")["debtor_id"]}
    assert {key: known.name for key, known in found.items()} == {("CC", "1053111222"): "Ana Núñez"}
    assert (
        next(row for row in andino.rows(t.debtors) if row["name"] == "Ana Núñez")["search_name"]
        == "ana nunez"
    )


def test_a_lender_is_added_once(office_engine: Engine) -> None:
    with writing(office_engine) as connection:
        first = lenders.named(connection, "Banco Andino", "MX")
        assert lenders.named(connection, " Banco Andino ") == first
        assert lenders.country_of(connection, first) == "MX"
        assert lenders.id_of(connection, "Otro") is None
        assert [row["name"] for row in lenders.listed(connection)] == ["Banco Andino"]


def test_a_mapping_is_replaced_under_its_name(office_engine: Engine) -> None:
    with writing(office_engine) as connection:
        mappings.save(connection, "andino", "portfolio", {"number": "NUM"})
        mappings.save(connection, "andino", "portfolio", {"number": "CRED"})
        assert mappings.load(connection, "andino", "portfolio") == {"number": "CRED"}
        assert mappings.load(connection, "andino", "payments") is None
        assert mappings.names(connection, "portfolio") == ["andino"]


def test_an_import_keeps_its_remarks_and_its_fact(andino: Lender) -> None:
    report = andino.sends(ANA, BETO | {"Saldo capital": "-5"}, CARLA)
    with reading(andino.engine) as connection:
        (kept,) = imports.listed(connection)
        (remark,) = imports.remarks_of(connection, report.import_id)
        (fact,) = facts.listed(connection, kind="import.finished")
        assert imports.one(connection, report.import_id) is not None
        assert imports.rejected_accounts(connection, kept["lender_id"]) == {"B-1": (3, "cartera.csv")}
        assert imports.latest_as_of(connection, kept["lender_id"], "portfolio") == TODAY
        assert imports.latest_as_of(connection, kept["lender_id"], "payments") is None
    field = {"at_field": 2, "visitable": 2, "barred": 0, "missing_evidence": 0}
    assert (kept["lender"], kept["counts"]) == ("Banco Andino", report.counts | field)
    assert (remark["line"], remark["column"], remark["level"]) == (3, "Saldo capital", "rejected")
    assert remark["raw"]["cells"][0] == "B-1"
    assert (fact["as_of"], fact["actor"], fact["subject"]) == (TODAY, "ana", report.import_id)


def test_payments_are_known_by_their_identity(andino: Lender) -> None:
    andino.sends(ANA)
    andino.pays(
        ("A-1", "15/11/2026", "10.000,00", "PSE", "R1", ""), ("A-1", "16/11/2026", "10000,00", "", "R2", "R1")
    )
    own = andino.account("A-1")["id"]
    with reading(andino.engine) as connection:
        first, second = payments.of_accounts(connection, [own])[own]
        identities = [row["identity"] for row in andino.rows(t.payments)]
        assert set(payments.known(connection, [*identities, "0" * 64])) == set(identities)
    assert (str(first.amount), first.value_date, first.reverses) == ("10000.00", date(2026, 11, 15), None)
    assert second.reverses == first.id


def test_more_accounts_than_a_statement_holds_are_written_and_read(andino: Lender) -> None:
    many = [
        BETO | {"No. Crédito": f"N-{n}", "Cédula": str(70_000_000 + n), "Celular": f"3{n:09d}"}
        for n in range(900)
    ]
    assert andino.sends(*many).counts["new"] == 900
    assert andino.sends(*many).counts["unchanged"] == 900
    with reading(andino.engine) as connection:
        held = accounts.of_lender(connection, andino.rows(t.lenders)[0]["id"])
        assert len(balances.latest(connection, [account.id for account in held.values()])) == 900


def test_accounts_taken_back_leave_stops_and_assignments(andino: Lender) -> None:
    andino.sends(ANA, ANA | {"No. Crédito": "A-2"}, BETO)
    ana, beto = andino.account("A-1")["debtor_id"], andino.account("B-1")["debtor_id"]
    own = {number: andino.account(number)["id"] for number in ("A-1", "A-2", "B-1")}
    agent, route = _an_agent_with_a_route(andino.engine)
    both = _stop(andino.engine, route, ana, [own["A-1"], own["A-2"]])
    single = _stop(andino.engine, route, beto, [own["B-1"]])
    kept = _assign(andino.engine, agent, ana, [own["A-1"], own["A-2"]])
    emptied = _assign(andino.engine, agent, beto, [own["B-1"]])
    because = Phrase("El acreedor retiró la cuenta el {day}.", {"day": "20/11/2026"})
    with writing(andino.engine) as connection:
        gone = [own["A-1"], own["B-1"]]
        assert withdrawals.from_routes(connection, gone, because, TODAY) == 2
        assert withdrawals.from_routes(connection, gone, because, TODAY) == 0
        assert withdrawals.from_assignments(connection, gone, because, TODAY) == 2
    stops = {row["id"]: row for row in andino.rows(t.stops)}
    assert (stops[both]["accounts"], stops[both]["withdrawn"]) == ([own["A-2"]], None)
    assert stops[single]["withdrawn"]["msgid"] == because.msgid
    until = {row["id"]: row["until"] for row in andino.rows(t.assignments)}
    assert until == {kept: None, emptied: TODAY}
    outcomes = {row["account_id"]: row["outcome"] for row in andino.rows(t.assignment_accounts)}
    assert outcomes == {own["A-1"]: "unassigned", own["A-2"]: "assigned", own["B-1"]: "unassigned"}


def _an_agent_with_a_route(engine: Engine) -> tuple[str, str]:
    agent, route = new_id(), new_id()
    with writing(engine) as connection:
        connection.execute(
            t.agents.insert().values(
                id=agent, name="Gil", shift_start="08:00", shift_end="17:00", active=True
            )
        )
        connection.execute(
            t.routes.insert().values(
                id=route,
                agent_id=agent,
                date=TODAY + timedelta(days=1),
                version=1,
                state="published",
                planned_at=NOW,
                approximate=True,
                starts=NOW,
                ends=NOW + timedelta(hours=9),
                matrix={},
                certificate={},
            )
        )
    return agent, route


def _stop(engine: Engine, route: str, debtor: str, account_ids: list[str]) -> str:
    stop = new_id()
    with writing(engine) as connection:
        connection.execute(
            t.stops.insert().values(
                id=stop,
                route_id=route,
                sequence=1,
                debtor_id=debtor,
                accounts=account_ids,
                appointment=False,
                service_s=600,
                value=1,
                why={"msgid": "mora", "values": {}},
                withdrawn=None,
            )
        )
    return stop


def _assign(engine: Engine, agent: str, debtor: str, account_ids: list[str]) -> str:
    assignment = new_id()
    why = {"msgid": "zona", "values": {}}
    with writing(engine) as connection:
        connection.execute(
            t.assignments.insert().values(
                id=assignment, debtor_id=debtor, agent_id=agent, since=TODAY, because=why, decided_at=NOW
            )
        )
        for account in account_ids:
            connection.execute(
                t.assignment_accounts.insert().values(
                    assignment_id=assignment, account_id=account, outcome="assigned", because=why
                )
            )
    return assignment
