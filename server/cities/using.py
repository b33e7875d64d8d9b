"""Which city the office works on, and whether its portfolio lies there at all. Makes no package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from ..store import extents, facts, offices
from ..store.engine import reading, writing
from .announcing import announce, withdraw
from .package import City, find, listed

SETTING = "city"
# A house beyond the last street of the extract is still in the city.
MARGIN = 0.05
FEW = 0.5


class UnknownCity(RuntimeError):
    """The office works on a city whose package is not on this machine; the message says what to do."""


@dataclass(frozen=True)
class Fit:
    """How many of the places the office knows (addresses and agents' homes) lie in a city."""

    inside: int
    located: int

    @property
    def elsewhere(self) -> bool:
        """The portfolio is known to be somewhere else altogether."""
        return self.located > 0 and self.inside == 0

    @property
    def few(self) -> bool:
        return self.located > 0 and self.inside < FEW * self.located

    def said(self, city: City) -> str:
        """What to tell of it; nothing where most lie inside."""
        if not self.few:
            return ""
        return (
            f"{self.inside} of the {self.located} places that this office knows lie in {city.name}: "
            "the extract may be of another city"
        )


def fit(engine: Engine, city: City) -> Fit:
    """Compare the city's box with the located addresses and the agents' homes."""
    west, south, east, north = city.bounds
    box = (west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN)
    with reading(engine) as connection:
        return Fit(*extents.inside(connection, box))


def use(engine: Engine, folder: Path, name: str, actor: str, now: datetime) -> City:
    """From now on roads, addresses and maps are this city's. Raises WrongExtract for a name nobody added."""
    city = find(folder, name)
    with writing(engine) as connection:
        offices.put(connection, SETTING, city.slug)
        announce(
            connection,
            city.tiles_file,
            fingerprint=city.fingerprint,
            name=city.name,
            bounds=city.bounds,
            attribution=city.attribution,
            now=now,
        )
        payload = {"city": city.slug, "name": city.name, "fingerprint": city.fingerprint}
        facts.append(
            connection,
            "city.used",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=city.slug,
            payload=payload,
        )
    return city


def stop_using(engine: Engine, actor: str, now: datetime) -> None:
    """From now on the office works on no city: times are straight-line estimates again."""
    with writing(engine) as connection:
        offices.put(connection, SETTING, None)
        withdraw(connection, now)
        facts.append(
            connection, "city.unused", as_of=now.date(), now=now, actor=actor, subject="", payload={}
        )


def used(engine: Engine, folder: Path) -> City | None:
    """The city the office works on; None when it works on none, or its package is not on this machine."""
    slug = chosen(engine)
    return next((city for city in listed(folder) if city.slug == slug), None) if slug else None


def chosen(engine: Engine) -> str | None:
    """The slug of the city that was chosen, whether or not its package is here."""
    with reading(engine) as connection:
        value = offices.get(connection, SETTING)
    return str(value) if value else None
