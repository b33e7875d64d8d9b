"""A disk that is full or fails: the person is told «no guardado», nothing is half there, a retry saves once.

The real programs run with the shim before their disk; each fault begins at another write or sync, so that
it strikes in the middle of a transaction too.
"""

from __future__ import annotations

import errno
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from field_client.folder import open_laptop
from field_client.store import journal, keyring
from server.demo.processes import Server
from server.store import tables as t
from sync.ledger import verify
from tests.e2e.pages_client import Client
from tests.e2e.villages import PASSPHRASE, ronda
from tests.laptop import builders
from tests.office.builders import Laptop, enrolled

from .real_office import RealOffice, make_office
from .shim import preloaded

FULL, FAILS = errno.ENOSPC, errno.EIO
# Kind of call, what it answers, and how many such calls still work before it does.
FAULTS = [
    *(("write", FULL, after) for after in (0, 1, 2, 5, 9)),
    *(("write", FAILS, after) for after in (0, 3)),
    ("sync", FAILS, 0),
]
PAPER = {
    "debtor": builders.MARIA,
    "party": "TIT",
    "happened": {"start": "2026-11-16T09:15", "end": "2026-11-16T09:25", "known": "paper", "line": 1},
    "results": [
        {"account": builders.MARIA_LOAN, "result": "REC", "detail": {"next_date": "2026-11-30"}},
        {"account": builders.MARIA_CARD, "result": "NEG", "reason": "otro"},
    ],
    "override_reason": "prueba de disco",
}


@dataclass
class Switch:
    """The disk's faults, on and off while the program runs."""

    file: Path

    def on(self, kind: str, code: int, after: int) -> None:
        part = self.file.with_suffix(".part")
        part.write_text(f"{kind} {code} {after}\n")
        part.replace(self.file)

    def off(self) -> None:
        self.file.unlink(missing_ok=True)


@pytest.fixture
def switch(tmp_path: Path) -> Switch:
    return Switch(tmp_path / "switch")


@pytest.fixture
def laptop(tmp_path: Path) -> Path:
    """Carlos's laptop with his day on it; its folder."""
    folder = tmp_path / "laptop"
    builders.build(folder).store.close()
    key = keyring.load(folder, builders.PASSPHRASE)
    keyring.save(folder, key, PASSPHRASE, builders.CHEAP)
    return folder


def visits_on(folder: Path) -> list[str]:
    """The ids of the visits on the disk, read by another process's eyes; the chain must verify."""
    store = open_laptop(folder, PASSPHRASE)
    try:
        with store.reading() as db:
            entries = journal.chains(db)
        assert store.pragma("integrity_check") == "ok"
    finally:
        store.close()
    report = verify(entries)
    assert report.ok, report
    return [entry.id for entry in entries if entry.kind == "visit.recorded"]


@dataclass
class Pages:
    """The laptop's pages in their own process behind the shim, unlocked."""

    client: Client
    folder: Path
    switch: Switch

    def filled(self) -> dict[str, str]:
        said = self.client.form(builders.MARIA, builders.MARIA_STOP)
        return said | {
            "place": "DOM",
            "party": "NAD",
            "result-0": "NAD",
            "result-1": "NAD",
            "loc": "none",
            "location_reason": "Se escribió después",
            "override_reason": "prueba de disco",
            "note": "La luz del zaguán estaba prendida",
        }

    def save(self, said: dict[str, str]) -> requests.Response:
        return self.client.save(builders.MARIA, builders.MARIA_STOP, said)


@pytest.fixture
def pages(laptop: Path, switch: Switch, shim: Path, tmp_path: Path) -> Iterator[Pages]:
    environ = preloaded(shim, laptop, switch=switch.file) | {"RONDA_FIELD_DATA": str(laptop)}
    # By hand, so that no exchange uses up the calls that still work.
    server = Server(["field", "serve", "--port", "0", "--by-hand"], environ, tmp_path / "pages.log")
    client = Client(server.start())
    try:
        client.unlock()
        yield Pages(client, laptop, switch)
    finally:
        server.stop()


def test_a_visit_the_disk_did_not_take_is_told_as_not_saved_and_saved_once_by_a_retry(pages: Pages) -> None:
    told: Counter[str] = Counter()
    expected: list[str] = []
    for fault in FAULTS:
        said = pages.filled()
        pages.switch.on(*fault)
        reply = pages.save(said)
        pages.switch.off()
        if reply.status_code == 302:  # it was over before the fault began
            told["saved"] += 1
        else:
            told["not saved"] += 1
            assert reply.status_code == 507, reply.text
            assert "No guardado" in reply.text
            assert "La luz del zaguán estaba prendida" in reply.text, "what was typed is gone"
            assert said["visit_id"] in reply.text, "saving again must be saving the same visit"
            assert pages.save(said).status_code == 302, fault
        assert "guardado" in pages.client.get(f"/visita/{said['visit_id']}?guardado=1")
        expected.append(said["visit_id"])
        assert pages.save(said).status_code == 302
    print(dict(told))
    # The control: the same form is saved where the fault is switched off, and most faults struck.
    assert told["not saved"] >= 5
    assert sorted(visits_on(pages.folder)) == sorted(expected)


def test_what_failed_is_nowhere_after_the_program_is_closed(pages: Pages) -> None:
    said = pages.filled()
    pages.switch.on("write", FULL, 2)
    assert pages.save(said).status_code == 507
    pages.client.session.post(f"{pages.client.address}/bloquear", data={"csrf_token": pages.client.token})
    pages.switch.off()
    assert visits_on(pages.folder) == []


@pytest.mark.parametrize(
    ("kind", "code", "after"), [("write", FULL, 4), ("sync", FAILS, 0), ("write", FULL, 0)]
)
def test_the_command_says_so_and_fails(
    kind: str, code: int, after: int, laptop: Path, switch: Switch, shim: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.jsonl"
    sheet.write_text(json.dumps(PAPER) + "\n", "utf-8")
    environ = preloaded(shim, laptop, switch=switch.file)
    environ |= {"RONDA_FIELD_DATA": str(laptop), "RONDA_FIELD_PASSPHRASE": PASSPHRASE}
    switch.on(kind, code, after)
    done = ronda(["field", "visit", "--from", str(sheet), "--json"], environ)
    switch.off()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "no guardado" in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout.strip() or json.loads(done.stdout)["saved"] == []
    again = ronda(["field", "visit", "--from", str(sheet), "--json"], environ)
    assert again.returncode == 0, again.stderr
    assert visits_on(laptop) == [json.loads(again.stdout)["saved"][0]["visit"]]


@dataclass
class Receiving:
    """An office's process behind the shim, and a laptop that speaks to it."""

    office: RealOffice
    laptop: Laptop
    address: str
    switch: Switch

    def push(self, *entries: Any) -> requests.Response:
        return requests.post(
            f"{self.address}/v1/sync",
            json=self.laptop.request(list(entries)),
            headers={"Authorization": self.laptop.authorization},
            timeout=30,
        )


@pytest.fixture
def receiving(tmp_path: Path, switch: Switch, shim: Path) -> Iterator[Receiving]:
    office = make_office(tmp_path / "office")
    laptop = enrolled(office.world)
    office.world.engine.dispose()
    environ = preloaded(shim, tmp_path / "office", switch=switch.file)
    server = office.server(tmp_path / "office.log", **environ)
    try:
        yield Receiving(office, laptop, server.start(), switch)
    finally:
        server.stop()
        office.world.engine.dispose()


def test_an_office_whose_disk_takes_nothing_acknowledges_nothing(receiving: Receiving) -> None:
    laptop, told = receiving.laptop, Counter[str]()
    for fault in FAULTS:
        visit = laptop.visit(note=f"{fault}")
        receiving.switch.on(*fault)
        answer = receiving.push(visit)
        receiving.switch.off()
        if answer.status_code != 200:
            document = answer.json()
            told[document["code"]] += 1
            assert (answer.status_code, document["code"]) in ((507, "storage_full"), (503, "busy")), fault
            assert "receipt" not in document
            answer = receiving.push(visit)
        else:
            told["kept"] += 1
        assert answer.status_code == 200, (fault, answer.text)
        assert answer.json()["have"]["n"] == visit.n
        assert answer.json()["receipt"]["n"] == visit.n
    print(dict(told))
    # The control: without a fault every push is kept, and both kinds of fault struck.
    assert told["storage_full"] >= 3
    assert told["busy"] >= 2
    world = receiving.office.world
    assert sorted(row["id"] for row in world.rows(t.events)) == sorted(one.id for one in laptop.entries)
    assert sorted(row["id"] for row in world.rows(t.visits)) == sorted(one.id for one in laptop.entries)
    with world.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
