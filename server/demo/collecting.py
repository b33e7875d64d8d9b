"""The collector's part of the demo: what he wrote on the paper sheet, typed into the laptop at night.

Works through `ronda field` alone: it sees no more than a collector's laptop shows.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .processes import DemoFailed, run

WANTED = 20
SERVICE = timedelta(minutes=8)
NOISE_DEGREES = (0.00013, -0.00021, 0.00008)  # some metres, as every measured position has
FAR_DEGREES = 0.02  # about 2.2 km of latitude: the visit that must be found far from its address
EARLY = timedelta(minutes=3)  # after the visit before began: the visit that must be found to overlap it
LONG = timedelta(minutes=30)  # both of those two: what is told from paper may be off by a quarter of an hour

# What came of each visit, in turn: who answered, the result, and what the result demands.
OUTCOMES: tuple[tuple[str, str], ...] = (
    ("TIT", "PTP"),
    ("NAD", "NAD"),
    ("TIT", "PTP"),
    ("FAM", "TEM"),
    ("TIT", "REC"),
    ("TIT", "PTP"),
    ("NAD", "CER"),
)
FAR_VISIT, OVERLAPPING_VISIT = 4, 7
# What the audit must see of a sheet that reaches these lines, by their place.
MUST_BE_FOUND = {"audit.far_from_address": FAR_VISIT, "audit.overlap": OVERLAPPING_VISIT}


class Laptop:
    """One laptop's folder and passphrase, driven by its commands."""

    def __init__(self, folder: Path, passphrase: str) -> None:
        self.folder = folder
        self.environ = {"RONDA_FIELD_DATA": str(folder), "RONDA_FIELD_PASSPHRASE": passphrase}

    def enrol(self, server: str, code: str) -> dict[str, Any]:
        return run(
            ["field", "enrol", "--server", server, "--code", code, "--name", "Portátil de demostración"],
            self.environ,
        )

    def sync(self) -> dict[str, Any]:
        return run(["field", "sync"], self.environ)

    def sync_fails(self) -> dict[str, Any]:
        """Try to sync while the office is stopped: it must say so and keep everything."""
        return run(["field", "sync"], self.environ, fails=True)

    def today(self, day: date) -> dict[str, Any]:
        return run(["field", "today", "--day", day.isoformat()], self.environ)

    def status(self) -> dict[str, Any]:
        return run(["field", "status"], self.environ)

    def save(self, visits: list[dict[str, Any]], file: Path) -> dict[str, Any]:
        """Type the sheet: one JSON object a line, as `ronda field visit --from` reads it."""
        file.write_text("".join(json.dumps(visit, ensure_ascii=False) + "\n" for visit in visits), "utf-8")
        return run(["field", "visit", "--from", str(file)], self.environ)


def paper_sheet(today: dict[str, Any], wanted: int = WANTED) -> list[dict[str, Any]]:
    """What the collector wrote that day: the first stops in order, then debtors who are not on the map."""
    planned = [stop for stop in today["stops"] if not stop["done"]]
    others = [stop for stop in today["left_out"] if not stop["stopped"]]
    chosen = (planned + others)[:wanted]
    if not chosen:
        raise DemoFailed("the laptop shows no debtor to visit")
    day, last = date.fromisoformat(today["date"]), None
    visits = []
    for place, stop in enumerate(chosen):
        start = _start(stop, day, last)
        if place == OVERLAPPING_VISIT and last is not None:
            start = last + EARLY
        visits.append(_visit(stop, place, start, day))
        last = start
    return visits


def _start(stop: dict[str, Any], day: date, last: datetime | None) -> datetime:
    """The planned hour; for a stop without one, a quarter of an hour after the one before."""
    if stop["eta"]:
        return datetime.fromisoformat(stop["eta"].replace("Z", "+00:00"))
    if last is not None:
        return last + timedelta(minutes=15)
    return datetime(day.year, day.month, day.day, 9, 0, tzinfo=ZoneInfo(stop["zone"]))


def _lasted(place: int) -> timedelta:
    return LONG if place in (OVERLAPPING_VISIT - 1, OVERLAPPING_VISIT) else SERVICE


def _visit(stop: dict[str, Any], place: int, start: datetime, day: date) -> dict[str, Any]:
    party, result = OUTCOMES[place % len(OUTCOMES)]
    visit: dict[str, Any] = {
        "stop": stop["stop"],
        "party": party,
        "happened": {
            "start": start.isoformat(),
            "end": (start + _lasted(place)).isoformat(),
            "known": "paper",
            "line": place + 1,
        },
        "results": [
            {
                "account": account["account"],
                "result": result,
                "detail": _detail(result, account, day, stop["zone"], start),
            }
            for account in stop["accounts"]
        ],
        "note": "Escrita de la hoja de ruta en papel",
    }
    if stop["lat"] is not None:
        away = FAR_DEGREES if place == FAR_VISIT else 0.0
        visit["location"] = {
            "source": "exif",
            "lat": stop["lat"] + away + NOISE_DEGREES[place % 3],
            "lon": stop["lon"] - NOISE_DEGREES[place % 2],
            "accuracy_m": 30.0,
        }
    return visit


def _detail(result: str, account: dict[str, Any], day: date, zone: str, start: datetime) -> dict[str, str]:
    if result == "PTP":
        half = (Decimal(account["overdue"]) / 2).quantize(Decimal(1))
        return {
            "amount": f"{max(half, Decimal(1))}",
            "due": (day + timedelta(days=7)).isoformat(),
            "channel": "bank",
            "place": "Corresponsal del barrio",
        }
    if result == "REC":
        return {"next_date": (day + timedelta(days=5)).isoformat()}
    if result == "TEM":
        return {"time_hint": "Después de las 5 de la tarde"}
    return {}
