"""Figures, their rows and the export on both databases: the same statements, the same answers."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select

from server import exporting
from server.figuring import keeping, opening, showing
from server.kpi import kpi, told_figures
from server.store.engine import reading
from server.store.scopes import Scope, Share
from server.store.tables import far_off, visits
from sync.rules.figures_list import BY_CODE, KPIS
from tests.office import figured_world
from tests.office.builders import NOW

SPAN = (date(2026, 7, 1), date(2026, 7, 14))
TODAY = date(2026, 7, 16)


def test_the_board_the_rows_and_the_export_agree_on_either_database(
    office_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figured_world, "LAST", SPAN[1])
    town = figured_world.figured(office_engine, debtors=7, visits_a_day=2)
    keeping.refresh(town.engine, [SPAN], today=TODAY, now=NOW)
    everything = Scope.everything()
    exporting.export(town.engine, town.world.signer, tmp_path, as_of=TODAY, actor="carla", now=NOW)
    for by in showing.BREAKDOWNS:
        with reading(town.engine) as connection:
            board = showing.figures_of(connection, everything, SPAN, by, TODAY)
            part = showing.figures_of(connection, Scope((Share(branch="Tunja"),)), SPAN, by, TODAY)
        words = ["--from-export", str(tmp_path), "--from", str(SPAN[0]), "--to", str(SPAN[1]), "--json"]
        said = CliRunner().invoke(kpi, [*words, *(["--by", by] if by != "all" else [])])
        told = json.loads(said.output)
        assert told_figures(list(board.whole.figures)) == told["all"]
        ours = {group.value: told_figures(list(group.figures)) for group in board.groups}
        assert ours == {value: group["figures"] for value, group in told.get("groups", {}).items()}
        valid = {one.code: one.under for one in board.whole.figures}["rpc_per_attempt"]
        assert 0 < {one.code: one.under for one in part.whole.figures}["rpc_per_attempt"] < valid
    with reading(town.engine) as connection:
        steps = [
            (SPAN[0] + timedelta(days=7 * week), SPAN[0] + timedelta(days=7 * week + 6)) for week in (0, 1)
        ]
        assert set(showing.trend(connection, everything, steps, TODAY)) == set(steps)
        for one in KPIS:
            for by, value in (("all", ""), ("agent", town.world.agents["Ana"]), ("bucket", "90+")):
                rows = list(opening.rows(connection, everything, one.rows, one.code, SPAN, by, value, TODAY))
                assert rows or by != "all", one.code
    assert keeping.refresh(town.engine, [SPAN], today=TODAY, now=NOW) == 0


def test_the_rows_of_a_slice_are_those_its_board_counts(
    office_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figured_world, "LAST", SPAN[1])
    town = figured_world.figured(office_engine, debtors=7, visits_a_day=2)
    keeping.refresh(town.engine, [SPAN], today=TODAY, now=NOW)
    opened = 0
    with reading(town.engine) as connection:
        for scope in (Scope.everything(), Scope((Share(branch="Tunja"),))):
            for by in showing.BREAKDOWNS:
                board = showing.figures_of(connection, scope, SPAN, by, TODAY)
                for group in [*board.groups, *([board.whole] if by == "all" else [])]:
                    told = {one.code: one for one in group.figures}
                    for code in ("rpc_per_attempt", "kept_rate", "coverage", "cure_rate"):
                        rows = list(
                            opening.rows(
                                connection, scope, BY_CODE[code].rows, code, SPAN, by, group.value, TODAY
                            )
                        )
                        assert len(rows) == told[code].under, (by, group.value, code)
                        assert sum(row["counts"] for row in rows) == told[code].over, (by, group.value, code)
                        opened += len(rows)
    assert opened > 0


def test_visits_of_far_off_clocks_are_read_by_their_own_index(office_engine: Engine) -> None:
    said = str(select(visits.c.id).where(far_off).compile(office_engine))
    with office_engine.connect() as connection:
        if office_engine.dialect.name == "postgresql":  # of an empty table it would read all
            connection.exec_driver_sql("SET enable_seqscan = off")
        plan = connection.exec_driver_sql(
            f"EXPLAIN {'' if office_engine.dialect.name == 'postgresql' else 'QUERY PLAN '}{said}"
        )
        assert "ix_visits_far_off" in str(plan.all())
