"""Makes water of a coast: OpenStreetMap draws its line alone, with the land on the left. Reads no extract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

Bounds = tuple[float, float, float, float]

# What of a face's coast may say that it is land, before it is taken for land: lines that are cut short inside
# the box have the same face on both sides, and nothing is to be flooded for their sake.
DOUBT = 0.02
# Beside the line, in degrees: a tenth of a millimetre.
BESIDE = 1e-9


def sea(coast: Sequence[Any], bounds: Bounds) -> list[Any]:
    """The parts of the box that lie on the right of these lines, as polygons in degrees."""
    if not coast:
        return []
    box = shapely.box(*bounds)
    lines = shapely.intersection(shapely.line_merge(shapely.multilinestrings(list(coast))), box)
    kept = [one for one in shapely.get_parts(lines) if one.geom_type == "LineString"]
    if not kept:
        return []
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all([box.exterior, *kept]))))
    tree = shapely.STRtree(faces)
    water, land = np.zeros(len(faces)), np.zeros(len(faces))
    for line in kept:
        ends = shapely.get_coordinates(line)
        steps = np.diff(ends, axis=0)
        long = np.hypot(steps[:, 0], steps[:, 1])
        steps, middles, long = steps[long > 0], ((ends[:-1] + ends[1:]) / 2)[long > 0], long[long > 0]
        beside = np.column_stack((steps[:, 1], -steps[:, 0])) / long[:, None] * BESIDE  # to the right
        for side, votes in ((beside, water), (-beside, land)):
            points = shapely.points(middles + side)
            at, face = tree.query(points, predicate="within")
            np.add.at(votes, face, long[at])
    return [face for face, wet, dry in zip(faces, water, land, strict=True) if wet > 0 and dry <= DOUBT * wet]
