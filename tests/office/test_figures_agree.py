"""The office's board and the one that anyone recomputes from an export: the same to the last digit."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema_rs import Draft202012Validator
from sqlalchemy import delete

from server import erasing, exporting, receiving
from server.figuring import keeping, showing
from server.kpi import kpi, told_figures
from server.store import facts, figure_cells
from server.store import tables as t
from server.store.engine import open_engine, reading, writing
from server.store.scopes import Scope
from sync.rules.figures_list import KPIS

from .builders import NOW
from .figured_world import FIRST, LAST, Town, figured

TODAY = LAST + timedelta(days=1)
SPANS = (
    (date(2026, 8, 1), date(2026, 8, 31)),
    (date(2026, 9, 1), LAST),
    (date(2026, 8, 13), date(2026, 8, 13)),
    (FIRST, TODAY),
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, empty_office: Path) -> Town:
    folder = tmp_path_factory.mktemp("figured")
    shutil.copytree(empty_office, folder, dirs_exist_ok=True)
    made = figured(open_engine(f"sqlite:///{folder / 'office.db'}"))
    keeping.refresh(made.engine, SPANS, today=TODAY, now=NOW)
    return made


@pytest.fixture(scope="module")
def exported(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    exporting.export(town.engine, town.world.signer, folder, as_of=TODAY, actor="carla", now=NOW)
    return folder


def recomputed(folder: Path, span: tuple[date, date], by: str) -> dict[str, Any]:
    words = ["--from-export", str(folder), "--from", str(span[0]), "--to", str(span[1]), "--json"]
    said = CliRunner().invoke(kpi, [*words, *(["--by", by] if by != "all" else [])])
    assert said.exit_code == 0, said.output
    return dict(json.loads(said.output))


def shown(town: Town, span: tuple[date, date], by: str, scope: Scope | None = None) -> dict[str, Any]:
    with reading(town.engine) as connection:
        made = showing.figures_of(connection, scope or Scope.everything(), span, by, TODAY)
    assert made.lacking == 0
    groups = {
        one.value: {"name": one.name, "figures": told_figures(list(one.figures))} for one in made.groups
    }
    return {"all": told_figures(list(made.whole.figures)), "groups": groups}


@pytest.mark.parametrize("by", ["agent", "team", "bucket", "product", "lender"])
@pytest.mark.parametrize(
    "span",
    [
        pytest.param(SPANS[0], id="august"),
        pytest.param(SPANS[1], id="september", marks=pytest.mark.slow),
        pytest.param(SPANS[2], id="one day"),
        pytest.param(SPANS[3], id="all of it", marks=pytest.mark.slow),
    ],
)
def test_every_figure_of_the_page_comes_out_of_the_export(
    town: Town, exported: Path, span: tuple[date, date], by: str
) -> None:
    ours, theirs = shown(town, span, by), recomputed(exported, span, by)
    assert ours["all"] == theirs["all"]
    assert ours["groups"] == theirs.get("groups", {})


def test_the_world_is_rich_enough_for_every_figure_to_say_something(exported: Path) -> None:
    """A figure that nothing is behind would agree with anything."""
    told = recomputed(exported, SPANS[0], "all")["all"]
    heard = {
        code.partition(".")[0] for code, figure in told.items() if figure["value"] not in (None, "0.0000")
    }
    assert {kpi.code for kpi in KPIS} - heard == {"cost_per_unit"}


@pytest.mark.parametrize(
    ("file", "column", "value", "figure"),
    [
        ("visits", "party", "MEN", "rpc_per_attempt"),
        ("payments", "amount", "1.00", "recovery_rate.COP"),
        ("balances", "principal", "99999999.00", "arrears.COP"),
        ("promises", "end", "incumplida", "kept_rate"),
        ("stops", "precision", "none", "address_quality"),
    ],
)
def test_one_changed_row_is_seen(
    town: Town, exported: Path, tmp_path: Path, file: str, column: str, value: str, figure: str
) -> None:
    """The control: each file is really read."""
    changed = tmp_path / "changed"
    shutil.copytree(exported, changed)
    path = changed / f"{file}.csv"
    with path.open(encoding="utf-8", newline="") as read:
        rows = list(csv.DictReader(read))
    mine = {
        "visits": lambda row: row["party"] == "TIT" and row["started"].startswith("2026-08"),
        "payments": lambda row: row["value_date"].startswith("2026-08") and row["currency"] == "COP",
        "balances": lambda row: (
            row["as_of"] == "2026-08-16" and row["oldest_due"] and row["currency"] == "COP"
        ),
        "promises": lambda row: row["end"] == "cumplida" and row["deadline"].startswith("2026-08"),
        "stops": lambda row: row["precision"] == "door" and row["date"].startswith("2026-08"),
    }[file]
    next(row for row in rows if mine(row))[column] = value
    with path.open("w", encoding="utf-8", newline="") as write:
        writer = csv.DictWriter(write, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    ours, theirs = shown(town, SPANS[0], "all")["all"], recomputed(changed, SPANS[0], "all")["all"]
    assert ours[figure] != theirs[figure]
    assert [code for code in ours if ours[code] == theirs.get(code)], "and not everything is"


def test_what_is_kept_is_what_the_facts_say_whatever_came_in_since(
    tmp_path: Path, empty_office: Path
) -> None:
    """Late visits, payments and promises arrive through the ledger and imports; then everything is made anew."""
    shutil.copytree(empty_office, tmp_path, dirs_exist_ok=True)
    town = figured(open_engine(f"sqlite:///{tmp_path / 'office.db'}"), debtors=8, visits_a_day=1)
    span = (date(2026, 9, 1), TODAY)
    keeping.refresh(town.engine, [span], today=TODAY, now=NOW)
    before = shown(town, span, "agent")
    laptop, world = town.devices["Ana"], town.world
    late = datetime(2026, 9, 10, 15, 0, tzinfo=UTC)
    visit = laptop.visit("Rosa", "REC", party="TIT", start=late)
    laptop.visit("Luis", "NAD", party="NAD", start=late + timedelta(days=9))
    laptop.write("visit.amended", {"visit": visit.id, "why": "Era el hijo", "replaces": {"party": "FAM"}})
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    with reading(town.engine) as connection:
        assert keeping.stale(connection)
    made = keeping.refresh(town.engine, [span], today=TODAY, now=NOW)
    assert 0 < made < 40, "days before the earliest late visit are left alone"
    later = shown(town, span, "agent")
    assert before != later
    asked = {"asked_by": "holder", "channel": "letter", "basis": "Ley 1581", "received_on": None}
    erasing.receive_request(town.engine, list(town.debtors)[2], actor="carla", now=NOW, **asked)
    gone = erasing.carry_out(
        town.engine, world.signer, "1", why="Procede", actor="carla", now=NOW, despite_open=True
    )
    assert isinstance(gone, erasing.CarriedOut)
    keeping.refresh(town.engine, [span], today=TODAY, now=NOW)
    after = shown(town, span, "agent")
    assert after["all"]["rpc_per_attempt"] == later["all"]["rpc_per_attempt"], "that he was visited stays"
    exporting.export(world.engine, world.signer, tmp_path / "out", as_of=TODAY, actor="carla", now=NOW)
    theirs = recomputed(tmp_path / "out", span, "agent")
    assert (after["all"], after["groups"]) == (theirs["all"], theirs["groups"])
    for kind, remade in (("letters.taken", False), ("month.closed", False), ("stop.released", True)):
        with writing(town.engine) as connection:
            facts.append(connection, kind, as_of=date(2026, 9, 5), now=NOW, actor="nora", payload={})
        again = keeping.refresh(town.engine, [span], today=TODAY, now=NOW)
        assert (again > 0) is remade, f"{kind}: {again} days made again"
    keeping.rebuild(town.engine, today=TODAY, now=NOW)
    keeping.refresh(town.engine, [span], today=TODAY, now=NOW)
    assert shown(town, span, "agent") == after
    assert keeping.refresh(town.engine, [span], today=TODAY, now=NOW) == 0


def test_a_cache_left_as_it_was_would_not_have_agreed(town: Town, exported: Path) -> None:
    """The control of the one above: a cell that is not made again shows."""
    with writing(town.engine) as connection:
        row = connection.execute(
            t.figure_cells.select().where(t.figure_cells.c.dimension == "all", t.figure_cells.c.kind == "day")
        ).first()
        assert row is not None
        mine = (t.figure_cells.c.first == row.first, t.figure_cells.c.dimension == "all")
        connection.execute(delete(t.figure_cells).where(t.figure_cells.c.kind == "day", *mine))
    span = (row.first, row.first)
    try:
        keeping.refresh(town.engine, [span], today=TODAY, now=NOW)
        assert shown(town, span, "all")["all"] != recomputed(exported, span, "all")["all"]
    finally:
        with writing(town.engine) as connection:
            figure_cells.forget(connection, figure_cells.DAY, span)
        keeping.refresh(town.engine, [span], today=TODAY, now=NOW)
    assert shown(town, span, "all")["all"] == recomputed(exported, span, "all")["all"]


def test_every_row_of_the_export_is_as_its_schema_says(exported: Path) -> None:
    checked = 0
    for path in sorted((exported / "schema").glob("*.schema.json")):
        validator = Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
        with (exported / f"{path.name.partition('.')[0]}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                validator.validate(row)
                checked += 1
    assert checked > 2000
    wrong = dict.fromkeys(
        json.loads((exported / "schema" / "agents.schema.json").read_text())["required"], ""
    )
    agents = Draft202012Validator(json.loads((exported / "schema" / "agents.schema.json").read_text()))
    assert not agents.is_valid(wrong), "the control: a schema can refuse"
