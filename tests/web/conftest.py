"""The named office for page tests: one that is only looked at, and a fresh one to change. Knows no page."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import config_from
from server.office import open_office
from server.web import session

from .worlds import CHEAP_ARGON2, World, log_in, make_world

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Hashes that cost next to nothing: dozens of people come in here. One test uses the real cost."""
    with pytest.MonkeyPatch.context() as patch:
        options = {f"argon2__{name}": value for name, value in CHEAP_ARGON2.items()}
        patch.setitem(session.SETTINGS, "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS", options)
        yield


@pytest.fixture(scope="session")
def _mould(tmp_path_factory: pytest.TempPathFactory, _cheap_passwords: None) -> World:
    """The office as it is made, to copy from."""
    made = make_world(tmp_path_factory.mktemp("mould") / "office")
    made.office.engine.dispose()
    return made


def _copy(mould: World, folder: Path) -> World:
    shutil.copytree(mould.office.config.data, folder)
    return replace(mould, office=open_office(config_from({}, folder)))


@pytest.fixture(scope="module")
def copied(_mould: World, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], World]:
    """Makes an office of a module's own, to add to."""
    return lambda name: _copy(_mould, tmp_path_factory.mktemp(name) / "office")


@pytest.fixture(scope="session")
def seen(_mould: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An office nobody changes."""
    world = _copy(_mould, tmp_path_factory.mktemp("seen") / "office")
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
def world(_mould: World, tmp_path: Path) -> Iterator[World]:
    """An office of one's own, to change."""
    made = _copy(_mould, tmp_path / "office")
    yield made
    made.office.engine.dispose()


@pytest.fixture
def app(world: World) -> Flask:
    return world.app()
