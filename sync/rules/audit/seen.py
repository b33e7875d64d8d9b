"""A visit as the checks see it: at its corrected times, with what is known around it. Judges nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ...records import (
    Address,
    Known,
    Location,
    LocationSource,
    Party,
    Precision,
    Result,
    ResultClass,
    Visit,
)
from ..geo import haversine_m
from ..policy import Policy
from ..results import RESULTS
from ..visit import debt_discussed

MEASURED = (LocationSource.GNSS, LocationSource.BROWSER, LocationSource.EXIF)
STRANGERS = (Party.RELATIVE, Party.THIRD, Party.MINOR)
NOBODY_MET = (ResultClass.NO_CONTACT, ResultClass.SKIP, ResultClass.VOID)
# A fix that does not state its accuracy is taken to be this good, as phones' photos usually are.
UNSTATED_ACCURACY_M = 100.0
# How far an address known only so well may lie from its coordinate; one known less well proves nothing.
ADDRESS_SLACK_M = {
    Precision.DOOR: 0.0,
    Precision.BLOCK: 100.0,
    Precision.STREET: 300.0,
    Precision.ZONE: 2500.0,
}
# Satellites are better than that under an open sky; what is not, did not see them.
ROUGH_M = 100.0
# A position found by mast, router or address of the network repeats to the last figure by itself.
NETWORK_M = 200.0
# Coordinates with fewer decimals are squares of a street, not points: honest ones fall into one.
FINE_DECIMALS = 5
# Written within so long of its end a visit was written where it was made, whatever it says.
AT_ONCE = timedelta(minutes=30)


@dataclass(frozen=True)
class Photo:
    """A picture by its bytes and by its looks (a perceptual hash of 64 bits, None when not reckoned)."""

    sha256: str
    looks: int | None = None


@dataclass(frozen=True)
class Link:
    """A place in a laptop's chain; hashes "" where they are not known."""

    incarnation: str
    n: int
    before: str = ""
    own: str = ""


@dataclass(frozen=True)
class Seen:
    """One visit with all that the checks may ask of it. `visit.happened` and `recorded` are corrected.

    `skew_s` is the laptop's clock less the office's, None when never measured. `ticks` is the machine's
    own counter since `boot`, in seconds. `clock` is `recorded` as the laptop's clock said it.
    """

    visit: Visit
    policy: Policy
    zone: str
    address: Address | None = None
    clock: datetime | None = None
    skew_s: float | None = None
    uncertainty_s: float = 0.0
    overridden: frozenset[str] = frozenset()
    override: str = ""
    photos: tuple[Photo, ...] = ()
    link: Link | None = None
    boot: str = ""
    ticks: float | None = None
    amended: datetime | None = None
    unsaid: bool = False  # nobody says whether it was written live
    stamped: bool = True  # it is known when it was written
    laptop: str = ""  # which one it was written on
    account: str = ""  # as its note may name it
    third_party: bool = False  # somebody says that a third party was told

    @property
    def id(self) -> str:
        return self.visit.id


def void(visit: Visit) -> bool:
    """True of a visit that was not made: nothing is noticed of it, nor of its neighbours because of it."""
    for result in visit.results:
        if result.result is not Result.NOT_MADE:
            return False
    return bool(visit.results)


def began(visit: Visit) -> tuple[datetime, str]:
    return visit.happened.start, visit.id


def point_of(place: Location) -> tuple[float, float] | None:
    """Where it was measured; None for a pin, which is a word, and for no location."""
    if place.source not in MEASURED or place.lat is None or place.lon is None:
        return None
    return place.lat, place.lon


def door_of(address: Address | None) -> tuple[float, float] | None:
    """The coordinate of an address known well enough to tell one door from another."""
    return None if address is None or address.precision is Precision.ZONE else mark_of(address)


def mark_of(address: Address | None) -> tuple[float, float] | None:
    """The coordinate of an address known well enough to say how far something is from it."""
    if address is None or address.precision not in ADDRESS_SLACK_M:
        return None
    if address.lat is None or address.lon is None:
        return None
    return address.lat, address.lon


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    return haversine_m(one[0], one[1], other[0], other[1])


def accuracy_m(visit: Visit) -> float:
    stated = visit.location.accuracy_m
    return UNSTATED_ACCURACY_M if stated is None or stated <= 0 else stated


def measured_there(visit: Visit) -> bool:
    """True where the position is that of the visit and not of the table at which it was typed later.

    A picture that comes with what was typed later may be one of the paper sheet.
    """
    if visit.known is Known.LIVE:
        return True
    return visit.recorded - visit.happened.end <= AT_ONCE


def point_there(seen: Seen) -> tuple[float, float] | None:
    """A position of the visit itself, measured as a point."""
    if not measured_there(seen.visit) or accuracy_m(seen.visit) > NETWORK_M:
        return None
    return point_of(seen.visit.location)


def decimals(point: tuple[float, float]) -> int:
    """How finely a coordinate is written."""
    return max(len(repr(part).partition(".")[2]) for part in point)


def talked(visit: Visit) -> bool:
    """True where the debt was spoken of: with the debtor or a guarantor, or with whom it should not be."""
    if visit.party is Party.NOBODY:
        return False
    if visit.party in STRANGERS:
        return debt_discussed(visit.results)
    # Who breaks a visit off for his safety is right to be quick: it was no conversation.
    held = [one.result for one in visit.results if one.result is not Result.UNSAFE]
    return not visit.results or any(RESULTS[one].cls not in NOBODY_MET for one in held)


def reach_m(visit: Visit) -> float:
    """How far off a position may be. The radius stated holds two thirds of fixes; what a network knows by
    its masts and routers scatters farther than that."""
    stated = accuracy_m(visit)
    return stated if stated <= ROUGH_M else 3 * stated


def slack_m(address: Address) -> float:
    """How far the address may lie from its coordinate: by its precision, or as somebody reckoned it."""
    usual = ADDRESS_SLACK_M.get(address.precision, 0.0)
    return usual if address.error_m is None else max(usual, address.error_m)


def away_m(visit: Visit, address: Address | None) -> float | None:
    """How far a position certainly is from the address, where both are known."""
    here, door = point_of(visit.location), mark_of(address)
    if here is None or door is None or address is None:
        return None
    return max(0.0, metres(door, here) - reach_m(visit) - slack_m(address))
