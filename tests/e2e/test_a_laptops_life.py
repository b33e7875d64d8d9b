"""A laptop's life with a real office: made in the browser, shared, copied, put back on a new disk, told to update.

Office and pages run each in a process of their own. The tests go on from one another.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from server.demo.processes import Server
from server.enrolling import issue_code
from server.store import tables as t
from tests.browser import Chromium

from .villages import PASSPHRASE, Portable, Village, ronda
from .watching import Window

pytestmark = pytest.mark.browser
OTHERS = "otra frase bien larga"


@dataclass
class Life:
    village: Village
    chromium: Chromium
    folder: Path
    office: Server
    portable: Portable
    done: list[str] = field(default_factory=list)
    pages: Server | None = None

    def after(self, stage: str) -> None:
        if stage not in self.done:
            pytest.skip(f"it did not get as far as «{stage}»: see the test before")

    def code(self, agent: str) -> str:
        office = self.village.open()
        code = issue_code(office.engine, self.village.agents[agent], actor="cli", now=datetime.now(UTC))
        office.engine.dispose()
        return str(code)

    def window(self, **options: object) -> Window:
        if self.pages is None:
            self.pages = self.portable.server(self.folder / "pages.log", by_hand=True)
            self.pages.start()
        return Window(self.chromium, self.pages.address, **options)

    def closed(self) -> None:
        if self.pages is not None:
            self.pages.stop()
            self.pages = None

    def visits(self) -> set[str]:
        office = self.village.open()
        with office.engine.connect() as connection:
            found = {row.id for row in connection.execute(t.visits.select())}
        office.engine.dispose()
        return found


@pytest.fixture(scope="module")
def life(
    chromium_session: Chromium, published: Village, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Life]:
    folder = tmp_path_factory.mktemp("life")
    village = published.copied(folder / "village")
    made = Life(village, chromium_session, folder, village.server(), Portable(folder / "laptop"))
    try:
        made.office.start()
        yield made
    finally:
        made.closed()
        made.office.stop()


def test_an_empty_laptop_is_made_into_one_in_the_browser(life: Life) -> None:
    window = life.window()
    window.open("/", shot="laptop-empty")
    window.click("Empezar: tengo el código", role="link", shot="laptop-welcome")
    page = window.page
    page.get_by_label("Dirección de la oficina").fill(life.office.address)
    page.get_by_label("Código de inscripción").fill("ABCD-EFGH-IJKL")
    page.get_by_label("Cómo llamarlo").fill("RC")
    page.get_by_label("Su contraseña nueva").fill(PASSPHRASE)
    page.get_by_label("Repítala").fill("otra cosa distinta")
    with window.refused(422):
        window.click("Preparar el portátil")
    window.expects("Las dos contraseñas no son iguales.")
    page.get_by_label("Su contraseña nueva").fill(PASSPHRASE)
    page.get_by_label("Repítala").fill(PASSPHRASE)
    with window.refused(422):
        window.click("Preparar el portátil")
    window.expects("Pida otro código a su coordinador")
    page.get_by_label("Código de inscripción").fill(life.code("rosalba"))
    page.get_by_label("Su contraseña nueva").fill(PASSPHRASE)
    page.get_by_label("Repítala").fill(PASSPHRASE)
    window.control("Preparar el portátil").click()
    page.wait_for_url("**/bienvenida/primera")
    expect(page.locator("[data-first-sentence]")).to_have_text("Listo: todo está en este portátil.")
    assert page.locator("[data-first-bar]").get_attribute("value") == "100" or page.evaluate(
        "document.querySelector('[data-first-bar]').value === 100"
    )
    window.look(shot="laptop-first")
    window.click("Ir a mi día", role="link")
    window.expects("Paradas")
    window.click("Tarjeta", role="link", shot="laptop-stop-card")
    expect(page.locator("svg.qr")).to_be_visible()
    window.open("/mio", shot="laptop-mio")
    window.open("/portatil/", shot="laptop-machine")
    life.done.append("made")


@pytest.mark.slow
def test_its_own_pages_are_sound_in_dark_and_at_twice_the_size(life: Life) -> None:
    life.after("made")
    for more in ({"color_scheme": "dark"}, {"viewport": {"width": 683, "height": 384}}):
        window = life.window(**more)
        window.open("/desbloquear")
        window.page.fill("#passphrase", PASSPHRASE)
        window.click("Desbloquear")
        for path in ("/portatil/", "/mio", "/bienvenida/", "/bienvenida/primera", "/"):
            window.open(path)
        window.click("Tarjeta", role="link")
        window.open("/portatil/")
        window.click("Bloquear")


def test_another_collector_joins_and_the_first_ones_unsent_work_is_named(life: Life) -> None:
    life.after("made")
    life.closed()
    said = life.portable.run("today", "--json")["stops"][0]
    sheet = life.folder / "sheet.jsonl"
    visit = {"stop": said["stop"], "place": "DOM", "party": "NAD", "happened": happened(life)}
    visit["results"] = [{"account": one["account"], "result": "NAD"} for one in said["accounts"]]
    sheet.write_text(json.dumps(visit | {"override_reason": "lo pidió"}) + "\n", "utf-8")
    told = ronda(["field", "visit", "--from", str(sheet), "--json"], _environ(life))
    assert json.loads(told.stdout.splitlines()[-1])["refused"] == [], told.stdout
    more = ["--add", "--label", "Wilson", "--server", life.office.address, "--code", life.code("wilson")]
    environ = _environ(life) | {"RONDA_FIELD_PASSPHRASE": OTHERS}
    done = ronda(["field", "enrol", *more, "--json"], environ)
    assert done.returncode == 0, done.stderr
    window = life.window()
    window.open("/desbloquear")
    window.page.get_by_text("RC", exact=True).click()
    window.page.fill("#passphrase", PASSPHRASE)
    window.click("Desbloquear")
    window.click("Bloquear")
    window.page.get_by_text("Wilson", exact=True).click()
    window.page.fill("#passphrase", OTHERS)
    with window.refused(409):
        window.click("Desbloquear", shot="laptop-unlock-shared")
    window.expects("RC tiene 1 dato sin confirmar")
    window.page.get_by_label("Entiendo que ese trabajo queda aquí sin enviar").check()
    window.page.fill("#passphrase", OTHERS)
    window.click("Desbloquear")
    window.click("Bloquear")
    life.closed()
    life.done.append("shared")


def test_a_laptop_put_back_on_a_new_disk_gets_from_the_office_what_its_copy_lacked(life: Life) -> None:
    life.after("shared")
    sent = life.portable.run("sync", "--json")
    assert sent["unsent"] == 0
    before = life.visits()
    assert len(before) == 1
    copy = life.portable.run("backup", "--json")["files"][0]
    stop = life.portable.run("today", "--json")["stops"][1]
    sheet = life.folder / "second.jsonl"
    visit = {"stop": stop["stop"], "place": "DOM", "party": "NAD", "happened": happened(life, 2)}
    visit["results"] = [{"account": one["account"], "result": "NAD"} for one in stop["accounts"]]
    sheet.write_text(json.dumps(visit | {"override_reason": "lo pidió"}) + "\n", "utf-8")
    assert life.portable.run("visit", "--from", str(sheet))["refused"] == []
    assert life.portable.run("sync", "--json")["unsent"] == 0
    after = life.visits()
    assert len(after) == 2
    shutil.copy(copy, life.folder / "stick.ronda")
    shutil.rmtree(life.portable.folder)  # the disk died
    fresh = Portable(life.folder / "new-disk")
    environ = {"RONDA_FIELD_DATA": str(fresh.folder), "RONDA_FIELD_PASSPHRASE": PASSPHRASE}
    put = ronda(["field", "restore", str(life.folder / "stick.ronda"), "--json"], dict(os.environ) | environ)
    assert put.returncode == 0, put.stderr
    assert json.loads(put.stdout)["unsent"] == 1, "its new chain's opening has still to be sent"
    assert [one["done"] for one in fresh.run("today", "--json")["stops"][:2]] == [True, False]
    assert fresh.run("sync", "--json")["unsent"] == 0
    assert [one["done"] for one in fresh.run("today", "--json")["stops"][:2]] == [True, True]
    assert life.visits() == after
    life.portable = fresh
    life.done.append("restored")


def test_the_office_says_that_there_is_a_newer_program_and_refuses_nothing(life: Life) -> None:
    life.after("restored")
    environ = {
        "RONDA_DATA": str(life.village.config.data),
        "RONDA_DATABASE_URL": life.village.config.database_url,
    }
    assert (
        ronda(
            ["office", "device", "program", "--newest", "9.1.0", "--json"], dict(os.environ) | environ
        ).returncode
        == 0
    )
    window = life.window()
    window.open("/desbloquear")
    window.page.fill("#passphrase", PASSPHRASE)
    window.click("Desbloquear")
    window.open("/enviar")
    window.control("Enviar y recibir ahora").click()
    window.page.wait_for_load_state("load")
    window.page.locator("[data-sending].is-working").wait_for(state="detached")
    window.open("/portatil/")
    window.expects("Hay un programa nuevo: el 9.1.0")
    assert life.portable.run("sync", "--json")["update"] == "update_available"
    assert "9.1.0" in ronda(["field", "sync"], _environ(life)).stdout
    wrong = ronda(["office", "device", "program", "--least", "nine"], dict(os.environ) | environ)
    assert wrong.returncode == 1
    assert "Traceback" not in wrong.stderr


def happened(life: Life, hour: int = 1) -> dict[str, object]:
    day = life.village.day.isoformat()
    return {"start": f"{day}T1{hour}:00", "end": f"{day}T1{hour}:08", "known": "paper", "line": hour}


def _environ(life: Life) -> dict[str, str]:
    return dict(os.environ) | life.portable.environ
