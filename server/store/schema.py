"""Brings a database to the schema this program needs. Knows no row."""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from . import settling
from .engine import look_anew, reading, writing


class WrongSchema(RuntimeError):
    """The database is of another version; the message says what to do."""


def alembic_config() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(files("server.store") / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine) -> None:
    """Run every migration that is missing, in one transaction; then look at what the new indexes hold."""
    with writing(engine) as connection:
        upgrade_on(connection)
    look_anew(engine)


def upgrade_on(connection: Connection) -> None:
    """The same within the caller's transaction."""
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    settling.watch(connection)


def current(engine: Engine) -> str | None:
    """The revision the database is at; None for an empty one."""
    with reading(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The revision this program needs."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if head is None:
        raise WrongSchema("no migration found: the installation is incomplete; reinstall Ronda")
    return head


def require(engine: Engine) -> None:
    """Raise WrongSchema unless the database is at the newest revision."""
    found = current(engine)
    if found is None:
        raise WrongSchema("this database is empty; run `ronda office init` first")
    if found != newest():
        raise WrongSchema(
            f"this database is at schema {found} and this Ronda needs {newest()}; "
            "run `ronda office init` again to migrate it (make a backup before)"
        )
