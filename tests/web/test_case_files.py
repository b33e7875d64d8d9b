"""Folders of a case from the page: made as a job, downloaded by who made it and nobody else, and remembered."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.cli import office as command
from server.store import tables as t
from server.store.engine import reading
from server.web import jobs

from .worlds import World, csrf_of, log_in


def asked(app: Flask, client: FlaskClient, path: str, **data: str) -> tuple[str, Any]:
    """The address of the job's page, and the page when the work is done."""
    answer = client.post(path, data=data | {"csrf_token": csrf_of(client.get("/cases/").text)})
    assert answer.status_code == 302, answer.text
    for job in app.extensions[jobs.JOBS].values():
        if job.thread is not None:
            job.thread.join(60)
    return answer.headers["Location"], client.get(answer.headers["Location"])


def names(data: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        assert made.testzip() is None
        return set(made.namelist())


def test_one_button_makes_the_dossier_and_only_who_made_it_takes_it(world: World, app: Flask) -> None:
    dora, carla = log_in(app, "dora"), log_in(app, "carla")
    number = world.claims["Rosa"]
    assert "Hacer el dossier" in dora.get(f"/cases/{number}").text
    place, page = asked(app, dora, f"/case-files/dossier/{number}")
    assert "La carpeta está lista" in page.text
    taken = dora.get(f"{place}/zip", buffered=True)
    root = f"dossier-caso-{number}"
    assert {f"{root}/index.html", f"{root}/dossier.json", f"{root}/reglas/demo.json"} <= names(taken.data)
    assert carla.get(place).status_code == 404
    assert carla.get(f"{place}/zip").status_code == 404
    assert "Se escribió una carpeta" in dora.get(f"/cases/{number}").text
    with reading(world.office.engine) as connection:
        kinds = connection.execute(select(t.facts.c.kind).order_by(t.facts.c.number)).scalars().all()
    assert kinds[-2:] == ["dossier.written", "case_file.taken"]


def test_a_case_is_handed_over_with_a_reason_and_within_the_scope(world: World, app: Flask) -> None:
    elena = log_in(app, "elena")
    path = f"/case-files/hand-over/{world.debtors['Rosa']}"
    token = csrf_of(elena.get(path).text)
    bare = elena.post(path, data={"csrf_token": token, "purpose": "legal", "lender": "", "why": ""})
    assert bare.status_code == 422
    wrong = elena.post(
        path, data={"csrf_token": token, "purpose": "legal", "lender": "otra", "why": "sí señor"}
    )
    assert wrong.status_code == 400
    place, page = asked(app, elena, path, purpose="agency", lender="", why="cesión a otra agencia")
    assert "Teléfonos y correos de otras personas: 1." in page.text
    found = names(elena.get(f"{place}/zip", buffered=True).data)
    assert any(name.endswith("/datos/caso.json") for name in found)
    assert any(name.endswith("/no-incluido.csv") for name in found)
    carla = log_in(app, "carla")
    assert carla.get(f"/case-files/hand-over/{world.debtors['Saúl']}").status_code == 404
    data = {
        "csrf_token": csrf_of(carla.get("/cases/").text),
        "purpose": "legal",
        "lender": "",
        "why": "porque sí",
    }
    assert carla.post(f"/case-files/hand-over/{world.debtors['Saúl']}", data=data).status_code == 404


def test_only_who_asks_for_his_data_gets_them(world: World, app: Flask) -> None:
    dora = log_in(app, "dora")
    data = {"csrf_token": csrf_of(dora.get("/cases/").text)}
    assert dora.post(f"/case-files/access/{world.claims['Rosa']}", data=data).status_code == 404
    said = {
        "kind": "access",
        "source": "email",
        "text": "Pide saber qué datos suyos tienen",
        "told_by": "holder",
    }
    number = (
        dora.post(f"/cases/new/{world.debtors['Rosa']}", data=data | said)
        .headers["Location"]
        .rpartition("/")[2]
    )
    assert f"Caso {number}" in dora.get("/cases/rights").text
    assert f"Caso {number}" not in dora.get("/cases/").text
    place, _page = asked(app, dora, f"/case-files/access/{number}")
    assert f"datos-caso-{number}/index.html" in names(dora.get(f"{place}/zip", buffered=True).data)


def test_the_command_hands_over_one_lenders_case_and_says_what_is_wrong(world: World, tmp_path: Path) -> None:
    office = str(world.office.config.data)
    out = str(tmp_path / "caso")

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(command, ["case", *arguments, "--data", office])

    done = run("hand-over", "R-1", out, "--why", "jurídica externa")
    assert done.exit_code == 0, done.output
    assert "left out: Teléfonos y correos de otras personas: 1" in done.output
    assert (tmp_path / "caso" / "index.html").exists()
    for arguments, said in (
        (("hand-over", "R-1", out, "--why", "otra vez"), "is not empty"),
        (("hand-over", "NO-HAY", str(tmp_path / "x"), "--why", "nada"), "there is no account NO-HAY"),
        (("dossier", "999", str(tmp_path / "y")), "there is no case 999"),
    ):
        wrong = run(*arguments)
        assert wrong.exit_code == 1
        assert said in wrong.output
        assert "Traceback" not in wrong.output
    assert run("dossier", world.claims["Rosa"], str(tmp_path / "z"), "--json").exit_code == 0
