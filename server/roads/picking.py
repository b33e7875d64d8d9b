"""Picks who computes travel: the operator's OSRM, else the city in use, else the great circle.

Never in silence: OSRM that is configured and down is an error, and so is a chosen city that is not here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from threading import Lock
from typing import ParamSpec, TypeVar

from sqlalchemy import Engine

from sync.records import Refused
from sync.words import N_, Phrase

from ..cities import City, UnknownCity, find
from ..cities.package import WrongExtract
from ..cities.using import chosen
from ..config import Config
from ..store import calibrations, estimates
from ..store.engine import reading
from . import MatrixProvider, Roads
from .classes import PROFILES
from .contracted import Calibration, CityRoads
from .great_circle import GreatCircle
from .network import Network, WrongRoads, load
from .osrm import NoRouter, Osrm
from .ridden import Learned, RiddenRoads

# Fitted on OSRM's car times in Porto Alegre (15.6 s + 1.10 t there, bench/city.py), with four seconds a leg
# more, so that a day of many legs does not overrun. The others were not measured: a motorcycle is
# taken to be as slow as a car, so that its days do not overrun; who walks loses a moment at each door.
DEFAULTS = {
    "car": Calibration(20.0, 1.1, "OSRM's car times in Porto Alegre"),
    "motorcycle": Calibration(20.0, 1.1, "not measured: the car's"),
    "foot": Calibration(20.0, 1.05, "not measured"),
}
_making = Lock()
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

# What can be wrong with roads that are configured; a plan is then refused, never made without them.
NO_ROADS = (NoRouter, WrongRoads, UnknownCity)


def said_of(wrong: Exception) -> Phrase:
    """What to tell the person who plans; `why` is the program's own English sentence."""
    if isinstance(wrong, NoRouter):
        text = N_(
            "El servidor de rutas (OSRM) no responde: inícielo, corrija RONDA_OSRM_URL o planifique sin él"
        )
    else:
        text = N_(
            "Las vías de la ciudad en uso faltan o están dañadas: agregue la ciudad de nuevo con "
            "«ronda office city add»"
        )
    return Phrase(text, {"why": str(wrong)})


def without_roads(code: str) -> Callable[[Callable[Asked, Answer]], Callable[Asked, Answer | Refused]]:
    """Answers a Refused with this code where the roads that are configured cannot be asked."""

    def answering(work: Callable[Asked, Answer]) -> Callable[Asked, Answer | Refused]:
        @wraps(work)
        def answer(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer | Refused:
            try:
                return work(*args, **kwargs)
            except NO_ROADS as wrong:
                return Refused(said_of(wrong), code)

        return answer

    return answering


def provider(
    config: Config, engine: Engine, profile: str = "motorcycle", *, fallback: bool = False
) -> MatrixProvider:
    """Who computes travel for a profile (`car`, `motorcycle`, `foot`). `fallback` leaves OSRM aside.

    Raises UnknownCity where the city that was chosen is not on this machine, WrongRoads where it is broken.
    """
    profile = profile if profile in PROFILES else "motorcycle"
    url = config.osrm.get(profile)
    if url and not fallback:
        return Osrm(url, profile)
    slug = chosen(engine)
    if slug is None:
        return GreatCircle()
    try:
        return of_city(engine, find(config.cities, slug), profile)
    except WrongExtract as wrong:
        raise UnknownCity(
            f"the office works on the city '{slug}', and its package is not in {config.cities}: add it again "
            "with `ronda office city add`, or use another with `ronda office city use`"
        ) from wrong


def roads_of(config: Config, engine: Engine, *, fallback: bool = False) -> Roads:
    """The provider by profile, with what was learned of its ways, for who plans several means of travel."""
    with reading(engine) as connection:
        held = estimates.accepted(connection)
    bare = bare_roads_of(config, engine, fallback=fallback)

    def of(profile: str) -> MatrixProvider:
        found = bare(profile)
        learned = Learned.of(held.learned, profile, found.fingerprint()) if held is not None else None
        return RiddenRoads(found, learned) if learned is not None else found

    return of


def bare_roads_of(config: Config, engine: Engine, *, fallback: bool = False) -> Roads:
    """The provider by profile, without what was learned of its ways."""

    def of(profile: str) -> MatrixProvider:
        return provider(config, engine, profile, fallback=fallback)

    return of


def of_city(engine: Engine, city: City, profile: str) -> CityRoads:
    """Travel on a city's own roads, with the calibration that holds for it."""
    return _roads(network_of(city, profile), calibration_of(engine, city, profile))


def calibration_of(engine: Engine, city: City, profile: str) -> Calibration:
    """What was fitted to this office's own legs, else the default."""
    with reading(engine) as connection:
        held = calibrations.get(connection, city.slug, profile)
    if held is None:
        return DEFAULTS[profile]
    return Calibration(held["constant_s"], held["factor"], held["source"])


def network_of(city: City, profile: str) -> Network:
    """The network, read once a process for as long as its file is the same."""
    seen = city.roads_file.stat()
    with _making:
        return _network(city.roads_file, profile, seen.st_mtime_ns, city.fingerprint)


@lru_cache(maxsize=6)
def _network(file: Path, profile: str, _changed: int, _fingerprint: str) -> Network:
    return load(file, profile)


def _roads(network: Network, calibration: Calibration) -> CityRoads:
    with _making:
        held = _ready.get((id(network), calibration))
        if held is None or held.network is not network:
            while len(_ready) >= 6:
                _ready.pop(next(iter(_ready)))
            held = _ready[id(network), calibration] = CityRoads(network, calibration)
        return held


_ready: dict[tuple[int, Calibration], CityRoads] = {}
