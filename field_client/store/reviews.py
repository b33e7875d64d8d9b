"""When the file of each debtor was looked at on this laptop, so that a visit can say so. Kept a month."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from sync.wire.fields import instant, parse_instant

KEPT = timedelta(days=30)
# Who looked at a file longer ago than this went without looking.
COUNTS = timedelta(hours=24)


def looked(db: Database, debtor: str, now: datetime) -> None:
    """The file is open before the collector now. A second look within the minute says nothing new."""
    minute = instant(now.replace(second=0, microsecond=0))
    db.execute("INSERT OR IGNORE INTO reviews (debtor, at) VALUES (?, ?)", [debtor, minute])
    db.execute("DELETE FROM reviews WHERE at < ?", [instant(now - KEPT)])


def last_before(db: Database, debtor: str, start: datetime) -> datetime | None:
    """The last look before a visit began, if it was on the same day or the evening before."""
    found = db.query(
        "SELECT max(at) AS at FROM reviews WHERE debtor = ? AND at <= ?", [debtor, instant(start)]
    )
    at = next((row["at"] for row in found), None)
    if at is None:
        return None
    looked_at = parse_instant(at)
    return looked_at if start - looked_at <= COUNTS else None
