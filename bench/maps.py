"""Measures how fast the maps of both sides are painted in a real browser that reaches no other host.

Builds an office on a city's own extract: 3,000 debtors at real addresses, a day's route on the roads, its
tiles; and a laptop with the same. A figure a map: milliseconds to painted, requests to others, errors.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import insert

from field_client.app import create_app as laptop_app
from field_client.store import tiles
from server.cities import tiling
from server.cities.announcing import announce
from server.planning.lining import lined
from server.roads import building
from server.roads.contracted import CityRoads
from server.roads.network import load
from server.store import routes
from server.store import tables as t
from server.store.debtors import folded
from server.store.engine import reading, writing
from sync.ids import new_id
from sync.words import Phrase
from tests.browser import ARGUMENTS, OWN_HOSTS, serving
from tests.laptop import builders
from tests.web.worlds import NOW, PASSWORD, TODAY, World, make_world

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "city"
EXTRACT, ADDRESSES = DATA / "duitama.osm.pbf", DATA / "duitama_addresses.csv"
SEED = 20261122
DEBTORS, STOPS = 3000, 32
CENTRE, MIDDLE = (5.8265, -73.0331), [5.8262, -73.0315]
ATTRIBUTION = "© OpenStreetMap contributors (ODbL)"
PAINTED_MS = 3000
# Another host cannot even be named.
ALONE = [*ARGUMENTS, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]


@dataclass
class Town:
    """The office with the city, and what a laptop of it holds."""

    world: World
    tiles: Path
    route: str
    debtor: str


@dataclass
class Seen:
    """What a browser saw of one map."""

    name: str
    painted_ms: int
    requests: list[str]
    errors: list[str]

    @property
    def good(self) -> bool:
        return 0 <= self.painted_ms <= PAINTED_MS and not self.requests and not self.errors


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--json", action="store_true", help="print the figures as JSON")
    asked.add_argument("--shots", type=Path, help="put screenshots at three zooms into this folder")
    given = asked.parse_args()
    if not EXTRACT.is_file():
        raise SystemExit(f"there is no extract at {EXTRACT}: nothing is measured")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        town = make_town(Path(folder))
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ALONE)
        seen = [
            *office_maps(browser, town, given.shots),
            *laptop_maps(browser, town, Path(folder), given.shots),
        ]
        browser.close()
        town.world.office.engine.dispose()
    if given.json:
        print(json.dumps([vars(one) | {"good": one.good} for one in seen], ensure_ascii=False, indent=1))
    else:
        print(f"seed {SEED}, goal {PAINTED_MS} ms, 0 requests to others, 0 errors")
        for one in seen:
            print(
                f"{one.name:32} {one.painted_ms:6} ms  {len(one.requests)} requests  {len(one.errors)} errors"
            )
    if not all(one.good for one in seen):
        raise SystemExit(1)


# The town


def make_town(folder: Path) -> Town:
    """The office of the tests, grown to a portfolio, with Duitama's tiles and roads."""
    world = make_world(folder / "office")
    package = world.office.config.data / "cities" / "duitama"
    package.mkdir(parents=True)
    tiles_file = package / "tiles.pmtiles"
    figures = tiling.build(EXTRACT, tiles_file)
    building.build(EXTRACT, package / "roads.npz")
    places = _places()
    with writing(world.office.engine) as connection:
        announce(
            connection,
            tiles_file,
            fingerprint="duitama-bench",
            name="Duitama",
            bounds=tuple(figures["bounds"]),
            attribution=ATTRIBUTION,
            now=NOW,
        )
        debtors = _people(connection, world, places)
    roads = CityRoads(load(package / "roads.npz", "motorcycle"))
    route = _route(world, debtors[:STOPS], roads)
    return Town(world, tiles_file, route, debtors[0][0])


def _places() -> list[tuple[float, float, str]]:
    """Real addresses, and houses a little beside them, until there are enough."""
    chance = random.Random(SEED)
    with ADDRESSES.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    known = [
        (float(row["lat"]), float(row["lon"]), f"{row['street']} # {row['housenumber']}".title())
        for row in rows
    ]
    found = []
    for number in range(DEBTORS):
        lat, lon, text = known[number % len(known)]
        apart = 0 if number < len(known) else 0.004
        found.append((lat + chance.uniform(-apart, apart), lon + chance.uniform(-apart, apart), text))
    return found


Person = tuple[str, str, str, tuple[float, float, str]]


def _people(connection: Any, world: World, places: list[tuple[float, float, str]]) -> list[Person]:
    chance = random.Random(SEED)
    names = ("Rosa", "José", "Ana", "Luis", "Marta", "Pedro", "Elvira", "Hernán", "Clara", "Iván")
    last = ("Núñez", "Peña", "Barrera", "Gómez", "Ávila", "Rojas", "Suárez", "Cárdenas", "Pinto", "Vargas")
    lender, made = world.lenders["Crediboyacá"], world.imports["Crediboyacá"]
    people: list[Person] = []
    rows: dict[Any, list[dict[str, Any]]] = {table: [] for table in _TABLES}
    for number, (lat, lon, text) in enumerate(places):
        name = f"{chance.choice(names)} {chance.choice(last)} {chance.choice(last)}"
        debtor, account, address = new_id(), new_id(), new_id()
        people.append((debtor, account, address, (lat, lon, text)))
        rows[t.debtors].append(
            {
                "id": debtor,
                "kind": "person",
                "name": name,
                "search_name": folded(name),
                "document_type": "CC",
                "document": str(50_000_000 + number),
                "created_at": NOW,
            }
        )
        rows[t.addresses].append(
            {
                "id": address,
                "debtor_id": debtor,
                "lender_id": lender,
                "kind": "home",
                "text": text,
                "district": "Centro",
                "city": "Duitama",
                "lat": lat,
                "lon": lon,
                "precision": "door",
                "since": TODAY,
            }
        )
        rows[t.accounts].append(
            {
                "id": account,
                "lender_id": lender,
                "number": f"D-{number}",
                "debtor_id": debtor,
                "currency": "COP",
                "branch": "Duitama",
                "zone": "Centro",
                "credit_type": "microcredit",
                "product": "Microcrédito",
                "pack": "demo",
                "first_import": made,
                "last_import": made,
            }
        )
        rows[t.balances].append(_balance(account, made, chance))
        if number % 3 == 0:
            _visited(rows, world, (debtor, account, address), chance)
    for table, values in rows.items():
        connection.execute(insert(table), values)
    return people


_TABLES = (t.debtors, t.addresses, t.accounts, t.balances, t.visits, t.visit_results)


def _balance(account: str, made: str, chance: random.Random) -> dict[str, Any]:
    return {
        "id": new_id(),
        "account_id": account,
        "import_id": made,
        "as_of": TODAY,
        "currency": "COP",
        "principal_minor": 5_000_000_00,
        "interest_minor": 0,
        "overdue_minor": chance.randrange(50_000_00, 900_000_00),
        "oldest_due": TODAY - timedelta(days=chance.randrange(5, 200)),
        "recorded_at": NOW,
    }


def _visited(rows: dict[Any, Any], world: World, who: tuple[str, str, str], chance: random.Random) -> None:
    debtor, account, address = who
    visit = new_id()
    started = NOW - timedelta(days=chance.randrange(1, 40))
    rows[t.visits].append(
        {
            "id": visit,
            "debtor_id": debtor,
            "agent_id": world.agents["gustavo"],
            "device_id": next(iter(world.devices.values())),
            "incarnation": new_id(),
            "n": len(rows[t.visits]) + 1,
            "address_id": address,
            "place": "DOM",
            "party": "TIT",
            "started": started,
            "ended": started + timedelta(minutes=9),
            "known": "live",
            "recorded_at": started,
            "received_at": started,
            "timezone": "America/Bogota",
            **VISIT,
        }
    )
    result = chance.choice(("PTP", "NEG", "AVC", "NAD", "NAD", "TEM", "CES"))
    rows[t.visit_results].append(
        {"visit_id": visit, "account_id": account, "result": result, "detail": {}, "reason": None}
    )


VISIT: dict[str, Any] = {
    "location_source": "none",
    "evidence": "C",
    "verdict": {"rulings": []},
    "out_of_scope": False,
}


def _route(world: World, people: list[Person], roads: CityRoads) -> str:
    """A day of one agent, in the order of a short way round."""
    order, left, at = [], list(people), CENTRE
    while left:
        near = min(left, key=lambda one: (one[3][0] - at[0]) ** 2 + (one[3][1] - at[1]) ** 2)
        left.remove(near)
        order.append(near)
        at = (near[3][0], near[3][1])
    starts = NOW.replace(hour=13)
    stops = tuple(_stop(one, number, starts) for number, one in enumerate(order, 1))
    draft = routes.Draft(
        agent=world.agents["gustavo"],
        day=TODAY,
        starts=starts,
        ends=NOW.replace(hour=22),
        depot=CENTRE,
        approximate=False,
        matrix={"points": [""], "seconds": [[0]], "metres": [[0]]},
        certificate={"seed": SEED, "iterations": 1},
        stops=stops,
    )
    with writing(world.office.engine) as connection:
        made, _version = routes.add(connection, lined(draft, roads), now=NOW, actor="nora")
        found = routes.by_id(connection, made)
        assert found is not None
        routes.publish(connection, found, now=NOW)
    return made


def _stop(one: Person, number: int, starts: datetime) -> routes.Stop:
    debtor, account, address, (lat, lon, _text) = one
    return routes.Stop(
        id=new_id(),
        debtor=debtor,
        address=address,
        accounts=(account,),
        service_s=720,
        value=1,
        why=Phrase("cae de paso"),
        sequence=number,
        lat=lat,
        lon=lon,
        eta=starts + timedelta(minutes=14 * number),
        appointment=number % 9 == 0,
    )


# What is seen


def office_maps(browser: Browser, town: Town, shots: Path | None) -> list[Seen]:
    """The day's route, the whole portfolio and one case, each as a page of its own."""
    app = town.world.app()
    with serving(app) as address, _page(browser) as (page, heard):
        page.goto(f"{address}/login")
        page.fill("input[name=username]", "root")
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/")
        return [
            _seen(page, heard, f"{address}{path}", name, zooms, shots)
            for name, path, zooms in (
                ("office-map-route", f"/routes/{town.route}/map", (13, 15, 17)),
                ("office-map-portfolio", "/places/map", (12, 14, 17)),
                ("office-map-case", f"/places/case/{town.debtor}", (14, 16, 18)),
            )
        ]


def laptop_maps(browser: Browser, town: Town, folder: Path, shots: Path | None) -> list[Seen]:
    """Today's map, and one case's, of a laptop that holds the route and the tiles."""
    laptop = builders.build(folder / "laptop", _held(town))
    with laptop.store.writing() as db:
        tiles.bring(db, town.tiles)
    with (
        serving(laptop_app(laptop.folder, laptop.clock)) as address,
        _page(browser) as (page, heard),
    ):
        page.goto(address)
        page.keyboard.type(builders.PASSPHRASE)
        page.keyboard.press("Enter")
        page.wait_for_selector(".map.is-drawn")
        case = f"{address}/caso/{builders.MARIA}"
        return [
            _seen(page, heard, address, "laptop-map-today", (13, 15, 17), shots),
            _seen(page, heard, case, "laptop-map-case", (14, 16, 18), shots),
        ]


def _held(town: Town) -> list[tuple[str, str, dict[str, Any]]]:
    """The laptop's small world, on the office's route: its places and its line."""
    with reading(town.world.office.engine) as connection:
        found = routes.by_id(connection, town.route)
    assert found is not None
    made = builders.world()
    placed = iter(found.planned)
    for kind, _id, said in made:
        if kind == "route":
            said["line"], said["depot_lat"], said["depot_lon"] = found.matrix["line"], *CENTRE
            said["approximate"] = False
            for stop, real in zip(said["stops"], placed, strict=False):
                stop["lat"], stop["lon"] = real.lat, real.lon
    return made


@contextmanager
def _page(browser: Browser) -> Iterator[tuple[Page, Seen]]:
    heard = Seen("", -1, [], [])
    context = browser.new_context(locale="es-CO", viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.on("console", lambda said: heard.errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda wrong: heard.errors.append(str(wrong)))
    context.on(
        "request",
        lambda asked: (
            None
            if (urlsplit(asked.url).hostname in OWN_HOSTS or asked.url.startswith(("data:", "blob:")))
            else heard.requests.append(asked.url)
        ),
    )
    yield page, heard
    context.close()


def _seen(page: Page, heard: Seen, url: str, name: str, zooms: tuple[int, ...], shots: Path | None) -> Seen:
    heard.requests.clear()
    heard.errors.clear()
    page.goto(url)
    page.wait_for_selector(".has-streets[data-painted]", timeout=20_000)
    painted = int(page.get_attribute(".has-streets", "data-painted") or -1)
    if shots is not None:
        _shoot(page, name, zooms, shots)
    return Seen(name, painted, list(heard.requests), list(heard.errors))


def _shoot(page: Page, name: str, zooms: tuple[int, ...], shots: Path) -> None:
    shots.mkdir(parents=True, exist_ok=True)
    middle = MIDDLE if "case" not in name else page.evaluate("Ronda.map.getCenter()")
    for zoom in zooms:
        page.evaluate("([at, zoom]) => Ronda.map.setView(at, zoom, {animate: false})", [middle, zoom])
        page.wait_for_selector(".has-streets[data-painted]", timeout=20_000)
        time.sleep(1.2)
        page.locator(".has-streets").scroll_into_view_if_needed()
        taken = Image.open(BytesIO(page.screenshot())).convert("RGB")
        taken.save(shots / f"{name}-{zoom}.jpg", quality=84, optimize=True)


if __name__ == "__main__":
    main()
