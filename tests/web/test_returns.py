"""The pages of lenders' daily files: one click, what was left out, and the layout with its preview."""

from __future__ import annotations

import re

from flask import Flask

from .conftest import ClientOf
from .worlds import World, facts_of, log_in, post


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def typed(page: str) -> dict[str, str]:
    """What the form of a layout holds, as a browser would send it."""
    said = dict(re.findall(r'<input class="input[^"]*"[^>]*?name="([^"]+)" value="([^"]*)"', page))
    for name, value in re.findall(r'id="(code-[^"]+)" name="[^"]+" value="([^"]*)"', page):
        said[name] = value
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        said[name] = chosen[1] if chosen else ""
    said["name"] = "DIA_{day}_{number}.txt"
    return said | {"header": "1", "kinds": "visit"}


def test_one_click_makes_the_days_file_and_it_downloads(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    lender = world.lenders["Crediboyacá"]
    again = post(client, f"/returns/{lender}/make", follow_redirects=True)
    assert "No hay nada nuevo" in again.text
    made = post(client, f"/returns/{lender}/make", {"mode": "full"}, follow_redirects=True)
    assert "GESTION_20261120_0002.csv" in made.text
    got = client.get(f"/returns/files/{world.returned['Crediboyacá']}/download")
    assert got.headers["Content-Disposition"] == 'attachment; filename="GESTION_20261120_0001.csv"'
    assert got.data.decode("cp1252").startswith("No. Crédito;Cédula;Fecha gestión;")
    kinds = [fact["kind"] for fact in facts_of(world)]
    assert kinds.count("return.written") == len(world.lenders) + 1
    assert kinds.count("return.taken") == 1


def test_a_layout_is_seen_before_it_is_kept(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    address = f"/returns/{world.lenders['Crediboyacá']}/layout"
    page = client.get(f"{address}?day=2026-11-20").text
    form = typed(page) | {"day": "2026-11-20", "code-PTP": ""}
    seen = post(client, address, form | {"do": "see"})
    assert seen.status_code == 200
    assert "no tiene equivalente en los de la entidad" in seen.text
    assert "Vale la versión 1" in words(seen.text)
    kept = post(client, address, form | {"do": "keep", "code-PTP": "77"}, follow_redirects=True)
    assert "Vale la versión 2" in words(kept.text)
    made = post(
        client, f"/returns/{world.lenders['Crediboyacá']}/make", {"mode": "full"}, follow_redirects=True
    )
    assert "DIA_20261120_0002.txt" in made.text
    assert ";77;" in made.text


def test_a_layout_that_cannot_work_is_not_kept_and_says_why(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    address = f"/returns/{world.lenders['Crediboyacá']}/layout"
    form = typed(client.get(address).text) | {"name": "siempre-igual.csv", "do": "keep"}
    answer = post(client, address, form)
    assert answer.status_code == 422
    assert "necesita {number}" in answer.text
    assert 'role="alert"' in answer.text


def test_columns_are_moved_by_their_number(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    address = f"/returns/{world.lenders['Crediboyacá']}/layout"
    form = typed(client.get(address).text) | {"order-6": "0", "do": "keep"}
    page = post(client, address, form, follow_redirects=True).text
    titles = re.findall(r'name="title-\d+" value="([^"]+)"', page)
    assert titles[:2] == ["Código", "No. Crédito"]


def test_who_sees_one_branch_makes_no_file_of_the_whole_lender(seen: World, reader: ClientOf) -> None:
    assert "Ninguna entidad completa" in reader("alicia").get("/returns/").text
    lender = seen.lenders["Crediboyacá"]
    assert post(reader("alicia"), f"/returns/{lender}/make").status_code == 404
    assert post(reader("alicia"), f"/returns/{lender}/layout").status_code == 404
