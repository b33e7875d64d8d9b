"""The named office for page tests: one that is only looked at, and a fresh one to change. Knows no page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from .worlds import World, log_in, make_world

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An office nobody changes."""
    world = make_world(tmp_path_factory.mktemp("seen"))
    yield world
    world.office.engine.dispose()


@pytest.fixture(scope="session")
def seen_app(seen: World) -> Flask:
    return seen.app()


@pytest.fixture(scope="session")
def reader(seen_app: Flask) -> ClientOf:
    """A logged-in client of a person of the office nobody changes; each person logs in once."""
    clients: dict[str, FlaskClient] = {}

    def client_of(username: str) -> FlaskClient:
        if username not in clients:
            clients[username] = log_in(seen_app, username)
        return clients[username]

    return client_of


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An office of one's own, to change."""
    made = make_world(tmp_path / "office")
    yield made
    made.office.engine.dispose()


@pytest.fixture
def app(world: World) -> Flask:
    return world.app()
