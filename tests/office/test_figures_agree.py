"""The office's board and the one that anyone recomputes from an export: the same to the last digit."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import delete

from server import exporting
from server.figuring import keeping, showing
from server.kpi import kpi, told_figures
from server.store import figure_cells
from server.store import tables as t
from server.store.engine import open_engine, reading, writing
from server.store.scopes import Scope

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


@pytest.mark.parametrize("by", ["all", "agent", "team", "bucket", "product", "lender"])
@pytest.mark.parametrize("span", SPANS, ids=["august", "september", "one day", "all of it"])
def test_every_figure_of_the_page_comes_out_of_the_export(
    town: Town, exported: Path, span: tuple[date, date], by: str
) -> None:
    ours, theirs = shown(town, span, by), recomputed(exported, span, by)
    assert ours["all"] == theirs["all"]
    assert ours["groups"] == theirs.get("groups", {})
