"""A real lender's file on a real city: imported, located, shared out among eight, and planned for a week.

By hand, because it takes minutes: `pytest -m slow tests/office/test_real_week.py`.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from server.cli import office
from server.config import config_from
from server.office import initialise
from server.planning import PublishReport, publish
from server.planning.asking import answers
from server.store import accounts, agents, seats, tables
from server.store.engine import open_engine, reading, writing
from sync.rules.geo import haversine_m

from .lenders_files import SHARED

CITY = SHARED.parent / "city" / "duitama.osm.pbf"
FILE = SHARED / "duitama_cartera.csv"
AS_OF, MONDAY = date(2026, 11, 20), date(2026, 11, 23)
NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)
HOMES = (
    *((5.820, -73.030), (5.826, -73.040), (5.835, -73.025), (5.828, -73.020)),
    *((5.815, -73.035), (5.840, -73.035), (5.822, -73.045), (5.832, -73.032)),
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FILE.exists() or not CITY.exists(), reason="the shared portfolio is not at hand"),
]


def run(folder: Path, *words: str) -> dict[str, Any]:
    answer = CliRunner().invoke(office, [*words, "--data", str(folder), "--json"])
    assert answer.exit_code == 0, answer.output
    told: dict[str, Any] = json.loads(answer.stdout)
    return told


@pytest.mark.parametrize(("pack", "assigned"), [("demo", 800), ("co", 380)])
def test_a_week_for_eight_agents_visits_who_may_be_visited_and_answers_for_every_account(
    tmp_path: Path, pack: str, assigned: int
) -> None:
    folder = tmp_path / "office"
    initialise(config_from({}, folder), NOW)
    lender = ("--lender", "Crediboyacá", "--as-of", AS_OF.isoformat(), "--yes")
    rejected = ("--report", str(tmp_path / "rejected.csv"))
    run(folder, "import", "portfolio", str(FILE), *lender, "--policy", pack, *rejected)
    run(folder, "city", "add", str(CITY), "--name", "duitama")
    run(folder, "geocode", "--portfolio")
    engine = open_engine(f"sqlite:///{folder / 'office.db'}")
    with writing(engine) as connection:
        for number, (lat, lon) in enumerate(HOMES, 1):
            agents.add(connection, name=f"Gestor {number}", home_lat=lat, home_lon=lon)
    run(folder, "assign", "--as-of", AS_OF.isoformat())
    week = run(folder, "plan", "--week", MONDAY.isoformat())
    assert week["debtors"] >= assigned
    # Who is not visited in a week with room for all lies nowhere, or is not known where.
    assert week["visited_debtors"] >= 0.9 * week["debtors"]
    routes = [route for day in week["days"] for route in day["routes"]]
    assert all(route["certificate"]["bound"] >= route["certificate"]["value"] for route in routes)
    assert not any(route["approximate"] for route in routes)
    _everybody_once(engine)
    _each_day_in_one_direction(engine)
    for day in week["days"]:
        sent = publish(engine, day=date.fromisoformat(day["date"]), actor="nora", now=NOW)
        assert isinstance(sent, PublishReport), sent
    _every_account_answered(engine, week["visited_debtors"])
    engine.dispose()


def _seats(engine: Any) -> list[seats.Seat]:
    with reading(engine) as connection:
        debtors = [row.id for row in connection.execute(tables.debtors.select())]
        held = seats.of_debtors(connection, debtors, MONDAY, MONDAY + timedelta(days=6))
    return [seat for of_one in held.values() for seat in of_one]


def _everybody_once(engine: Any) -> None:
    visits = Counter(seat.debtor for seat in _seats(engine) if seat.sequence is not None)
    assert set(visits.values()) == {1}
    assert all(str(seat.why) for seat in _seats(engine))


def _each_day_in_one_direction(engine: Any) -> None:
    """Two stops of one day lie nearer to each other than two of the same agent's week, on the average."""
    with reading(engine) as connection:
        rows = connection.execute(
            tables.stops.select()
            .add_columns(tables.routes.c.agent_id, tables.routes.c.date)
            .join(tables.routes)
            .where(tables.stops.c.sequence.is_not(None))
        ).all()
    same: list[float] = []
    other: list[float] = []
    for row in rows[::3]:
        for beside in rows[::7]:
            if row.agent_id == beside.agent_id and row.id != beside.id:
                far = haversine_m(row.lat, row.lon, beside.lat, beside.lon)
                (same if row.date == beside.date else other).append(far)
    assert sum(same) / len(same) < 0.8 * sum(other) / len(other)


def _every_account_answered(engine: Any, visited: int) -> None:
    with reading(engine) as connection:
        debtors = [row.id for row in connection.execute(tables.debtors.select())]
        owners = accounts.of_debtors(connection, debtors)
        found = answers(connection, owners, MONDAY, MONDAY + timedelta(days=6), now=NOW)
    assert len(found) == len(owners) > 2900
    assert all(str(one.because) for one in found.values())
    assert len({one.debtor for one in found.values() if one.visits}) == visited
    # Nobody is told to plan what is planned.
    assert not [one for one in found.values() if "ningún día de esa semana" in str(one.because)]
