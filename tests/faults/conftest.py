"""The shim, compiled once, and an empty office to copy from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.office.builders import quick_engine

from . import shim as shims


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shims.build(tmp_path_factory.mktemp("shim"))


@pytest.fixture(scope="session")
def empty_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a migrated, empty database."""
    folder = tmp_path_factory.mktemp("empty")
    quick_engine(folder).dispose()
    return folder
