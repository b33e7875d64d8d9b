"""Fifty names and amounts, searched in all that a locked laptop and its browser leave on the disk: none.

The same search finds all fifty in a copy that is not encrypted, so that finding none says something.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from field_client import backing_up, collectors
from field_client import folder as folders
from field_client.store import settings
from sync.sealing import new_recovery_key
from tests.browser import ARGUMENTS, PATIENCE_MS, Chromium

from .builders import (
    PASSPHRASE,
    account,
    address,
    agent,
    build,
    debtor,
    policy,
    route,
    stop,
    uid,
    world,
)

ROOT = Path(__file__).parents[2]
PEOPLE = 25
ENCODINGS = ("utf-8", "utf-16-le", "latin-1")
TYPED = "Nota secreta Zacarías Villamizar"


def name(n: int) -> str:
    """No two alike, and no word that a program of others could hold by chance."""
    return f"Zulmira{n:02d} Quíchuaga{n:02d}"


def amount(n: int) -> str:
    return f"7{n:02d}9{(n * 7919) % 1000:03d}"


PLANTED = [*(name(n) for n in range(PEOPLE)), *(amount(n) for n in range(PEOPLE))]


def planted_world() -> list[tuple[str, str, dict[str, Any]]]:
    made: list[tuple[str, str, dict[str, Any]]] = [
        ("policy", "demo", policy()),
        ("agent", agent()["id"], agent()),
    ]
    stops = []
    for n in range(PEOPLE):
        who, owes, lives = uid(1000 + n), uid(2000 + n), uid(3000 + n)
        made.append(("debtor", who, debtor(who, name(n), [address(lives, f"Calle {n} # 1-1", 5.82, -73.03)])))
        made.append(("account", owes, account(owes, who, f"CTA-{n}", f"{amount(n)}.00")))
        stops.append(stop(uid(4000 + n), n + 1, who, lives, [owes]))
    made.append(("route", route()["id"], route(stops=stops)))
    return [*made, *(one for one in world() if one[0] == "basemap")]


@dataclass
class Left:
    """What a day left on the disk."""

    laptop: Path
    unlocked: Path  # the same folder as it was while the laptop was open, WAL and all
    temp: Path
    logs: Path
    exports: Path
    profile: Path

    @property
    def places(self) -> dict[str, Path]:
        return {name: Path(getattr(self, name)) for name in self.__dataclass_fields__}


def found_in(place: Path, wanted: list[str]) -> dict[str, str]:
    """Of what was searched for, where it was found; names of files count, and text in any usual encoding."""
    found: dict[str, str] = {}
    for path in place.rglob("*"):
        said = str(path.relative_to(place)).encode("utf-8", "surrogateescape")
        if path.is_file():
            said += b"\n" + path.read_bytes()
        for word in wanted:
            for encoding in ENCODINGS:
                if word.encode(encoding) in said:
                    found[word] = f"{path.relative_to(place)} ({encoding})"
    return found


@pytest.fixture(scope="module")
def left(chromium_session: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Left:
    base = tmp_path_factory.mktemp("left")
    made = Left(*(base / one for one in ("laptop", "unlocked", "temp", "logs", "exports", "profile")))
    for place in (made.temp, made.logs, made.exports):
        place.mkdir()
    laptop = build(made.laptop, planted_world())
    with laptop.store.writing() as db:  # of an office that can open what is sealed for it
        settings.put(db, "recovery_key", new_recovery_key().public_key().public_bytes_raw().hex())
    laptop.store.close()
    collectors.note(made.laptop, label="Uno")
    environ = os.environ | {
        "TMPDIR": str(made.temp),
        "RONDA_FIELD_DATA": str(made.laptop),
        "PYTHONPATH": str(ROOT),
    }
    ready = base / "ready"
    with (made.logs / "out").open("w") as out, (made.logs / "err").open("w") as err:
        program = [sys.executable, "-m", "sync", "field", "serve", "--by-hand", "--ready-file", str(ready)]
        process = subprocess.Popen(program, env=environ, stdout=out, stderr=err, cwd=ROOT)
        try:
            while not ready.exists():
                assert process.poll() is None
                try:
                    process.wait(0.05)
                except subprocess.TimeoutExpired:
                    continue
            a_day(chromium_session, made, ready.read_text().strip())
        finally:
            process.kill()
            process.wait()
    photo = base / f"{name(2)}.jpg"
    said = Image.Exif()
    said[0x010E] = f"{name(4)} {TYPED}"  # what a camera may write into a picture
    Image.new("RGB", (320, 240), (90, 120, 60)).save(photo, "JPEG", exif=said)
    nobody = ["--stop", "3", "--party", "NAD", "--result", "NAD", "--override-reason", TYPED]
    when = ["--start", "2026-11-16T09:15", "--end", "2026-11-16T09:20"]
    command(made, "visit", *nobody, *when, "--note", f"{name(2)} {TYPED}", "--photo", str(photo), "--json")
    command(made, "export", "--queue", str(made.exports / "cola.ronda"))
    command(made, "diagnose", "--out", str(made.exports / "diagnostico.json"))
    return made


def command(made: Left, *arguments: str) -> None:
    environ = os.environ | {
        "TMPDIR": str(made.temp),
        "RONDA_FIELD_DATA": str(made.laptop),
        "RONDA_FIELD_PASSPHRASE": PASSPHRASE,
        "PYTHONPATH": str(ROOT),
    }
    program = [sys.executable, "-m", "sync", "field", *arguments]
    done = subprocess.run(program, env=environ, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    (made.logs / f"{arguments[0]}.txt").write_text(done.stdout + done.stderr, "utf-8")


def a_day(chromium: Chromium, made: Left, address: str) -> None:
    """Unlock, look at all of them, search by name, begin a visit, say something, and lock."""
    browser = chromium.browser.browser_type.launch_persistent_context(
        made.profile, executable_path=shutil.which("chromium"), args=ARGUMENTS, locale="es-CO"
    )
    browser.set_default_timeout(PATIENCE_MS)
    page = browser.new_page()
    page.goto(address)
    page.fill("#passphrase", PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_selector(".map.is-drawn")
    assert name(0) in page.content()
    page.click("nav >> text=Cartera")
    page.fill("#q", name(3))
    page.keyboard.press("Enter")
    page.wait_for_selector(f"main >> text={name(3)}")
    page.click(f"main >> text={name(3)}")
    page.wait_for_selector("h1")
    for n in range(0, PEOPLE, 5):
        page.goto(f"{address}/caso/{uid(1000 + n)}")
        assert name(n) in page.content()
    page.goto(f"{address}/caso/{uid(1001)}/visita?parada={uid(4001)}")
    page.fill("#note", f"{TYPED} {name(1)} {amount(1)}")
    page.wait_for_selector("text=Borrador guardado")
    page.goto(f"{address}/mio")
    page.goto(f"{address}/parada/{uid(4002)}/tarjeta")
    page.goto(f"{address}/portatil/")
    page.click("text=Hacer una copia ahora")
    page.wait_for_selector("text=Copia hecha")
    shutil.copytree(made.laptop, made.unlocked)
    page.go_back()
    page.keyboard.press("Alt+b")
    page.wait_for_selector("#passphrase")
    browser.close()


def plain_copy(laptop: Path, to: Path) -> None:
    """The control: the same database without its encryption."""
    to.mkdir()
    store = folders.open_laptop(laptop, PASSPHRASE)
    connection = store._connection
    connection.execute("ATTACH DATABASE ? AS plain KEY ''", [str(to / "laptop.db")])
    connection.execute("SELECT sqlcipher_export('plain')")
    connection.execute("DETACH DATABASE plain")
    store.close()


@pytest.mark.browser
def test_the_search_finds_all_of_them_where_they_are_not_encrypted(left: Left, tmp_path: Path) -> None:
    plain_copy(left.laptop, tmp_path / "plain")
    rows = sqlite3.connect(tmp_path / "plain" / "laptop.db")
    assert rows.execute("SELECT count(*) FROM records WHERE kind = 'debtor'").fetchone() == (PEOPLE,)
    rows.close()
    found = found_in(tmp_path / "plain", [*PLANTED, TYPED])
    assert sorted(found) == sorted([*PLANTED, TYPED])


@pytest.mark.browser
@pytest.mark.parametrize("place", list(Left.__dataclass_fields__))
def test_none_of_them_is_left(left: Left, place: str) -> None:
    where = left.places[place]
    if place == "temp":
        where.mkdir(exist_ok=True)
    elif place != "logs":
        assert any(path.is_file() for path in where.rglob("*")), "nothing was there to search"
    assert found_in(where, [*PLANTED, TYPED]) == {}


def test_no_form_waits_for_a_script_to_be_forgotten_by_the_browser() -> None:
    """Typed and sent before the page's scripts ran, a name stayed in the tab's state on the disk."""
    shared = ROOT / "sync" / "look" / "templates"
    pages = [*(ROOT / "field_client").rglob("*.html"), shared / "macros.html", shared / "offers.html"]
    forms = [
        (page.name, form) for page in pages for form in re.findall(r"<form\b[^>]*", page.read_text("utf-8"))
    ]
    assert len(forms) > 40
    assert [one for one in forms if 'autocomplete="off"' not in one[1]] == []


@pytest.mark.browser
def test_what_was_searched_is_what_a_day_leaves(left: Left) -> None:
    names = {path.name for path in left.unlocked.rglob("*")}
    assert {"laptop.db", "laptop.db-wal", "keyring.json", "card.json"} <= names
    assert backing_up.copies_in(left.laptop / backing_up.BACKUPS)
    assert f"/caso/{uid(1000)}" in found_in(left.profile, [f"/caso/{uid(1000)}"]), (
        "no history was kept at all"
    )
    said = json.loads((left.exports / "diagnostico.json").read_text("utf-8"))
    assert said["inside"]["records"]["debtor"] == PEOPLE
    assert said["inside"]["drafts"] == 1
    assert said["inside"]["counts"]["visits_unsent"] == 1
    assert said["inside"]["pictures_pending"] == 1
