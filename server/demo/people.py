"""The demo's staff: who works the portfolio of Villa Ronda, from where and when. Knows no password."""

from __future__ import annotations

import random
from typing import Any

from .debtors import branch_of
from .town import Town, TownAddress

COLLECTORS = (
    ("Rosalba Cely Niño", "rosalba"),
    ("Wilson Tibaduiza Parra", "wilson"),
    ("Nubia Fonseca Rojas", "nubia"),
    ("Efraín Socha Camargo", "efrain"),
    ("Yaneth Orduz Pedraza", "yaneth"),
    ("Hernán Velandia Ruiz", "hernan"),
)
OFFICE = (
    ("Patricia Guarín Mesa", "patricia", "coordinator"),
    ("Óscar Leguizamón Páez", "oscar", "supervisor"),
    ("Mercedes Avella Torres", "mercedes", "manager"),
    ("Ruth Barrera Higuera", "ruth", "compliance"),
    ("Camilo Molano Suárez", "camilo", "telephone"),
    ("Sonia Estupiñán Vega", "sonia", "administrator"),
)
SHIFT = ("08:00", "17:00")


def demo_people(town: Town) -> list[dict[str, Any]]:
    """Six collectors, one per zone and living in it, then the office; `role` is a `UserRole` value."""
    rng = random.Random(f"people {town.seed}")  # noqa: S311 - made-up data must be repeatable, not unguessable
    people: list[dict[str, Any]] = []
    for (name, username), zone in zip(COLLECTORS, town.zones, strict=True):
        home = _home_in(rng, town, zone)
        people.append(
            {
                "name": name,
                "username": username,
                "role": "collector",
                "zone": zone,
                "branch": branch_of(town, zone),
                "home": home.text,
                "home_lat": home.lat,
                "home_lon": home.lon,
                "shift_start": SHIFT[0],
                "shift_end": SHIFT[1],
            }
        )
    people.extend({"name": name, "username": username, "role": role} for name, username, role in OFFICE)
    return people


def _home_in(rng: random.Random, town: Town, zone: str) -> TownAddress:
    while (home := town.address(rng)).zone != zone or home.is_vereda:
        pass
    return home
