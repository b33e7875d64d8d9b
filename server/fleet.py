"""Judges how a laptop does from what the office knows of it: which signs to show, worst first. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sync.words import N_

# The oldest program that this office still answers in full.
MINIMUM = (0, 1, 0)
SKEWED = timedelta(minutes=2)
SILENT = timedelta(days=3)

# code → (words, tone), in the order of what to look at first.
SIGNS: Mapping[str, tuple[str, str]] = {
    "wiping": (N_("Borrado ordenado"), "warn"),
    "wiped": (N_("Borrado"), "neutral"),
    "revoked": (N_("De baja"), "neutral"),
    "fork": (N_("Bifurcado"), "bad"),
    "quarantined": (N_("En cuarentena"), "bad"),
    "closed": (N_("Cerrado por plazo"), "bad"),
    "outdated": (N_("Programa viejo"), "warn"),
    "skewed": (N_("Reloj corrido"), "warn"),
    "silent": (N_("Sin contacto"), "warn"),
    "pending": (N_("Con pendientes"), "info"),
    "attachments": (N_("Adjuntos por llegar"), "info"),
    "unsealed": (N_("Sin clave de recuperación"), "warn"),
    "well": (N_("Al día"), "good"),
}
_VERSION = re.compile(r"^ronda/(\d+)\.(\d+)\.(\d+)")


def version_of(client: str) -> tuple[int, ...] | None:
    """The program's version out of `ronda/0.1.0`; None for a client that is not ours."""
    found = _VERSION.match(client)
    return None if found is None else tuple(int(part) for part in found.groups())


def signs(row: Mapping[str, Any], now: datetime) -> list[str]:
    """The codes of SIGNS that hold for a row of the fleet. One that is out of use shows only that."""
    if row["wiped_at"] is not None:
        return ["wiped"]
    if row["revoked_at"] is not None:
        return ["wiping", "revoked"] if row["wipe_ordered_at"] is not None else ["revoked"]
    seen, version, skew = row["last_seen"], version_of(row["client"]), row["offset_ms"] or 0
    held = {
        "fork": row["forks"] > 0,
        "quarantined": row["quarantined"] > 0,
        "closed": row["lease_until"] is not None and row["lease_until"] <= now,
        "outdated": version is not None and version < MINIMUM,
        "skewed": abs(skew) > SKEWED.total_seconds() * 1000,
        "silent": seen is not None and now - seen > SILENT,
        "pending": bool(row["pending"]),
        "attachments": row["attachments"] > 0,
        "unsealed": not row["sealed"],
    }
    return [code for code in SIGNS if held.get(code)] or ["well"]


def judged(rows: Sequence[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """The rows with their signs."""
    return [row | {"signs": signs(row, now)} for row in rows]


def chosen(rows: Sequence[dict[str, Any]], *, words: str = "", sign: str = "") -> list[dict[str, Any]]:
    """Those of a collector or laptop whose name holds the words, and that show the sign."""
    wanted = words.strip().casefold()
    return [
        row
        for row in rows
        if (not sign or sign in row["signs"])
        and (not wanted or wanted in f"{row['agent_name']} {row['name']} {row['id']}".casefold())
    ]
