"""A person's word on where an address is: a point, an alternative, or that the point found is good."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.records import Precision, Refused
from sync.words import N_, Phrase

from .. import publishing
from ..doors import ERROR_M, UNSURE_M
from ..store import facts, placings
from ..store.boards import geocoding as board
from ..store.boards.geocoding import Asked
from ..store.engine import writing
from ..store.placings import Placing, Recording
from ..store.scopes import Scope

# A person who drags a point to a door is right within a house or two; who accepts one saw its block.
POINTED_M, ACCEPTED_M = 20.0, 75.0
POINTED = N_("Lo puso {actor} en el mapa")
ACCEPTED = N_("{actor} dio por bueno el punto")


@dataclass(frozen=True)
class Decided:
    """How many addresses were decided, and how many debtors can be planned now that could not before."""

    addresses: int
    routable: int


def asked(**more: Any) -> Asked:
    return Asked({precision.value: metres for precision, metres in ERROR_M.items()}, UNSURE_M, **more)


def point(
    engine: Engine, address_id: str, lat: float, lon: float, *, scope: Scope, actor: str, now: datetime
) -> Decided | Refused:
    """Put an address where a person says. Raises LookupError for one that is not in scope."""
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        text = N_("Escriba una latitud entre -90 y 90 y una longitud entre -180 y 180.")
        return Refused(Phrase(text), "geocoding.point")
    with writing(engine) as connection:
        row = board.one(connection, scope, asked(), address_id)
        if row is None:
            raise LookupError(address_id)
        made = Placing(
            address_id,
            round(lat, 7),
            round(lon, 7),
            Precision.DOOR.value,
            POINTED_M,
            "desk",
            Phrase(POINTED, {"actor": actor}),
            "desk",
        )
        return _keep(connection, [(row, made)], actor, now)


def accept(
    engine: Engine, address_ids: Collection[str], *, scope: Scope, actor: str, now: datetime
) -> Decided | Refused:
    """Say that the points found for these addresses are good enough to go to; those without one stay."""
    with writing(engine) as connection:
        rows = [board.one(connection, scope, asked(), address_id) for address_id in address_ids]
        good = [row for row in rows if row is not None and row["lat"] is not None]
        if not good:
            text = N_("Elija al menos una dirección que tenga un punto en el mapa.")
            return Refused(Phrase(text), "geocoding.nothing")
        why = Phrase(ACCEPTED, {"actor": actor})
        made = [
            Placing(
                row["id"],
                row["lat"],
                row["lon"],
                _at_least_block(row["precision"]),
                min(row["within_m"], ACCEPTED_M),
                "desk",
                why,
                "desk",
            )
            for row in good
        ]
        return _keep(connection, list(zip(good, made, strict=True)), actor, now)


def _at_least_block(precision: str) -> str:
    return Precision.DOOR.value if precision == Precision.DOOR.value else Precision.BLOCK.value


def _keep(
    connection: Connection, decided: list[tuple[Mapping[str, Any], Placing]], actor: str, now: datetime
) -> Decided:
    by = Recording(actor, now.date(), now)
    moved = placings.put(connection, (made for _, made in decided), by)
    publishing.refresh_debtors(connection, moved, now)
    for row, made in decided:
        facts.append(
            connection,
            "address.placed",
            as_of=by.as_of,
            now=now,
            actor=actor,
            subject=row["debtor_id"],
            payload={"address": row["id"], "was": row["source"], "error_m": made.error_m},
        )
    before = {row["debtor_id"] for row, _ in decided if row["lat"] is None or row["within_m"] > UNSURE_M}
    return Decided(len(decided), len(before))
