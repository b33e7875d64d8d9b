"""A small office with two laptops' ledgers, for the tests of the chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sync.keys import OFFICE, Keyring, PublicKey, SigningKey, signing_key
from sync.ledger import (
    ZERO,
    Checkpoint,
    Clock,
    Entry,
    Head,
    Receipt,
    sign_checkpoint,
    sign_receipt,
    write_entry,
)

NOON = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
EPOCH = "0198c0de-0000-4000-8000-00000000e90c"
ANA = "0a11ce00-0000-4000-8000-000000000001"
BETO = "0be70000-0000-4000-8000-000000000002"
OFFICE_KEY = signing_key(bytes(range(32)))


def office_ring(key: SigningKey = OFFICE_KEY) -> Keyring:
    return Keyring((PublicKey(key.public, OFFICE, "office", NOON - timedelta(days=30)),))


def event_id(n: int, owner: str = ANA) -> str:
    return f"01970000-0000-7000-8000-{owner[:4]}{n:08x}"


def clock(n: int) -> Clock:
    wall = NOON + timedelta(minutes=n)
    return {
        "wall": wall.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "mono_ms": 60_000 * n,
        "boot": "b00t",
        "offset_ms": -12,
        "uncertainty_ms": 80,
    }


def a_chain(incarnation: str = ANA, length: int = 8, start: tuple[int, bytes] = (0, ZERO)) -> list[Entry]:
    """`length` visits, one minute apart; each note has Spanish letters so that bytes are not characters."""
    entries: list[Entry] = []
    first, previous = start
    for n in range(first + 1, first + 1 + length):
        entry = write_entry(
            incarnation=incarnation,
            n=n,
            previous=previous,
            id=event_id(n, incarnation),
            kind="visit.recorded",
            version=1,
            clock=clock(n),
            policy_version="demo-1",
            debtor=f"01970000-0000-7000-8000-0000000d{n:04x}",
            accounts=[f"01970000-0000-7000-8000-0000000a{n:04x}"],
            body={"note": f"Pagará el día {n}, señor Núñez", "amount": "1500.00"},
            salt=bytes([n]) * 16,
        )
        entries.append(entry)
        previous = entry.h
    return entries


def receipt(head: Head, minutes: int = 0, key: SigningKey = OFFICE_KEY) -> Receipt:
    return sign_receipt(
        key,
        device="laptop",
        head=head,
        feed_number=40,
        epoch=EPOCH,
        server_time=NOON + timedelta(minutes=minutes),
    )


def checkpoint(
    heads: list[Head], day: int = 21, previous: Checkpoint | None = None, key: SigningKey = OFFICE_KEY
) -> Checkpoint:
    return sign_checkpoint(
        key,
        day=date(2026, 11, day),
        epoch=EPOCH,
        heads=heads,
        previous=previous,
        signed_at=datetime(2026, 11, day, 23, tzinfo=UTC),
    )


@dataclass
class World:
    """Ana made 8 events, the office receipted 3 and 6; Beto made 4, all under the day's checkpoint."""

    entries: list[Entry]
    receipts: list[Receipt]
    checkpoints: list[Checkpoint]
    keys: Keyring


def a_world() -> World:
    ana, beto = a_chain(ANA, 8), a_chain(BETO, 4)
    first = checkpoint([ana[1].head, beto[0].head], day=20)
    second = checkpoint([ana[5].head, beto[3].head], day=21, previous=first)
    return World(
        [*ana, *beto], [receipt(ana[2].head), receipt(ana[5].head, 5)], [first, second], office_ring()
    )
