"""A visit of one row, with what the row leaves unsaid supposed as docs/auditing.md tells. Reads no file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sync.records import (
    Address,
    AddressKind,
    Interval,
    Known,
    Location,
    LocationSource,
    Party,
    Place,
    Precision,
    Result,
    ResultClass,
    Visit,
    VisitResult,
    changed,
)
from sync.rules.audit import Link, Photo, Seen, plain
from sync.rules.audit.seen import ROUGH_M, accuracy_m, away_m
from sync.rules.geo import haversine_m
from sync.rules.policy import Policy, PolicyError, fold_text
from sync.rules.results import RESULTS

from . import columns
from .clocks import at_measured_clocks, moved_back
from .reading import MOST_NAMED, BadRow, Row, Sheet, Visits, WrongRow, zone_for

# An address whose precision nobody states lies so far from its coordinate at least; where the file has too
# few of them to show how far, as far as one known to the street; and never farther than one of an area.
UNSTATED_ADDRESS_M = 50.0
FEW_UNSTATED_M = 300.0
FARTHEST_M = 2500.0
FEW = 30
# That many in a hundred of the positions measured there lie within the file's own spread.
WITHIN = 0.96
# Times told by a person are round; where others are stamped to the second, one that is so was told.
ROUND_MINUTES = 5
STAMPED = 0.5
# Two coordinates so near are one address: a couple, a building.
ONE_ADDRESS_M = 25.0
# Without a word on how it was written: so soon after its end it was written there.
WRITTEN_THERE = timedelta(minutes=30)
# A clock that was measured without saying how well.
UNSTATED_UNCERTAINTY_S = 30.0
LONGEST_VISIT = timedelta(days=7)

_NOBODY = re.compile(
    r"\b(nadie|ausente|cerrad[oa]|no (se )?(encontr\w*|encuentra|estaba|esta|abr\w*|respond\w*|contest\w*"
    r"|atend\w*|vive|localiz\w*|ubic\w*)|sin (contacto|respuesta)"
    r"|not home|nobody|no one|no answer|closed|no access)\b"
)
_TALK = re.compile(
    r"\b(promet\w*|compromet\w*|compromiso|acuerd\w*|acord\w*|pagar[ao]\w*|abonar\w*|habl[oe]\w*|convers\w*"
    r"|platic\w*|(titular|cliente|deudor\w*|senora?) (dice|indica|manifiesta|refiere|informa|solicita|pide"
    r"|acepta|reconoce)"
    r"|se niega|reconoce|negoci[oa]\w*|agreed|promis\w*|spoke|talked|refus\w*)\b"
)
_NO_PHOTO = frozenset({"none", "null", "no", "-", "0", "na", "n/a", "ninguna", "nan"})
Packs = Callable[[str], Policy]
Coordinate = tuple[float | None, float | None]
_LIKE = (ResultClass.NO_CONTACT, ResultClass.SKIP, ResultClass.VOID)


def visits_of(sheet: Sheet, packs: Packs, zone: str | None) -> Visits:
    """Every row as a visit, or as a row that is none."""
    made = Visits(bad=sheet.torn[:MOST_NAMED])
    bad = len(sheet.torn)
    for row in sheet.rows:
        try:
            seen = _seen(row, packs, zone, made.notices)
        except WrongRow as wrong:
            bad += 1
            with suppress(WrongRow):
                made.unread += [link for link in (_link(row),) if link is not None]
            if bad <= MOST_NAMED:
                made.bad.append(BadRow(row.line, str(wrong)))
            continue
        made.seen.append(seen)
        made.lines[seen.id] = row
    if bad > MOST_NAMED:
        made.notices["rows that are no visits beside those named"] = bad - MOST_NAMED
    made.seen = _with_spread(_at_addresses(at_measured_clocks(_told_by_watch(made))), made.notices)
    return made


def _seen(row: Row, packs: Packs, zone: str | None, notices: Counter[str]) -> Seen:
    for column in columns.MINIMUM:
        if not row.get(column):
            raise WrongRow(f"{column} is empty; fill it in")
    try:
        policy = packs(row.get("pack"))
    except PolicyError as wrong:
        raise WrongRow(str(wrong)) from None
    where = zone_for(row, zone, policy.timezone)
    if row.get("known") and columns.known_of(row.get("known")) is None:
        notices[f"known {row.get('known')[:20]!r} is none of live, later, paper: judged by recorded"] += 1
    late = timedelta(minutes=policy.audit.late_evidence_minutes)
    visit = _visit(row, where, late, notices)
    skew_s = row.number("clock_offset_s")
    give_or_take = row.number("clock_uncertainty_s")
    uncertainty_s = give_or_take if give_or_take is not None else UNSTATED_UNCERTAINTY_S
    clock = visit.recorded
    if skew_s is not None:
        if abs(skew_s) > 366 * 86400:
            raise WrongRow("clock_offset_s is more than a year; write the seconds the laptop was ahead")
        visit = moved_back(visit, timedelta(seconds=skew_s))
    told = row.get("third_party_told").casefold()
    return Seen(
        visit,
        policy,
        where,
        _address(row, notices),
        clock=clock,
        skew_s=skew_s,
        uncertainty_s=0.0 if skew_s is None else max(0.0, uncertainty_s),
        override=row.get("override"),
        photos=_photos(row),
        link=_link(row),
        boot=row.get("boot"),
        ticks=row.number("ticks_s"),
        amended=row.moment("amended_at", ZoneInfo(where)),
        unsaid=columns.known_of(row.get("known")) is None,
        stamped=bool(row.get("recorded")),
        laptop=row.get("incarnation") or row.get("agent"),
        account=row.get("account"),
        third_party=bool(told) and told not in ("0", "no", "false", "n", "falso"),
    )


def _visit(row: Row, where: str, late: timedelta, notices: Counter[str]) -> Visit:
    zone = ZoneInfo(where)
    start = row.moment("happened_from", zone)
    if start is None:
        raise WrongRow("happened_from is empty; fill it in")
    end = row.moment("happened_to", zone) or start
    if end < start:
        raise WrongRow("happened_to is before happened_from; correct whichever is wrong")
    if end - start > LONGEST_VISIT:
        raise WrongRow("happened_to is more than a week after happened_from; correct whichever is wrong")
    recorded = row.moment("recorded", zone) or end
    location = _location(row, notices)
    party, results = _outcome(row, notices)
    if not row.get("happened_to"):
        party = Party.NOBODY  # how long it took nobody says
    known = _known(row, location, recorded - end, late)
    return Visit(
        id=f"{row.line:09d}",
        debtor=row.get("debtor") or row.get("account"),
        agent=row.get("agent"),
        place=Place.OTHER,
        party=party,
        happened=Interval(start, end),
        known=known,
        recorded=recorded if row.get("recorded") else _written(known, recorded, end, late),
        results=results,
        location=location,
        note=row.get("note"),
        received=row.moment("received", zone),
    )


def _known(row: Row, location: Location, after: timedelta, late: timedelta) -> Known:
    """As the row says; else live where it was written at once, or a position was measured for it and it was
    not written so late that it counts as typed later."""
    known = columns.known_of(row.get("known"))
    if known is not None:
        return known
    measured = location.source in (LocationSource.GNSS, LocationSource.BROWSER)
    return Known.LIVE if after <= WRITTEN_THERE or (measured and after <= late) else Known.LATER


def _written(known: Known, recorded: datetime, end: datetime, late: timedelta) -> datetime:
    """When a visit was written of which nobody says when: one typed later, so late that its position is no
    evidence of where it was made."""
    return recorded if known is Known.LIVE else end + max(late, 2 * WRITTEN_THERE)


def _told_by_watch(made: Visits) -> list[Seen]:
    """Where neither how nor when a visit was written is said: those at round times were told, hence typed
    later, in a file whose other times are stamped to the second."""
    starts = [_as_told(seen).start for seen in made.seen]
    if sum(1 for start in starts if start.second) <= STAMPED * len(starts):
        return made.seen
    return [
        _typed_later(seen) if seen.unsaid and not seen.stamped and _round(_as_told(seen)) else seen
        for seen in made.seen
    ]


def _round(told: Interval) -> bool:
    """True of times as a person tells them: to five minutes, or beginning and end to the minute."""
    start, end = told.start, told.end
    if start.second or start.microsecond or end.second or end.microsecond:
        return False
    return start.minute % ROUND_MINUTES == 0 or end != start


def _typed_later(seen: Seen) -> Seen:
    told = _as_told(seen)
    late = timedelta(minutes=seen.policy.audit.late_evidence_minutes)
    recorded = _written(Known.LATER, told.end, told.end, late)
    return replace(seen, visit=changed(seen.visit, known=Known.LATER, happened=told, recorded=recorded))


def _as_told(seen: Seen) -> Interval:
    """When it happened by what the row says, before the office's correction."""
    happened = seen.visit.happened
    if seen.visit.known is not Known.LIVE or not seen.skew_s:
        return happened
    ahead = timedelta(seconds=seen.skew_s)
    return Interval(happened.start + ahead, happened.end + ahead)


def _with_spread(held: list[Seen], notices: Counter[str]) -> list[Seen]:
    """The visits, each address of unstated precision given the spread that the file itself shows of them,
    and an area's its own where it is larger than usual."""
    spreads = {
        precision: _spread([seen for seen in held if _loose(seen) is precision])
        for precision in (Precision.DOOR, Precision.ZONE)
    }
    unstated = spreads[Precision.DOOR]
    unstated = FEW_UNSTATED_M if unstated is None else min(FARTHEST_M, max(UNSTATED_ADDRESS_M, unstated))
    if any(_loose(seen) is Precision.DOOR for seen in held):
        notices[f"addresses of unstated precision: taken as known to {round(unstated)} m"] += sum(
            1 for seen in held if _loose(seen) is Precision.DOOR
        )
    wide = spreads[Precision.ZONE]
    allowed = {Precision.DOOR: unstated, Precision.ZONE: FARTHEST_M + wide if wide else None}
    found = []
    for seen in held:
        loose = _loose(seen)
        if loose is not None and seen.address is not None:
            seen = replace(seen, address=replace(seen.address, error_m=allowed[loose]))
        found.append(seen)
    return found


def _loose(seen: Seen) -> Precision | None:
    """Of an address in the file: door where nobody states how well it is known, zone where it is an area."""
    address = seen.address
    if address is None or address.lat is None:
        return None
    if address.precision is Precision.ZONE or address.error_m is not None:
        return address.precision
    return None


def _spread(visits: list[Seen]) -> float | None:
    """How far from their addresses all but a few of the positions measured there are."""
    away = sorted(
        far
        for seen in visits
        if seen.visit.known is Known.LIVE
        and accuracy_m(seen.visit) <= ROUGH_M
        and (far := away_m(seen.visit, replace(seen.address, error_m=None) if seen.address else None))
        is not None
    )
    return away[min(len(away) - 1, int(WITHIN * len(away)))] if len(away) >= FEW else None


def _location(row: Row, notices: Counter[str]) -> Location:
    lat, lon = _point(row, "lat", "lon", notices)
    text = row.get("source")
    source = columns.source_of(text) if text else LocationSource.GNSS
    if source is None:
        notices[f"source {text[:20]!r} is not known: taken as measured"] += 1
        source = LocationSource.BROWSER
    if lat is None or lon is None or source is LocationSource.NONE:
        return Location(LocationSource.NONE)
    accuracy = row.number("accuracy_m")
    word = fold_text(text)
    usual = columns.NETWORK_ACCURACY_M.get(word)
    if usual is not None and accuracy is None:
        accuracy = usual
    return Location(source, lat, lon, accuracy)


def _point(row: Row, lat: str, lon: str, notices: Counter[str]) -> tuple[float | None, float | None]:
    north, east = row.number(lat), row.number(lon)
    if north is None or east is None:
        if north is not None or east is not None:
            notices[f"{lat} without {lon}, or the other way round: taken as not known"] += 1
        return None, None
    if not -90 <= north <= 90:
        swapped = " (are the two swapped?)" if abs(north) <= 180 and abs(east) <= 90 else ""
        raise WrongRow(f"{lat} is {north}, and a latitude is between -90 and 90{swapped}; write degrees")
    if not -180 <= east <= 180:
        raise WrongRow(f"{lon} is {east}, and a longitude is between -180 and 180; write degrees")
    return (None, None) if north == 0 and east == 0 else (north, east)


def _address(row: Row, notices: Counter[str]) -> Address | None:
    lat, lon = _point(row, "address_lat", "address_lon", notices)
    name = row.get("address")
    if lat is None and not name:
        return None
    text = row.get("address_precision")
    precision = columns.precision_of(text) if text else Precision.DOOR
    if precision is None:
        notices[f"address_precision {text[:20]!r} is not known: taken as unstated"] += 1
        text, precision = "", Precision.DOOR
    error_m = None if text else UNSTATED_ADDRESS_M
    debtor = row.get("debtor") or row.get("account")
    return Address(
        name, debtor, AddressKind.OTHER, name, lat=lat, lon=lon, precision=precision, error_m=error_m
    )


def _outcome(row: Row, notices: Counter[str]) -> tuple[Party, tuple[VisitResult, ...]]:
    """Who answered and what came of it, as told; else as the note tells; else nobody."""
    party, result = columns.party_of(row.get("party")), columns.result_of(row.get("result"))
    for column, found in (("party", party), ("result", result)):
        if row.get(column) and found is None:
            notices[f"{column} {row.get(column)[:20]!r} is not known: left out"] += 1
    if result is Result.NOT_MADE:
        result = None if party not in (None, Party.NOBODY) else result
    results = () if result is None else (VisitResult(row.get("account"), result),)
    if party is None and result is not None:
        party = Party.NOBODY if RESULTS[result].cls in _LIKE else RESULTS[result].parties[0]
    if party is None:
        note = plain(row.get("note"))
        talked = _TALK.search(note) is not None and _NOBODY.search(note) is None
        party = Party.HOLDER if talked else Party.NOBODY
    return party, results


def _photos(row: Row) -> tuple[Photo, ...]:
    """One or several, parted by a semicolon or a space; the n-th looks are of the n-th picture."""
    hashes = re.split(r"[;\s|]+", row.get("photo_hash").lower()) if row.get("photo_hash") else []
    looks = re.split(r"[;\s|]+", row.get("photo_phash").lower()) if row.get("photo_phash") else []
    count = max(len(hashes), len(looks))
    hashes = ["" if name in _NO_PHOTO else name for name in hashes]
    looks = ["" if look in _NO_PHOTO else look for look in looks]
    pairs = zip(hashes + [""] * (count - len(hashes)), looks + [""] * (count - len(looks)), strict=True)
    return tuple(Photo(name, _looks(look)) for name, look in pairs if name or look)


def _looks(text: str) -> int | None:
    if not text:
        return None
    try:
        value = int(text.removeprefix("0x"), 16)
    except ValueError:
        raise WrongRow(f"photo_phash is not a number of 16 hexadecimal figures: {text[:40]!r}") from None
    if value >= 1 << 64:
        raise WrongRow("photo_phash has more than 64 bits; write 16 hexadecimal figures")
    return value


def _link(row: Row) -> Link | None:
    n = row.number("seq")
    if n is None:
        return None
    chain = row.get("incarnation") or row.get("agent")
    return Link(chain, round(n), row.get("prev_hash").lower(), row.get("hash").lower())


def _at_addresses(seen: Iterable[Seen]) -> list[Seen]:
    """The visits with a name for each address: its own, or that of the coordinates near each other."""
    held = list(seen)
    names = _names({(one.address.lat, one.address.lon) for one in held if one.address and one.address.lat})
    found = []
    for one in held:
        if one.address is None:
            found.append(one)
            continue
        name = one.address.id or names.get((one.address.lat, one.address.lon), "")
        address = replace(one.address, id=name)
        found.append(replace(one, address=address, visit=changed(one.visit, address=name or None)))
    return found


def _names(points: Iterable[Coordinate]) -> dict[Coordinate, str]:
    """A name for each coordinate, those within a house's breadth of a first one sharing its name."""
    firsts: dict[tuple[int, int], list[tuple[float, float]]] = {}
    names: dict[Coordinate, str] = {}
    for point in sorted((lat, lon) for lat, lon in points if lat is not None and lon is not None):
        row, column = round(point[0] / 0.0005), round(point[1] / 0.0005)
        near = (
            first
            for north in (-1, 0, 1)
            for east in (-1, 0, 1)
            for first in firsts.get((row + north, column + east), ())
            if haversine_m(*first, *point) <= ONE_ADDRESS_M
        )
        first = next(near, None)
        if first is None:
            firsts.setdefault((row, column), []).append(point)
            first = point
        names[point] = f"{first[0]:.6f}, {first[1]:.6f}"
    return names
