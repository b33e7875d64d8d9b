"""Where addresses are: what was worked out, decided or seen for each, with its history. Knows no map."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from sync.ids import new_id
from sync.words import Phrase

from .chunks import chunks, fetch, write
from .said import phrase_of
from .tables import addresses, placings

OPEN = (addresses.c.until.is_(None), addresses.c.state == "accepted")
# Of an address: what the rest of the office reads of its coordinates.
SPOT = ("lat", "lon", "precision", "error_m", "source")
# Coordinates that came with the address itself: nobody has written them into its history yet.
CAME = ("", "file", "field")


@dataclass(frozen=True)
class Placing:
    """A place for an address. `kept` is the word that the address itself carries as its source."""

    address: str
    lat: float | None
    lon: float | None
    precision: str
    error_m: float | None
    source: str
    why: Phrase
    kept: str
    visits: int = 0


@dataclass(frozen=True)
class Recording:
    """Who places, and when."""

    actor: str
    as_of: date
    now: datetime


def standing(connection: Connection) -> list[RowMapping]:
    """Every address in force, with its coordinates."""
    query = select(addresses).where(*OPEN).order_by(addresses.c.id)
    return list(connection.execute(query).mappings())


def put(connection: Connection, found: Iterable[Placing], by: Recording) -> list[str]:
    """Let these stand from now on; what stood before is history. Answers with the debtors concerned.

    An address that was closed meanwhile is left alone.
    """
    wanted = {one.address: one for one in found}
    rows = fetch(connection, wanted, lambda ids: select(addresses).where(addresses.c.id.in_(ids), *OPEN))
    for ids in chunks([row["id"] for row in rows]):
        told = placings.c.address_id.in_(ids) & placings.c.state.in_(("current", "doubt"))
        connection.execute(update(placings).where(told).values(state="past"))
    made = [_as_it_came(row, by) for row in rows if row["source"] in CAME and row["lat"] is not None]
    made += [_row(wanted[row["id"]], "current", by) for row in rows]
    write(connection, insert(placings), made)
    if rows:
        values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in SPOT}
        connection.execute(
            update(addresses).where(addresses.c.id == bindparam("which")).values(**values),
            [_spot(wanted[row["id"]]) | {"which": row["id"]} for row in rows],
        )
    return sorted({row["debtor_id"] for row in rows})


def doubt(connection: Connection, found: Iterable[Placing], by: Recording) -> int:
    """Keep another place beside the one that stands, once; how many are new."""
    wanted = {one.address: one for one in found}
    known = {
        row["address_id"]
        for row in fetch(
            connection,
            wanted,
            lambda ids: select(placings.c.address_id).where(
                placings.c.address_id.in_(ids), placings.c.state == "doubt"
            ),
        )
    }
    fresh = [_row(one, "doubt", by) for address, one in wanted.items() if address not in known]
    write(connection, insert(placings), fresh)
    return len(fresh)


def _row(one: Placing, state: str, by: Recording) -> dict[str, Any]:
    return {
        "id": new_id(),
        "address_id": one.address,
        "lat": one.lat,
        "lon": one.lon,
        "precision": one.precision,
        "error_m": one.error_m,
        "source": one.source,
        "why": one.why.stored(),
        "state": state,
        "visits": one.visits,
        "as_of": by.as_of,
        "recorded_at": by.now,
        "recorded_by": by.actor,
    }


def _as_it_came(row: RowMapping, by: Recording) -> dict[str, Any]:
    """The coordinates an address came with, a lender's or a collector's, before others take their place."""
    source = "lender" if row["source"] == "file" else row["source"]
    said = Placing(
        row["id"], row["lat"], row["lon"], row["precision"], row["error_m"], source, Phrase(""), row["source"]
    )
    return _row(said, "past", by)


def _spot(one: Placing) -> dict[str, Any]:
    values = (one.lat, one.lon, one.precision, one.error_m, one.kept)
    return {f"to_{name}": value for name, value in zip(SPOT, values, strict=True)}


def history(connection: Connection, address_id: str) -> list[dict[str, Any]]:
    """Every place this address had, the latest first; `why` is a Phrase."""
    query = (
        select(placings)
        .where(placings.c.address_id == address_id)
        .order_by(placings.c.recorded_at.desc(), placings.c.id.desc())
    )
    return [dict(row) | {"why": phrase_of(row["why"])} for row in connection.execute(query).mappings()]
