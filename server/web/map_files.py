"""Makes of a map one HTML file that needs nothing else: to send, and to open with no network. Draws no map.

What the pages load is put inside, with the tiles of the streets around; the file's own policy lets it ask
nobody for anything, so that who opens it tells nobody.
"""

from __future__ import annotations

import base64
import math
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from pmtiles.reader import MmapSource, Reader

from sync.look import asset_text
from sync.look.states import STATES, symbol

from . import here
from .maps import Point, drawing, localised, may_be_enlarged
from .tiles import Ground

FIRST_ZOOM, LAST_ZOOM = 9, 14
MOST_TILES = 150
AROUND = 0.006  # degrees: some 600 m beyond the last stop
LOADED = re.compile(r'<script src="([^"]+)"></script>')
STYLED = re.compile(r'<link rel="stylesheet" href="([^"]+)"\s*/>')
# Pictures of controls that are not drawn.
PICTURE = re.compile(r"url\((?![\"']?(?:data:|#))[^)]*\)")
# Leaflet makes its own pin of every marker before it gets its sign: of nothing then.
NOTHING = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
NO_PICTURES = (
    "L.Icon.Default.imagePath='';L.Icon.Default.mergeOptions("
    f"{{iconUrl:'{NOTHING}',iconRetinaUrl:'{NOTHING}',shadowUrl:'{NOTHING}'}});"
)
# The library says no types.
READER: Any = Reader
SOURCE: Any = MmapSource
SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


@dataclass(frozen=True)
class Line:
    """One line of the list beside the map; `clock` is the hour of arrival, "" where there is none."""

    number: int
    name: str
    where: str
    clock: str
    sign: str


def file_of(
    points: Sequence[Point],
    lines: Sequence[Line],
    *,
    ground: Ground,
    line: Sequence[tuple[float, float]],
    depot: tuple[float, float] | None,
    language: str,
    title: str,
) -> str:
    """The whole page."""
    around = [(one.lat, one.lon) for one in points] + list(line) + ([depot] if depot else [])
    tiles = {"tiles": _tiles(ground, around)} if ground.city else {}
    page = drawing(points, ground=ground, line=line, depot=depot, tiles=tiles).get_root().render()
    page = localised(may_be_enlarged(page))
    page = page.replace("</body>", f"{_sheet(lines, title)}\n</body>", 1)
    page = LOADED.sub(lambda found: f"<script>{_text(found[1])}</script>", page)
    page = page.replace("</head>", f"<script>{NO_PICTURES}</script></head>", 1)
    page = STYLED.sub(lambda found: f"<style>{_text(found[1])}</style>", page)
    nonce = secrets.token_urlsafe(16)
    for tag in ("script", "style"):
        page = page.replace(f"<{tag}>", f'<{tag} nonce="{nonce}">')
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    head = (
        f'<head>\n<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,">'
    )
    page = page.replace("<head>", head, 1)
    return page.replace("<html>", f'<html lang="{escape(language)}" class="saved">', 1)


def _sheet(lines: Sequence[Line], title: str) -> str:
    rows = "".join(
        f"<li><strong>{one.number}. {escape(one.name)}</strong> {escape(one.clock)}"
        f"<span>{escape(one.where)}</span></li>"
        for one in lines
    )
    signs = "".join(
        f"<li>{symbol(state, 18)} {escape(_(STATES[state].label))}</li>"
        for state in STATES
        if any(one.sign == state for one in lines)
    )
    return (
        f'<details class="saved-sheet" open><summary>{escape(title)}</summary>'
        f"<ol>{rows}</ol><ul>{signs}</ul></details>"
    )


def _text(url: str) -> str:
    """What is behind an address of ours."""
    path = url.partition("?")[0]
    shelf, _slash, name = path.lstrip("/").partition("/")
    if shelf == "look":
        text = asset_text(name)
    else:
        text = (Path(current_app.static_folder or "") / name).read_text(encoding="utf-8")
    if "</script" in text or "</style" in text:
        raise ValueError(f"{path} cannot stand inside a page")
    return PICTURE.sub("none", text) if path.endswith(".css") else SOURCE_MAP.sub("", text)


def _tiles(ground: Ground, around: Sequence[tuple[float, float]]) -> dict[str, str]:
    """The tiles around these places, packed as they lie in the file; where they are many, not the nearest."""
    if ground.city is None or not around:
        return {}
    found: dict[str, str] = {}
    with ground.city.file(here.office().config.data).open("rb") as file:
        reader = READER(SOURCE(file))
        for zoom in range(FIRST_ZOOM, LAST_ZOOM + 1):
            wanted = list(_touched(around, zoom))
            if len(found) + len(wanted) > MOST_TILES:
                break
            for column, row in wanted:
                tile = reader.get(zoom, column, row)
                if tile is not None:
                    found[f"{zoom}/{column}/{row}"] = base64.b64encode(tile).decode("ascii")
    return found


def _touched(around: Sequence[tuple[float, float]], zoom: int) -> Iterator[tuple[int, int]]:
    lats, lons = [lat for lat, _lon in around], [lon for _lat, lon in around]
    west, north = _square(max(lats) + AROUND, min(lons) - AROUND, zoom)
    east, south = _square(min(lats) - AROUND, max(lons) + AROUND, zoom)
    yield from ((column, row) for column in range(west, east + 1) for row in range(north, south + 1))


def _square(lat: float, lon: float, zoom: int) -> tuple[int, int]:
    """The column and row of the tile that a place lies in."""
    turned = math.asinh(math.tan(math.radians(lat)))
    return int((lon / 360 + 0.5) * 2**zoom), int((0.5 - turned / (2 * math.pi)) * 2**zoom)
