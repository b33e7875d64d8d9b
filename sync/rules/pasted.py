"""Decides which place a pasted text means: coordinates, a map's link or a Plus Code. Asks no network.

Plus Codes are read by Google's `openlocationcode`; a short one ("RXQ8+WV") needs a place near by.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from openlocationcode import openlocationcode as plus_codes

from ..words import N_
from .geo import haversine_m

LONGEST = 600
UNREAD = N_("No se entiende como un lugar: pegue coordenadas, un enlace de mapa o un Plus Code.")
_NUMBER = r"[-+]?\d{1,3}(?:[.,]\d{1,9})?"
_PAIR = re.compile(rf"^\(?\s*({_NUMBER})\s*°?\s*([NSns]?)\s*[,;\s]\s*({_NUMBER})\s*°?\s*([EWOewo]?)\s*\)?$")
_DEGREES = re.compile(
    r"(\d{1,3})\s*[°º]\s*(?:(\d{1,2})\s*['’′]\s*)?(?:(\d{1,2}(?:[.,]\d{1,3})?)\s*(?:\"|”|″|'')\s*)?([NSEWO])",
    re.IGNORECASE,
)
_IN_PATH = re.compile(rf"@({_NUMBER}),({_NUMBER})")
_PINNED = re.compile(rf"!3d({_NUMBER})!4d({_NUMBER})")
_CODE = re.compile(r"[2-9CFGHJMPQRVWX]{2,8}\+[2-9CFGHJMPQRVWX]{2,7}", re.IGNORECASE)
_QUERIES = ("q", "query", "ll", "destination", "daddr", "center")
_NEGATIVE = frozenset("SWOswo")


@dataclass(frozen=True)
class Pasted:
    """A place as written, in degrees; `error_m` is half the diagonal of a Plus Code's cell, else None."""

    lat: float
    lon: float
    error_m: float | None = None


def pasted(text: str, near: tuple[float, float] | None = None) -> Pasted | None:
    """The place that the text means, else None. `near` (lat, lon) completes a short Plus Code."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        return None
    if "://" in text or text.lower().startswith("geo:"):
        return _linked(text)
    return _pair(text) or _degrees(text) or _coded(text, near)


def _linked(text: str) -> Pasted | None:
    """The pin of a link first, then what it asks for, then where its map is centred."""
    parts = urlsplit(text)
    if parts.scheme.lower() == "geo":
        return _pair(parts.path.split(";")[0])
    asked = parse_qs(parts.query)
    path = unquote(parts.path)
    for pattern in (_PINNED, _IN_PATH):
        if (found := pattern.search(path)) is not None:
            return _place(_number(found[1]), _number(found[2]))
    written = [value.removeprefix("loc:") for name in _QUERIES for value in asked.get(name, [])]
    written += [parts.fragment.removeprefix("map=").split("/", 1)[-1].replace("/", ",")]
    return next((place for one in written if (place := _pair(one) or _coded(one, None)) is not None), None)


def _pair(text: str) -> Pasted | None:
    """Two numbers. A comma stands for decimals only where something else parts the two."""
    found = _PAIR.match(text.strip())
    if found is None or ("," in found[1] and "." in found[3]):
        return None
    lat, lon = _number(found[1]), _number(found[3])
    if found[2] and found[2] in _NEGATIVE:
        lat = -abs(lat)
    if found[4] and found[4] in _NEGATIVE:
        lon = -abs(lon)
    return _place(lat, lon)


def _degrees(text: str) -> Pasted | None:
    """Degrees, minutes and seconds, with N or S for the one and E, W or O (oeste) for the other."""
    read = {}
    for degrees, minutes, seconds, side in _DEGREES.findall(text):
        value = int(degrees) + int(minutes or 0) / 60 + _number(seconds or "0") / 3600
        side = side.upper()
        read["lat" if side in "NS" else "lon"] = -value if side in "SWO" else value
    return _place(read["lat"], read["lon"]) if len(read) == 2 else None


def _coded(text: str, near: tuple[float, float] | None) -> Pasted | None:
    found = _CODE.search(text.upper())
    if found is None:
        return None
    code = found[0]
    if plus_codes.isShort(code) and near is not None:
        code = plus_codes.recoverNearest(code, *near)
    if not plus_codes.isFull(code):
        return None
    cell = plus_codes.decode(code)
    across = haversine_m(cell.latitudeLo, cell.longitudeLo, cell.latitudeHi, cell.longitudeHi)
    return Pasted(round(cell.latitudeCenter, 6), round(cell.longitudeCenter, 6), round(across / 2, 1))


def _place(lat: float, lon: float) -> Pasted | None:
    """None for what is no place on the earth, and for 0, 0, which is a receiver's way to say nothing."""
    there = math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180
    return Pasted(lat, lon) if there and (lat, lon) != (0.0, 0.0) else None


def _number(text: str) -> float:
    return float(text.replace(",", "."))
