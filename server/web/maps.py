"""Draws the office's maps by folium, with our own files only. Knows no noun: points, a line, streets.

What people typed reaches a map through `js_template_safe` or `js_text` and no other way: folium writes
texts into JavaScript template literals, where HTML escaping alone still runs `${…}`, and branca parses
what was rendered as a Jinja template once more, so that a `{{ … }}` in a name would run in the office
itself. Each map is a document of its own, in a sandbox without our origin, so that even a hole here
reaches no session.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import folium
from branca.element import MacroElement
from flask import Response, url_for
from folium.template import Template
from folium.utilities import JsCode

from sync.look import asset_url
from sync.look.states import symbol

from .tiles import Ground, url_of

AGENT_COLOURS = 8
LAST_ZOOM = 19
CLOSE_ENOUGH = 17
# More points than this are gathered where they are close; each would be a part of its own otherwise.
MANY = 150
# More than these are not drawn one by one: how many there are is said where they are.
MOST_POINTS = 1_000
# The one address that is no address: it names the SVG language.
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
FOREIGN = re.compile(r"\b(?:https?|wss?|ftp):(?:\\?/){2}|[\"'(=\s](?:\\?/){2}[a-z0-9]", re.IGNORECASE)


class ForeignAddress(RuntimeError):
    """A map would have asked another host for something; it is not served."""


@dataclass(frozen=True)
class Point:
    """A place. `state` is one of the look's states, or "" for an agent's mark with `number` in his colour."""

    lat: float
    lon: float
    state: str
    label: str
    detail: str = ""
    number: int | None = None


@dataclass(frozen=True)
class Area:
    """A piece of ground with its corners; `tone` names its style, `point` is its mark and words."""

    corners: Sequence[tuple[float, float]]
    tone: str
    point: Point


@dataclass(frozen=True)
class Seen:
    """A visit on the map of a day: where, from which minute on, and how surely."""

    id: str
    minute: int
    point: Point
    accuracy_m: float | None


class _Popup(MacroElement):  # type: ignore[misc]  # branca carries no types
    """Leaflet's own popup: folium's needs jQuery."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "{{ this._parent.get_name() }}.bindPopup(`{{ this.text }}`);"
        "{% endmacro %}"
    )

    def __init__(self, point: Point) -> None:
        super().__init__()
        self._name = "Popup"
        self.text = f"<strong>{js_template_safe(point.label)}</strong>"
        if point.detail:
            self.text += f"<p>{js_template_safe(point.detail)}</p>"


class _Attribution(MacroElement):  # type: ignore[misc]
    """Whose streets these are, and nobody else's flag beside it."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "{{ this._parent.get_name() }}.attributionControl.setPrefix(false).addAttribution(`{{ this.text }}`);"
        "{% endmacro %}"
    )

    def __init__(self, attribution: str) -> None:
        super().__init__()
        self._name = "Attribution"
        self.text = js_template_safe(attribution)


class _Call(MacroElement):  # type: ignore[misc]
    """One call of our own script with the map and what it is told: data as one text literal, parsed there."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "Ronda.{{ this.function }}({{ this._parent.get_name() }}, JSON.parse({{ this.told }}));"
        "{% endmacro %}"
    )

    def __init__(self, function: str, told: Mapping[str, Any]) -> None:
        super().__init__()
        self._name = "Call"
        self.function = function
        self.told = js_text(json.dumps(told, ensure_ascii=False)).js_code


def js_template_safe(text: str) -> str:
    """Text as HTML inside a JavaScript template literal: shown as it was typed, and never run."""
    escaped = escape(text, quote=True)
    return re.sub(r"[`$\\{}/\n\r\u2028\u2029]", lambda mark: f"&#{ord(mark[0])};", escaped)


def js_text(text: str) -> JsCode:
    """Text as a JavaScript string literal."""
    quoted = json.dumps(text)
    return JsCode(re.sub(r"[<>&'`$/{}]", lambda mark: f"\\u{ord(mark[0]):04x}", quoted))


def map_document(
    points: Sequence[Point],
    *,
    ground: Ground,
    line: Sequence[tuple[float, float]] = (),
    depot: tuple[float, float] | None = None,
    cells: Sequence[tuple[float, float, int]] = (),
    areas: Sequence[Area] = (),
    language: str = "es",
    title: str = "Ronda",
) -> Response:
    """The whole map as a page of its own, sealed in its own policy.

    `cells` are places with how many are there, drawn as a number each: for what is too many to draw.
    """
    told = {"url": url_of(ground.city)} if ground.city else {}
    around = [(lat, lon) for lat, lon, _ in cells]
    around += [corner for area in areas for corner in area.corners] if not points else []
    drawn = drawing(points, ground=ground, line=line, depot=depot, around=around, tiles=told)
    _lay_cells(drawn, cells)
    for area in areas:
        _area(area, drawn)
    return _served(drawn.get_root().render(), language, title)


def _area(area: Area, drawn: folium.Map) -> None:
    """A shape with its mark in the middle, whose words say what it is."""
    shape = folium.Polygon(
        list(area.corners), weight=3, class_name=f"map-area map-area-{area.tone}", interactive=False
    )
    shape.add_to(drawn)
    _marker(area.point).add_to(drawn)


def movable_document(
    at: tuple[float, float] | None,
    others: Sequence[Point],
    *,
    ground: Ground,
    language: str = "es",
    title: str = "Ronda",
) -> Response:
    """A map on which one place may be dragged or set by a click; the page around it hears where it is.

    Without a place yet it opens on the others, or on the whole city.
    """
    told = {"url": url_of(ground.city)} if ground.city else {}
    around = [] if at is None else [at]
    if at is None and not others and ground.city is not None:
        west, south, east, north = ground.city.bounds
        around = [(south, west), (north, east)]
    drawn = drawing(others, ground=ground, around=around, tiles=told)
    drawn.default_js.append(("movable_js", url_for("static", filename="movable.js")))
    face = _face(Point(0, 0, "agendada", ""))
    drawn.add_child(_Call("movable", {"at": list(at) if at else None, "face": face}))
    return _served(drawn.get_root().render(), language, title)


def replay_document(
    planned: Sequence[Point],
    made: Sequence[Seen],
    *,
    ground: Ground,
    depot: tuple[float, float] | None = None,
    language: str = "es",
    title: str = "Ronda",
) -> Response:
    """An agent's day: the planned stops, and the visits that appear as the page around it says the time."""
    told = {"url": url_of(ground.city)} if ground.city else {}
    around = [(one.lat, one.lon) for one in planned] + [(one.point.lat, one.point.lon) for one in made]
    drawn = drawing((), ground=ground, depot=depot, around=around, tiles=told)
    drawn.default_js.append(("replayed_js", url_for("static", filename="replayed.js")))
    drawn.default_css.append(("replayed_css", url_for("static", filename="replayed.css")))
    data = {
        "planned": [[one.lat, one.lon, one.number or 0, one.label, one.detail] for one in planned],
        "made": [
            {
                "id": one.id,
                "at": one.minute,
                "lat": one.point.lat,
                "lon": one.point.lon,
                "accuracy": one.accuracy_m,
                "face": _face(one.point),
                "label": one.point.label,
                "detail": one.point.detail,
            }
            for one in made
        ],
    }
    drawn.add_child(_Call("replay", data))
    return _served(drawn.get_root().render(), language, title)


def lasso_document(
    points: Sequence[Point],
    cells: Sequence[tuple[float, float, int]],
    *,
    ground: Ground,
    words: Mapping[str, str],
    language: str = "es",
    title: str = "Ronda",
) -> Response:
    """A map on which a ring may be drawn, by hand or with keys; the page around it hears its corners.

    `cells` are places with how many are there, drawn as a number each; `words` names the buttons.
    """
    told = {"url": url_of(ground.city)} if ground.city else {}
    drawn = drawing(points, ground=ground, around=[(lat, lon) for lat, lon, _ in cells], tiles=told)
    _lay_cells(drawn, cells)
    drawn.default_js.append(("lasso_js", url_for("static", filename="lasso.js")))
    drawn.add_child(_Call("lasso", {"words": dict(words)}))
    return _served(drawn.get_root().render(), language, title)


def drawing(
    points: Sequence[Point],
    *,
    ground: Ground,
    line: Sequence[tuple[float, float]] = (),
    depot: tuple[float, float] | None = None,
    around: Sequence[tuple[float, float]] = (),
    tiles: Mapping[str, Any],
) -> folium.Map:
    """The map as folium makes it. `tiles` says where the script finds those of the ground's city.

    What is `around` is in sight and not drawn.
    """
    drawn = folium.Map(
        location=(0, 0), zoom_start=2, tiles=None, control_scale=True, attribution_control=ground != Ground()
    )
    drawn.options["maxZoom"] = LAST_ZOOM
    drawn.default_js = [(name, asset_url(name)) for name in _scripts(points, ground)]
    drawn.default_css = [
        ("leaflet_css", asset_url("leaflet/leaflet.css")),
        ("ronda_css", asset_url("ronda.css")),
        ("map_css", url_for("static", filename="map.css")),
    ]
    if len(points) > MANY:
        drawn.default_js.append(("crowd_js", url_for("static", filename="crowd.js")))
        drawn.default_css.append(("cluster_css", asset_url("leaflet.markercluster/MarkerCluster.css")))
    everything = [(point.lat, point.lon) for point in points] + list(line) + ([depot] if depot else [])
    everything += around
    if everything:
        # Before anything is drawn: nothing then is asked for the whole world first.
        corners = [
            [min(lat for lat, _ in everything), min(lon for _, lon in everything)],
            [max(lat for lat, _ in everything), max(lon for _, lon in everything)],
        ]
        drawn.fit_bounds(corners, padding=(36, 36), max_zoom=CLOSE_ENOUGH)
    _lay(drawn, ground, tiles)
    if len(line) > 1:
        folium.PolyLine(list(line), weight=8, class_name="map-route-edge", interactive=False).add_to(drawn)
        folium.PolyLine(list(line), weight=4, class_name="map-route", interactive=False).add_to(drawn)
    if depot is not None:
        _depot(depot).add_to(drawn)
    if len(points) > MANY:
        drawn.add_child(_Call("crowd", _crowd(points)))
    else:
        for point in points:
            _marker(point).add_to(drawn)
    return drawn


def _scripts(points: Sequence[Point], ground: Ground) -> list[str]:
    names = ["leaflet/leaflet.js"]
    if ground.city is not None:
        names += ["protomaps-leaflet/protomaps-leaflet.js", "streets.js"]
    if len(points) > MANY:
        names.append("leaflet.markercluster/leaflet.markercluster.js")
    return names


def _lay(drawn: folium.Map, ground: Ground, tiles: Mapping[str, Any]) -> None:
    if ground.city is not None:
        city = ground.city
        told = {"bounds": list(city.bounds), "attribution": city.attribution}
        drawn.add_child(_Attribution(""))
        drawn.add_child(_Call("streets", told | dict(tiles)))
    elif ground.basemap is not None:
        _streets(ground.basemap["geojson"]).add_to(drawn)
        drawn.add_child(_Attribution(str(ground.basemap.get("attribution", ""))))


def _crowd(points: Sequence[Point]) -> dict[str, Any]:
    """Each different face once, and the points as short rows that name theirs."""
    faces: dict[tuple[str, int | None], int] = {}
    rows = []
    for point in points:
        look = (point.state, None if point.state else (point.number or 0))
        face = faces.setdefault(look, len(faces))
        rows.append([round(point.lat, 6), round(point.lon, 6), face, point.label, point.detail])
    drawn = [Point(0, 0, state, "", number=number) for state, number in faces]
    return {
        "faces": [_face(one) for one in drawn],
        "tones": [one.state or f"agent-{(one.number or 0) % AGENT_COLOURS}" for one in drawn],
        "points": rows,
    }


def localised(html: str) -> str:
    """The same page; raises ForeignAddress when it names another host."""
    found = FOREIGN.search(html.replace(SVG_NAMESPACE, ""))
    if found is not None:
        raise ForeignAddress(f"a map names another host near {html[found.start() : found.start() + 60]!r}")
    return html


def may_be_enlarged(page: str) -> str:
    """The page without folium's word that two fingers enlarge nothing."""
    return re.sub(r",\s*maximum-scale=1\.0,\s*user-scalable=no", "", page)


def _marker(point: Point) -> folium.Marker:
    name = f"{point.number}. {point.label}" if point.number is not None and point.state else point.label
    icon = folium.DivIcon(
        html=_face(point),
        class_name="pin-box",
        icon_size=(44, 44),
        icon_anchor=(22, 22),
        popup_anchor=(0, -16),
    )
    marker = folium.Marker((point.lat, point.lon), icon=icon, title=js_text(name))
    marker.add_child(_Popup(point))
    return marker


def _lay_cells(drawn: folium.Map, cells: Sequence[tuple[float, float, int]]) -> None:
    """The numbers in one piece: of a part of folium's for each, a thousand would take a second to write."""
    if not cells:
        return
    drawn.default_js.append(("cells_js", url_for("static", filename="cells.js")))
    rows = [[round(lat, 6), round(lon, 6), int(count), _cell_size(count)] for lat, lon, count in cells]
    drawn.add_child(_Call("cells", {"look": "crowd crowd-plain", "cells": rows}))


def _cell_size(count: int) -> int:
    return 34 if count < 10 else 42 if count < 1000 else 50


def _face(point: Point) -> str:
    if not point.state:
        number = point.number or 0
        return f'<span class="pin agent agent-{number % AGENT_COLOURS}">{number}</span>'
    number_said = f'<span class="pin-seq">{point.number}</span>' if point.number is not None else ""
    return f'<span class="pin">{symbol(point.state, 28)}{number_said}</span>'


def _depot(at: tuple[float, float]) -> folium.Marker:
    icon = folium.DivIcon(
        html='<span class="pin depot"></span>', class_name="pin-box", icon_size=(44, 44), icon_anchor=(22, 22)
    )
    return folium.Marker(at, icon=icon, keyboard=False, interactive=False)


def _streets(given: Mapping[str, Any]) -> folium.GeoJson:
    """The base map, its shapes only: a street's name is not drawn and is not sent."""
    shapes = [
        {"type": "Feature", "properties": {"number": number}, "geometry": feature["geometry"]}
        for number, feature in enumerate(given.get("features", []))
        if (feature.get("geometry") or {}).get("type", "Point") not in ("Point", "MultiPoint")
    ]
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": shapes},
        style_function=lambda _feature: {"className": "map-street", "weight": 3, "fill": False},
        interactive=False,
        zoom_on_click=False,
    )


def _served(html: str, language: str, title: str) -> Response:
    """Give folium's inline parts a nonce, its page a language and a title, and close everything else."""
    nonce = secrets.token_urlsafe(16)
    # No text of people holds a "<" by now, so these replace folium's own marks only.
    page = html.replace("<script>", f'<script nonce="{nonce}">').replace(
        "<style>", f'<style nonce="{nonce}">'
    )
    page = page.replace("<html>", f'<html lang="{escape(language)}">', 1)
    icon = f'<link rel="icon" type="image/svg+xml" href="{asset_url("favicon.svg")}">'
    page = page.replace("<head>", f"<head>\n<title>{escape(title)}</title>{icon}", 1)
    page = may_be_enlarged(page)
    response = Response(localised(page), mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        "sandbox allow-scripts; default-src 'none'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'; img-src 'self' data:; connect-src 'self'; "
        f"style-src 'self' 'nonce-{nonce}'; "
        f"script-src 'self' 'nonce-{nonce}'"
    )
    return response
