"""An office as `ronda office serve` serves it, with a small world in it. Checks nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from server.config import Config
from server.demo.processes import Server
from server.office import initialise
from server.store.engine import open_engine
from tests.office.builders import World, small_world


@dataclass
class RealOffice:
    """The folder of an office, its world, and the environment its process reads."""

    config: Config
    world: World

    def server(self, log: Path, port: int = 0, **environ: str) -> Server:
        """Its process, not started."""
        said = {"RONDA_DATA": str(self.config.data), "RONDA_DATABASE_URL": self.config.database_url}
        return Server(["office", "serve", "--port", str(port)], os.environ | said | environ, log)


def make_office(folder: Path) -> RealOffice:
    config = Config(data=folder, database_url=f"sqlite:///{folder / 'office.db'}")
    initialise(config, datetime.now(UTC))
    world = small_world(open_engine(config.database_url))
    (config.keys / "signing.pem").write_bytes(world.signer.pem())
    return RealOffice(config, world)
