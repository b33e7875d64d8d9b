"""The office's door for each test, its migrated database made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .offices import Door, migrated, open_door


@pytest.fixture(scope="session")
def empty_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated(tmp_path_factory.mktemp("empty"))


@pytest.fixture
def door(tmp_path: Path, empty_office: Path) -> Iterator[Door]:
    made = open_door(tmp_path / "office", empty_office)
    yield made
    made.world.engine.dispose()
