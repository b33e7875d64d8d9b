"""A route as it claims to be: its stops with their instants, lunch, ways, what it must keep. Judges none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ..records import Interval
from ..words import Phrase


@dataclass(frozen=True)
class ClaimedCap:
    """A cap on a debtor's contacts, and the local days of those that count: made, or reserved by a route.

    `per`: day, week (from Monday) or rolling (any `days` in a row). Contacts lie `gap_days` apart at least.
    """

    rule: str
    maximum: int
    per: str
    counted: tuple[date, ...]
    days: int = 1
    gap_days: int = 0


@dataclass(frozen=True)
class ClaimedStop:
    """A stop as the route claims it. `starts` is when service begins; `travel_s` leads to it.

    `owner` is the agent who has the debtor now (None: nobody); `lawful` are the stretches of the day
    in which the whole service must lie; `appointment` is the stretch in which it must begin. `received`
    are the hours in which the door itself receives visits (None: any). `measured_s` is what the roads
    say of the way to it now, `needs_s` how long its service takes at least.
    """

    id: str
    debtor: str
    address: str
    owner: str | None
    starts: datetime
    service_s: int
    travel_s: int
    lawful: tuple[Interval, ...]
    appointment: Interval | None = None
    received: tuple[Interval, ...] | None = None
    measured_s: int | None = None
    needs_s: int = 0
    caps: tuple[ClaimedCap, ...] = ()
    value: int = 0


@dataclass(frozen=True)
class ClaimedLunch:
    """Lunch as the route claims it, after so many stops; `travel_s` and `measured_s` as for stops."""

    after: int
    starts: datetime
    ends: datetime
    travel_s: int
    measured_s: int | None = None


@dataclass(frozen=True)
class LunchRule:
    """Lunch begins within `window` and lasts so long."""

    window: Interval
    seconds: int


@dataclass(frozen=True)
class ClaimedRoute:
    """A route as it was stored; `back_s` is the travel from the last door, or from lunch, to the depot.

    `roads` is the fingerprint its travel was worked out with, `measured_by` that of who measured the ways
    now ("" when nobody did). `locked` and `hand_order` are debtors; `frozen` are the stops (id and start)
    already done or begun, and before `free_from` nothing else begins. `away` is when the agent is absent.
    `value` and `bound` are what the certificate claims.
    """

    agent: str
    shift: Interval
    stops: Sequence[ClaimedStop]
    back_s: int
    roads: str = ""
    measured_by: str = ""
    measured_back_s: int | None = None
    lunch: ClaimedLunch | None = None
    lunch_rule: LunchRule | None = None
    locked: tuple[str, ...] = ()
    hand_order: tuple[str, ...] = ()
    frozen: tuple[tuple[str, datetime], ...] = ()
    free_from: datetime | None = None
    away: tuple[Interval, ...] = ()
    value: int | None = None
    bound: int | None = None


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong: which rule, at which stop ("" for the whole day), and why in words."""

    rule: str
    stop: str
    because: Phrase
