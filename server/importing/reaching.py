"""Writes where debtors are and how they are reached, in this lender's words: only what differs.

What the file no longer says is closed with its day, never deleted, and only where the file would have said
it: it has the column, and it names every open account of that debtor with this lender.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping

from sync.ids import new_id
from sync.records import Role

from ..store import accounts, whereabouts
from .contacts import e164
from .identities import Identities, Key, key_of
from .people import Place, Point
from .rows import PortfolioRow
from .settlement import Settlement
from .sifting import Sifted

_PLACE_COLUMNS = {"home": "address", "work": "work_address", "business": "business_address"}
_PREFIX = {Role.CO_HOLDER: "co_holder", Role.CO_DEBTOR: "codebtor", Role.GUARANTOR: "guarantor"}
_PHONES = ("mobile", "landline", "phone")


@dataclass
class Reach:
    """What a file says of one debtor, over all its rows."""

    roles: set[Role] = field(default_factory=set)
    places: dict[tuple[str, ...], Place] = field(default_factory=dict)
    points: dict[tuple[str, ...], Point] = field(default_factory=dict)


def write_reach(
    settlement: Settlement, sifted: Sifted, touched: Sequence[PortfolioRow], identities: Identities
) -> None:
    """Bring addresses and contact points of the people of the touched rows up to what the whole file says."""
    keys = {key_of(person, row.number) for row in touched for person in row.people}
    said = _said(sifted.rows, keys, identities)
    whole = _told_whole(settlement, sifted, said)
    _write_places(settlement, sifted, said, whole)
    _write_points(settlement, sifted, said, whole)


def _said(rows: Iterable[PortfolioRow], keys: set[Key], identities: Identities) -> dict[str, Reach]:
    """Debtor id → what the file says of him, unchanged rows included."""
    said: dict[str, Reach] = {}
    for row in rows:
        if row.balance is None:
            continue
        by_role: dict[Role, Reach] = {}
        for person in row.people:
            key = key_of(person, row.number)
            if key in keys:
                by_role[person.role] = said.setdefault(identities.ids[key], Reach())
                by_role[person.role].roles.add(person.role)
        for role, place in row.places:
            if role in by_role:
                by_role[role].places.setdefault(
                    _place_key(place.kind, place.text, place.district, place.city), place
                )
        for role, point in row.points:
            if role in by_role:
                by_role[role].points.setdefault(
                    (point.kind, point.value, point.holder, point.relation), point
                )
    return said


def _told_whole(settlement: Settlement, sifted: Sifted, said: Mapping[str, Reach]) -> set[str]:
    """The debtors whose every open account with this lender is in the file, accepted."""
    accepted = {row.number for row in sifted.rows}
    held = accounts.open_accounts_of(settlement.connection, said, settlement.lender_id)
    return {debtor for debtor in said if held.get(debtor, set()) <= accepted}


def _write_places(settlement: Settlement, sifted: Sifted, said: Mapping[str, Reach], whole: set[str]) -> None:
    made: list[dict[str, Any]] = []
    closed: list[str] = []
    before: dict[str, dict[tuple[str, ...], RowMapping]] = {}
    for row in whereabouts.addresses_of(settlement.connection, said, settlement.lender_id):
        key = _place_key(row["kind"], row["text"], row["district"], row["city"])
        before.setdefault(row["debtor_id"], {})[key] = row
    located = {"lat", "lon"} <= sifted.told
    for debtor, reach in said.items():
        held = before.get(debtor, {})
        for key, place in reach.places.items():
            known = held.get(key)
            if known is not None and (not located or _same_spot(known, place)):
                continue
            closed += [known["id"]] if known is not None else []
            made.append(_address(settlement, debtor, place))
        if debtor in whole:
            closed += [
                row["id"]
                for key, row in held.items()
                if key not in reach.places and _tells_place(sifted, reach, row["kind"])
            ]
    whereabouts.close_addresses(settlement.connection, closed, settlement.as_of)
    whereabouts.add_addresses(settlement.connection, made)


def _write_points(settlement: Settlement, sifted: Sifted, said: Mapping[str, Reach], whole: set[str]) -> None:
    made: list[dict[str, Any]] = []
    closed: list[str] = []
    before: dict[str, dict[tuple[str, ...], RowMapping]] = {}
    for row in whereabouts.contact_points_of(settlement.connection, said, settlement.lender_id):
        key = (row["kind"], row["value"], row["holder"], row["relation"])
        before.setdefault(row["debtor_id"], {})[key] = row
    for debtor, reach in said.items():
        held = before.get(debtor, {})
        made += [
            _contact_point(settlement, debtor, point)
            for key, point in reach.points.items()
            if key not in held
        ]
        if debtor in whole:
            closed += [
                row["id"]
                for key, row in held.items()
                if key not in reach.points and _tells_point(sifted, reach, row)
            ]
    whereabouts.close_contact_points(settlement.connection, closed, settlement.as_of)
    whereabouts.add_contact_points(settlement.connection, made)


def _place_key(kind: str, text: str, district: str, city: str) -> tuple[str, ...]:
    return (str(kind), text, district, city)


def _same_spot(row: RowMapping, place: Place) -> bool:
    """The same coordinates; a spot found by the office since is kept while the file gives none.

    What visits or a person at the desk say of it is kept even then: the file says again what they corrected.
    """
    if row["source"] in ("visits", "desk"):
        return True
    if place.lat is None:
        return row["lat"] is None or row["source"] != "file"
    return bool(row["lat"] == place.lat and row["lon"] == place.lon)


def _tells_place(sifted: Sifted, reach: Reach, kind: str) -> bool:
    """Whether the file has the column that would repeat an address of this kind for this debtor."""
    own = Role.HOLDER in reach.roles and _PLACE_COLUMNS.get(kind) in sifted.told
    bound = (f"{_PREFIX[role]}_address" for role in reach.roles if role in _PREFIX)
    return own or (kind in ("home", "guarantor_home") and any(column in sifted.told for column in bound))


def _tells_point(sifted: Sifted, reach: Reach, row: RowMapping) -> bool:
    """The same for a telephone or an e-mail."""
    if row["holder"] == "relative":
        return "relative_phone" in sifted.told
    if row["kind"] == "email":
        return "email" in sifted.told
    own = Role.HOLDER in reach.roles and bool(sifted.told.intersection(_PHONES))
    bound = (f"{_PREFIX[role]}_phone" for role in reach.roles if role in _PREFIX)
    return own or any(column in sifted.told for column in bound)


def _address(settlement: Settlement, debtor: str, place: Place) -> dict[str, Any]:
    return {
        "id": new_id(),
        "debtor_id": debtor,
        "lender_id": settlement.lender_id,
        "kind": place.kind.value,
        "text": place.text,
        "district": place.district,
        "city": place.city,
        "lat": place.lat,
        "lon": place.lon,
        "precision": place.precision.value,
        "source": "file",
        "origin": "lender",
        "state": "accepted",
        "event_id": None,
        "since": settlement.as_of,
        "until": None,
    }


def _contact_point(settlement: Settlement, debtor: str, point: Point) -> dict[str, Any]:
    return {
        "id": new_id(),
        "debtor_id": debtor,
        "lender_id": settlement.lender_id,
        "kind": point.kind,
        "value": point.value,
        "e164": "" if point.kind == "email" else e164(point.value, settlement.country),
        "holder": point.holder,
        "relation": point.relation,
        "origin": "lender",
        "state": "accepted",
        "event_id": None,
        "since": settlement.as_of,
        "until": None,
    }
