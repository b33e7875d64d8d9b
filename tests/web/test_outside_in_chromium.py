"""The pages of what comes from outside, full of it, in a real browser: accessible by day and by night."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from server.assigning import assign
from server.importing import declare_source
from server.repairing import repair
from server.store import stop_states
from server.store import tables as t
from server.store.engine import reading, writing
from sync.ids import new_id
from tests.browser import Chromium, axe_violations

from .test_pages_in_chromium import come_in
from .worlds import NOW, TODAY, World

pytestmark = pytest.mark.browser


@pytest.fixture
def busy(world: World) -> World:
    """Rosa may not be visited and asks not to be called; Vicente died; a dialler is silent."""
    rosa, vicente = world.debtors["Rosa"], world.debtors["Vicente"]
    engine = world.office.engine
    given = {"lender": "Crediboyacá", "source": "MARCADOR", "actor": "nora", "now": NOW}
    declare_source(engine, channels=["call"], **given)  # type: ignore[arg-type]  # all of its keys are right
    since = {"since": NOW - timedelta(days=3), "until": None, "source": "", "account_id": None}
    with writing(engine) as connection:
        connection.execute(t.stop_states.delete())
        connection.execute(t.stops.update().where(t.stops.c.eta.is_not(None)).values(eta=NOW))
        rows = [
            {
                "debtor_id": rosa,
                "state": "cease",
                "detail": {"channels": ["call"], "note": "lo pidió por carta"},
            },
            {"debtor_id": vicente, "state": "deceased", "detail": {"evidence": "registro civil 77"}},
        ]
        stop_states.add(connection, [since | row | {"id": new_id()} for row in rows])
        repair(connection, [rosa, vicente], now=NOW, actor="nora")
        mine = t.accounts.c.debtor_id == rosa
        long_ago = {"started": NOW - timedelta(days=40), "ended": NOW - timedelta(days=40)}
        connection.execute(t.visits.update().values(**long_ago))
        changed = {"pack": "co", "credit_type": "", "exception_evidence": ""}
        connection.execute(t.accounts.update().where(mine).values(**changed))
        number = {"kind": "mobile", "value": "310 555 0102", "e164": "+573105550102", "holder": "debtor"}
        connection.execute(
            t.contact_points.insert().values(id=new_id(), debtor_id=rosa, since=TODAY, **number)
        )
    assign(engine, as_of=TODAY, actor="nora", now=NOW)
    return world


def test_the_pages_of_what_comes_from_outside_are_accessible_by_day_and_night(
    busy: World, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    where = serve(busy.app())
    rosa = busy.debtors["Rosa"]
    visits = (
        ("fabio", "/remote/", "remote"),
        ("dora", f"/debtors/{rosa}", "case"),
        ("dora", "/stops/", "stops"),
        ("alicia", "/routes/", "routes"),
        ("alicia", "/proposals/", "proposals"),
        ("nora", "/imports/new", "upload"),
    )
    for scheme in ("light", "dark"):
        page, who = chromium.page(color_scheme=scheme), ""
        for username, path, name in visits:
            if username != who:
                page = chromium.page(color_scheme=scheme)
                come_in(page, where, username)
                who = username
            page.goto(where + path)
            for details in page.locator("main details").all():
                details.evaluate("one => one.open = true")
            if name == "upload":
                page.check("input[name=kind][value=contacts]")
            if folder := os.environ.get("RONDA_SHOTS"):
                page.screenshot(path=str(Path(folder) / f"{name}-{scheme}.png"), full_page=True)
            assert axe_violations(page) == [], (name, scheme)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def test_a_telephone_agent_records_a_call_with_the_keyboard_alone(
    busy: World, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    with writing(busy.office.engine) as connection:  # nobody is sent to her any more
        connection.execute(t.stops.update().values(sequence=None, eta=None))
    page = chromium.page()
    come_in(page, where := serve(busy.app()), "fabio")
    page.goto(f"{where}/remote/")
    rosa = busy.debtors["Rosa"]
    summary = page.locator("main details > summary").first
    summary.focus()
    page.keyboard.press("Enter")
    radio = page.locator(f"#d-{rosa} input[name=result]").first
    radio.focus()
    page.keyboard.press("ArrowUp")  # the last of them: nobody answered
    page.locator(f"#note-{rosa}").focus()
    page.keyboard.type("buzón lleno")
    page.locator(f"#d-{rosa} form button").focus()
    page.keyboard.press("Enter")
    page.locator("text=Guardado: cuenta en los límites").wait_for()
    with reading(busy.office.engine) as connection:
        (kept,) = [row for row in connection.execute(t.contacts.select()).mappings() if row["note"]]
    assert (kept["debtor_id"], kept["effective"], kept["note"]) == (rosa, False, "buzón lleno")
