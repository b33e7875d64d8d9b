"""A day of three people in a real browser: coordinator, collector, supervisor; the office stops in the middle.

The office and the laptop run each in a process of its own, as the demo starts them. The tests go on from one
another, in the order in which they stand; each looks at its pages with `Window`, which judges every one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, expect

from server.demo import stations
from server.demo.processes import Server
from tests.browser import Chromium

from .villages import PASSPHRASE, PASSWORD, ZONE, Portable, Village, at
from .watching import Keyboard, Window

pytestmark = pytest.mark.browser
AGENT = "Rosalba Cely Niño"
NOTE = "Vive con la mamá; trabaja en la plaza <b>los jueves</b>"
OVERRIDE = "La señora pidió que volviera cuando el esposo llegara del trabajo"


@dataclass
class Day:
    """What one test leaves for the next."""

    village: Village
    folder: Path
    office: Server
    chromium: Chromium
    portable: Portable
    done: list[str] = field(default_factory=list)
    stops: list[dict[str, Any]] = field(default_factory=list)
    visits: dict[str, str] = field(default_factory=dict)
    pages: Server | None = None
    laptop: Window | None = None
    port: int = 0
    desks: dict[str, Window] = field(default_factory=dict)

    def after(self, stage: str) -> None:
        if stage not in self.done:
            pytest.skip(f"the day did not get as far as «{stage}»: see the test before")

    @property
    def window(self) -> Window:
        assert self.laptop is not None
        return self.laptop

    def desk(self, username: str) -> Window:
        """The window of somebody in the office, on the first page; he logs in when he comes."""
        if username not in self.desks:
            self.desks[username] = self.logged_in(username)
        window = self.desks[username]
        window.page.goto(window.address + "/")
        return window

    def logged_in(self, username: str) -> Window:
        """A new window in which this person typed his name and password."""
        window = Window(self.chromium, self.office.address)
        window.open("/login")
        window.page.get_by_label("Usuario").fill(username)
        window.page.get_by_label("Contraseña").fill(PASSWORD)
        window.click("Entrar")
        assert "/login" not in window.page.url
        return window


@pytest.fixture(scope="module")
def day(
    chromium_session: Chromium, village: Village, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("day")
    copied = village.copied(folder / "village")
    made = Day(copied, folder, copied.server(), chromium_session, Portable(folder / "laptop"))
    try:
        made.office.start()
        made.port = int(made.office.address.rsplit(":", 1)[1])
        yield made
    finally:
        for server in (made.office, made.pages):
            if server is not None:
                server.stop()


def next_weekday(day: date) -> date:
    """A day on which an appointment can be kept: the first Monday to Friday, three days on, no holiday."""
    soon = stations.working_day("demo", day + timedelta(days=3), 1)
    while soon.weekday() > 4:
        soon = stations.working_day("demo", soon + timedelta(days=1), 1)
    return soon


def pins(frame: FrameLocator, least: int) -> None:
    """The map inside the frame is drawn, with at least so many marks."""
    expect(frame.locator(".leaflet-marker-icon").nth(least - 1)).to_be_attached()


# The coordinator, in the morning


def test_the_coordinator_logs_in_and_sees_the_ageing_board(day: Day) -> None:
    stranger = Window(day.chromium, day.office.address)
    stranger.open("/login", shot="office-login")
    stranger.page.get_by_label("Usuario").fill("patricia")
    stranger.page.get_by_label("Contraseña").fill("no es esta")
    with stranger.refused(401):
        stranger.click("Entrar")
    stranger.expects("El usuario o la contraseña no son correctos")

    desk = day.desk("patricia")
    desk.look()
    desk.expects("Tablero del día")
    desk.click("Cartera", role="link", shot="office-portfolio")
    desk.expects("90 días o más")
    late = len(day.village.portfolio.late(90))
    # The board speaks of today: what was 89 days late on the file's day may be 90 by now.
    shown = desk.page.locator("tr", has_text="90 días o más").locator("td").first.inner_text()
    assert late <= int(shown) <= len(day.village.portfolio.late(80))
    day.done.append("logged in")


def test_the_coordinator_imports_the_payments_after_seeing_how_they_were_read(day: Day) -> None:
    day.after("logged in")
    desk = day.desk("patricia")
    desk.open("/")
    desk.click("Importar un archivo", role="link")
    desk.page.get_by_role("radio", name="Pagos").check()
    desk.page.get_by_label("Archivo", exact=True).set_input_files(day.village.payments.path)
    desk.page.get_by_label("Entidad", exact=True).select_option(stations.LENDER)
    desk.page.get_by_label("Corte del archivo").fill(day.village.day.isoformat())
    desk.click("Ver cómo se lee")
    desk.expects("Todavía no se ha guardado nada")
    desk.expects("cp1252")
    rows = len(day.village.payments.rows)
    expect(desk.page.locator(".figure", has_text="Filas")).to_contain_text(f"{rows}")
    desk.click("Importar")
    desk.expects("Archivo importado")
    expect(desk.page.locator(".figure", has_text="Aceptadas")).to_contain_text(f"{rows}")
    desk.open("/imports/")
    day.done.append("paid")


def test_the_coordinator_assigns_and_plans_the_day_and_publishes_it(day: Day) -> None:
    day.after("paid")
    desk = day.desk("patricia")
    desk.click("Asignación", role="link")
    desk.page.get_by_label("Desde el día").fill(day.village.day.isoformat())
    desk.click("Asignar")
    desk.expects("cuentas asignadas")
    desk.look("office-assignments")
    pins(desk.page.frame_locator("iframe"), 10)

    desk.click("Rutas", role="link")
    desk.page.get_by_label("Día", exact=True).fill(day.village.day.isoformat())
    desk.click("Ver")
    desk.expects("Nada planificado para este día")
    desk.control("Planificar este día").click()
    expect(desk.page.locator("main")).to_contain_text("Borrador de 2 rutas")
    desk.look()
    desk.click(AGENT, role="link")
    desk.expects("Paradas en orden")
    desk.expects("Quedaron fuera")
    assert desk.page.locator("ol.stops > li").count() > 10
    pins(desk.page.frame_locator("iframe"), 10)
    desk.look("office-route")
    desk.click("Hoja de ruta", role="link")
    desk.page.go_back()
    desk.click("Rutas", role="link")
    desk.open(f"/routes/?day={day.village.day}")
    desk.click("Publicar 2 borradores")
    desk.expects("2 rutas publicadas")
    day.done.append("published")


def test_the_coordinator_looks_at_a_case_and_gives_a_laptop_its_code(day: Day) -> None:
    day.after("published")
    desk = day.desk("patricia")
    desk.open("/portfolio/accounts?field=1")
    desk.page.locator("tbody th a").first.click()
    desk.look("office-case")
    desk.expects("Cuentas")

    desk.click("Equipo", role="link")
    desk.page.get_by_label("Inscribir un portátil de").select_option(label=AGENT)
    desk.click("Dar un código")
    code = desk.page.locator("p.code").inner_text().strip()
    told = day.portable.run("enrol", "--server", day.office.address, "--code", code, "--name", "Portátil 07")
    assert told["agent"] == AGENT
    desk.open("/devices/")
    desk.expects("Portátil 07")
    day.done.append("enrolled")


# The collector, with the office there


def test_the_collector_unlocks_the_laptop_and_receives_the_day_in_one_click(day: Day) -> None:
    day.after("enrolled")
    # By hand: what the pages say of an exchange is looked at when she asked for one, not in its middle.
    day.pages = day.portable.server(day.folder / "laptop.log", by_hand=True)
    home = {"latitude": 5.84, "longitude": -72.97, "accuracy": 20}
    window = Window(day.chromium, day.pages.start(), geolocation=home, permissions=["geolocation"])
    day.laptop = window
    window.open("/", shot="laptop-unlock")
    assert "/desbloquear" in window.page.url
    window.page.get_by_label("Contraseña").fill("otra contraseña")
    with window.refused(403):
        window.click("Desbloquear")
    window.expects("no abre este portátil")
    window.page.get_by_label("Contraseña").fill(PASSPHRASE)
    window.click("Desbloquear")
    window.expects("Aún no ha recibido su día")
    window.click("Recibir mi día")
    window.expects("Siguiente parada")
    pins_on_the_laptop = window.page.locator("#map .leaflet-marker-icon")
    expect(pins_on_the_laptop.nth(10)).to_be_attached()
    window.status("Todo enviado")
    window.look()
    window.open("/", shot="laptop-today")
    day.stops = day.portable.run("today", "--day", day.village.day.isoformat())["stops"]
    assert window.page.locator("ol.stops > li").count() == len(day.stops) > 10
    day.done.append("received")


# The collector, with the office stopped


def test_with_the_office_stopped_the_case_file_is_there(day: Day) -> None:
    day.after("received")
    day.office.stop()
    window, two = day.window, with_accounts(day, 2)
    window.open("/")
    window.click(two["name"], role="link", shot="laptop-case")
    for heading in ("Promesas", "Pagos", "Direcciones", "Teléfonos y correos", "Visitas y contactos"):
        expect(window.page.get_by_role("heading", name=heading).first).to_be_visible()
    assert window.page.locator(".account").count() == 2
    window.expects("Saldo al")
    window.open("/cartera")
    day.done.append("offline")


def with_accounts(day: Day, many: int) -> dict[str, Any]:
    return next(stop for stop in day.stops if len(stop["accounts"]) == many)


def fresh_stop(day: Day) -> dict[str, Any]:
    """A stop with one account that nobody has visited yet."""
    return next(s for s in day.stops if len(s["accounts"]) == 1 and s["stop"] not in day.visits.values())


def begin(day: Day, stop: dict[str, Any]) -> Keyboard:
    """Open the form of a stop from the day's list, and put the hands on the keyboard."""
    day.window.open("/")
    day.window.click(stop["name"], role="link")
    day.window.click("Registrar visita", role="link")
    return Keyboard(day.window.page)


def told_later(keys: Keyboard, day: date, start: str, end: str, line: int | None = None) -> None:
    keys.choose("known", "paper" if line else "later")
    keys.date_or_time("day", day.isoformat())
    keys.date_or_time("start", start)
    keys.date_or_time("end", end)
    if line:
        keys.write("line", str(line))


def without_location(keys: Keyboard) -> None:
    keys.write("location_reason", "Se escribió después")


def saved(day: Day, name: str, stop: dict[str, Any], waiting: str, shot: str = "") -> None:
    """The page says that the database has it, and the counter says how much waits."""
    window = day.window
    expect(window.page.get_by_role("heading", name="Guardado")).to_be_visible()
    window.status(waiting)
    window.look(shot)
    found = re.search(r"/visita/([0-9a-f-]{36})", window.page.url)
    assert found is not None
    day.visits[found[1]] = stop["stop"]
    day.visits[name] = found[1]


def test_one_visit_to_a_debtor_with_two_accounts_has_a_result_for_each(day: Day) -> None:
    day.after("offline")
    stop, keys = with_accounts(day, 2), begin(day, with_accounts(day, 2))
    promised = next_weekday(datetime.now(ZONE).date())
    keys.numbered("place", 1)
    keys.numbered("party", 1)
    keys.numbered("result-0", 1)
    keys.write("amount-0", "150.000")
    keys.date_or_time("due-0", promised.isoformat())
    keys.choose("channel-0", "bank")
    keys.write("place-0", "Corresponsal de la plaza")
    keys.date_or_time("window_start-0", "09:00")
    keys.date_or_time("window_end-0", "11:00")
    keys.choose("result-1", "REC")
    keys.date_or_time("next_date-1", promised.isoformat())
    told_later(keys, day.village.day, "10:00", "10:18", line=stop["sequence"])
    without_location(keys)
    keys.write("note", NOTE)
    day.window.page.evaluate("window.scrollTo(0, 0)")
    expect(day.window.page.locator("[data-autosave-status]")).to_have_text("Borrador guardado")
    day.window.look("laptop-visit")
    keys.press("Guardar visita")
    saved(day, "two", stop, "1 visita por enviar", shot="laptop-saved")
    day.window.expects("Promesa de pago")
    day.window.expects("Reconoce, sin fecha")
    day.window.expects(NOTE)


def test_nobody_home_typed_hours_later_is_judged_when_it_happened(day: Day) -> None:
    day.after("offline")
    stop = fresh_stop(day)
    keys = begin(day, stop)
    keys.numbered("place", 1)
    keys.numbered("party", 6)
    keys.choose("result-0", "NAD")
    told_later(keys, day.village.day, "11:00", "11:05")
    without_location(keys)
    keys.press("Guardar visita")
    saved(day, "nobody", stop, "2 visitas por enviar")
    assert datetime.now(UTC) - at(day.village.day, "11:05") >= timedelta(hours=4)
    day.window.expects("Más tarde")
    assert "La norma" not in day.window.page.locator("main").inner_text()


def test_a_relative_is_told_nothing_and_the_laptop_says_where_it_was(day: Day) -> None:
    day.after("offline")
    stop = fresh_stop(day)
    keys = begin(day, stop)
    keys.numbered("place", 1)
    keys.numbered("party", 3)
    keys.choose("result-0", "TEM")
    keys.write("time_hint-0", "Después de las 5, los martes")
    told_later(keys, day.village.day, "11:20", "11:30")
    keys.choose("loc", "browser")
    keys.press("Tomar ubicación")
    expect(day.window.page.locator("[data-locate-status]")).to_contain_text("Ubicación tomada")
    keys.press("Guardar visita")
    saved(day, "relative", stop, "3 visitas por enviar")
    day.window.expects("5.84000, -72.97000")


def test_a_visit_outside_the_hours_is_saved_with_its_reason_and_never_lost(day: Day) -> None:
    day.after("offline")
    stop = fresh_stop(day)
    keys = begin(day, stop)
    keys.numbered("place", 1)
    keys.numbered("party", 1)
    keys.choose("result-0", "NEG")
    keys.choose("reason-0", "desempleo")
    told_later(keys, day.village.day, "20:30", "20:40")
    without_location(keys)
    with day.window.refused(422):
        keys.press("Guardar visita")
        expect(day.window.page.locator("[data-error-summary]")).to_be_focused()
        day.window.look()
    day.window.expects("La visita no se guardó")
    day.window.expects("diga por qué se hizo")
    day.window.status("3 visitas por enviar")
    keys.write("override_reason", OVERRIDE)
    keys.press("Guardar visita")
    saved(day, "late", stop, "4 visitas por enviar")
    day.window.expects("La norma no permitía esta visita")
    day.done.append("visited")


def test_every_page_says_how_much_waits_and_a_failed_sync_loses_nothing(day: Day) -> None:
    day.after("visited")
    window = day.window
    for path in ("/", "/cartera", "/enviar", f"/visita/{day.visits['two']}"):
        window.open(path)
        window.status("4 visitas por enviar")
    window.open("/enviar")
    window.click("Enviar y recibir ahora")
    window.expects("La oficina no responde")
    window.expects("nada se pierde")
    window.expects("Puede seguir visitando")
    window.status("4 visitas por enviar")
    assert window.page.locator("tr", has_text="Lista para enviar").count() == 5  # four visits, one promise
    day.done.append("waited")


# The office is there again


def test_when_the_office_is_back_everything_is_sent_and_confirmed(day: Day) -> None:
    day.after("waited")
    day.office.arguments[-1] = str(day.port)
    day.office.start()
    window = day.window
    window.open("/enviar")
    window.click("Enviar y recibir ahora")
    window.status("Todo enviado")
    assert window.page.locator("tr", has_text="Confirmada por el servidor").count() == 5
    assert window.page.locator("tr", has_text="Lista para enviar").count() == 0
    window.look("laptop-sync")
    window.open("/")
    told = day.portable.run("status")
    assert (told["unsent"], told["quarantined"]) == (0, 0)
    day.done.append("sent")


# The supervisor


def test_the_supervisor_sees_every_visit_with_all_that_was_said(day: Day) -> None:
    day.after("sent")
    desk = day.desk("oscar")
    desk.click("Visitas", role="link", shot="office-visits")
    assert desk.page.locator("tbody tr").count() == 4
    two = with_accounts(day, 2)
    desk.page.locator("tbody tr", has_text=two["name"]).locator("th a").click()
    desk.look("office-visit")
    for account in two["accounts"]:
        desk.expects(account["number"])
    expect(desk.page.locator("main table").first).to_contain_text("$150.000")
    for text in (NOTE, "Promesa de pago", "Reconoce, sin fecha", "Corresponsal de la plaza", AGENT):
        desk.expects(text)
    desk.expects("De la hoja de ruta en papel")
    desk.expects("150.000")
    desk.expects("Recibo de la oficina")

    desk.open(f"/visits/{day.visits['nobody']}")
    desk.expects("Escrita después")
    assert desk.page.locator("#hallazgos").count() == 0, "typing late is not a finding"
    desk.open(f"/visits/{day.visits['relative']}")
    desk.expects("Lejos de la dirección")
    day.done.append("seen")


def test_the_supervisor_resolves_a_finding_once_and_says_why(day: Day) -> None:
    day.after("seen")
    desk, later = day.desk("oscar"), day.logged_in("oscar")
    desk.click("Visitas", role="link")
    desk.click("Hallazgos", role="link")
    desk.page.locator("tbody th a", has_text="Fuera de horario").click()
    desk.expects(OVERRIDE)
    desk.look("office-finding")
    later.open(desk.page.url.removeprefix(later.address))
    with desk.refused(422):
        desk.click("Resolver el hallazgo")
    desk.expects("Elija cómo se resuelve")
    why = "Se llamó a la señora y confirma que pidió la visita"
    for window in (desk, later):
        window.page.get_by_role("radio", name="Justificado").check()
        window.page.get_by_label("¿Por qué?").fill(why)
    desk.click("Resolver el hallazgo")
    desk.expects("Hallazgo resuelto")
    with later.refused(422):
        later.click("Resolver el hallazgo")
    later.expects("ya fue resuelto por oscar")
    later.expects(why)
    desk.open("/findings/?state=resolved")
    desk.expects("Justificado")


def test_the_coordinator_sees_at_night_what_became_of_the_day(day: Day) -> None:
    day.after("sent")
    desk = day.desk("patricia")
    desk.look("office-home")
    expect(desk.page.locator(".figure", has_text="Portátiles en uso")).to_contain_text("1")
    desk.click("Equipo", role="link", shot="office-devices")
    row = desk.page.locator("tbody tr", has_text="Portátil 07")
    # Nothing waits on her laptop, nothing is set aside here, no picture is missing.
    for column in range(3):
        expect(row.locator("td.num").nth(column)).to_have_text("0")


# In English


OFFICE_PAGES = (
    "/",
    "/portfolio/",
    "/portfolio/accounts",
    "/assignments/",
    "/visits/",
    "/devices/",
    "/imports/",
)
LAPTOP_PAGES = ("/", "/cartera", "/enviar")


def test_the_main_pages_are_as_sound_in_english(day: Day) -> None:
    day.after("sent")
    desk, two = day.desk("patricia"), with_accounts(day, 2)
    if desk.page.get_by_role("link", name="English").count() == 0:
        pytest.skip("the English catalogue was not compiled into this install")
    spanish = {path: heading(desk, path) for path in OFFICE_PAGES}
    desk.language = "en"
    desk.open("/?lang=en")
    for path in OFFICE_PAGES:
        desk.open(path)
        assert desk.page.locator("h1").inner_text() != spanish[path], path
    desk.open(f"/routes/?day={day.village.day}")
    desk.open(f"/visits/{day.visits['two']}")
    desk.expects("Promise to pay")

    window = day.window
    window.language = "en"
    window.open("/?lang=en")
    for path in (*LAPTOP_PAGES, f"/caso/{two['debtor']}", f"/caso/{two['debtor']}/visita"):
        window.open(path)
    assert window.page.get_by_role("button", name="Save visit").count() == 1


def heading(window: Window, path: str) -> str:
    window.page.goto(window.address + path)
    return window.page.locator("h1").inner_text()
