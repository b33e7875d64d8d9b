"""Travel by a real `osrm-routed` over HTTP, on a town made by hand; and what happens when it is down."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from click.testing import CliRunner

from bench import osrm_server
from server.assigning import AssignmentReport, assign
from server.commands.plan import plan as plan_command
from server.config import Config, config_from
from server.office import initialise
from server.planning import PlanReport, plan
from server.roads.building import build
from server.roads.contracted import NEVER, CityRoads
from server.roads.great_circle import GreatCircle
from server.roads.network import load
from server.roads.osrm import NoRouter, Osrm
from server.roads.picking import provider, roads_of
from server.store.engine import open_engine

from .debts import AS_OF, DAY, NOW, World
from .town import corner, write_town


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server, on programs out of PyPI's wheel."""
    folder = tmp_path_factory.mktemp("osrm")
    try:
        home = osrm_server.programs()
        base = osrm_server.prepare(write_town(folder / "town.osm.pbf"), folder / "made", home=home)
    except osrm_server.NoOsrm as wrong:
        pytest.skip(f"OSRM cannot be had here: {wrong}")
    with osrm_server.served(base, home=home) as url:
        yield url


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    initialise(config_from({}, tmp_path / "office"), NOW)
    engine = open_engine(f"sqlite:///{tmp_path / 'office' / 'office.db'}")
    yield World(engine)
    engine.dispose()


def config(tmp_path: Path, url: str) -> Config:
    return config_from({"RONDA_OSRM_URL": url}, tmp_path / "office")


def nobody_there() -> str:
    """An address where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_its_table_agrees_with_our_own_roads_also_in_several_requests(address: str, tmp_path: Path) -> None:
    build(write_town(tmp_path / "town.osm.pbf"), tmp_path / "roads.npz")
    ours = CityRoads(load(tmp_path / "roads.npz", "car"))
    rng = np.random.default_rng(5)
    points = [corner(float(row), float(column)) for row, column in rng.uniform(0, 6, (130, 2))]
    seconds, metres = Osrm(address).table(points, points[:70])
    free, lengths = ours.table(points, points[:70])
    assert seconds.shape == (130, 70)
    assert (seconds < NEVER).all()
    assert np.median(np.abs(metres - lengths)) < 20
    # Turns cost time there; nothing is quicker than the free way by more than rounding.
    assert np.median(seconds - free) >= 0
    whole = Osrm(address).table(points[:40], points[:40])[0]
    assert (whole == seconds[:40, :40]).all()


def test_points_off_the_roads_are_not_routed(address: str) -> None:
    osrm = Osrm(address)
    near, far = corner(2, 2), corner(2, -12)
    snapped = osrm.snap([near, far])
    assert snapped[0].point is not None
    assert (snapped[1].point, snapped[1].why) == (None, "away")
    assert snapped[1].moved_m == pytest.approx(1330, abs=40)
    assert osrm.nearest(far).moved_m == pytest.approx(1330, abs=40)
    seconds, metres = osrm.table([near, far], [near, far])
    assert seconds[0, 0] == 0
    assert seconds[0, 1] == seconds[1, 0] == metres[1, 1] == NEVER


def test_the_line_follows_the_streets(address: str) -> None:
    line = Osrm(address).geometry([corner(0, 0), corner(3, 3), corner(6, 0)])
    assert line[0] == pytest.approx(corner(0, 0), abs=1e-5)
    assert line[-1] == pytest.approx(corner(6, 0), abs=1e-5)
    assert len(line) > 6
    assert Osrm(address).geometry([corner(0, 0)]) == []


def test_its_data_name_the_plan(address: str) -> None:
    said = Osrm(address).fingerprint()
    assert said.startswith("osrm ")
    assert said.endswith("car measured")
    assert said != Osrm(address, "motorcycle").fingerprint()


def test_an_office_with_osrm_plans_on_it(address: str, tmp_path: Path, world: World) -> None:
    ways = roads_of(config(tmp_path, address), world.engine)
    world.agent("Rosa", home=corner(0, 0))
    world.debtor("Ana", at=corner(3, 3))
    given = assign(world.engine, as_of=AS_OF, actor="cli", now=NOW, roads=ways)
    assert isinstance(given, AssignmentReport), given
    report = plan(world.engine, day=DAY, actor="cli", now=NOW, iterations=60, workers=1, roads=ways)
    assert isinstance(report, PlanReport), report
    (route,) = report.routes
    assert route.roads.startswith("osrm ")
    assert not route.approximate
    # For who walks that server says nothing: he is planned as if there were none.
    assert isinstance(provider(config(tmp_path, address), world.engine, "foot"), GreatCircle)


def test_a_server_that_is_down_is_said_and_left_aside_only_when_told(tmp_path: Path, world: World) -> None:
    world.agent("Rosa", home=corner(0, 0))
    world.debtor("Ana", at=corner(3, 3))
    given = assign(world.engine, as_of=AS_OF, actor="cli", now=NOW)
    assert isinstance(given, AssignmentReport), given
    asked = ["--data", str(tmp_path / "office"), "--date", DAY.isoformat()]
    environ = {"RONDA_OSRM_URL": nobody_there()}
    refused = CliRunner().invoke(plan_command, asked, env=environ)
    assert refused.exit_code == 1
    assert "cannot be used" in refused.output
    assert "--fallback" in refused.output
    planned = CliRunner().invoke(plan_command, [*asked, "--fallback"], env=environ)
    assert planned.exit_code == 0, planned.output
    assert "approximate" in planned.output


class Strange(http.server.BaseHTTPRequestHandler):
    """Something else that listens where OSRM was thought to be."""

    answers: ClassVar[dict[str, tuple[int, bytes]]] = {
        "page": (200, b"<html>router login</html>"),
        "other": (200, b'{"ok": true}'),
        "moved": (302, b""),
        "list": (200, b"[]"),
        "broken": (500, b""),
    }

    def do_GET(self) -> None:
        status, body = self.answers[self.path.split("/")[1]]
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_given: object) -> None:
        pass


@pytest.fixture(scope="module")
def strange() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Strange)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("kind", sorted(Strange.answers))
def test_who_answers_and_is_not_osrm_is_found_out(strange: str, kind: str) -> None:
    with pytest.raises(NoRouter, match="RONDA_OSRM_URL"):
        Osrm(f"{strange}/{kind}").table([corner(0, 0)], [corner(1, 1)])


def test_a_server_that_never_answers_is_not_waited_for() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(NoRouter, match="cannot be used"):
            Osrm(url, timeout_s=0.3).snap([corner(0, 0)])
