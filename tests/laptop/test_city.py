"""The city's map on the laptop: it comes last, goes on where it ended, or is brought in a file."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from field_client.app import create_app
from field_client.cli import field
from field_client.store import papers, tiles
from sync.exchange.attach import Carried
from sync.wire.attachments import digest_of

from .builders import MARIA, PASSPHRASE, Laptop, build, world
from .test_attachments import Office, announce_papers, paper, run
from .test_pages import token, unlock

BOUNDS = [-73.1, 5.7, -72.9, 5.9]


def archive(size: int, seed: int = 1) -> bytes:
    """The header of a real file, then bytes that are only compared."""
    corners = b"".join(round(side * 1e7).to_bytes(4, "little", signed=True) for side in BOUNDS)
    return b"PMTiles\x03" + bytes(94) + corners + bytes(9) + random.Random(seed).randbytes(size - 127)


def announce(laptop: Laptop, data: bytes, start: int = 500, city: str = "f" * 8) -> None:
    said = {
        "id": city,
        "name": "Duitama",
        "bounds": BOUNDS,
        "attribution": "© OpenStreetMap contributors (ODbL)",
        "size": len(data),
        "sha256": digest_of(data),
    }
    laptop.receive([("city", city, said)], start=start)


def usable(laptop: Laptop) -> str | None:
    with laptop.store.reading() as db:
        said = tiles.usable(db)
    return None if said is None else str(said["sha256"])


def test_the_map_comes_after_every_paper_and_goes_on_where_the_link_broke(laptop: Laptop) -> None:
    map, pagare = archive(200_000), paper(30_000, 1)
    announce(laptop, map)
    announce_papers(laptop, maria=(MARIA, pagare))
    office = Office({}, papers={digest_of(data): data for data in (map, pagare)})
    office.breaks = ["", "", "", "down", "down", "down", "down", "down", "down", "down"]
    first = run(laptop, office)
    assert (first.received, first.wanted) == (1, 1)
    assert usable(laptop) is None, "half a map is not shown"
    with laptop.store.reading() as db:
        held = tiles.held(db, digest_of(map))
    assert 0 < held < len(map)
    office.breaks, office.asked = [], []
    assert run(laptop, office).received == 1
    assert sum(size for _sha, size in office.asked) == len(map) - held, "nothing twice"
    assert usable(laptop) == digest_of(map)
    assert run(laptop, office) == Carried()
    with laptop.store.reading() as db:
        assert papers.bytes_of(db, digest_of(map)) == map


def test_a_map_with_another_hash_is_not_kept(laptop: Laptop) -> None:
    map = archive(50_000)
    announce(laptop, map)
    assert run(laptop, Office({}, papers={digest_of(map): map[:-1] + b"?"})) == Carried(wanted=1)
    assert usable(laptop) is None


def test_any_range_is_what_stands_there(laptop: Laptop) -> None:
    map = archive(150_001)
    announce(laptop, map)
    run(laptop, Office({}, papers={digest_of(map): map}))
    drawn = random.Random(7)
    with laptop.store.reading() as db:
        for _ in range(60):
            start, length = drawn.randrange(len(map)), drawn.randrange(1, 70_000)
            assert tiles.read(db, digest_of(map), start, length) == map[start : start + length]


def test_a_brought_map_serves_until_the_offices_is_whole(laptop: Laptop, tmp_path: Path) -> None:
    brought, real = archive(90_000, 2), archive(80_000, 3)
    file = tmp_path / "duitama.pmtiles"
    file.write_bytes(brought)
    with laptop.store.writing() as db:
        assert tiles.bring(db, file)["bounds"] == pytest.approx(BOUNDS)
    assert usable(laptop) == digest_of(brought)
    announce(laptop, real)
    office = Office({}, papers={digest_of(real): real})
    run(laptop, office, bytes=1)
    assert usable(laptop) == digest_of(brought)
    run(laptop, office)
    assert usable(laptop) == digest_of(real)
    run(laptop, office)
    with laptop.store.reading() as db:
        assert papers.sizes(db) == {digest_of(real): len(real)}, "the brought one made room"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no city map"),
        (b"%PDF-1.7" + bytes(400), "not in the PMTiles format"),
        (b"PMTiles\x02" + bytes(400), "not in the PMTiles format"),
        (None, "no city map"),
    ],
)
def test_a_file_that_is_no_map_is_refused_with_what_to_do(
    laptop: Laptop, tmp_path: Path, data: bytes | None, said: str
) -> None:
    file = tmp_path / "x.pmtiles"
    if data is not None:
        file.write_bytes(data)
    environ = {"RONDA_FIELD_PASSPHRASE": PASSPHRASE}
    answer = CliRunner().invoke(field, ["city", str(file), "--data", str(laptop.folder)], env=environ)
    assert answer.exit_code == 1
    assert said in answer.output
    assert "ask the office" in answer.output


def test_the_command_brings_a_map(laptop: Laptop, tmp_path: Path) -> None:
    file = tmp_path / "Duitama.pmtiles"
    file.write_bytes(archive(70_000))
    environ = {"RONDA_FIELD_PASSPHRASE": PASSPHRASE}
    answer = CliRunner().invoke(field, ["city", str(file), "--data", str(laptop.folder)], env=environ)
    assert (answer.exit_code, answer.output) == (0, "The map Duitama (0.1 MB) is on this laptop.\n")
    assert usable(laptop) == digest_of(file.read_bytes())


@pytest.fixture
def browser(laptop: Laptop) -> Iterator[FlaskClient]:
    app: Flask = create_app(laptop.folder, laptop.clock)
    browser = app.test_client()
    assert unlock(browser).status_code == 302
    yield browser
    app.extensions["ronda_vault"].lock()


def test_the_page_asks_for_ranges_of_the_map_and_only_when_unlocked(
    laptop: Laptop, browser: FlaskClient
) -> None:
    map = archive(100_000)
    announce(laptop, map)
    run(laptop, Office({}, papers={digest_of(map): map}))
    address = f"/ciudad/{digest_of(map)}.pmtiles"
    assert address in browser.get("/").text
    part = browser.get(address, headers={"Range": "bytes=70000-70099"})
    assert (part.status_code, part.data) == (206, map[70_000:70_100])
    assert part.headers["Content-Range"] == "bytes 70000-70099/100000"
    assert browser.get(address).data == map
    assert browser.get(address, headers={"Range": "bytes=200000-"}).status_code == 416
    assert browser.get(f"/ciudad/{'0' * 64}.pmtiles").status_code == 404
    assert browser.application.test_client().get(address).status_code != 200


def test_a_route_with_a_line_is_drawn_along_it_and_one_without_from_stop_to_stop(tmp_path: Path) -> None:
    made: list[Any] = world()
    for kind, _id, said in made:
        if kind == "route":
            said["line"] = "_p~iF~ps|U_ulLnnqC_mqNvxq`@"
    laptop = build(tmp_path / "laptop", made)
    app = create_app(laptop.folder, laptop.clock)
    browser = app.test_client()
    unlock(browser)
    assert "[38.5, -120.2], [40.7, -120.95]" in browser.get("/").text
    app.extensions["ronda_vault"].lock()
    laptop.store.close()


def test_a_case_s_map_has_its_places_in_force_and_proposed_and_none_without_a_place(
    laptop: Laptop, browser: FlaskClient
) -> None:
    shown = browser.get(f"/caso/{MARIA}").text
    assert '"label": "Calle 15 # 14-32"' in shown
    assert "leaflet.js" in shown
    said = {"csrf_token": token(browser), "kind": "home", "text": "Vereda", "informant": "Su hermana"}
    browser.post(f"/caso/{MARIA}/direccion", data=said)
    shown = browser.get(f"/caso/{MARIA}").text
    assert "Vereda" in shown
    assert '"label": "Vereda"' not in shown, "nobody knows yet where it is"
