"""How travel on a city's roads is turned into what a day takes, per profile. Fits nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from . import offices

SETTING = "calibrations"


def get(connection: Connection, city: str, profile: str) -> dict[str, Any] | None:
    """{constant_s, factor, source, legs, day, off_s, off_share} of a city by its slug; None: never fitted."""
    held = offices.get(connection, SETTING) or {}
    found: dict[str, Any] | None = held.get(city, {}).get(profile)
    return found


def put(connection: Connection, city: str, profile: str, fitted: dict[str, Any]) -> None:
    held = dict(offices.get(connection, SETTING) or {})
    held[city] = dict(held.get(city, {})) | {profile: fitted}
    offices.put(connection, SETTING, held)
