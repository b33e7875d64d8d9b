"""The office with a letterhead, made once and copied for each test: migrating takes longer than most tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from server.store import tables as t
from server.store.engine import open_engine, writing
from tests.office.builders import World

from .world import office

OfficeOf = Callable[..., World]


@pytest.fixture(scope="session")
def _mould(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Path]:
    folder = tmp_path_factory.mktemp("mould")
    made = office(folder)
    made.engine.dispose()
    return made, folder


@pytest.fixture
def office_of(_mould: tuple[World, Path], tmp_path: Path) -> Iterator[OfficeOf]:
    """An office of one's own in a folder, its accounts under a pack."""
    opened: list[World] = []

    def make(folder: Path = tmp_path, pack: str = "demo") -> World:
        made, source = _mould
        shutil.copytree(source, folder, dirs_exist_ok=True)
        world = replace(made, engine=open_engine(f"sqlite:///{folder / 'office.db'}"))
        opened.append(world)
        if pack != "demo":
            with writing(world.engine) as connection:
                connection.execute(update(t.accounts).values(pack=pack))
        return world

    yield make
    for world in opened:
        world.engine.dispose()


@pytest.fixture
def world(office_of: OfficeOf) -> World:
    return office_of()
