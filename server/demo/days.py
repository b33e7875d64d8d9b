"""The demo's day, from the lender's file to the audit: once by itself, or held open for a person to try."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sync.digest import overall, scope_digest

from ..auditing_all import audit_all
from ..config import Config
from ..enrolling import issue_code
from ..office import Office
from ..store import events, feeds, tallies
from ..store.engine import reading
from . import stations
from .collecting import MUST_BE_FOUND, Laptop, paper_sheet
from .processes import DemoFailed, Server

Say = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """What was asked for on the command line."""

    folder: Path
    portfolio: Path | None
    payments: Path | None
    pack: str
    lender: str | None
    as_of: date | None
    port: int
    city: Path | None = None

    @property
    def office(self) -> Config:
        data = self.folder / "office"
        return Config(data=data, database_url=f"sqlite:///{data / 'office.db'}")

    @property
    def environ(self) -> dict[str, str]:
        return {"RONDA_DATA": str(self.office.data), "RONDA_DATABASE_URL": self.office.database_url}

    @property
    def files(self) -> Path:
        return self.folder / "files"

    def given(self, day: date) -> stations.Given:
        return stations.Given(
            self.portfolio,
            self.payments,
            self.pack,
            self.lender or stations.LENDER,
            self.as_of or day,
            self.city,
        )


@dataclass(frozen=True)
class Prepared:
    """An office with its portfolio assigned and a day published."""

    office: Office
    day: date
    logins: list[stations.Login]
    password: str
    figures: dict[str, Any]


def prepare(wanted: Wanted, day: date, say: Say) -> Prepared:
    """The office's morning: portfolio, people, assignment, route."""
    wanted.files.mkdir(parents=True, exist_ok=True)
    now = stations.clock()
    say(f"Office in {wanted.office.data}")
    office = stations.make_office(wanted.office, now)
    say("Making the city: roads, addresses, map")
    city = stations.build_city(office, wanted.given(day), wanted.files, now)
    say("Importing the portfolio and its payments")
    figures, town = stations.bring_in(office, wanted.given(day), wanted.files, now)
    figures |= {"city": city} if city is not None else {}
    password = stations.new_password()
    logins = stations.staff(office, town, password, now)
    say("Assigning the debtors at 90 days and over")
    figures["assignment"] = stations.give_out(office, day, now)
    say(f"Planning {day} and publishing it")
    figures["route"] = stations.lay_out(office, day, now, say)
    return Prepared(office, day, logins, password, figures)


def run_once(wanted: Wanted, say: Say) -> dict[str, Any]:
    """The whole day by itself; `ok` only when both sides agree on all of it."""
    today = stations.local_today(stations.clock())
    day = stations.working_day(wanted.pack, today - timedelta(days=1), -1)
    ready = prepare(wanted, day, say)
    figures: dict[str, Any] = {"pack": wanted.pack, "day": day.isoformat(), **ready.figures}
    server = Server(["office", "serve", "--port", "0"], wanted.environ, wanted.folder / "office.log")
    laptop = Laptop(wanted.folder / "laptop", stations.new_password())
    try:
        say("Enrolling a laptop and receiving the day")
        figures["laptop"] = _enrol(ready, server, laptop)
        say("Stopping the office; typing the visits with no network")
        port = int(server.address.rsplit(":", 1)[1])
        server.stop()
        figures["offline"] = _collect(ready.day, laptop, wanted.files / "visitas.jsonl")
        say("Starting the office and syncing")
        server.arguments[-1] = str(port)
        server.start()
        figures["sync"] = laptop.sync()
    finally:
        server.stop()
    say("Auditing and comparing both sides")
    figures["audit"] = audit_all(ready.office.engine, actor="demo", now=stations.clock()).to_json()
    figures["compare"] = _compare(ready, figures, laptop.status())
    figures["ok"] = all(figures["compare"]["agree"].values())
    ready.office.engine.dispose()
    return figures


def _enrol(ready: Prepared, server: Server, laptop: Laptop) -> dict[str, Any]:
    agent = stations.busiest(ready.office)
    address = server.start()
    code = issue_code(ready.office.engine, agent.id, actor="demo", now=stations.clock())
    enrolled = laptop.enrol(address, code)
    pulled = laptop.sync()
    status = laptop.status()
    return {
        "agent": agent.name,
        "agent_id": agent.id,
        "device": enrolled["device"],
        "received": pulled["received"],
        "records": status["records"],
        "encrypted": not (laptop.folder / "laptop.db").read_bytes().startswith(b"SQLite format 3"),
    }


def _collect(day: date, laptop: Laptop, sheet: Path) -> dict[str, Any]:
    visits = paper_sheet(laptop.today(day))
    saved = laptop.save(visits, sheet)
    refused = laptop.sync_fails()
    status = laptop.status()
    promised = sum(result["result"] == "PTP" for visit in visits for result in visit["results"])
    return {
        "visits": len(saved["saved"]),
        "promises": promised,
        "not_saved": saved["refused"],
        "sync_without_office": refused,
        "events_waiting": status["unsent"],
    }


def _compare(ready: Prepared, figures: dict[str, Any], status: dict[str, Any]) -> dict[str, Any]:
    """Both sides, thing by thing: digest of the scope, head of the chain, counts."""
    agent_id = figures["laptop"]["agent_id"]
    with reading(ready.office.engine) as connection:
        rows = feeds.live(connection, agent_id)
        digest = overall(
            scope_digest((row["kind"], row["record_id"], row["payload"].encode("utf-8")) for row in rows)
        )
        heads = {head.incarnation: head for head in events.heads(connection)}
        held = tallies.received(connection)
    head = status["head"]
    theirs = heads.get(head["incarnation"])
    offline = figures["offline"]
    agree = {
        "digest": digest == status["digest"],
        "chain_head": theirs is not None and (theirs.n, theirs.h.hex()) == (head["n"], head["h"]),
        "visits": held["visits"] == offline["visits"] > 0,
        "promises": held["promises"] == offline["promises"] > 0,
        "nothing_waits": status["unsent"] == 0,
        "nothing_quarantined": held["quarantined"] == 0 and status["quarantined"] == 0,
        "nothing_refused": not offline["not_saved"],
        "kept_while_office_was_stopped": offline["events_waiting"] >= offline["visits"],
        "planted_findings_found": _planted_found(figures),
        "laptop_encrypted": figures["laptop"]["encrypted"],
    }
    return {
        "agree": agree,
        "office": {"digest": digest, "n": theirs.n if theirs else None, **held},
        "laptop": {"digest": status["digest"], "n": head["n"], "h": head["h"]},
    }


def _planted_found(figures: dict[str, Any]) -> bool:
    """The sheet holds a visit far from its address and one that overlaps another: the audit must see both.

    Where nobody is on the map (a real file before it is geocoded) only the overlap can be seen; and a
    small portfolio's sheet may end before either.
    """
    located, visits = figures["route"]["stops"] > 0, figures["offline"]["visits"]
    planted = [rule for rule, place in MUST_BE_FOUND.items() if place < visits]
    must = [rule for rule in planted if located or rule != "audit.far_from_address"]
    return all(figures["audit"]["findings"].get(rule, 0) > 0 for rule in must)


def hold_open(wanted: Wanted, say: Say) -> None:
    """Start an office and a laptop, say where they are, and wait until stopped."""
    today = stations.local_today(stations.clock())
    day = stations.working_day(wanted.pack, today, 1)
    ready = prepare(wanted, day, say)
    port = str(_free(wanted.port))
    office = Server(["office", "serve", "--port", port], wanted.environ, wanted.folder / "office.log")
    laptop = Laptop(wanted.folder / "laptop", stations.new_password())
    pages = Server(["field", "serve", "--port", "0"], laptop.environ, wanted.folder / "laptop.log")
    try:
        enrolled = _enrol(ready, office, laptop)
        pages.start()
        _tell(ready, office.address, pages.address, laptop, enrolled, say)
        _wait(office, pages)
    finally:
        pages.stop()
        office.stop()
        ready.office.engine.dispose()


def _free(port: int) -> int:
    """The port asked for, or 0 (a free one) when something listens there already."""
    with socket.socket() as probe:
        return 0 if probe.connect_ex(("127.0.0.1", port)) == 0 else port


def _tell(
    ready: Prepared, office: str, laptop_address: str, laptop: Laptop, enrolled: dict[str, Any], say: Say
) -> None:
    say("")
    say(f"The office:  {office}")
    shown: set[str] = set()
    for login in ready.logins:
        if login.role not in shown:
            shown.add(login.role)
            say(f"  {login.role:<14} {login.username:<10} {ready.password}   {login.name}")
    say("")
    say(f"The laptop of {enrolled['agent']}:  {laptop_address}")
    say(f"  passphrase     {laptop.environ['RONDA_FIELD_PASSPHRASE']}")
    say("")
    say(f"The route is for {ready.day}. Stop the demo with Ctrl-C; what it made goes with it unless --keep.")


def _wait(*servers: Server) -> None:
    """Until Ctrl-C, a request to end, or the end of one of the servers."""
    ended = threading.Event()
    for name in ("SIGTERM", "SIGINT"):
        signal.signal(getattr(signal, name), lambda *_: ended.set())
    while not ended.is_set():
        time.sleep(0.5)
        for server in servers:
            if not server.running:
                raise DemoFailed(f"`ronda {server.arguments[0]} serve` ended by itself; see {server.log}")
