"""Tells other programs the way: links that open a map, and a day's stops as GPX or KML. Asks no network.

Google's and Waze's links are those they document for anyone; a link holds a place and nothing of a debtor.
GPX is written by `gpxpy`, KML by `simplekml`: both escape what people typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

LatLon = tuple[float, float]
# How many places between the first and the last Google Maps takes on a telephone.
WAYPOINTS = 3


@dataclass(frozen=True)
class Waypoint:
    """A stop as another program shows it: `name` and `note` are shown to whoever opens the file."""

    lat: float
    lon: float
    name: str
    note: str = ""
    due: datetime | None = None


def google_maps(place: LatLon) -> str:
    """A link that opens the way to a place in Google Maps."""
    asked = {"api": 1, "destination": _said(place), "travelmode": "driving"}
    return f"https://www.google.com/maps/dir/?{urlencode(asked, safe=',')}"


def google_maps_day(places: Sequence[LatLon], waypoints: int = WAYPOINTS) -> list[str]:
    """Links for a whole day, each with as many places between as fit, each beginning where the last ended."""
    links = []
    step = waypoints + 1
    for first in range(0, max(len(places) - 1, 0), step):
        part = places[first : first + step + 1]
        asked = {"api": 1, "origin": _said(part[0]), "destination": _said(part[-1]), "travelmode": "driving"}
        if len(part) > 2:
            asked["waypoints"] = "|".join(_said(place) for place in part[1:-1])
        links.append(f"https://www.google.com/maps/dir/?{urlencode(asked, safe=',|')}")
    return links


def waze(place: LatLon) -> str:
    """A link that opens the way to a place in Waze."""
    return f"https://waze.com/ul?{urlencode({'ll': _said(place), 'navigate': 'yes'}, safe=',')}"


def gpx(name: str, stops: Sequence[Waypoint], line: Sequence[LatLon]) -> bytes:
    """The day as GPX 1.1: its stops as a route, and the line along the roads as a track."""
    from gpxpy.gpx import GPX, GPXRoute, GPXRoutePoint, GPXTrack, GPXTrackPoint, GPXTrackSegment

    held = GPX()
    held.name, held.creator = name, "Ronda"
    route = GPXRoute(name=name)
    for stop in stops:
        route.points.append(
            GPXRoutePoint(stop.lat, stop.lon, name=stop.name, description=stop.note or None, time=stop.due)
        )
    held.routes.append(route)
    if line:
        track = GPXTrack(name=name)
        track.segments.append(GPXTrackSegment([GPXTrackPoint(lat, lon) for lat, lon in line]))
        held.tracks.append(track)
    written: str = held.to_xml(version="1.1")
    return written.encode()


def kml(name: str, stops: Sequence[Waypoint], line: Sequence[LatLon]) -> bytes:
    """The same as KML 2.2, for Google Earth and My Maps."""
    from simplekml import Kml

    held = Kml(name=name)
    for stop in stops:
        point = held.newpoint(name=stop.name, description=stop.note, coords=[(stop.lon, stop.lat)])
        if stop.due is not None:
            point.timestamp.when = stop.due.isoformat()
    if line:
        held.newlinestring(name=name, coords=[(lon, lat) for lat, lon in line])
    written: str = held.kml()
    return written.encode()


def _said(place: LatLon) -> str:
    return f"{place[0]:.6f},{place[1]:.6f}"
