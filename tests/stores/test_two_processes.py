"""Two processes of one office on SQLite: who reads and then writes holds the lock from the beginning."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sqlcipher3

from server.store import offices
from server.store.engine import open_engine, writing

TURNS = 150
COUNT = """
import sys
from server.store import offices
from server.store.engine import open_engine, writing
engine = open_engine(sys.argv[1])
for turn in range(int(sys.argv[2])):
    with writing(engine) as connection:
        offices.put(connection, "counted", offices.get(connection, "counted") + 1)
"""


def test_who_begins_to_write_keeps_other_processes_out_before_he_has_read_a_word(
    empty_sqlite: Path, tmp_path: Path
) -> None:
    (tmp_path / "office.db").write_bytes(empty_sqlite.read_bytes())
    engine = open_engine(f"sqlite:///{tmp_path / 'office.db'}")
    other = sqlcipher3.connect(str(tmp_path / "office.db"), timeout=0, isolation_level=None)
    with writing(engine), pytest.raises(sqlcipher3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")  # the control: alone it may
    other.close()
    engine.dispose()


def test_two_processes_that_read_and_then_write_lose_nothing(empty_sqlite: Path, tmp_path: Path) -> None:
    (tmp_path / "office.db").write_bytes(empty_sqlite.read_bytes())
    url = f"sqlite:///{tmp_path / 'office.db'}"
    engine = open_engine(url)
    with writing(engine) as connection:
        offices.put(connection, "counted", 0)
    engine.dispose()
    command = [sys.executable, "-c", COUNT, url, str(TURNS)]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [one.communicate()[1] for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    with writing(engine) as connection:
        assert offices.get(connection, "counted") == 2 * TURNS
    engine.dispose()
