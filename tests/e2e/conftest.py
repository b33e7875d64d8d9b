"""The office and the laptop of these tests, made once and copied for each that changes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from .villages import Portable, Village, enrol, lay_out, make_village


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Village:
    """The office in the morning: portfolio imported, people hired. Copy it before changing it."""
    return make_village(tmp_path_factory.mktemp("village"), datetime.now(UTC))


@pytest.fixture(scope="session")
def published(village: Village, tmp_path_factory: pytest.TempPathFactory) -> Village:
    """The same office with the day assigned, planned and published."""
    copied = village.copied(tmp_path_factory.mktemp("published"))
    lay_out(copied, datetime.now(UTC))
    return copied


@pytest.fixture(scope="session")
def received(published: Village, tmp_path_factory: pytest.TempPathFactory) -> Portable:
    """Rosalba's laptop with her day on it. Copy its folder before changing it."""
    folder = tmp_path_factory.mktemp("laptop") / "laptop"
    return enrol(published, folder, "rosalba", datetime.now(UTC)).cheaper()
