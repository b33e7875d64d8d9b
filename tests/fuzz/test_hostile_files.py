"""Hostile files at the office's pages, against a real office process: it lives, answers soon, and stays small.

The processor time of the office and of the throw-away processes it starts is what an answer costs, however
busy the machine is; the memory is that of the office, as the system counts it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from server.demo.processes import Server
from server.hiring import Hired, NewPerson, hire
from sync.records import UserRole
from tests.faults.real_office import RealOffice, make_office
from tests.office.test_attaching import hostile_names

from . import hostile_files
from .hostile_files import HEADER, ROW
from .test_bombs import LONGEST_S, MOST_GROWTH

PASSWORD = "una frase larga y propia"
# A file's own request may bring this much while it is received; the rest must not stay.
REPEATS = 3


@dataclass
class Desk:
    """A coordinator in front of a real office."""

    office: RealOffice
    server: Server
    address: str
    session: requests.Session

    @property
    def process(self) -> Path:
        assert self.server.process is not None
        return Path(f"/proc/{self.server.process.pid}")

    def memory(self, name: str) -> int:
        for line in (self.process / "status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
        raise AssertionError("the office is gone")

    def worked(self) -> float:
        """Seconds of processor time, its own and of the processes it started and waited for."""
        fields = (self.process / "stat").read_text().rpartition(")")[2].split()
        return sum(int(fields[at]) for at in (11, 12, 13, 14)) / os.sysconf("SC_CLK_TCK")

    def token(self, path: str = "/") -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.session.get(self.address + path).text)
        assert found is not None
        return found.group(1)

    def send(self, path: str, field: str, name: str, data: bytes, **form: str) -> requests.Response:
        given = {"csrf_token": self.token(), **form}
        return self.session.post(
            self.address + path,
            data=given,
            files={field: (name, data, "application/octet-stream")},
            timeout=120,
            allow_redirects=True,
        )

    def bring(self, name: str, data: bytes) -> requests.Response:
        """The file as a lender's portfolio, up to the page that shows how it is read."""
        return self.send(
            "/imports/new",
            "file",
            name,
            data,
            kind="portfolio",
            lender="Crediboyacá",
            other="",
            as_of="2026-11-20",
            pack="demo",
            mode="full",
        )

    def file_paper(self, name: str, data: bytes) -> requests.Response:
        account = self.office.world.accounts["Rosa"][0]
        return self.send(f"/attachments/papers/of/{account}", "file", name, data, kind="pagare")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    if not Path("/proc/self/status").exists():
        pytest.skip("the memory of a process is read from /proc, which this system does not have")
    folder = tmp_path_factory.mktemp("hostile files")
    office = make_office(folder / "office")
    person = NewPerson("nora", "Nora", UserRole.ADMINISTRATOR, PASSWORD)
    assert isinstance(hire(office.world.engine, person, actor="cli", now=datetime.now(UTC)), Hired)
    office.world.engine.dispose()
    server = office.server(folder / "office.log")
    made = Desk(office, server, server.start(), requests.Session())
    try:
        _log_in(made)
        for turn in range(REPEATS):  # what any first file loads is not the hostile ones' doing
            made.bring("cartera.csv", (HEADER + ROW * (turn + 1)).encode())
            made.bring("cartera.xlsx", hostile_files.plain_book())
            made.file_paper("a.png", hostile_files.png(40, 40, 40))
        yield made
    finally:
        server.stop()


def _log_in(desk: Desk) -> None:
    page = desk.session.get(f"{desk.address}/login").text
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found is not None
    answer = desk.session.post(
        f"{desk.address}/login",
        data={"csrf_token": found.group(1), "username": "nora", "password": PASSWORD},
    )
    assert answer.ok
    assert "/login" not in answer.url


def _throw(desk: Desk, what: str) -> None:
    """Every file of a kind; each answer is a page in words, soon, and the office is as small as before."""
    files = {
        "spreadsheets": (hostile_files.spreadsheets(), desk.bring),
        "papers": (hostile_files.papers(), desk.file_paper),
        "queues": (
            hostile_files.queues(),
            lambda name, data: desk.send("/devices/queues", "queue", name, data),
        ),
    }
    made, send = files[what]
    before = desk.memory("VmRSS")
    for name, bytes_of in made.items():
        data = bytes_of()
        began = desk.worked()
        answer = send(name, data)
        took = desk.worked() - began
        print(f"{what} {name}: {len(data)} bytes, {answer.status_code}, {took:.2f} s")
        assert answer.status_code < 500, (name, answer.status_code, answer.text[:400])
        assert took < LONGEST_S, (name, took)
        assert "root:" not in answer.text, name
    grown = desk.memory("VmRSS") - before
    print(f"{what}: {grown / 2**20:.1f} MB more kept")
    assert grown < MOST_GROWTH
    assert desk.session.get(f"{desk.address}/portfolio/accounts").status_code == 200


@pytest.mark.parametrize("what", ["spreadsheets", "papers", "queues"])
def test_hostile_files_are_refused_in_words_and_cost_little(desk: Desk, what: str) -> None:
    _throw(desk, what)


def test_two_hundred_names_are_text_and_never_a_path(desk: Desk) -> None:
    data = desk.office.config.data
    before = set(data.parent.rglob("*"))
    for name in hostile_names():
        answer = desk.bring(f"{name}.csv", (HEADER + ROW).encode())
        assert answer.status_code < 500, name[:80]
    waiting = data / "uploads"
    outside = [
        path
        for path in set(data.parent.rglob("*")) - before
        if waiting not in path.parents and not path.name.startswith("office.db")
    ]
    assert outside == []
    assert not any(".." in str(path) or "\u202e" in str(path) for path in waiting.rglob("*"))
