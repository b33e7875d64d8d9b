"""The ledger as an export hands it over: every link verbatim, in order, with what was signed about it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, RowMapping, select

from sync.ledger import Checkpoint, Entry, Erasure, Receipt, as_received

from .tables import checkpoints, erasures, events, receipts


def entries(connection: Connection) -> Iterator[Entry]:
    """Every link, by incarnation and n. What a revoked laptop sent is among them, for its heads are signed
    in the checkpoints: without it an honest export would look cut."""
    query = select(events).order_by(events.c.incarnation, events.c.n)
    for row in connection.execute(query.execution_options(yield_per=500)).mappings():
        yield entry(row)


def entry(row: RowMapping) -> Entry:
    """A row of `events` as the link it is."""
    return as_received(
        incarnation=row["incarnation"],
        n=row["n"],
        header=bytes(row["header"]),
        salt=None if row["salt"] is None else bytes(row["salt"]),
        body=None if row["body"] is None else bytes(row["body"]),
        body_digest=bytes(row["body_digest"]),
        h=bytes(row["h"]),
    )


def all_receipts(connection: Connection) -> Iterator[Receipt]:
    """Every receipt given, oldest first."""
    for row in connection.execute(select(receipts).order_by(receipts.c.server_time)).mappings():
        yield receipt(row)


def receipt(row: RowMapping) -> Receipt:
    """A row of `receipts` as it was signed."""
    return Receipt(
        device=row["device_id"],
        incarnation=row["incarnation"],
        n=row["n"],
        h=bytes(row["h"]),
        feed_number=row["feed_number"],
        epoch=row["epoch"],
        server_time=row["server_time"],
        key_id=row["key_id"],
        signature=bytes(row["signature"]),
    )


def all_checkpoints(connection: Connection) -> Iterator[Checkpoint]:
    for said in connection.execute(select(checkpoints.c.heads).order_by(checkpoints.c.day)).scalars():
        yield Checkpoint.from_json(said)


def all_erasures(connection: Connection) -> Iterator[Erasure]:
    for row in connection.execute(select(erasures).order_by(erasures.c.erased_at)).mappings():
        yield Erasure(
            id=row["event_id"],
            body_digest=bytes(row["body_digest"]),
            reason=row["reason"],
            erased_at=row["erased_at"],
            key_id=row["key_id"],
            signature=bytes(row["signature"]),
        )
