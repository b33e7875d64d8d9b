"""A coordinator who never saw Ronda: a real lender's file imported, assigned, planned and published by mouse.

Every click counts, choosing in a list and choosing a file too; typing does not. docs/first-day.md tells the
same clicks in the same words, and what hurt when it was tried first. Afterwards the supervisor looks around.
The day that is planned is a working day: with the pages' own «Día siguiente», whatever day it is today.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from server import cities
from server.config import Config
from server.demo import stations
from server.demo.processes import Server
from server.hiring import Hired, NewPerson, hire
from server.store import agents, routes
from server.store.engine import open_engine, reading
from sync.records import RouteState, UserRole
from tests.browser import Chromium
from tests.office.lenders_files import SHARED

from .villages import PASSWORD, ZONE
from .watching import Window

CITY, FILE = SHARED.parent / "city" / "duitama.osm.pbf", SHARED / "duitama_cartera.csv"
GUIDE = Path(__file__).parents[2] / "docs" / "first-day.md"
MOST_CLICKS = 15
CUT = date(2026, 11, 20)
# Where eight collectors begin their day.
HOMES = (
    *((5.820, -73.030), (5.826, -73.040), (5.835, -73.025), (5.828, -73.020)),
    *((5.815, -73.035), (5.840, -73.035), (5.822, -73.045), (5.832, -73.032)),
)
UNDER_WAY = re.compile(r"/(progress|jobs/|runs/)")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not FILE.exists() or not CITY.exists(), reason="the shared portfolio is not at hand"),
]


@dataclass
class Mouse:
    """Clicks of one person, counted and written down in the words of the page."""

    window: Window
    told: list[str] = field(default_factory=list)

    def press(self, name: str, shot: str = "") -> None:
        self._click("button", name, shot)

    def follow(self, name: str, shot: str = "") -> None:
        self._click("link", name, shot)

    def choose(self, label: str, option: str) -> None:
        box = self.window.page.get_by_label(label, exact=True)
        box.select_option(label=box.locator("option", has_text=option).first.inner_text())
        self.told.append(f"{label}: {option}")

    def pick(self, label: str, file: Path) -> None:
        self.window.page.get_by_label(label, exact=True).set_input_files(file)
        self.told.append(f"{label}: {file.name}")

    def write(self, label: str, text: str) -> None:
        """Typing: not a click."""
        self.window.page.get_by_label(label, exact=True).fill(text)

    def wait(self, shot: str = "") -> None:
        """Until the work that goes on by itself has its answer."""
        expect(self.window.page).not_to_have_url(UNDER_WAY, timeout=300_000)
        self.window.look(shot)

    def _click(self, role: str, name: str, shot: str) -> None:
        self.told.append(name)
        self.window.page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]
        self.window.page.wait_for_load_state("load")
        if not UNDER_WAY.search(self.window.page.url):
            self.window.look(shot)


@dataclass
class Office:
    """An office as somebody installed it: a city, eight collectors, a coordinator and a supervisor."""

    config: Config
    server: Server
    address: str
    chromium: Chromium

    def come_in(self, username: str, language: str = "es") -> Window:
        window = Window(self.chromium, self.address, language)
        window.page.goto(self.address + "/login")
        if language != "es":
            window.page.goto(f"{self.address}/look/lang/{language}?next=/login")
        window.page.locator("#username").fill(username)
        window.page.locator("#password").fill(PASSWORD)
        window.page.locator("main button").click()
        window.look()
        return window


@pytest.fixture(scope="module")
def office(chromium_session: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("duitama")
    data = folder / "office"
    config = Config(data=data, database_url=f"sqlite:///{data / 'office.db'}")
    now = datetime.now(UTC)
    made = stations.make_office(config, now)
    city = cities.add(config.cities, CITY, "Duitama")
    cities.use(made.engine, config.cities, city.name, "cli", now)
    staff = [
        NewPerson(f"gestor{number}", f"Gestor {number}", UserRole.COLLECTOR, PASSWORD, home=home)
        for number, home in enumerate(HOMES, 1)
    ]
    staff.append(NewPerson("patricia", "Patricia", UserRole.COORDINATOR, PASSWORD))
    staff.append(NewPerson("oscar", "Óscar", UserRole.SUPERVISOR, PASSWORD))
    for person in staff:
        assert isinstance(hire(made.engine, person, actor="cli", now=now), Hired)
    made.engine.dispose()
    environ = {"RONDA_DATA": str(data), "RONDA_DATABASE_URL": config.database_url}
    server = Server(["office", "serve", "--port", "0"], environ, folder / "office.log")
    try:
        yield Office(config, server, server.start(), chromium_session)
    finally:
        server.stop()


def days_ahead() -> int:
    """How often «Día siguiente» is pressed to come to a day on which visits are lawful."""
    today = datetime.now(UTC).astimezone(ZONE).date()
    working = stations.working_day("co", today + timedelta(days=1), 1)
    return (working - today).days


@pytest.fixture(scope="module")
def clicks(office: Office) -> list[str]:
    """Patricia's clicks from her first page until the routes are with the laptops."""
    mouse = Mouse(office.come_in("patricia"))
    mouse.follow("Importar cartera", shot="office-import-file")
    mouse.pick("Archivo", FILE)
    mouse.choose("Entidad", "Otra entidad…")
    mouse.write("Nombre de la entidad", "Crediboyacá")
    mouse.write("Corte del archivo", CUT.isoformat())
    mouse.choose("Reglas que rigen estas cuentas", "Ley 2300")
    mouse.press("Ver cómo se lee", shot="office-import-review")
    mouse.window.expects("2.960")
    mouse.press("Importar")
    mouse.wait(shot="office-import-report")
    mouse.follow("Siguiente: asignar")
    mouse.press("Asignar")
    mouse.wait(shot="office-assignments-real")
    mouse.window.expects("459 vedadas por norma")
    mouse.follow("Rutas")
    for _day in range(days_ahead()):
        mouse.follow("Día siguiente")
    mouse.press("Planificar este día")
    mouse.wait(shot="office-routes-real")
    mouse.press("Publicar 8 borradores")
    mouse.wait()
    return mouse.told


def each_once(clicks: list[str]) -> list[str]:
    """Whoever begins on a Friday goes three days on: the way to Monday is one step of the work."""
    return [click for at, click in enumerate(clicks) if click != "Día siguiente" or clicks[at - 1] != click]


def test_fifteen_clicks_are_enough(clicks: list[str]) -> None:
    assert len(each_once(clicks)) <= MOST_CLICKS, clicks


def test_the_guide_tells_the_same_clicks_in_the_same_words(clicks: list[str]) -> None:
    listed = re.findall(r"^\d+\. .*?\*\*(.+?)\*\*", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert listed == each_once(clicks)


def test_the_routes_are_with_the_laptops(clicks: list[str], office: Office) -> None:
    engine = open_engine(office.config.database_url)
    with reading(engine) as connection:
        [day] = routes.days(connection, 14)
        staff = {agent.id for agent in agents.all_active(connection)}
        sent = routes.newest(connection, day, staff, state=RouteState.PUBLISHED)
    engine.dispose()
    assert {route.agent for route in sent} == staff
    assert sum(len(route.planned) for route in sent) > 100


# The pages that each of the two uses in a day; what needs an object is reached from its list.
COORDINATORS = (
    *("/", "/portfolio/", "/portfolio/accounts", "/imports/", "/geocoding/", "/places/", "/worklists/"),
    *("/assignments/", "/assignments/barred", "/routes/", "/week/", "/visits/", "/devices/", "/policy/co"),
)
SUPERVISORS = (
    *("/", "/portfolio/", "/portfolio/accounts", "/visits/", "/findings/", "/approvals/", "/agreements"),
    *("/devices/", "/quarantine/", "/log/", "/erasures/", "/policy/co"),
)


@pytest.mark.parametrize(
    ("username", "pages", "language"),
    [
        ("patricia", COORDINATORS, "es"),
        ("oscar", SUPERVISORS, "en"),
        pytest.param("patricia", COORDINATORS, "en", marks=pytest.mark.slow),
        pytest.param("oscar", SUPERVISORS, "es", marks=pytest.mark.slow),
    ],
)
def test_both_roles_find_their_pages_sound_with_a_real_portfolio(
    clicks: list[str], office: Office, username: str, pages: tuple[str, ...], language: str
) -> None:
    window = office.come_in(username, language)
    for path in pages:
        window.open(path)
        expect(window.page.locator("h1")).to_be_visible()
