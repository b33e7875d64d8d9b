"""A seeded laptop and an empty office, made once and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from field_client import folder as folders
from tests.office.builders import quick_engine

from .builders import PASSPHRASE, Laptop, StandingClock, build
from .keyed import Keyed, new_keyed
from .pairs import Pair, new_pair


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Laptop:
    """The small world's laptop, closed."""
    laptop = build(tmp_path_factory.mktemp("seeded") / "laptop")
    laptop.store.close()
    return laptop


@pytest.fixture
def laptop(seeded: Laptop, tmp_path: Path) -> Iterator[Laptop]:
    """Carlos's laptop with Monday received, open."""
    folder = tmp_path / "laptop"
    shutil.copytree(seeded.folder, folder)
    store = folders.open_laptop(folder, PASSPHRASE)
    yield Laptop(folder, store, StandingClock(), seeded.office, seeded.incarnation, seeded.device)
    store.close()


@pytest.fixture(scope="session")
def office_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    quick_engine(folder).dispose()
    return folder


@pytest.fixture
def pair(tmp_path: Path, office_template: Path) -> Iterator[Pair]:
    """Ana's laptop and her office."""
    made = new_pair(tmp_path, office_template)
    yield made
    made.store.close()
    made.world.engine.dispose()


@pytest.fixture
def keyed(tmp_path: Path, office_template: Path) -> Iterator[Keyed]:
    """The same with the office's recovery key at hand."""
    made = new_keyed(tmp_path, office_template)
    yield made
    made.pair.store.close()
    made.pair.world.engine.dispose()
