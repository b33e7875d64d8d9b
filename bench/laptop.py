"""Measures a laptop after a week without a network: its start, its memory, each of its pages.

    python -m bench.laptop [--json] [--visits 400] [--photos 200] [--rounds 15]

The laptop is made here (200 debtors, a route for each of seven days, the visits and photos said by the rules
that the pages use, nothing of it confirmed) and served by `ronda field serve` in a process of its own. Its
office is a port that takes a connection and never answers, and the pages ask it all the while: what a page
takes is taken while an exchange hangs.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import requests
from PIL import Image

from bench.figures import Figure, at_most
from field_client.drafting import Draft
from field_client.store import journal, keyring, settings
from field_client.store.attachments import Picture
from field_client.visiting import Saved, record_visit
from sync.exchange import Reading
from sync.ids import new_id
from sync.records import Location, LocationSource, Party, Place, Result, VisitResult
from tests.laptop import builders
from tests.laptop.builders import AGENT, PASSPHRASE, account, address, agent, debtor, policy, route, stop, uid

DEBTORS, DAYS = 200, 7
SEED = 20261122
STARTS = 5
READY_S = 60
KB = re.compile(r"VmRSS:\s+(\d+) kB")


@dataclass(frozen=True)
class Asked:
    visits: int
    photos: int
    rounds: int


def main() -> None:
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument("--json", action="store_true", dest="as_json")
    read.add_argument("--visits", type=int, default=400)
    read.add_argument("--photos", type=int, default=200)
    read.add_argument("--rounds", type=int, default=15)
    given = read.parse_args()
    asked = Asked(given.visits, given.photos, given.rounds)
    with tempfile.TemporaryDirectory(prefix="ronda-laptop-") as place, silent_office() as office:
        figures, notes = measure(Path(place), asked, office)
    if given.as_json:
        machine = {"python": platform.python_version(), "system": platform.platform(terse=True)}
        said = {"machine": machine | {"cores": os.cpu_count()}, "notes": notes}
        print(json.dumps(said | {"figures": [one.to_json() for one in figures]}, indent=1))
        return
    print("\n".join([*(one.line() for one in figures), *notes]))


def measure(place: Path, asked: Asked, office: str) -> tuple[list[Figure], list[str]]:
    folder = place / "laptop"
    said = a_week(folder, asked, office)
    size = sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
    starts = [started(folder, place / "ready") for _ in range(STARTS)]
    began = [wall for wall, _ in starts]
    with served(folder, place / "ready") as (process, site):
        browser = requests.Session()
        browser.trust_env = False
        unlocked = unlock(browser, site)
        spent = processor_s(process.pid)
        times = pages(browser, site, said, asked.rounds)
        spent = (processor_s(process.pid) - spent) / sum(len(one) for one in times.values())
        resident = memory_mb(process.pid)
        shown = browser.get(f"{site}/enviar/estado").json()
    figures = [
        at_most(
            "start to first page", "s", median(began), 2, runs={"ronda": [round(one, 3) for one in began]}
        ),
        at_most("processor time of a start", "s", median(cpu for _, cpu in starts), 2),
        at_most("processor time of a page, mean", "ms", spent * 1000, 300),
        at_most("passphrase to the day's page", "s", unlocked, 2),
        at_most("memory after every page", "MB", resident, 150),
    ]
    for name, took in times.items():
        p95 = quantiles(took, n=20)[-1] * 1000
        figures.append(at_most(f"page {name}, p95", "ms", p95, 300, f"median {median(took) * 1000:.0f} ms"))
    waits = "hangs" if shown["working"] else "does not hang"
    notes = [
        f"{asked.visits} visits, {asked.photos} photos, {DEBTORS} debtors, {size / 1e6:.0f} MB on the disk; "
        f"while the pages were read an exchange with an office that never answers {waits}"
    ]
    if not shown["working"]:
        raise SystemExit("no exchange was running while the pages were measured: they prove nothing")
    return figures, notes


# The week


def a_week(folder: Path, asked: Asked, office: str) -> dict[str, str]:
    """The laptop, and the ids its pages are opened with."""
    today = datetime.now(builders.ZONE).date()
    laptop = builders.build(folder, records_of(today))
    chance = random.Random(SEED)
    photos = [picture(chance) for _ in range(asked.photos)]
    last = ""
    for n in range(asked.visits):
        at = moment(today, n, asked.visits)
        draft = visit(n, at, photos[n : n + 1])
        saved = record_visit(laptop.store, draft, Reading(at, 5_000_000 + n * 1000, "boot-1"))
        if not isinstance(saved, Saved):
            raise SystemExit(f"a visit was refused: {saved}")
        last = saved.visit if draft.pictures or not last else last
    with laptop.store.writing() as db:
        settings.put(db, "server", office)
        settings.put(db, "sealed", True)
        unsent = journal.counts(db)["visits_unsent"]
    if unsent != asked.visits:
        raise SystemExit(f"{unsent} visits wait, not {asked.visits}")
    laptop.store.close()
    keyring.save(folder, keyring.load(folder, PASSPHRASE), PASSPHRASE)  # at what guessing costs on a laptop
    photo = photos[0].sha256 if photos else ""
    return {"debtor": uid(10_001), "stop": uid(40_001), "account": uid(20_001), "visit": last, "photo": photo}


def records_of(today: date) -> list[tuple[str, str, dict[str, Any]]]:
    made: list[tuple[str, str, dict[str, Any]]] = [("policy", "demo", policy()), ("agent", AGENT, agent())]
    stops = []
    for n in range(DEBTORS):
        who, owes, lives = uid(10_000 + n), uid(20_000 + n), uid(30_000 + n)
        lat, lon = 5.80 + n % 20 * 0.002, -73.05 + n // 20 * 0.002
        home = address(lives, f"Calle {n % 40} # {n // 3}-{n % 60}", lat, lon)
        made.append(("debtor", who, debtor(who, f"Persona Número {n} de Prueba", [home])))
        made.append(("account", owes, account(owes, who, f"CTA-{n:05d}", f"{900_000 + n * 1000}.00")))
        stops.append(stop(uid(40_000 + n), n % 25 + 1, who, lives, [owes], lat=lat, lon=lon))
    for day in range(DAYS):
        on = today - timedelta(days=DAYS - 1 - day)
        part = stops[day * 25 : day * 25 + 25]
        made.append(("route", uid(50_000 + day), route(on, id=uid(50_000 + day), stops=part)))
    return [*made, ("basemap", uid(99), builders.streets())]


def moment(today: date, n: int, many: int) -> datetime:
    """Spread over the week, each day from eight on."""
    day, place = divmod(n * DAYS, many)
    start = builders.local(8, 0, today - timedelta(days=DAYS - day))
    return start + timedelta(minutes=place * 9 * 60 / many)


def visit(n: int, at: datetime, photos: list[Picture]) -> Draft:
    who = n % DEBTORS
    promised = n % 4 == 0
    due = (at + timedelta(days=6)).date()
    detail = {"amount": "50000", "due": due.isoformat(), "channel": "bank", "place": "Corresponsal"}
    owes = uid(20_000 + who)
    result = (
        VisitResult(owes, Result.PROMISE, None, detail)
        if promised
        else VisitResult(owes, Result.NOBODY_HOME, None, {})
    )
    return Draft(
        id=new_id(),
        debtor=uid(10_000 + who),
        accounts=(owes,),
        place=Place.HOME,
        party=Party.HOLDER if promised else Party.NOBODY,
        start=at - timedelta(minutes=8),
        end=at,
        results=(result,),
        location=Location(LocationSource.NONE, reason="sin GPS"),
        note="Queda de pasar por la oficina" if promised else "",
        address=uid(30_000 + who),
        override_reason="lo pidió el deudor",
        pictures=tuple(photos),
    )


def picture(chance: random.Random) -> Picture:
    """A photo as large as the laptop keeps one, and none like another."""
    coarse = Image.frombytes("RGB", (160, 120), chance.randbytes(160 * 120 * 3))
    made = io.BytesIO()
    coarse.resize((1280, 960)).save(made, "JPEG", quality=70)
    data = made.getvalue()
    return Picture(sha256(data).hexdigest(), "image/jpeg", "photo", data)


# The process and its pages


@contextmanager
def silent_office() -> Iterator[str]:
    """A port that takes every connection and never says a word."""
    held: list[socket.socket] = []
    door = socket.create_server(("127.0.0.1", 0), backlog=64)

    def take() -> None:
        while True:
            try:
                held.append(door.accept()[0])
            except OSError:
                return

    threading.Thread(target=take, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        door.close()
        for one in held:
            one.close()


@contextmanager
def served(folder: Path, ready: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    ready.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "sync",
        "field",
        "serve",
        "--data",
        str(folder),
        "--ready-file",
        str(ready),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + READY_S
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit("the laptop's pages did not start")
            time.sleep(0.005)
        yield process, ready.read_text().strip()
    finally:
        process.terminate()
        process.wait()


def started(folder: Path, ready: Path) -> tuple[float, float]:
    """From starting the program to having read its first page: seconds, and seconds of a processor."""
    began = time.monotonic()
    with served(folder, ready) as (process, site):
        reply = requests.get(f"{site}/desbloquear", timeout=60)
        took, spent = time.monotonic() - began, processor_s(process.pid)
    if reply.status_code != 200:
        raise SystemExit(f"the first page answers {reply.status_code}")
    return took, spent


def unlock(browser: requests.Session, site: str) -> float:
    found = re.search(r'name="csrf-token" content="([^"]+)"', browser.get(f"{site}/desbloquear").text)
    if found is None:
        raise SystemExit("the first page has no form")
    form = {"csrf_token": found[1], "passphrase": PASSPHRASE}
    began = time.monotonic()
    reply = browser.post(f"{site}/desbloquear", form, headers={"Origin": site})
    took = time.monotonic() - began
    if "Persona" not in reply.text:
        raise SystemExit("the day's page does not come")
    return took


def pages(browser: requests.Session, site: str, said: dict[str, str], rounds: int) -> dict[str, list[float]]:
    """Seconds of each reading of each page, in turns: the connection stays open, as a browser's does."""
    wanted = {
        "today": "/",
        "people": "/cartera",
        "case": f"/caso/{said['debtor']}",
        "visit form": f"/caso/{said['debtor']}/visita?parada={said['stop']}",
        "saved visit": f"/visita/{said['visit']}",
        "correction": f"/visita/{said['visit']}/corregir",
        "photo": f"/foto/{said['photo']}",
        "offers": f"/ofertas/{said['account']}",
        "sending": "/enviar",
        "route sheet": "/hoja",
        "rest of the day": "/ruta/cambiar",
        "results": "/mio",
        "stop card": f"/parada/{today_stop(browser, site)}/tarjeta",
        "this laptop": "/portatil/",
        "leaving": "/salir",
    }
    if not said["photo"]:
        wanted.pop("photo")
    times: dict[str, list[float]] = {name: [] for name in wanted}
    for turn in range(rounds + 1):
        for name, path in wanted.items():
            began = time.monotonic()
            reply = browser.get(site + path)
            took = time.monotonic() - began
            if reply.status_code != 200 or "/desbloquear" in reply.url:
                raise SystemExit(f"{path} answers {reply.status_code} at {reply.url}")
            if turn:  # the first one compiles the template
                times[name].append(took)
    return times


def today_stop(browser: requests.Session, site: str) -> str:
    found = re.search(r"/parada/([0-9a-f-]{36})/tarjeta", browser.get(site).text)
    if found is None:
        raise SystemExit("today has no next stop")
    return found[1]


def processor_s(pid: int) -> float:
    """What the process has used of a processor so far: unlike the clock, it hardly knows what else runs."""
    said = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    found = KB.search(Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    return 0.0 if found is None else int(found[1]) / 1024


if __name__ == "__main__":
    main()
