"""Changes the office's signing key: the old key vouches for the new one, then signs no more. Knows no page.

Laptops learn the new key from a reply and trust it because the old one signed it. A server that runs
meanwhile takes the new key up at its next request.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from sync.keys import OFFICE, PublicKey, SigningKey, endorse, new_signing_key

from . import certifying
from .backup_folder import write_durably
from .enrolling import keyring_of
from .office import NEXT_SIGNING, Office, finish_rotation
from .store import devices, facts, offices
from .store.engine import reading, writing

# A request that is under way when the key changes may be answered with either; both must hold for it.
OVERLAP = timedelta(minutes=5)
GRACE = timedelta(days=1)
# The first version whose laptops take new keys from a reply.
FOLLOWS_KEYS = (0, 2, 0)


class LaptopsBehind(RuntimeError):
    """Some laptops could not follow; `names` are theirs."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(
            f"{len(names)} laptop(s) run a version that cannot learn a new key and would refuse the office's "
            f"receipts: {', '.join(names[:5])}. Update them first, or say --even-so and enrol them again."
        )


@dataclass(frozen=True)
class Rotated:
    """The key that signs from now on, the one before it and when that one ends."""

    new: PublicKey
    old: str
    old_ends: datetime


def rotate(
    office: Office, now: datetime, *, actor: str, grace: timedelta = GRACE, even_so: bool = False
) -> Rotated:
    """Raises LaptopsBehind unless `even_so`. Cut off, it is finished when the office is next opened."""
    finish_rotation(office.config, office.engine)
    old = office.signer
    behind = [] if even_so else laptops_behind(office.engine)
    if behind:
        raise LaptopsBehind(behind)
    signer = new_signing_key()
    write_durably(office.config.keys / NEXT_SIGNING, signer.pem())
    with writing(office.engine) as connection:
        held = keyring_of(connection).find(old.id, OFFICE)
        since = now - OVERLAP if held is None else max(now - OVERLAP, held.valid_from)
        # The signed words carry milliseconds; a key's beginning must not lie between two of them.
        since += timedelta(microseconds=-since.microsecond % 1000)
        owner = str(offices.get(connection, "id"))
        new = endorse(old, PublicKey(signer.public, OFFICE, owner, since))
        offices.add_signing_key(
            connection,
            new.id,
            new.public,
            new.valid_from,
            endorsed_by=new.endorsed_by,
            endorsement=new.endorsement,
        )
        offices.retire_signing_key(connection, old.id, now + grace)
        facts.append(
            connection,
            "keys.rotated",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=new.id,
            payload={"old": old.id},
        )
    finish_rotation(office.config, office.engine)
    said = certifying.announced(office.engine)
    if said is not None:
        certifying.say_again(office, said.pins, now)
    return Rotated(new, old.id, now + grace)


def laptops_behind(engine: Engine) -> list[str]:
    """The laptops in use whose version cannot learn a new key."""
    with reading(engine) as connection:
        rows = devices.listed(connection)
    return [
        f"{row['agent_name']} ({row['client']})"
        for row in rows
        if row["revoked_at"] is None and version_of(row["client"]) < FOLLOWS_KEYS
    ]


def version_of(client: str) -> tuple[int, ...]:
    """The numbers of `ronda/0.2.0`; none for anything else, which is older than everything."""
    name, _, numbers = client.partition("/")
    parts = numbers.split(".")
    if name != "ronda" or not all(part.isdecimal() for part in parts):
        return ()
    return tuple(int(part) for part in parts)


def listed(engine: Engine, signer: SigningKey, now: datetime) -> list[dict[str, Any]]:
    """Every signing key the office ever had, oldest first, and which one signs."""
    with reading(engine) as connection:
        keys = keyring_of(connection).keys
    return [key.to_json() | {"signs": key.id == signer.id, "valid": key.active(now)} for key in keys]
