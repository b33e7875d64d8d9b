"""Links and files that lead other programs to the stops, and say nothing else to them."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import gpxpy

from sync.wayfinding import Waypoint, google_maps, google_maps_day, gpx, kml, waze

HOME, MARKET, CHURCH = (5.8267, -73.0336), (5.8301, -73.0299), (5.8222, -73.0401)
DUE = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
HOSTILE = 'Ana <script>alert(1)</script> & "Cía" ]]> ${x}'
STOPS = (Waypoint(*HOME, "1", "Cl 18 # 10-12", DUE), Waypoint(*MARKET, HOSTILE, HOSTILE))


def asked(link: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(link).query)


def test_a_link_holds_the_place_and_nothing_else() -> None:
    assert asked(google_maps(HOME)) == {
        "api": ["1"], "destination": ["5.826700,-73.033600"], "travelmode": ["driving"],
    }  # fmt: skip
    assert asked(waze(HOME)) == {"ll": ["5.826700,-73.033600"], "navigate": ["yes"]}


def test_a_long_day_is_cut_into_links_that_follow_on() -> None:
    places = [(5.0 + number / 100, -73.0) for number in range(10)]
    links = [asked(link) for link in google_maps_day(places)]
    assert [link["origin"] for link in links[1:]] == [link["destination"] for link in links[:-1]]
    told = [links[0]["origin"][0]]
    for link in links:
        told += [*link.get("waypoints", [""])[0].split("|"), link["destination"][0]]
    assert [one for one in told if one] == [f"{lat:.6f},{lon:.6f}" for lat, lon in places]
    assert all(len(link.get("waypoints", [""])[0].split("|")) <= 3 for link in links)
    assert google_maps_day(places[:1]) == []


def test_gpx_is_read_back_by_its_own_library() -> None:
    held = gpxpy.parse(gpx("Lunes", STOPS, [HOME, MARKET, CHURCH]).decode())
    points = held.routes[0].points
    assert [(point.latitude, point.longitude, point.name) for point in points] == [
        (*HOME, "1"), (*MARKET, HOSTILE),
    ]  # fmt: skip
    assert points[0].time == DUE
    assert [(p.latitude, p.longitude) for p in held.tracks[0].segments[0].points] == [HOME, MARKET, CHURCH]


def test_kml_is_xml_whatever_people_typed() -> None:
    root = ElementTree.fromstring(kml("Lunes", STOPS, [HOME, MARKET]))
    space = {"k": "http://www.opengis.net/kml/2.2"}
    names = [one.text for one in root.findall(".//k:Placemark/k:name", space)]
    assert names == ["1", HOSTILE, "Lunes"]
    first = root.find(".//k:Placemark/k:Point/k:coordinates", space)
    assert first is not None
    assert [float(part) for part in (first.text or "").split(",")][:2] == [HOME[1], HOME[0]]
