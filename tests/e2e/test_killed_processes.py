"""A laptop's process killed with -9: what was answered "guardado" is there, what was not is whole or nothing."""

from __future__ import annotations

import random
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from field_client.folder import open_laptop
from field_client.store import drafts, journal
from field_client.store.journal import Row
from server.demo.processes import Server

from .pages_client import Client
from .villages import PASSPHRASE, Portable, Village, ronda

SEED = 20261123
SHUT = (requests.ConnectionError, requests.Timeout)


@dataclass
class Street:
    """A laptop of its own for the test and its day's stops, each used once."""

    portable: Portable
    log: Path
    day: date
    stops: list[dict[str, Any]]

    @contextmanager
    def pages(self) -> Iterator[tuple[Server, Client]]:
        """The pages in a process of their own, unlocked; whatever is left of it ends with the block."""
        server = self.portable.server(self.log)
        client = Client(server.start())
        try:
            client.unlock()
            yield server, client
        finally:
            server.stop()


@pytest.fixture
def street(received: Portable, published: Village, tmp_path: Path) -> Street:
    shutil.copytree(received.folder, tmp_path / "laptop")
    portable = Portable(tmp_path / "laptop")
    today = portable.run("today", "--day", published.day.isoformat())
    return Street(portable, tmp_path / "pages.log", published.day, today["stops"])


def a_promise(form: dict[str, str], stop: dict[str, Any], day: date) -> dict[str, str]:
    """The form filled in from the paper sheet: every account of the stop promises, with an appointment."""
    said = form | {
        "place": "DOM",
        "party": "TIT",
        "known": "paper",
        "line": str(stop["sequence"]),
        "day": day.isoformat(),
        "start": "10:00",
        "end": "10:12",
        "loc": "none",
        "location_reason": "Se escribió después",
        "note": "Promete pagar el viernes; trabaja en la plaza",
    }
    for place in range(len(stop["accounts"])):
        said |= {
            f"result-{place}": "PTP",
            f"amount-{place}": "50.000",
            f"due-{place}": (day + timedelta(days=6)).isoformat(),
            f"channel-{place}": "bank",
            f"place-{place}": "Corresponsal del barrio",
            f"window_start-{place}": "09:00",
            f"window_end-{place}": "11:00",
        }
    return said


def kill(server: Server) -> None:
    """End the process as a flat battery does: at once, with no last word."""
    assert server.process is not None
    server.process.kill()
    server.process.wait()


@dataclass
class Kept:
    """What is on the disk, read by a process that was not there when it was written."""

    rows: list[Row]
    drafts: dict[str, dict[str, Any] | None]


def on_disk(portable: Portable, *debtors: str) -> Kept:
    """The journal, newest first, and the drafts of these debtors."""
    store = open_laptop(portable.folder, PASSPHRASE)
    try:
        with store.reading() as db:
            held = {debtor: drafts.get(db, debtor) for debtor in debtors}
            return Kept(journal.rows(db, newest=1_000_000), held)
    finally:
        store.close()


def assert_the_chain_verifies(portable: Portable, folder: Path) -> None:
    portable.run("export", str(folder))
    verdict = ronda(["verify", str(folder / "ledger")])
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def whole_visit(rows: list[Row], visit: str, stop: dict[str, Any]) -> None:
    """The visit with every account's result and a promise for each, as typed, one after the other."""
    mine = [row for row in rows if row.debtor == stop["debtor"]]
    assert sorted(row.entry.kind for row in mine) == [
        *["promise.made"] * len(stop["accounts"]),
        "visit.recorded",
    ]
    told = next(row for row in mine if row.entry.kind == "visit.recorded")
    assert told.entry.id == visit
    assert {result["account"] for result in told.said["results"]} == {
        account["account"] for account in stop["accounts"]
    }
    assert told.said["note"].startswith("Promete pagar")
    promises = [row for row in mine if row.entry.kind == "promise.made"]
    assert [row.said["amount"] for row in promises] == ["50000.00"] * len(promises)
    assert {row.said["visit"] for row in promises} == {visit}
    numbers = sorted(row.entry.n for row in mine)
    assert numbers == list(range(numbers[0], numbers[0] + len(mine)))


def test_a_process_killed_right_after_guardado_has_the_visit(street: Street, tmp_path: Path) -> None:
    two = next(stop for stop in street.stops if len(stop["accounts"]) == 2)
    with street.pages() as (server, client):
        said = a_promise(client.form(two["debtor"], two["stop"]), two, street.day)
        reply = client.save(two["debtor"], two["stop"], said)
        kill(server)
    assert reply.status_code == 302
    saved = reply.headers["Location"]
    assert "guardado" in saved
    assert said["visit_id"] in saved

    whole_visit(on_disk(street.portable).rows, said["visit_id"], two)
    with street.pages() as (_server, client):
        page = client.get(f"/visita/{said['visit_id']}")
        assert page.count("Promesa de pago") >= 2
        # No office runs. The laptop tries by itself as soon as it is open, so that the visit may be on its
        # way at this very moment; it waits all the same until an office confirms it, and is counted so.
        assert "Lista para enviar" in page or "Enviada" in page
        assert "Confirmada por el servidor" not in page
        assert "1 visita por enviar" in page
    assert_the_chain_verifies(street.portable, tmp_path / "export")


def test_a_draft_answered_as_kept_outlives_the_process(street: Street) -> None:
    stop = street.stops[0]
    with street.pages() as (server, client):
        said = a_promise(client.form(stop["debtor"], stop["stop"]), stop, street.day)
        reply = client.autosave(stop["debtor"], said)
        kill(server)
    assert reply.status_code == 204

    with street.pages() as (_server, client):
        again = client.form(stop["debtor"], stop["stop"])
        assert {name: again[name] for name in ("visit_id", "amount-0", "window_start-0", "day", "line")} == {
            name: said[name] for name in ("visit_id", "amount-0", "window_start-0", "day", "line")
        }
        assert "Sin guardar; no se envía hasta que la guarde." in client.get("/enviar")
    assert on_disk(street.portable).rows == []


def saved_until_killed(
    client: Client, server: Server, stop: dict[str, Any], said: dict[str, str], delay: float
) -> bool:
    """Press "Guardar" and kill the process `delay` seconds later; True when "guardado" was answered."""
    answers: list[requests.Response] = []

    def press() -> None:
        try:
            answers.append(client.save(stop["debtor"], stop["stop"], said))
        except SHUT:
            return

    pressed = threading.Thread(target=press)
    pressed.start()
    time.sleep(delay)  # the moment of the kill is what is tested; nothing is waited for
    kill(server)
    pressed.join()
    assert all(reply.status_code == 302 for reply in answers)
    return bool(answers)


def how_long_a_save_takes(street: Street) -> float:
    stop = street.stops.pop()
    with street.pages() as (_server, client):
        said = a_promise(client.form(stop["debtor"], stop["stop"]), stop, street.day)
        began = time.monotonic()
        assert client.save(stop["debtor"], stop["stop"], said).status_code == 302
        return time.monotonic() - began


def killed_while_saving(street: Street, moment: float, before: int) -> tuple[str, int]:
    """One visit, one kill: what became of it, and how many events are on the disk now."""
    stop = street.stops.pop()
    with street.pages() as (server, client):
        said = a_promise(client.form(stop["debtor"], stop["stop"]), stop, street.day)
        assert client.autosave(stop["debtor"], said).status_code == 204
        answered = saved_until_killed(client, server, stop, said, moment)
    kept = on_disk(street.portable, stop["debtor"])
    draft = kept.drafts[stop["debtor"]]
    if len(kept.rows) == before:
        assert not answered, "the page said «guardado» and the visit is not there"
        assert draft is not None
        assert draft["visit_id"] == said["visit_id"]
        return "nothing", before
    assert len(kept.rows) == before + 1 + len(stop["accounts"])
    whole_visit(kept.rows, said["visit_id"], stop)
    assert draft is None, "a saved visit must not come back as a draft"
    return "whole, answered" if answered else "whole, not answered", len(kept.rows)


def kill_many_times(street: Street, kills: int, seed: int, tmp_path: Path) -> dict[str, int]:
    rng = random.Random(seed)
    longest = 1.25 * how_long_a_save_takes(street)
    came_of: dict[str, int] = {}
    events = len(on_disk(street.portable).rows)
    for turn in range(kills):
        moment = rng.uniform(0, longest)
        outcome, events = killed_while_saving(street, moment, events)
        print(f"seed {seed}, kill {turn + 1}/{kills} after {moment * 1000:.1f} ms: {outcome}")
        came_of[outcome] = came_of.get(outcome, 0) + 1
    assert_the_chain_verifies(street.portable, tmp_path / f"export-{seed}")
    return came_of


def test_a_process_killed_at_any_moment_of_saving_has_the_whole_visit_or_none(
    street: Street, tmp_path: Path
) -> None:
    came_of = kill_many_times(street, 12, SEED, tmp_path)
    assert sum(came_of.values()) == 12


@pytest.mark.slow
@pytest.mark.parametrize("round_", range(17))
def test_two_hundred_kills_leave_no_half_visit(street: Street, tmp_path: Path, round_: int) -> None:
    kill_many_times(street, 12, SEED + 1 + round_, tmp_path)
