"""Calls and messages made elsewhere: each counts once in its debtor's caps, on both sides."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from server.importing import ImportReport, WrongImport, declare_source, import_contacts
from server.store import contact_sources, encounters
from server.store import tables as t
from server.store.engine import reading
from sync.rules.caps import cap_rulings, counted
from sync.rules.policy import zone_of
from tests.office.builders import quick_engine
from tests.office.lenders_files import ANA, BETO, NOW, TODAY, Lender, why

HEADER = (
    "No. Crédito",
    "Cédula",
    "Canal",
    "Fecha y hora",
    "Duración",
    "Efectivo",
    "Gestor",
    "Nota",
    "Id llamada",
)


@pytest.fixture
def andino(tmp_path: Path) -> Iterator[Lender]:
    engine = quick_engine(tmp_path)
    lender = Lender(engine, tmp_path)
    lender.sends(ANA, ANA | {"No. Crédito": "A-2"}, BETO)
    yield lender
    engine.dispose()


def brings(
    lender: Lender, *rows: Sequence[str], header: Sequence[str] = HEADER, **given: Any
) -> ImportReport:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([header, *rows])
    path = lender.file(out.getvalue(), given.pop("name", "llamadas.csv"))
    asked = {"lender": lender.name, "as_of": TODAY, "actor": "ana", "now": NOW} | given
    return import_contacts(lender.engine, path, **asked)


def row(number: str = "A-1", at: str = "18/11/2026 10:30", **given: str) -> tuple[str, ...]:
    said = {"No. Crédito": number, "Canal": "llamada", "Fecha y hora": at, "Efectivo": "sí"} | given
    return tuple(said.get(name, "") for name in HEADER)


def kept(lender: Lender) -> list[dict[str, Any]]:
    return sorted(lender.rows(t.contacts), key=lambda one: (one["started"], one["id"]))


def test_a_call_made_elsewhere_is_kept_with_its_time_in_the_debtor_s_zone(andino: Lender) -> None:
    report = brings(andino, row(Duración="95", Gestor="Marta", Nota="pide plazo"))
    (call,) = kept(andino)
    assert (report.counts["new"], report.counts["effective"], report.counts["debtors"]) == (1, 1, 1)
    assert call["started"] == datetime(2026, 11, 18, 15, 30, tzinfo=UTC)
    assert call["ended"] - call["started"] == timedelta(seconds=95)
    assert (call["channel"], call["effective"], call["note"]) == ("call", True, "pide plazo")
    (origin,) = andino.rows(t.contact_origins)
    assert (origin["who"], origin["account_id"]) == ("Marta", andino.account("A-1")["id"])


def test_a_contact_of_any_account_counts_in_the_caps_of_the_person(andino: Lender) -> None:
    from server.packs import pack_of

    brings(andino, row("A-2", "18/11/2026 10:30"))
    debtor = andino.account("A-1")["debtor_id"]
    with reading(andino.engine) as connection:
        history = encounters.history(connection, [debtor], NOW - timedelta(days=30))[debtor]
    policy, where = pack_of("cl"), zone_of("America/Bogota")
    assert policy is not None
    assert where is not None
    rulings = cap_rulings(policy, "visit", date(2026, 11, 20), counted(history), where)
    before = cap_rulings(policy, "visit", date(2026, 11, 20), [], where)
    assert [one for one in before if one.decision == "block"] == []
    assert [one for one in rulings if one.decision == "block"] != []


def test_importing_the_same_file_twice_changes_nothing(andino: Lender) -> None:
    rows = (row(), row("B-1", "17/11/2026 09:00", **{"Id llamada": "77"}))
    assert brings(andino, *rows).counts["new"] == 2
    again = brings(andino, *rows)
    assert (again.counts["new"], again.counts["unchanged"], again.counts["rejected"]) == (0, 2, 0)
    assert len(kept(andino)) == 2


def test_one_call_logged_for_each_of_his_accounts_is_one_contact(andino: Lender) -> None:
    report = brings(andino, row("A-1"), row("A-2"))
    assert (report.counts["new"], report.counts["unchanged"]) == (1, 1)
    assert why(report)[0][3] == "es el mismo contacto de la línea 2: cuenta una vez"


def test_a_call_that_ronda_recorded_itself_counts_once(andino: Lender) -> None:
    from server.store import contacts
    from server.store.engine import writing
    from sync.ids import new_id

    begun = datetime(2026, 11, 18, 15, 30, tzinfo=UTC)
    own = {
        "id": new_id(),
        "debtor_id": andino.account("A-1")["debtor_id"],
        "agent_id": None,
        "channel": "call",
    }
    own |= {"started": begun, "ended": begun, "effective": True, "source": "ronda", "note": ""}
    with writing(andino.engine) as connection:
        contacts.add(connection, [own])
    report = brings(andino, row(at="18/11/2026 10:32"), row(at="18/11/2026 10:40"))
    assert (report.counts["new"], report.counts["unchanged"]) == (1, 1)
    assert why(report)[0][3] == "Ronda ya tiene este contacto: cuenta una vez"


@pytest.mark.parametrize(
    ("written", "instant"),
    [("18/11/2026 10:30", "15:30:00"), ("2026-11-18T10:30:05", "15:30:05"), ("2026-11-18T10:30-03:00", "13:30:00"),
     ("2026-11-18T15:30Z", "15:30:00"), ("18/11/2026 3:05 p. m.", "20:05:00"), ("18/11/2026 12:01 AM", "05:01:00"),
     ("18/11/2026", "17:00:00")],
)  # fmt: skip
def test_times_are_read_however_they_are_written(andino: Lender, written: str, instant: str) -> None:
    brings(andino, row(at=written))
    assert f"{kept(andino)[0]['started']:%H:%M:%S}" == instant


def test_a_zone_of_the_row_or_of_the_file_says_which_hour_it_was(andino: Lender) -> None:
    header = ("No. Crédito", "Canal", "Fecha", "Hora", "Zona horaria")
    rows = (("A-1", "sms", "18/11/2026", "10:00", "America/Lima"), ("A-1", "sms", "18/11/2026", "11:00", ""),
            ("A-1", "sms", "18/11/2026", "12:00", "Marte"))  # fmt: skip
    report = brings(andino, *rows, header=header, zone="-03:00")
    assert [f"{one['started']:%H:%M}" for one in kept(andino)] == ["14:00", "15:00"]
    assert why(report) == [
        (
            4,
            "Zona horaria",
            "rejected",
            "«Marte» no es una zona horaria: escriba por ejemplo America/Bogota o -05:00",
        )
    ]


def test_rows_that_cannot_be_read_are_rejected_with_line_column_and_reason(andino: Lender) -> None:
    report = brings(
        andino,
        row("Z-9"),
        row(at="ayer"),
        row(Canal="paloma"),
        row(at=""),
        row(at="18/11/2026 25:00"),
        row("", Cédula="99999999"),
        row("A-1", Cédula="79111222"),
        row("A-1", at="30/11/2026 10:00"),
        row(Duración="mucho"),
    )
    assert [(line, column, level) for line, column, level, _ in why(report)] == [
        (2, "No. Crédito", "rejected"),
        (3, "Fecha y hora", "rejected"),
        (4, "Canal", "rejected"),
        (5, "Fecha y hora", "rejected"),
        (6, "Fecha y hora", "rejected"),
        (7, "Cédula", "rejected"),
        (8, "Cédula", "rejected"),
        (9, "Fecha y hora", "warned"),
        (9, "Fecha y hora", "rejected"),
        (10, "Duración", "rejected"),
    ]
    assert report.counts["new"] == 0
    assert report.rejects_path is not None
    assert "paloma" in report.rejects_path.read_text(encoding="utf-8-sig")


def test_the_mended_rejects_come_back(andino: Lender) -> None:
    first = brings(andino, row(Canal="paloma"), row("B-1"))
    assert first.rejects_path is not None
    mended = first.rejects_path.read_text(encoding="utf-8-sig").replace("paloma", "whatsapp")
    path = andino.file(mended.encode("utf-8-sig"), "corregido.csv")
    again = import_contacts(andino.engine, path, lender=andino.name, as_of=TODAY, actor="ana", now=NOW)
    assert (again.counts["new"], again.counts["rejected"]) == (1, 0)
    assert {one["channel"] for one in kept(andino)} == {"call", "message"}


def test_an_answer_nobody_understands_counts_as_reached_with_a_warning(andino: Lender) -> None:
    report = brings(andino, row(Efectivo="buzón"), row("B-1", Efectivo="quién sabe"))
    assert [one["effective"] for one in kept(andino)] != [True, True]
    assert sorted(one["effective"] for one in kept(andino)) == [False, True]
    assert why(report) == [
        (3, "Efectivo", "warned", "no dice si hubo contacto («quién sabe»): cuenta como si lo hubo")
    ]


def test_a_sheet_keeps_the_hour_of_its_cells(andino: Lender) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["No. Crédito", "Canal", "Fecha y hora", "Efectivo"])
    sheet.append(["A-1", "Llamada", datetime(2026, 11, 18, 10, 30), "No contesta"])  # noqa: DTZ001 - a sheet's times have no zone
    path = andino.folder / "llamadas.xlsx"
    book.save(path)
    import_contacts(andino.engine, path, lender=andino.name, as_of=TODAY, actor="ana", now=NOW)
    (call,) = kept(andino)
    assert (f"{call['started']:%H:%M}", call["effective"]) == ("15:30", False)


def test_a_file_without_channel_is_of_the_one_its_source_uses(andino: Lender) -> None:
    header = ("No. Crédito", "Fecha y hora")
    with_it = brings(andino, ("A-1", "18/11/2026 10:30"), header=header, source="MARCADOR", channels=["call"])
    assert (with_it.counts["new"], kept(andino)[0]["source"]) == (1, "MARCADOR")
    without = brings(andino, ("B-1", "18/11/2026 10:30"), header=header, name="otras.csv")
    assert "falta el canal" in why(without)[0][3]


def test_a_declared_source_is_known_through_the_day_of_its_last_file(andino: Lender) -> None:
    declare_source(
        andino.engine, lender=andino.name, source="MARCADOR", channels=["call"], actor="ana", now=NOW
    )
    lender_id = andino.rows(t.lenders)[0]["id"]
    with reading(andino.engine) as connection:
        (source,) = contact_sources.of_lenders(connection, [lender_id])[lender_id]
    assert source.through is None
    assert source.unknown_on(TODAY)
    brings(andino, row(), source="MARCADOR", as_of=date(2026, 11, 16))
    brings(andino, row("B-1"), source="MARCADOR", as_of=date(2026, 11, 14), name="vieja.csv")
    with reading(andino.engine) as connection:
        (source,) = contact_sources.of_lenders(connection, [lender_id])[lender_id]
    assert (source.through, source.channels) == (date(2026, 11, 16), ("call",))
    assert not source.unknown_on(date(2026, 11, 19))
    assert source.unknown_on(date(2026, 11, 20))
    declare_source(andino.engine, lender=andino.name, source="MARCADOR", retire=True, actor="ana", now=NOW)
    with reading(andino.engine) as connection:
        assert contact_sources.of_lenders(connection, [lender_id]) == {}
    with pytest.raises(WrongImport, match="no ha declarado"):
        declare_source(andino.engine, lender=andino.name, source="OTRO", retire=True, actor="ana", now=NOW)


def test_a_dry_run_writes_nothing(andino: Lender) -> None:
    report = brings(andino, row(), source="MARCADOR", dry_run=True)
    assert (report.counts["new"], kept(andino), andino.rows(t.contact_sources)) == (1, [], [])


def test_a_lender_nobody_knows_and_a_file_without_columns_are_refused_with_a_sentence(andino: Lender) -> None:
    with pytest.raises(WrongImport, match=r"no hay un acreedor «Cootrasur»"):
        brings(Lender(andino.engine, andino.folder, "Cootrasur"), row())
    with pytest.raises(WrongImport, match="faltan columnas: fecha y hora"):
        brings(andino, ("A-1", "llamada"), header=("No. Crédito", "Canal"))
