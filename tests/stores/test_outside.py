"""What comes from outside, kept and read the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from server.assigning import AssignmentReport, assign
from server.consulting import Question, consult
from server.contacting import Kept, Made, record
from server.hiring import NewPerson, hire
from server.importing import declare_source, import_contacts, import_stops
from server.remote_working import rows
from server.repairing import repair
from server.resolving import resolve
from server.store import agents, people, repairs, resolutions
from server.store import tables as t
from server.store.boards import outside, proposals
from server.store.engine import reading, writing
from server.store.scopes import Scope
from sync.records import Party, Refused, UserRole
from tests.office.lenders_files import ANA, BETO, NOW, TODAY, Lender

EVERY = Scope.everything()


def test_an_office_hears_from_outside_and_works_from_afar(office_engine: Engine, tmp_path: Path) -> None:
    lender = Lender(office_engine, tmp_path, pack="co")
    lender.sends(ANA, BETO)
    with writing(office_engine) as connection:
        people.ensure_roles(connection)
        agents.add(connection, name="Rosa")
    person = NewPerson("camilo", "Camilo", UserRole.TELEPHONE)
    hired = hire(office_engine, person, actor="cli", now=NOW)
    assert not isinstance(hired, Refused), hired
    report = assign(office_engine, as_of=TODAY, actor="cli", now=NOW)
    assert isinstance(report, AssignmentReport)
    assert report.remote is not None
    assert (report.remote.accounts, report.remote.unassigned) == (1, 0)
    given: dict[str, Any] = {"lender": lender.name, "actor": "ana", "now": NOW}
    declare_source(office_engine, source="MARCADOR", channels=["call"], **given)
    calls = lender.file("Crédito;Fecha y hora;Resultado\r\nB-1;19/11/2026 10:00;contesta\r\n", "llamadas.csv")
    brought = import_contacts(
        office_engine, calls, source="MARCADOR", channels=["call"], as_of=TODAY, **given
    )
    assert (brought.counts["new"], brought.counts["flagged"]) == (1, 0)
    stops = lender.file("Crédito;Tipo\r\nA-1;fallecido\r\nB-1;no visitar\r\n", "novedades.csv")
    assert import_stops(office_engine, stops, as_of=TODAY, **given).counts["new"] == 2
    debtor = lender.account("B-1")["debtor_id"]
    with reading(office_engine) as connection:
        (row,) = rows(connection, day=TODAY, now=NOW)
        assert (row.debtor, row.worker_name) == (debtor, "Camilo")
        assert row.next is not None
        assert row.next.channel == "call", "the call of this week closed the other channels"
        standing = resolutions.standing(connection, EVERY, NOW)
        assert {one["state"] for one in standing} == {"deceased", "cease"}
        assert len(resolutions.history(connection, EVERY, debtor)) == 1
        assert outside.waiting(connection, EVERY, NOW, TODAY) == {"stops": 2, "flags": 0, "proposals": 0}
        assert repairs.ahead(connection, [debtor], TODAY) == []
        assert proposals.listed(connection, EVERY) == []
    (account,) = row.accounts
    made = Made(debtor, (account.id,), "call", NOW, True, Party.HOLDER, timedelta(minutes=3), "llamó")
    kept = record(office_engine, made, user=hired.user_id, who="Camilo", actor="camilo", now=NOW)
    assert isinstance(kept, Kept), kept
    (again,) = consult(office_engine, "B-1", Question(NOW, "call"), now=NOW)  # type: ignore[misc]  # it is known
    assert again.said.verdict.decision == "block"
    death = next(one for one in lender.rows(t.stop_states) if one["state"] == "deceased")
    said = {"outcome": "mistaken", "because": "era un homónimo", "actor": "ruth", "scope": EVERY}
    assert isinstance(resolve(office_engine, death["id"], now=NOW + timedelta(hours=1), **said), str)
    with writing(office_engine) as connection:
        assert repair(connection, [debtor], now=NOW, actor="ana").flagged == 0
