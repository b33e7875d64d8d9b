"""The pages of figures: formulas shown, numbers that open their rows, files of what is on the screen."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import date

import openpyxl
import pytest

from server.figuring import keeping
from sync.rules.figures_list import KPIS

from .conftest import ClientOf
from .worlds import NOW, TODAY, World, csrf_of

PERIOD = "from=2026-09-01&to=2026-11-20"
SPAN = (date(2026, 9, 1), TODAY)


@pytest.fixture(scope="module")
def figured(seen: World) -> World:
    keeping.refresh(seen.office.engine, [SPAN], today=TODAY, now=NOW)
    return seen


def test_every_figure_is_shown_with_its_formula_and_what_is_missing(figured: World, reader: ClientOf) -> None:
    page = reader("elena").get(f"/figures/?{PERIOD}").text
    for kpi in KPIS:
        assert kpi.title in page, kpi.code
        assert kpi.formula in page, kpi.code
    assert "Falta: el costo de un día de gestor" in page


def test_every_number_opens_its_rows(figured: World, reader: ClientOf) -> None:
    client = reader("elena")
    page = client.get(f"/figures/?{PERIOD}").text
    links = [one.replace("&amp;", "&") for one in re.findall(r'href="(/figures/rows\?[^"]+)"', page)]
    assert len(links) >= 12
    for link in links:
        assert client.get(link).status_code == 200, link


def test_the_rows_of_a_share_are_as_many_as_it_counts(figured: World, reader: ClientOf) -> None:
    client = reader("elena")
    told = table(client.get(f"/figures/?{PERIOD}&file=csv").text)
    figures = {row["Código"]: row for row in told}
    for code, column in (("rpc_per_attempt", "Cuenta arriba"), ("evidence_rate", "Cuenta arriba")):
        rows = table(client.get(f"/figures/rows?code={code}&{PERIOD}&file=csv").text)
        assert len(rows) == int(figures[code]["Abajo"])
        assert sum(row[column] == "sí" for row in rows) == int(figures[code]["Arriba"])


@pytest.mark.parametrize("by", ["agent", "team", "bucket", "product", "lender"])
def test_each_breakdown_has_a_line_for_each_group_and_opens_it(
    figured: World, reader: ClientOf, by: str
) -> None:
    client = reader("elena")
    page = client.get(f"/figures/?{PERIOD}&by={by}").text
    groups = re.findall(r'<th scope="row"><a href="(/figures/\?[^"]+)">', page)
    assert groups
    for link in groups:
        assert client.get(link.replace("&amp;", "&")).status_code == 200
    assert client.get(f"/figures/?{PERIOD}&by={by}&value=nadie").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        f"/figures/?{PERIOD}",
        f"/figures/?{PERIOD}&by=agent",
        f"/figures/rows?code=rpc_per_attempt&{PERIOD}",
        f"/figures/rows?code=arrears&{PERIOD}",
        f"/figures/rolls?{PERIOD}",
        "/figures/trends?code=rpc_per_attempt",
    ],
)
def test_a_file_has_what_the_page_shows_and_no_formula(figured: World, reader: ClientOf, path: str) -> None:
    client = reader("elena")
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{path}&file=xlsx").data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert len(cells) > 6
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    rows = list(csv.reader(io.StringIO(client.get(f"{path}&file=csv").text.removeprefix("\ufeff"))))
    assert len(rows) == book.active.max_row
    assert [cell.value for cell in book.active[1]] == rows[0]


def test_a_branch_sees_its_own_figures_and_no_other(figured: World, reader: ClientOf) -> None:
    whole = {row["Código"]: row for row in table(reader("elena").get(f"/figures/?{PERIOD}&file=csv").text)}
    mine = {row["Código"]: row for row in table(reader("alicia").get(f"/figures/?{PERIOD}&file=csv").text)}
    theirs = {row["Código"]: row for row in table(reader("bruno").get(f"/figures/?{PERIOD}&file=csv").text)}
    code = "rpc_per_attempt"
    assert 0 < int(mine[code]["Abajo"]) < int(whole[code]["Abajo"])
    assert int(mine[code]["Abajo"]) + int(theirs[code]["Abajo"]) == int(whole[code]["Abajo"])
    page = reader("alicia").get(f"/figures/?{PERIOD}&by=agent").text
    assert "Hilda" not in page


def test_the_open_export_is_made_told_and_handed_over(figured: World, reader: ClientOf) -> None:
    client = reader("elena")
    data = {"csrf_token": csrf_of(client.get("/figures/").text)}
    answer = client.post("/figures/export", data=data)
    progress = answer.headers["Location"]
    jobs = client.application.extensions["ronda.jobs"]
    jobs[progress.rpartition("/")[2]].thread.join()
    assert "La exportación está hecha" in client.get(progress).text
    with client.get(f"{progress}/file") as sent:
        archive = zipfile.ZipFile(io.BytesIO(sent.data))
    assert {"visits.csv", "ronda.gpkg", "schema/visits.schema.json", "geojson/visits.geojson"} <= set(
        archive.namelist()
    )
    assert reader("root").get(progress).status_code == 404


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
