"""A lender's file by the page: looked at before anything is written, whatever its name or its bytes."""

from __future__ import annotations

import html
import io
import re
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.store import imports, lenders, mappings
from server.store.engine import reading
from server.web import import_work, jobs
from server.web import imports as web_imports

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


STRANGE = "Clave;Cédula;Nombre del titular;Saldo capital;Valor vencido;Vencimiento más antiguo;Sucursal"


def fields_of(page: str) -> dict[str, str]:
    """What the form on the page would send: its chosen options and what is written in its fields."""
    body = page.split('id="review"', 1)[1].split("</form>", 1)[0]
    sent = {"reading": "1"}
    for name, inside in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', body, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        sent[name] = html.unescape(chosen[1]) if chosen else ""
    return sent


def reread(client: FlaskClient, where: str, fields: dict[str, str]) -> Any:
    answer = post(client, f"{where}/reading", fields)
    return client.get(answer.headers["Location"]) if answer.status_code == 303 else answer


def test_a_file_is_read_again_as_somebody_says(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    shown = send(client, "\r\n".join((HEADER, *ROWS, "")).encode("cp850"))
    where = waiting(shown.text)
    assert "Crédito" not in words(shown.text.split("Primeras filas")[1]).split("Qué es cada columna")[0]
    again = reread(client, where, {"reading": "1", "encoding": "cp850"})
    page = words(again.text)
    assert "Ana Ruiz" in page
    assert "Crédito" in page
    assert "Se aceptan 2" in page
    wrong = reread(client, where, {"reading": "1", "encoding": "utf-8"})
    assert wrong.status_code == 422
    assert "no se puede leer como utf-8" in words(wrong.text)
    assert "Se aceptan" in words(client.get(where).text), "what was said last and could be done stands"


def test_a_column_that_is_not_known_is_said_once_and_known_in_the_next_file(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    strange = "\r\n".join((STRANGE, *ROWS[:2], "")).encode("cp1252")
    shown = send(client, strange)
    where = waiting(shown.text)
    assert "Diga qué columna trae «Número de crédito»." in words(shown.text)
    refused = post(client, where, fields_of(shown.text))
    assert refused.status_code == 422, "nothing is imported while a column lacks"
    assert words(refused.text).count("Diga qué columna trae «Número de crédito».") == 2, "above and beside"
    told = fields_of(shown.text) | {"f-number": "0"}
    done = post(client, where, told)
    assert "Filas 2 Aceptadas 2" in words(client.get(done.headers["Location"]).text)
    with reading(world.office.engine) as connection:
        kept = mappings.load(connection, "El Faro: portfolio", "portfolio")
    assert kept is not None
    assert kept["number"] == "Clave"
    next_one = send(client, strange, lender="El Faro", new_lender="")
    assert "Sin cambio 2" in words(next_one.text), "the lender's next file is read alike"


def test_two_fields_cannot_be_one_column_and_it_is_said_beside_them(app: Flask) -> None:
    client = log_in(app, "nora")
    shown = send(client, file_of(*ROWS))
    fields = fields_of(shown.text) | {"f-name": "0"}
    again = reread(client, waiting(shown.text), fields)
    assert again.status_code == 422
    assert "La columna «No. Crédito» ya es «" in words(again.text)


def test_a_column_can_be_left_aside(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    shown = send(client, file_of(*ROWS[:2]))
    where = waiting(shown.text)
    again = reread(client, where, fields_of(shown.text) | {"f-document": ""})
    assert "Columnas que no se usan" in words(again.text)
    post(client, where, fields_of(again.text))
    with reading(world.office.engine) as connection:
        kept = mappings.load(connection, "El Faro: portfolio", "portfolio")
    assert kept is not None
    assert "Cédula" in {header for field, header in kept.items() if field.startswith("-")}


def test_the_rejected_rows_mended_come_in_and_again_change_nothing(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    report = post(client, waiting(send(client, file_of(*ROWS)).text))
    answer = post(client, f"{report.headers['Location']}/rejected.csv")
    mended = answer.data.decode("utf-8-sig").replace(";mil;", ";1.000,00;")
    for new, unchanged in ((1, 0), (0, 1)):
        shown = send(client, mended.encode("utf-8-sig"), lender="El Faro", new_lender="")
        assert "Quedan ausentes 0" in words(shown.text), "a part of a portfolio takes nothing away"
        done = post(client, waiting(shown.text), fields_of(shown.text))
        with reading(world.office.engine) as connection:
            made = imports.one(connection, done.headers["Location"].rpartition("/")[2])
            assert made is not None
            assert (made["counts"]["new"], made["counts"]["unchanged"]) == (new, unchanged)
            assert mappings.load(connection, "El Faro: portfolio", "portfolio") is None, (
                "a file of ours says nothing of how the lender writes"
            )


def finished(app: Flask) -> jobs.Job:
    """The job that was started last, when it has ended."""
    job = list(app.extensions[jobs.JOBS].values())[-1]
    assert isinstance(job, jobs.Job)
    assert job.thread is not None
    job.thread.join()
    return job


def test_a_long_import_goes_on_while_its_page_shows_how_far_it_is(
    world: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_imports, "AT_ONCE", 0)
    client = log_in(app, "nora")
    where = waiting(send(client, file_of(*ROWS)).text)
    begun = post(client, where)
    assert begun.headers["Location"] == f"{where}/progress"
    finished(app)
    told = client.get(f"{where}/progress?format=json").json
    assert told is not None
    assert told["done"]
    assert log_in(app, "root").get(f"{where}/progress").status_code == 302, "another's work is not there"
    ended = client.get(f"{where}/progress")
    assert "Filas 3 Aceptadas 2" in words(client.get(ended.headers["Location"]).text)
    assert client.get(f"{where}/progress").headers["Location"] == ended.headers["Location"], "and still is"


def test_an_import_that_is_stopped_leaves_nothing_and_the_file_waits(
    world: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_imports, "AT_ONCE", 0)
    client = log_in(app, "nora")
    where = waiting(send(client, file_of(*ROWS)).text)
    # The work waits at its first word until it has been stopped.
    halted, stopped = threading.Event(), threading.Event()
    honest = import_work._steps

    def slow(say: jobs.Say) -> Any:
        def told(step: str) -> None:
            halted.set()
            stopped.wait()
            honest(say)(step)

        return told

    monkeypatch.setattr(import_work, "_steps", slow)
    post(client, where)
    halted.wait()
    assert "Importando" in words(client.get(where, follow_redirects=True).text), "its page shows the work"
    post(client, f"{where}/cancel")
    stopped.set()
    job = finished(app)
    assert job.cancelled
    assert job.result is None
    page = words(client.get(f"{where}/progress", follow_redirects=True).text)
    assert "Se detuvo: no se importó nada." in page
    assert "El Faro" not in lender_names(world)
    monkeypatch.setattr(import_work, "_steps", honest)
    post(client, where)
    finished(app)
    assert "El Faro" in lender_names(world), "and can be imported after all"


def test_many_absent_accounts_are_asked_about_after_a_long_import_too(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_imports, "AT_ONCE", 0)
    client = log_in(app, "nora")
    where = waiting(send(client, file_of(ROWS[0]), lender="Crediboyacá", new_lender="").text)
    post(client, where)
    finished(app)
    asked = client.get(f"{where}/progress")
    assert asked.status_code == 422
    assert "Confirme que el archivo trae toda la cartera" in words(asked.text)


def test_a_report_leads_to_what_comes_next(app: Flask) -> None:
    client = log_in(app, "nora")
    report = post(client, waiting(send(client, file_of(*ROWS[:2])).text))
    page = words(client.get(report.headers["Location"]).text)
    assert "Siguiente: asignar" in page
    assert "Ubicar 2 deudores" in page


def test_the_pack_of_the_country_is_chosen_where_nothing_was_imported_yet(app: Flask) -> None:
    page = log_in(app, "nora").get("/imports/new").text
    assert '<option value="demo" selected>' in page, "the pack of the last file"
