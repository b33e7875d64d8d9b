"""The classes of roads, who may use them and how fast they are taken. Reads nothing.

Speeds in km/h are those of a free road by class, near to OSRM's profiles; what traffic, turns and lights
add is the calibration's part (`a + b·t`).
"""

from __future__ import annotations

from enum import IntFlag


class Use(IntFlag):
    """Who may use an edge along its shape (forward) and against it."""

    CAR_FORWARD = 1
    CAR_BACKWARD = 2
    MOTORCYCLE_FORWARD = 4
    MOTORCYCLE_BACKWARD = 8
    FOOT_FORWARD = 16
    FOOT_BACKWARD = 32

    @staticmethod
    def of(profile: str) -> tuple[Use, Use]:
        return _BITS[profile]


_BITS = {
    "car": (Use.CAR_FORWARD, Use.CAR_BACKWARD),
    "motorcycle": (Use.MOTORCYCLE_FORWARD, Use.MOTORCYCLE_BACKWARD),
    "foot": (Use.FOOT_FORWARD, Use.FOOT_BACKWARD),
}
PROFILES = tuple(_BITS)

# Free speed of a car by class. The order is the file's: new classes go to the end.
CLASSES: dict[str, int] = {
    "motorway": 90,
    "motorway_link": 45,
    "trunk": 85,
    "trunk_link": 40,
    "primary": 65,
    "primary_link": 30,
    "secondary": 55,
    "secondary_link": 25,
    "tertiary": 40,
    "tertiary_link": 20,
    "unclassified": 25,
    "residential": 25,
    "living_street": 10,
    "service": 15,
    "road": 20,
    "track": 15,
    "pedestrian": 5,
    "footway": 5,
    "path": 5,
    "steps": 3,
    "cycleway": 5,
    "bridleway": 5,
    "busway": 20,
    "corridor": 5,
    "aisle": 10,
}
FOOT_ONLY = frozenset(
    {"pedestrian", "footway", "path", "steps", "cycleway", "bridleway", "busway", "corridor"}
)
NO_FOOT = frozenset({"motorway", "motorway_link", "busway"})
NO = frozenset({"no", "private", "agricultural", "forestry", "emergency", "military", "psv", "bus"})
# The most telling tag first.
ACCESS: dict[str, tuple[str, ...]] = {
    "car": ("motorcar", "motor_vehicle", "vehicle", "access"),
    "motorcycle": ("motorcycle", "motor_vehicle", "vehicle", "access"),
    "foot": ("foot", "access"),
}
# A limit is driven at this share of it, as OSRM's profiles do.
OF_LIMIT = 0.8
WALKING = 4.8
STEPS = 2.5


def speed(profile: str, kind: str, limit: int) -> float:
    """Kilometres per hour on a free road. `limit`: the posted one, 0 for none."""
    if profile == "foot":
        return STEPS if kind == "steps" else WALKING
    return max(limit * OF_LIMIT, 5.0) if limit else float(CLASSES[kind])
