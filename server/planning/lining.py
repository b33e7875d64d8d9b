"""Adds to a draft the line its agent will ride, so that maps draw roads and not bee lines. Plans nothing."""

from __future__ import annotations

from dataclasses import replace

import shapely

from sync.wire.lines import encoded

from ..roads import MatrixProvider
from ..store.routes import Draft

# Some two metres: less than the width of the line on any map.
AS_GOOD_AS_STRAIGHT = 0.00002


def lined(made: Draft, roads: MatrixProvider) -> Draft:
    """The draft with `line` beside its matrix; a provider that knows no road adds none."""
    if roads.approximate:
        return made
    stops = sorted(
        (stop for stop in made.stops if stop.sequence is not None), key=lambda one: one.sequence or 0
    )
    places = [(one.lat, one.lon) for one in stops if one.lat is not None and one.lon is not None]
    chain = [made.depot, *places, made.depot] if made.depot else places
    if len(chain) < 2:
        return made
    line = shapely.LineString(roads.geometry(chain))
    kept = shapely.get_coordinates(line.simplify(AS_GOOD_AS_STRAIGHT))
    told = encoded((float(lat), float(lon)) for lat, lon in kept)
    return replace(made, matrix=made.matrix | {"line": told})
