"""Makes every draw of the program come from one seed: ids, salts and keys. Knows no laptop and no office."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import uuid_utils

from sync.keys import SigningKey, signing_key


class Chance:
    """One source of chance, set anew before every step, so that a step does the same wherever it stands."""

    def __init__(self, seed: object) -> None:
        self.random = random.Random(str(seed))
        self.made = 0

    def reseed(self, seed: object) -> None:
        self.random.seed(str(seed))

    def _uuid(self, high: int, version: int) -> str:
        low = self.random.getrandbits(62)
        return str(UUID(int=high << 80 | version << 76 | self.random.getrandbits(12) << 64 | 2 << 62 | low))

    def uuid4(self) -> str:
        return self._uuid(self.random.getrandbits(48), 4)

    def uuid7(self) -> str:
        """Rising like the real ones, by a count in the place of the time."""
        self.made += 1
        return self._uuid(0x019A_0000_0000 + self.made, 7)

    def bytes(self, size: int | None = None) -> bytes:
        return self.random.randbytes(size or 32)

    def hex(self, size: int | None = None) -> str:
        return self.bytes(size).hex()

    def signing_key(self) -> SigningKey:
        return signing_key(self.bytes(32))


@contextmanager
def ruled_by(chance: Chance) -> Iterator[Chance]:
    """Within the block the program draws from `chance`."""
    drawn = {
        (uuid_utils, "uuid4"): chance.uuid4,
        (uuid_utils, "uuid7"): chance.uuid7,
        (secrets, "token_bytes"): chance.bytes,
        (secrets, "token_hex"): chance.hex,
        (secrets, "choice"): chance.random.choice,
    }
    before = {place: getattr(*place) for place in drawn}
    try:
        for place, draw in drawn.items():
            setattr(*place, draw)
        yield chance
    finally:
        for place, draw in before.items():
            setattr(*place, draw)
