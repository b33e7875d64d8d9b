"""The sample data of the style guide: invented people and amounts, so that every component shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sync.records import Interval
from sync.words import N_, Phrase

ZONE = "America/Bogota"
MOMENT = datetime(2026, 11, 28, 16, 0, tzinfo=UTC)


_PLACES: list[dict[str, Any]] = [
    {"lat": 5.8265, "lon": -73.0331, "state": "visitada", "label": "Rosa Elvira Quintero"},
    {"lat": 5.8281, "lon": -73.0302, "state": "agendada", "label": "Transportes El Roble S.A.S."},
    {"lat": 5.8243, "lon": -73.0287, "state": "no_encontrado", "label": "Jairo Núñez Peña"},
    {"lat": 5.8226, "lon": -73.0325, "state": "pendiente", "label": "María Inés Cárdenas"},
]


def guide_data() -> dict[str, Any]:
    """The variables of styleguide.html."""
    rows = [
        ("Rosa Elvira Quintero", "promesa", Decimal("1234567"), date(2026, 11, 28), 74),
        ("Transportes El Roble S.A.S.", "agendada", Decimal("18400250.50"), date(2026, 11, 25), 121),
        ("Jairo Núñez Peña", "no_encontrado", Decimal("389000"), date(2026, 11, 21), 33),
        ("María Inés Cárdenas de la Hoz", "pendiente", Decimal("96400"), date(2026, 12, 2), 12),
    ]
    return {
        "fictitious_pack": "demo",
        "zone": ZONE,
        "rows": [dict(zip(("name", "state", "owed", "due", "days"), row, strict=True)) for row in rows],
        "moment": MOMENT,
        "interval": Interval(MOMENT, MOMENT + timedelta(minutes=15)),
        "because": Phrase(
            N_("Ya hubo {done} visitas esta semana (límite {limit}, regla {rule})."),
            {"done": 2, "limit": 2, "rule": "demo.frequency.weekly"},
        ),
        "map_data": {
            "points": [{**place, "seq": seq, "href": "#map"} for seq, place in enumerate(_PLACES, 1)],
            "line": [[place["lat"], place["lon"]] for place in _PLACES],
            "streets": _streets(),
        },
    }


def _streets() -> dict[str, Any]:
    """A small grid of streets, as the demo's town draws its own."""
    lines = [[[-73.0345, 5.822 + step * 0.0012], [-73.0275, 5.822 + step * 0.0012]] for step in range(6)]
    lines += [[[-73.0345 + step * 0.0014, 5.821], [-73.0345 + step * 0.0014, 5.829]] for step in range(6)]
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": line}}
            for line in lines
        ],
    }
