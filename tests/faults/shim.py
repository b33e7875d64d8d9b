"""Builds the disk shim and reads what it logged. Knows no database."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("shim.c")
HEAD = struct.Struct("<cHqI")


@dataclass(frozen=True)
class Op:
    """One thing the program asked of its disk, in the order it asked."""

    kind: str  # W write, T truncate, S sync, U unlink, R rename, C created
    path: str
    offset: int
    data: bytes


def build(folder: Path) -> Path:
    """The shim as a library; skips the test where it cannot be compiled."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not sys.platform.startswith("linux") or compiler is None:
        pytest.skip("the disk shim needs Linux and a C compiler (cc or gcc)")
    library = folder / "shim.so"
    flags = ["-shared", "-fPIC", "-O2", "-Wall", "-Werror"]
    subprocess.run([compiler, *flags, "-o", str(library), str(SOURCE), "-ldl", "-lpthread"], check=True)
    return library


def preloaded(
    library: Path, folder: Path, *, log: Path | None = None, switch: Path | None = None
) -> dict[str, str]:
    """The environment of a program whose files below `folder` are looked at."""
    environ = os.environ | {"LD_PRELOAD": str(library), "RONDA_SHIM_DIR": str(folder)}
    if log is not None:
        environ |= {"RONDA_SHIM_LOG": str(log)}
    if switch is not None:
        environ |= {"RONDA_SHIM_SWITCH": str(switch)}
    return environ


def read_log(log: Path) -> Iterator[Op]:
    with log.open("rb") as file:
        while head := file.read(HEAD.size):
            kind, path_len, offset, length = HEAD.unpack(head)
            path = file.read(path_len).decode()
            yield Op(kind.decode(), path, offset, file.read(length))
