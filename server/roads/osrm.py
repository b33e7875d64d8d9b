"""Travel by the operator's own OSRM over HTTP: tables and lines in batches. Starts no server.

`osrm-routed` answers tables of 100 places unless it was started with more; larger ones are put together.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, build_opener

import numpy as np

from . import Point, Snapped, Whole
from .contracted import NEVER
from .network import SNAP_M

BLOCK = 50  # so many from and so many to: 100 places a request
AT_ONCE = 4
TIMEOUT_S = 20.0
MOST_ANSWER = 64 * 2**20
# The names that OSRM's own profiles go by; the server answers the one it was made for.
NAMES = {"car": "driving", "motorcycle": "driving", "foot": "walking"}


class NoRouter(RuntimeError):
    """OSRM did not give an answer that can be used; the message says what to do."""


class _Stay(HTTPRedirectHandler):
    """The operator named this address and no other."""

    def redirect_request(self, *_given: Any, **_named: Any) -> None:
        return None


@dataclass(frozen=True)
class Osrm:
    """`MatrixProvider` of one profile at one address (`http://host:port`). Raises NoRouter."""

    url: str
    profile: str = "car"
    timeout_s: float = TIMEOUT_S

    @property
    def approximate(self) -> bool:
        return False

    def snap(self, points: Sequence[Point]) -> list[Snapped]:
        """Each on its nearest road; None further than 300 m away."""
        if not points:
            return []
        pieces = [points[at : at + 2 * BLOCK - 1] for at in range(0, len(points), 2 * BLOCK - 1)]
        found: list[Snapped] = []
        for answer in self._all([self._table_path(piece, [piece[0]]) for piece in pieces]):
            for place in answer["sources"]:
                lon, lat = place["location"]
                moved = float(place["distance"])
                near = moved <= SNAP_M
                found.append(Snapped((lat, lon) if near else None, moved, "" if near else "away"))
        return found

    def table(self, sources: Sequence[Point], targets: Sequence[Point]) -> tuple[Whole, Whole]:
        """Whole seconds and metres, as OSRM's profile has them; `NEVER` where there is no way or no road."""
        seconds = np.full((len(sources), len(targets)), NEVER, np.int64)
        metres = seconds.copy()
        blocks = [
            (row, column) for row in range(0, len(sources), BLOCK) for column in range(0, len(targets), BLOCK)
        ]
        asked = [
            self._table_path(sources[row : row + BLOCK], targets[column : column + BLOCK])
            for row, column in blocks
        ]
        for (row, column), answer in zip(blocks, self._all(asked), strict=True):
            far = np.array([place["distance"] > SNAP_M for place in answer["sources"]])[:, None]
            out = far | np.array([place["distance"] > SNAP_M for place in answer["destinations"]])[None, :]
            for whole, name in ((seconds, "durations"), (metres, "distances")):
                piece = np.array(answer[name], dtype=float)
                told = np.where(np.isnan(piece) | out, NEVER, np.rint(np.nan_to_num(piece)))
                whole[row : row + BLOCK, column : column + BLOCK] = told.astype(np.int64)
        return seconds, metres

    def geometry(self, sequence: Sequence[Point]) -> list[Point]:
        """The roads from point to point, as a line."""
        line: list[Point] = []
        for at in range(0, max(len(sequence) - 1, 0), 2 * BLOCK - 1):
            piece = sequence[at : at + 2 * BLOCK]
            path = f"route/v1/{NAMES[self.profile]}/{_places(piece)}?overview=full&geometries=geojson"
            answer = self._ask(path)
            line += [(lat, lon) for lon, lat in answer["routes"][0]["geometry"]["coordinates"]]
        return line

    def nearest(self, point: Point) -> Snapped:
        """One point on its nearest road, however far that is."""
        answer = self._ask(f"nearest/v1/{NAMES[self.profile]}/{_places([point])}?number=1")
        lon, lat = answer["waypoints"][0]["location"]
        return Snapped((lat, lon), float(answer["waypoints"][0]["distance"]))

    def fingerprint(self) -> str:
        """The server and the version of its data, where it was made with one (`--data_version`)."""
        asked = self._ask(f"nearest/v1/{NAMES[self.profile]}/0,0?number=1")
        version = asked.get("data_version") or "unversioned"
        return f"osrm {sha256(self.url.encode()).hexdigest()[:8]} {self.profile} {version}"

    def _table_path(self, sources: Sequence[Point], targets: Sequence[Point]) -> str:
        first = ";".join(map(str, range(len(sources))))
        last = ";".join(map(str, range(len(sources), len(sources) + len(targets))))
        return (
            f"table/v1/{NAMES[self.profile]}/{_places([*sources, *targets])}"
            f"?annotations=duration,distance&sources={first}&destinations={last}"
        )

    def _all(self, paths: Sequence[str]) -> list[dict[str, Any]]:
        if len(paths) < 2:
            return [self._ask(path) for path in paths]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(self._ask, paths))

    def _ask(self, path: str) -> dict[str, Any]:
        opener = build_opener(ProxyHandler({}), _Stay())
        try:
            with opener.open(f"{self.url}/{path}", timeout=self.timeout_s) as reply:
                said = reply.read(MOST_ANSWER + 1)
            answer: Any = json.loads(said) if len(said) <= MOST_ANSWER else {}
        except HTTPError as wrong:
            with wrong:
                raise self._down(_reason(wrong)) from wrong
        except (OSError, ValueError, http.client.HTTPException) as wrong:
            raise self._down(str(getattr(wrong, "reason", wrong)) or type(wrong).__name__) from wrong
        if not isinstance(answer, dict) or answer.get("code") != "Ok":
            raise self._down("its answer is not OSRM's")
        return answer

    def _down(self, why: str) -> NoRouter:
        return NoRouter(
            f"OSRM at {self.url} cannot be used ({why[:160]}): start it, correct RONDA_OSRM_URL, "
            "or plan on the city's own roads with --fallback"
        )


def _places(points: Sequence[Point]) -> str:
    return ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in points)


def _reason(wrong: HTTPError) -> str:
    try:
        said = json.loads(wrong.read(2**16))
        return f"{said['code']}: {said['message']}"
    except (OSError, ValueError, KeyError, TypeError):
        return f"HTTP {wrong.code}"
