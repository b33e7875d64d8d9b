"""A pair whose office still has its private recovery key, and what both sides do with files."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from field_client.carrying import carry
from server.store.tables import devices
from server.taking_in import TakenIn, take_in
from sync.sealing import new_recovery_key
from tests.laptop.builders import StandingClock
from tests.laptop.pairs import Pair, enrolled_pair
from tests.office.builders import NOW, quick_engine, small_world


@dataclass
class Keyed:
    """Ana's laptop, her office, and the recovery key that is kept in the office's safe."""

    pair: Pair
    private: X25519PrivateKey
    folder: Path

    @property
    def device(self) -> str:
        [row] = self.pair.world.rows(devices)
        return str(row["id"])

    def carried(self, name: str = "cola.ronda") -> bytes:
        """The queue file as the laptop writes it now."""
        return carry(self.pair.store, self.folder / name, self.pair.clock.read()).path.read_bytes()

    def taken(self, data: bytes, opening: str | None = None) -> TakenIn:
        world = self.pair.world
        return take_in(
            world.engine,
            world.signer,
            self.private,
            data,
            actor="nora",
            now=self.pair.clock.now,
            opening=opening,
        )


def new_keyed(folder: Path, office_template: Path) -> Keyed:
    shutil.copytree(office_template, folder / "office")
    world = small_world(quick_engine(folder / "office"))
    private = new_recovery_key()
    world.recovery_public = private.public_key().public_bytes_raw()
    pair = enrolled_pair(folder / "laptop", world, StandingClock(now=NOW), "Ana")
    pair.exchange()
    return Keyed(pair, private, folder)
