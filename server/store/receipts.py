"""What the office signed: the receipts it gave laptops and its daily checkpoints. Knows no signature."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from sync.ids import new_id
from sync.ledger import Checkpoint, Receipt

from . import chunks, prepared
from .tables import checkpoints, receipts


def add(connection: Connection, receipt: Receipt, head_signature: bytes) -> None:
    row = {
        "id": new_id(),
        "device_id": receipt.device,
        "incarnation": receipt.incarnation,
        "n": receipt.n,
        "h": receipt.h,
        "feed_number": receipt.feed_number,
        "epoch": receipt.epoch,
        "server_time": receipt.server_time,
        "key_id": receipt.key_id,
        "signature": receipt.signature,
        "head_signature": head_signature,
    }
    chunks.append(connection, receipts, [row])


def of_incarnation(connection: Connection, incarnation: str) -> list[dict[str, Any]]:
    """Every receipt given for a chain, oldest first."""
    query = select(receipts).where(receipts.c.incarnation == incarnation)
    return [dict(row) for row in connection.execute(query.order_by(receipts.c.server_time)).mappings()]


def checkpoint_days(connection: Connection) -> list[date]:
    return list(connection.execute(select(checkpoints.c.day).order_by(checkpoints.c.day)).scalars())


def last_checkpoint(connection: Connection) -> Checkpoint | None:
    """The newest checkpoint, with its heads."""
    said = prepared.scalar(connection, _LAST_CHECKPOINT)
    return None if said is None else Checkpoint.from_json(said)


_LAST_CHECKPOINT = select(checkpoints.c.heads).order_by(checkpoints.c.day.desc()).limit(1)


def add_checkpoint(connection: Connection, checkpoint: Checkpoint) -> bool:
    """False when that day has one already: two requests may both be the first of a day.

    The column `heads` holds the whole signed statement; the others repeat what is looked for.
    """
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(checkpoints).values(
        day=checkpoint.day,
        heads=checkpoint.to_json(),
        digest=checkpoint.digest.hex(),
        key_id=checkpoint.key_id,
        signature=checkpoint.signature,
        signed_at=checkpoint.signed_at,
    )
    statement = statement.on_conflict_do_nothing(index_elements=["day"])
    return connection.execute(statement.returning(checkpoints.c.day)).first() is not None


def key_of(connection: Connection, incarnation: str, n: int, feed_number: int) -> str | None:
    """Which key signed this receipt of ours; of several, the latest."""
    query = (
        select(receipts.c.key_id)
        .where(
            receipts.c.incarnation == incarnation, receipts.c.n == n, receipts.c.feed_number == feed_number
        )
        .order_by(receipts.c.server_time.desc())
        .limit(1)
    )
    return connection.execute(query).scalar()
