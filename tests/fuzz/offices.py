"""An office's door in this process and a laptop enrolled at it, for tests that throw things at the door."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from server.config import Config
from server.enrolling import issue_code
from server.office import Office
from server.store import tables as t
from server.store.engine import open_engine, reading
from server.web import api
from tests.office.builders import NOW, Laptop, World, enrolled, quick_engine, small_world

# What a request that was refused must not have added to.
KEPT = (t.events, t.applied, t.visits, t.promises, t.contacts, t.facts, t.receipts, t.incarnations, t.devices)


@dataclass
class Door:
    """The laptops' door, the office behind it, and Ana's laptop in front of it."""

    app: Flask
    world: World
    laptop: Laptop

    def post(self, path: str, data: bytes, **headers: str) -> TestResponse:
        given = {"Content-Type": "application/json", "Authorization": self.laptop.authorization}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.app.test_client().post(path, data=data, headers=given)

    def kept(self) -> dict[str, int]:
        """How many rows the tables hold that a push can add to."""
        with reading(self.world.engine) as connection:
            counts = [select(func.count()).select_from(table).scalar_subquery() for table in KEPT]
            row = connection.execute(select(*counts)).one()
        return dict(zip((table.name for table in KEPT), row, strict=True))

    def new_code(self) -> str:
        return issue_code(self.world.engine, self.world.agents["Ana"], actor="cli", now=NOW)

    def events_of(self) -> list[dict[str, Any]]:
        return self.world.rows(t.events, t.events.c.incarnation == self.laptop.incarnation)


def open_door(folder: Path, empty_office: Path) -> Door:
    shutil.copytree(empty_office, folder, dirs_exist_ok=True)
    engine = open_engine(f"sqlite:///{folder / 'office.db'}")
    world = small_world(engine)
    office = Office(Config(folder, str(engine.url)), engine, world.signer, world.recovery_public, "secret")
    app = api.create(office, clock=lambda: NOW, testing=True, limited=False)
    return Door(app, world, enrolled(world))


def migrated(folder: Path) -> Path:
    """A folder with a migrated, empty database, to copy."""
    quick_engine(folder).dispose()
    return folder
