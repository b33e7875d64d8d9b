"""Makes the template of all runs once: an office with people, and its laptops enrolled; a run copies it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine

from field_client import enrolling as laptops
from field_client.store import keyring
from server import enrolling
from server.store.engine import open_engine
from tests.laptop.builders import CHEAP, PASSPHRASE, StandingClock
from tests.office import builders
from tests.office.builders import NOW, World, quick_engine, small_world

from .chance import Chance, ruled_by
from .laptop import Laptop, WildClock
from .office import NAMES, Office

# Two laptops for Ana: the same scope on two disks.
LAPTOPS = (("Ana's", "Ana"), ("Benito's", "Benito"), ("Ana's second", "Ana"), ("Celia's", "Celia"))


@dataclass(frozen=True)
class Carried:
    """An enrolled laptop of the template."""

    name: str
    agent: str
    folder: Path
    key: bytes
    device: str
    authorization: str


@dataclass(frozen=True)
class Template:
    """One engine serves all runs of a process: what SQLAlchemy has compiled once it need not again."""

    folder: Path
    world: World
    laptops: tuple[Carried, ...]
    engine: Engine

    def office(self) -> Office:
        folder = self.folder / "live"
        self.engine.dispose()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder / "office", folder)
        world = World(self.engine, self.world.signer, self.world.recovery_public, self.world.lender)
        world.imported = self.world.imported
        for name in NAMES:
            held = getattr(self.world, name)
            setattr(
                world, name, {key: list(one) if isinstance(one, list) else one for key, one in held.items()}
            )
        return Office(folder, world)

    def laptop(self, number: int, folder: Path) -> Laptop:
        made = self.laptops[number]
        shutil.copytree(made.folder, folder)
        clock = WildClock(NOW)
        return Laptop(made.name, made.agent, folder, made.key, made.device, made.authorization, clock)


def fast_folder() -> Path:
    """A folder in memory where the system has one: the model asks nothing of a disk."""
    memory = Path("/dev/shm")
    return Path(mkdtemp(prefix="ronda-model-", dir=memory if memory.is_dir() else None))


@dataclass
class _Door:
    """The peer of an enrolment."""

    world: World
    authorization: str = ""

    def enrol(self, request: dict[str, Any]) -> dict[str, Any]:
        world = self.world
        reply = enrolling.enrol(world.engine, world.signer, world.recovery_public, request, NOW)
        self.authorization = f"Bearer {reply['device']}.{reply['token']}"
        return reply

    def seal(self, request: dict[str, Any]) -> dict[str, Any]:
        device = enrolling.authenticate(self.world.engine, self.authorization)
        return enrolling.seal(self.world.engine, device, request, NOW)

    def sync(self, request: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError


@contextmanager
def template() -> Iterator[Template]:
    """The template in a folder of its own, gone afterwards."""
    folder = fast_folder()
    try:
        with ruled_by(Chance("template")) as chance:
            yield _built(folder, chance)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _built(folder: Path, chance: Chance) -> Template:
    (folder / "office").mkdir()
    engine = quick_engine(folder / "office")
    keys = (
        patch.object(builders, "new_signing_key", chance.signing_key),
        patch.object(laptops, "new_signing_key", chance.signing_key),
    )
    with keys[0], keys[1]:
        world = small_world(engine)
        world.add_agent("Celia", zone="norte")
        for debtor, agent in (("Pedro", "Benito"), ("Nora", "Celia")):
            world.add_debtor(debtor)
            world.assign(debtor, agent)
        made = tuple(_enrolled(world, folder, name, agent) for name, agent in LAPTOPS)
    _keep_keys(folder / "office" / "keys", world)
    engine.dispose()
    live = open_engine(f"sqlite:///{folder / 'live' / 'office.db'}")
    return Template(folder, world, made, live)


def _keep_keys(folder: Path, world: World) -> None:
    """As `ronda office init` leaves them; a backup without them is none."""
    folder.mkdir(mode=0o700)
    (folder / "signing.pem").write_bytes(world.signer.pem())
    (folder / "recovery.pub").write_bytes(world.recovery_public)
    (folder / "session.secret").write_text("secret")


def _enrolled(world: World, folder: Path, name: str, agent: str) -> Carried:
    door = _Door(world)
    code = enrolling.issue_code(world.engine, world.agents[agent], actor="cli", now=NOW)
    where = folder / name.replace("'", "").replace(" ", "-")
    done = laptops.enrol_with(
        where,
        door,
        server="http://127.0.0.1:9",
        code=code,
        passphrase=PASSPHRASE,
        clock=StandingClock(NOW),
        name=name,
        cost=CHEAP,
    )
    key = keyring.load(where, PASSPHRASE)
    return Carried(name, agent, where, key, done.device, door.authorization)


__all__ = ["Carried", "Template", "fast_folder", "template"]
