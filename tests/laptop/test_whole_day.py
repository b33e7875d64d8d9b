"""A whole day with no network, in a real browser over a real process that dies once, from unlocking to its end."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from field_client import folder as folders
from field_client.store import attachments, cases, drafts, journal, leases
from sync.records import EventKind, Result
from sync.wire.fields import instant
from tests.browser import Chromium, axe_violations

from .builders import (
    PASSPHRASE,
    account,
    address,
    agent,
    build,
    debtor,
    local,
    policy,
    route,
    stop,
    streets,
    uid,
)
from .test_adding_pictures import photo
from .test_visit_form import unlock

pytestmark = pytest.mark.browser

STOPS, OTHERS = 25, 2
PROMISES, MOVED, THIRD, MINOR, REFUSES, PICTURED, DEAD = 0, 1, 2, 3, 4, 5, 6
QUICK = range(7, STOPS)


def person(number: int) -> str:
    return uid(1000 + number)


def name(number: int) -> str:
    return f"Deudora Número {number + 1:02d}"


def full_day() -> list[tuple[str, str, dict[str, object]]]:
    """Twenty-five debtors on the route, and two more in the portfolio."""
    stops, made = [], [("agent", agent())]
    for number in range(STOPS + OTHERS):
        home, loan = uid(2000 + number), uid(3000 + number)
        lat, lon = 5.82 + number / 2000, -73.03 - number / 3000
        made.append(
            (
                "debtor",
                debtor(person(number), name(number), [address(home, f"Calle {number + 1} # 2-3", lat, lon)]),
            )
        )
        made.append(("account", account(loan, person(number), f"P-{number + 1:04d}", "300000.00")))
        if number < STOPS:
            eta = instant(local(8, 30) + timedelta(minutes=18 * number))
            stops.append(
                stop(uid(4000 + number), number + 1, person(number), home, [loan], lat=lat, lon=lon, eta=eta)
            )
    made += [("route", route(stops=stops)), ("basemap", streets())]
    return [("policy", "demo", policy()), *((kind, str(said["id"]), said) for kind, said in made)]


PROGRAM = """
import sys
from datetime import datetime
from pathlib import Path
from werkzeug.serving import make_server
from field_client.app import create_app
from field_client.clock import Reading
class HandClock:
    def read(self):
        now = datetime.fromisoformat(Path(sys.argv[2]).read_text())
        return Reading(now, round(now.timestamp() * 1000), "boot-1")
server = make_server("127.0.0.1", 0, create_app(Path(sys.argv[1]), HandClock()), threaded=True)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
"""


class Hands:
    """The collector's clock on the wall, which the test moves."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.at = local(8, 25)
        self.later()

    def later(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        self.path.write_text(self.at.isoformat())
        return self.at


@contextmanager
def laptop_on(folder: Path, clock: Hands) -> Iterator[str]:
    """The laptop's pages in a process of their own; it ends as a battery does."""
    command = [sys.executable, "-c", PROGRAM, str(folder), str(clock.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            found = process.stdout.readline().strip()
            assert found.startswith("http://127.0.0.1:"), found
            yield found
        finally:
            process.send_signal(signal.SIGKILL)


def open_form(page: Page, at: str, number: int, party: str) -> None:
    page.goto(f"{at}/caso/{person(number)}/visita?parada={uid(4000 + number)}")
    page.check(f'input[name="party"][value="{party}"]')


def result(page: Page, code: str) -> None:
    page.check(f'input[name="result-0"][value="{code}"]:not([disabled])')


def save(page: Page) -> None:
    with page.expect_navigation():
        page.click("text=Guardar visita")
    assert page.inner_text("h1") == "Guardado", page.inner_text("main")


def quick(page: Page, key: str) -> None:
    page.press("[data-hot] a.button >> nth=0", key)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_day_of_twenty_five_stops_with_no_network(chromium: Chromium, tmp_path: Path) -> None:
    laptop = build(tmp_path / "laptop", full_day())
    laptop.store.close()
    clock, page = Hands(tmp_path / "clock"), chromium.page()
    found: list[str] = []
    with laptop_on(laptop.folder, clock) as at:
        page.goto(at)
        page.fill("#passphrase", "no es esta contraseña")
        page.keyboard.press("Enter")
        page.wait_for_selector('[aria-invalid="true"], .notice-bad, [data-error-summary]')
        found += axe_violations(page)
        unlock(page)
        page.wait_for_selector(".map.is-drawn")
        assert page.inner_text("#next-title") == name(0)

        promise_with_appointment(page, at, clock)
        moved_away(page, at, clock)
        third_party(page, at, clock)
        minor(page, at, clock, found)
        refusal(page, at, clock)
        with_a_photo(page, at, clock)

        open_form(page, at, DEAD, "TIT")
        result(page, "REC")
        page.fill("#note", "Reconoce la deuda y dice que el sáb")
        page.wait_for_selector("text=Borrador guardado")

    with laptop_on(laptop.folder, clock) as at:  # the battery died in the middle of that form
        page.goto(at)
        unlock(page)
        page.goto(f"{at}/caso/{person(DEAD)}/visita?parada={uid(4000 + DEAD)}")
        assert page.input_value("#note") == "Reconoce la deuda y dice que el sáb"
        page.fill("#next_date-0:not([disabled])", "2026-11-30")
        clock.later(minutes=5)
        save(page)

        page.goto(at)
        for number in QUICK:
            assert page.inner_text("#next-title") == name(number)
            clock.later(minutes=14)
            quick(page, "c" if number % 3 else "n")
        page.wait_for_selector("text=Terminó la ruta")
        found += axe_violations(page)
        for number in range(STOPS, STOPS + OTHERS):
            clock.later(minutes=10)
            page.goto(f"{at}/caso/{person(number)}/visita")
            page.check('input[name="party"][value="NAD"]')
            result(page, "NAD")
            save(page)
        page.click("nav >> text=Envíos")
        found += axe_violations(page)

    assert found == []
    assert chromium.foreign_requests == []
    everything_is_there(laptop.folder)
    a_closed_lease_shows_nobody(laptop.folder, clock, page)


def promise_with_appointment(page: Page, at: str, clock: Hands) -> None:
    open_form(page, at, PROMISES, "TIT")
    result(page, "PTP")
    page.fill("#amount-0:not([disabled])", "300.000")
    page.fill("#due-0:not([disabled])", "2026-11-26")
    page.check('input[name="channel-0"][value="bank"]:not([disabled])')
    page.fill('[name="window_start-0"]:not([disabled])', "11:00")
    page.fill('[name="window_end-0"]:not([disabled])', "11:15")
    clock.later(minutes=9)
    save(page)


def moved_away(page: Page, at: str, clock: Hands) -> None:
    open_form(page, at, MOVED, "TER")
    result(page, "CAM")
    page.check('input[name="informant-0"]:not([disabled]) >> nth=0')
    page.click("text=Encontré otra dirección o teléfono")
    page.fill("#new_address", "Carrera 9 # 14-20")
    clock.later(minutes=12)
    save(page)


def third_party(page: Page, at: str, clock: Hands) -> None:
    open_form(page, at, THIRD, "FAM")
    assert not page.is_visible("text=vencido")
    result(page, "TEM")
    page.fill("#time_hint-0:not([disabled])", "Después de las seis")
    clock.later(minutes=12)
    save(page)


def minor(page: Page, at: str, clock: Hands, found: list[str]) -> None:
    open_form(page, at, MINOR, "MEN")
    page.wait_for_selector("text=Alto: atendió un menor")
    found += axe_violations(page)
    result(page, "TEM")
    page.fill("#time_hint-0:not([disabled])", "Después de las seis")
    clock.later(minutes=12)
    save(page)


def refusal(page: Page, at: str, clock: Hands) -> None:
    open_form(page, at, REFUSES, "TIT")
    result(page, "NEG")
    page.check('input[name="reason-0"][value="desempleo"]:not([disabled])')
    clock.later(minutes=12)
    save(page)


def with_a_photo(page: Page, at: str, clock: Hands) -> None:
    open_form(page, at, PICTURED, "NAD")
    result(page, "NAD")
    page.click("text=Fotos y firma")
    page.set_input_files(
        'input[type="file"][name="photos"]',
        [{"name": "puerta.jpg", "mimeType": "image/jpeg", "buffer": photo()}],
    )
    clock.later(minutes=12)
    save(page)


def everything_is_there(folder: Path) -> None:
    store = folders.open_laptop(folder, PASSPHRASE)
    with store.reading() as db:
        said = [row.entry.kind for row in journal.rows(db, newest=200)]
        visits = {n: cases.state_of(db, person(n)).visits for n in range(STOPS + OTHERS)}
        pictures = attachments.of_visits(db, [visits[PICTURED][0].visit.id])
        left = drafts.all_of(db)
        promised = cases.state_of(db, person(PROMISES)).promises
    store.close()
    assert said.count(EventKind.VISIT_RECORDED) == STOPS + OTHERS
    assert said.count(EventKind.ADDRESS_PROPOSED) == 1
    assert {number for number, made in visits.items() if len(made) == 1} == set(range(STOPS + OTHERS))
    results = {number: made[0].visit.results[0].result for number, made in visits.items()}
    told = {PROMISES: Result.PROMISE, MOVED: Result.MOVED, REFUSES: Result.REFUSES, DEAD: Result.ACKNOWLEDGES}
    assert {number: results[number] for number in told} == told
    assert [(f"{one.window_start:%H:%M}", one.due.isoformat()) for one in promised if one.window_start] == [
        ("11:00", "2026-11-26")
    ]
    assert sum(len(held) for held in pictures.values()) == 1
    assert left == []


def a_closed_lease_shows_nobody(folder: Path, clock: Hands, page: Page) -> None:
    """Three weeks without the office: the pages tell no debtor, and what was saved stays saved."""
    store = folders.open_laptop(folder, PASSPHRASE)
    with store.writing() as db:
        leases.met(db, local(6, 0), local(6, 0) + timedelta(days=14))
    store.close()
    clock.later(days=21)
    with laptop_on(folder, clock) as at:
        page.goto(at)
        unlock(page)
        for path in ("/", f"/caso/{person(0)}", "/hoja", "/cartera"):
            page.goto(f"{at}{path}")
            assert name(0) not in page.content()
        assert axe_violations(page) == []
    store = folders.open_laptop(folder, PASSPHRASE)
    with store.reading() as db:
        assert journal.counts(db)["visits_unsent"] == STOPS + OTHERS
    store.close()
