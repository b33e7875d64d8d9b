"""A pytest plugin that stops a run which does not test the copy it was started in. Knows no mutant."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

FOLDER = "RONDA_TEETH"
# Not one of pytest's own exit codes: a run that stopped here is not one that failed.
ELSEWHERE = 9


def pytest_configure() -> None:
    folder = Path(os.environ[FOLDER]).resolve()
    for name in ("sync", "server", "field_client", "tests"):
        spec = find_spec(name)
        origin = spec.origin if spec is not None else None
        if origin is None or folder not in Path(origin).resolve().parents:
            pytest.exit(f"{name} is imported from {origin}, not from {folder}", returncode=ELSEWHERE)
