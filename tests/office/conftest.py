"""The small world, made once and copied for each test: migrating takes longer than most tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.store.engine import open_engine

from .builders import Laptop, World, enrolled, quick_engine, small_world


@pytest.fixture(scope="session")
def empty_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a migrated, empty database, its write-ahead log included."""
    folder = tmp_path_factory.mktemp("empty")
    quick_engine(folder).dispose()
    return folder


@pytest.fixture
def world(tmp_path: Path, empty_office: Path) -> Iterator[World]:
    shutil.copytree(empty_office, tmp_path, dirs_exist_ok=True)
    engine = open_engine(f"sqlite:///{tmp_path / 'office.db'}")
    yield small_world(engine)
    engine.dispose()


@pytest.fixture
def laptop(world: World) -> Laptop:
    """Ana's."""
    return enrolled(world)
