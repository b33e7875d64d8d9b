"""`ronda demo --once`: the whole day by itself, its figures against a count of our own, and killed halfway."""

from __future__ import annotations

import csv
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3

from server.demo.portfolio import write_payments, write_portfolio
from server.demo.town import make_town

from .lenders_arithmetic import Reckoned, reckon
from .villages import last_object, ronda

SEED = 20261124
SMALL = 150
LATEST = 1.5
# What the demo says as each station begins; a kill comes some time after one of them.
STATIONS = (
    "Office in",
    "Importing",
    "Assigning",
    "Planning",
    "Enrolling",
    "Stopping",
    "Starting",
    "Auditing",
)


@dataclass(frozen=True)
class Killed:
    """A folder where demos were killed, and the processes of theirs that outlived them."""

    folder: Path
    alive: list[int]


@dataclass(frozen=True)
class Whole:
    """One run of the demo on its 1,200 accounts, with what it left."""

    folder: Path
    figures: dict[str, Any]
    said: str
    reckoned: Reckoned

    @property
    def day(self) -> date:
        return date.fromisoformat(self.figures["day"])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The demo's options for a file of 150 accounts: the same flow in less time."""
    folder, day = tmp_path_factory.mktemp("lender"), date(2026, 11, 20)
    manifest = write_portfolio(folder / "cartera.csv", make_town(), day, accounts=SMALL)
    write_payments(folder / "pagos.csv", manifest, day)
    files = ["--portfolio", str(folder / "cartera.csv"), "--payments", str(folder / "pagos.csv")]
    return [*files, "--as-of", day.isoformat()]


@pytest.fixture(scope="module")
def killed(small: list[str], tmp_path_factory: pytest.TempPathFactory) -> Killed:
    """A folder in which three demos were killed, each at another station."""
    folder, rng = tmp_path_factory.mktemp("demo"), random.Random(SEED)
    alive = []
    for station in rng.sample(STATIONS, 3):
        alive += kill_after(station, rng.uniform(0, LATEST), folder, small)
    return Killed(folder, alive)


@pytest.fixture(scope="module")
def whole(killed: Killed) -> Whole:
    """The one run on the full portfolio, where the killed ones were; this module reads what it left."""
    done = ronda(["demo", "--once", "--json", "--keep", str(killed.folder)])
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    figures = last_object(done.stdout)
    as_of = date.fromisoformat(figures["portfolio"]["as_of"])
    reckoned = reckon(killed.folder / "files" / "cartera.csv", as_of)
    return Whole(killed.folder, figures, done.stderr, reckoned)


def office(whole: Whole, *arguments: str) -> dict[str, Any]:
    done = ronda(["office", *arguments, "--data", str(whole.folder / "office"), "--json"])
    assert done.returncode == 0, done.stderr
    return last_object(done.stdout)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_demo_ends_with_one_object_that_says_ok(whole: Whole) -> None:
    assert whole.figures["ok"] is True
    assert all(whole.figures["compare"]["agree"].values())
    stations = {
        "portfolio",
        "payments",
        "assignment",
        "route",
        "laptop",
        "offline",
        "sync",
        "audit",
        "compare",
    }
    assert stations <= whole.figures.keys()


def test_the_portfolios_figures_are_those_of_the_file(whole: Whole) -> None:
    told, mine = whole.figures["portfolio"], whole.reckoned
    assert (told["rows"], told["accepted"], told["rejected"]) == (1216, 1200, 16)
    assert (mine.rows, len(mine.days), sum(mine.rejected.values())) == (1216, 1200, 16)
    assert told["buckets"] == mine.buckets
    assert told["at_field"] == len(mine.late) == 288
    assert whole.figures["pack"] == told["policy"] == "demo"


def test_every_account_at_ninety_days_is_assigned_and_planned_or_told_why_not(whole: Whole) -> None:
    assigned, route = whole.figures["assignment"], whole.figures["route"]
    assert assigned["accounts_at_90"] == assigned["assigned"]["accounts"] == len(whole.reckoned.late)
    assert sum(load["accounts"] for load in assigned["loads"]) == len(whole.reckoned.asked_for)
    assert assigned["debtors_at_90"] == len(whole.reckoned.late_holders)
    assert route["stops"] + route["left_out"] == assigned["debtors_at_90"]
    assert sum(route["reasons"].values()) == route["left_out"]
    assert route["published"]["published"] == route["agents"]


def test_the_export_counts_each_account_to_the_day(whole: Whole, tmp_path: Path) -> None:
    rows = office(whole, "export", str(tmp_path), "--as-of", whole.figures["portfolio"]["as_of"])["rows"]
    accounts = table(tmp_path / "accounts.csv")
    assert {row["account"]: int(row["days_past_due"]) for row in accounts} == whole.reckoned.days
    assert Counter(row["bucket"] for row in accounts) == whole.reckoned.buckets
    assert {row["account"] for row in accounts if row["outcome"] == "assigned"} == whole.reckoned.asked_for
    assert all(row["assignment_reason"] for row in accounts if row["outcome"] == "assigned")
    assert len({row["visit"] for row in table(tmp_path / "visits.csv")}) == 20
    assert (
        len(table(tmp_path / "promises.csv")) == whole.figures["offline"]["promises"] == rows["promises.csv"]
    )


def test_twenty_visits_were_typed_with_the_office_stopped_and_all_arrived(whole: Whole) -> None:
    offline, sync = whole.figures["offline"], whole.figures["sync"]
    assert offline["visits"] == 20
    assert offline["not_saved"] == []
    assert offline["sync_without_office"]["exit"] != 0
    assert "nothing is lost" in offline["sync_without_office"]["said"][0]
    assert sync["sent"] == offline["events_waiting"] == 20 + offline["promises"]
    assert whole.said.index("Stopping the office") < whole.said.index("Starting the office")
    told = whole.figures["compare"]
    assert told["office"]["visits"] == 20
    assert told["office"]["digest"] == told["laptop"]["digest"]


def test_keep_leaves_the_offices_and_the_laptops_data_and_the_laptops_is_encrypted(whole: Whole) -> None:
    assert (whole.folder / "office" / "office.db").is_file()
    database = whole.folder / "laptop" / "laptop.db"
    assert not database.read_bytes().startswith(b"SQLite format 3")
    connection = sqlcipher3.connect(str(database))
    with pytest.raises(sqlcipher3.DatabaseError, match="not a database"):
        connection.execute("SELECT count(*) FROM sqlite_master")
    connection.close()


def test_the_office_left_behind_audits_again_to_the_same_findings(whole: Whole) -> None:
    again = office(whole, "audit")
    assert again["visits"] == 20
    assert again["new"] == 0
    assert again["findings"] == whole.figures["audit"]["findings"]


def test_no_process_of_the_demo_goes_on_after_it(whole: Whole) -> None:
    assert left_behind(whole.folder) == []


# Killed


def kill_after(station: str, delay: float, folder: Path, options: list[str]) -> list[int]:
    """Start the demo and end it -9 `delay` seconds after that station begins; what outlives it."""
    print(f"seed {SEED}: killed {delay:.2f} s after «{station}»")
    process = subprocess.Popen(
        [sys.executable, "-m", "sync", "demo", "--once", "--json", "--keep", str(folder), *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    reached = any(line.startswith(station) for line in process.stderr)
    time.sleep(delay)  # the moment of the kill is what is tested; nothing is waited for
    process.kill()
    process.communicate()
    assert reached, f"the demo ended before «{station}»"
    return wait_until_gone(folder)


def left_behind(folder: Path) -> list[int]:
    """The processes that still name this folder in their environment or their command."""
    found = []
    for entry in Path("/proc").iterdir() if os.path.isdir("/proc") else ():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            told = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
        except OSError:  # gone meanwhile, or not ours
            continue
        if re.search(re.escape(str(folder).encode()) + rb"(/|\0|$)", told):
            found.append(int(entry.name))
    return found


def wait_until_gone(folder: Path, seconds: float = 60.0) -> list[int]:
    end = time.monotonic() + seconds
    while (alive := left_behind(folder)) and time.monotonic() < end:
        time.sleep(0.05)
    return alive


def test_a_killed_demo_leaves_no_process_and_its_folder_serves_the_next(killed: Killed, whole: Whole) -> None:
    assert killed.alive == [], "a process of a killed demo goes on"
    assert whole.folder == killed.folder
    assert whole.figures["portfolio"]["new"] == 1200, "what the killed runs left was mixed in"


@pytest.mark.slow
@pytest.mark.parametrize("station", STATIONS)
def test_killed_at_any_station_it_works_when_run_again(
    small: list[str], tmp_path: Path, station: str
) -> None:
    folder, rng = tmp_path / "demo", random.Random(f"{SEED} {station}")
    for _turn in range(3):
        assert kill_after(station, rng.uniform(0, LATEST), folder, small) == []
        done = ronda(["demo", "--once", "--json", "--keep", str(folder), *small])
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        assert last_object(done.stdout)["portfolio"]["new"] == SMALL


def test_a_folder_that_no_demo_made_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "tesis.txt").write_text("no borrar")
    done = ronda(["demo", "--once", "--json", "--keep", str(tmp_path)])
    assert done.returncode != 0
    assert "is not empty and no demo made it" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["tesis.txt"]


# The office's night, as the manual gives it; last, because it changes what the demo left


def lines_of_the_night() -> list[str]:
    """The commands of the manual's crontab, in order, as a shell reads them."""
    manual = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
    table = manual.partition("## Every night")[2].split("```")[1].strip().splitlines()
    return [line.split(maxsplit=5)[5].replace("\\%", "%") for line in table]


def test_every_line_of_the_manuals_night_runs_on_an_office(whole: Whole, tmp_path: Path) -> None:
    lines = lines_of_the_night()
    assert [line.split()[2] for line in lines].count("backup") == 1
    assert len(lines) >= 8
    environ = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "RONDA_DATA": str(whole.folder / "office"),
        "RONDA_BACKUP_PASSPHRASE": "una frase larga para la copia",
    }
    for line in lines:
        told = line.replace("/mnt/copies", str(tmp_path / "copies"))
        done = subprocess.run(["bash", "-c", told], env=environ, capture_output=True, text=True, check=False)
        # One day of visits is too few to measure travel by, and it says so; all else must go.
        few = "calibrate" in line and "more are needed" in done.stdout
        assert done.returncode == 0 or few, f"{line}\n{done.stdout[-1000:]}{done.stderr[-1000:]}"
    assert office(whole, "plan", "runs")["runs"]
    assert list((tmp_path / "copies").iterdir())
