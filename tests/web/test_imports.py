"""A lender's file by the page: looked at before anything is written, whatever its name or its bytes."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.store import imports, lenders
from server.store.engine import reading

from .test_portfolio import words
from .worlds import World, facts_of, log_in, post

HEADER = "No. Crédito;Cédula;Nombre del titular;Saldo capital;Valor vencido;Vencimiento más antiguo;Sucursal"
ROWS = (
    "A-1;1001;Ana Ruiz;1.000.000,00;200.000,00;20/08/2026;Duitama",
    "A-2;1002;Beto Niño;500.000,00;0,00;;Duitama",
    "A-3;1003;Ciro Peña;mil;10,00;20/08/2026;Duitama",
)
ASKED = {
    "kind": "portfolio",
    "lender": "+",
    "new_lender": "El Faro",
    "as_of": "2026-11-20",
    "pack": "demo",
    "mode": "full",
}


def file_of(*rows: str) -> bytes:
    return "\r\n".join((HEADER, *rows, "")).encode("cp1252")


def send(client: FlaskClient, content: bytes, name: str = "cartera.csv", **asked: str) -> Any:
    data: dict[str, Any] = ASKED | asked | {"file": (io.BytesIO(content), name)}
    answer = post(client, "/imports/new", data, content_type="multipart/form-data")
    return client.get(answer.headers["Location"]) if answer.status_code == 303 else answer


def waiting(page: str) -> str:
    found = re.search(r'action="(/imports/new/[0-9a-f-]{36})"', page)
    assert found is not None, words(page)
    return found[1]


def lender_names(world: World) -> set[str]:
    with reading(world.office.engine) as connection:
        return {row["name"] for row in lenders.listed(connection)}


def test_a_file_is_shown_as_it_was_read_and_written_only_when_confirmed(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    shown = send(client, file_of(*ROWS))
    page = words(shown.text)
    assert shown.status_code == 200
    assert "Todavía no se ha guardado nada" in page
    assert "Adivinada: cp1252" in page
    assert "Filas 3 Se aceptan 2 Se rechazan 1" in page
    assert re.search(r"Número de crédito necesaria .*A-1 · A-2 · A-3", page)
    assert "El Faro" not in lender_names(world)
    confirmed = post(client, waiting(shown.text))
    report = words(client.get(confirmed.headers["Location"]).text)
    assert "Filas 3 Aceptadas 2" in report
    assert "«mil»" in report
    assert "El Faro" in lender_names(world)
    assert facts_of(world)[-1]["kind"] == "import.finished"
    assert not list((world.office.config.data / "uploads").iterdir()), "the file is forgotten"


def test_what_is_not_confirmed_is_forgotten(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    kept = waiting(send(client, file_of(*ROWS)).text)
    post(client, kept, {"word": "forget"})
    assert "El Faro" not in lender_names(world)
    assert not list((world.office.config.data / "uploads").iterdir())
    assert post(client, kept).headers["Location"] == "/imports/new"


def test_anothers_file_is_not_there_to_be_confirmed(world: World, app: Flask) -> None:
    kept = waiting(send(log_in(app, "nora"), file_of(*ROWS)).text)
    assert post(log_in(app, "root"), kept).headers["Location"] == "/imports/new"
    assert "El Faro" not in lender_names(world)


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd.csv",
        "..\\..\\x.csv",
        "/tmp/x.csv",
        "C:\\x.csv",
        "ñ\x07.csv",
        "." * 300 + ".csv",
    ],
)
def test_a_files_name_is_shown_and_never_a_path(world: World, app: Flask, name: str, tmp_path: Path) -> None:
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    answer = send(log_in(app, "nora"), file_of(*ROWS), name)
    assert answer.status_code == 200
    made = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    uploads = world.office.config.data / "uploads"
    kept = {path for path in made if path.suffix == ".csv" or path.name == "asked.json"}
    assert kept
    assert all(path.is_relative_to(uploads) for path in kept)
    assert {path.name for path in kept} == {"asked.json", "portfolio-2026-11-20.csv"}


def far_cell() -> bytes:
    """A workbook of a kilobyte that names a cell at the end of the sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
        sheet = '<worksheet><sheetData><row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row></sheetData></worksheet>'
        book.writestr("xl/worksheets/sheet1.xml", sheet)
    return out.getvalue()


def inflated() -> bytes:
    """A workbook whose one sheet unpacks to a thousand times its size."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        book.writestr("xl/worksheets/sheet1.xml", "<c/>" + " " * 40_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (far_cell(), "x.xlsx", "no se puede abrir sin riesgo"),
        (inflated(), "x.xlsx", "no se puede abrir sin riesgo"),
        (b"PK\x03\x04 not a zip", "x.xlsx", "No se puede leer este libro de Excel"),
        (b"hola", "x.csv", "No se encontró la fila de encabezados"),
        (b"", "x.csv", ""),
        (b"\x00\x01\x02" * 50, "x.csv", ""),
        (b"MZ", "x.exe", "El archivo debe ser .csv o .xlsx"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_words_and_not_kept(
    world: World, app: Flask, content: bytes, name: str, said: str
) -> None:
    client = log_in(app, "nora")
    answer = send(client, content, name)
    assert answer.status_code == 422
    assert said in words(answer.text)
    shelf = world.office.config.data / "uploads"
    assert not shelf.exists() or not list(shelf.iterdir())
    assert client.get("/").status_code == 200, "the office is still there"


def test_a_form_that_lacks_something_says_it_beside_each_field(app: Flask) -> None:
    client = log_in(app, "nora")
    blank = {"lender": "", "as_of": "2027-01-01", "pack": "", "kind": "portfolio", "mode": ""}
    answer = post(client, "/imports/new", blank, content_type="multipart/form-data")
    page = words(answer.text)
    assert answer.status_code == 422
    for said in (
        "Elija el archivo que envió la entidad.",
        "Diga de qué entidad es el archivo.",
        "El corte no puede ser de un día que no ha llegado.",
        "Elija las reglas que rigen estas cuentas.",
        "Diga si el archivo trae toda la cartera o solo cambios.",
    ):
        assert page.count(said) == 2, said


def test_a_full_file_that_would_lose_many_accounts_asks_first(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    shown = send(client, file_of(ROWS[0]), lender="Crediboyacá", new_lender="")
    assert "Cuentas que no vienen en el archivo" in words(shown.text)
    kept = waiting(shown.text)
    refused = post(client, kept)
    assert refused.status_code == 422
    assert "Confirme que el archivo trae toda la cartera" in words(refused.text)
    agreed = post(client, kept, {"agreed": "1"})
    with reading(world.office.engine) as connection:
        made = imports.one(connection, agreed.headers["Location"].rpartition("/")[2])
    assert made is not None
    assert made["counts"]["absent"] == 5


def test_a_file_is_brought_only_by_who_sees_its_whole_lender(app: Flask) -> None:
    client = log_in(app, "alicia")
    for lender in ("+", "Crediboyacá"):
        answer = send(client, file_of(*ROWS), lender=lender)
        assert answer.status_code == 422
        assert "impórtelo quien ve toda la entidad" in words(answer.text)
    assert words(client.get("/imports/").text).count("Crediboyacá") == 0


def test_the_rejected_rows_come_back_as_a_file_and_that_is_remembered(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    report = post(client, waiting(send(client, file_of(*ROWS, "A-4;1004;=cmd|' /C calc'!A0;x;1;;")).text))
    answer = post(client, f"{report.headers['Location']}/rejected.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="rechazos-2026-11-20.csv"'
    text = answer.data.decode("utf-8-sig")
    assert text.splitlines()[0].startswith(HEADER)
    assert "A-3;1003;Ciro Peña;mil" in text
    assert ";=cmd" not in text, "nothing a spreadsheet would run"
    assert facts_of(world)[-1]["kind"] == "import.rejected_downloaded"


def test_payments_come_in_by_the_same_page(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    content = "No. Crédito;Fecha de pago;Valor;Recibo\r\nR-1;19/11/2026;50.000,00;77\r\n".encode("cp1252")
    shown = send(client, content, "pagos.csv", kind="payments", lender="Crediboyacá")
    assert "Se aceptan 1" in words(shown.text)
    post(client, waiting(shown.text))
    assert "50.000" in words(client.get(f"/debtors/{world.debtors['Rosa']}").text)
