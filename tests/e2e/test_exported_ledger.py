"""A laptop's ledger, handed over and checked with no server and no database; one changed byte is found."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.demo.collecting import paper_sheet
from sync.verifying import verify

from .villages import Portable, Village, last_object, ronda, typed

SEED = 20261125
CHANGES = 60


@dataclass(frozen=True)
class Handed:
    """The export of a laptop with six visits, four of them under the office's receipts."""

    folder: Path
    events: int
    receipts: int


@pytest.fixture(scope="module")
def handed(received: Portable, published: Village, tmp_path_factory: pytest.TempPathFactory) -> Handed:
    folder = tmp_path_factory.mktemp("handed")
    office = published.copied(folder / "village")
    shutil.copytree(received.folder, folder / "laptop")
    laptop = Portable(folder / "laptop")
    visits = paper_sheet(laptop.run("today", "--day", office.day.isoformat()), 6)
    server = office.server(laptop.office_port())
    try:
        server.start()
        typed(laptop, visits[:4], folder / "sheet.jsonl")
        assert laptop.run("sync")["unsent"] == 0
    finally:
        server.stop()
    typed(laptop, visits[4:], folder / "sheet.jsonl")
    told = laptop.run("export", str(folder / "export"))
    return Handed(folder / "export" / "ledger", told["events"], told["receipts"])


def test_what_the_laptop_hands_over_holds(handed: Handed) -> None:
    done = ronda(["verify", str(handed.folder), "--json"])
    assert done.returncode == 0, done.stdout + done.stderr
    told = last_object(done.stdout)
    assert told["events"] == handed.events > 6
    assert handed.receipts > 0
    assert told["problems"] == []


def test_the_visits_after_the_last_receipt_are_said_to_be_unanchored(handed: Handed) -> None:
    told = last_object(ronda(["verify", str(handed.folder), "--json"]).stdout)
    assert any(note["kind"] == "unanchored" for note in told["notes"])


@pytest.mark.parametrize("name", ["ledger.jsonl", "receipts.jsonl"])
def test_any_one_changed_byte_is_found(handed: Handed, tmp_path: Path, name: str) -> None:
    rng, unseen = random.Random(f"{SEED} {name}"), []
    whole = (handed.folder / name).read_bytes()
    shutil.copytree(handed.folder, tmp_path / "ledger")
    for _turn in range(CHANGES):
        place, bit = rng.randrange(len(whole)), 1 << rng.randrange(7)
        changed = bytearray(whole)
        changed[place] ^= bit
        (tmp_path / "ledger" / name).write_bytes(changed)
        said = CliRunner().invoke(verify, [str(tmp_path / "ledger")])
        if said.exit_code != 1 or "Traceback" in said.output:
            unseen.append((place, bit, whole[place - 20 : place + 20], said.output[-200:]))
    assert unseen == []


def test_a_line_taken_out_of_the_middle_is_named(handed: Handed, tmp_path: Path) -> None:
    shutil.copytree(handed.folder, tmp_path / "ledger")
    lines = (tmp_path / "ledger" / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "ledger" / "ledger.jsonl").write_bytes(b"".join(lines[:2] + lines[3:]))
    done = ronda(["verify", str(tmp_path / "ledger")])
    assert done.returncode == 1
    assert "event 3" in done.stdout
