"""The parts a contact-policy pack is made of, as frozen values. Judges nothing and reads nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum

from ..records import Party, Place

CHANNELS = ("visit", "call", "message", "letter", "email")


class PolicyError(ValueError):
    """A pack that cannot be used, with one sentence for the person who wrote or chose it."""


class StopKind(StrEnum):
    """What stops collection until a person of the office has looked at it."""

    DISPUTE = "dispute"
    CEASE = "cease"
    ATTORNEY = "attorney"
    DECEASED = "deceased"
    HELD = "held"
    UNSAFE = "unsafe"


@dataclass(frozen=True)
class Cite:
    """Where a rule comes from.

    `confidence`: V read in the text named, S secondary source, C sources conflict, U unverified, own
    (the lender's or Ronda's choice), fictitious.
    """

    id: str
    source: str = ""
    quote: str = ""
    confidence: str = "own"


@dataclass(frozen=True)
class Hours:
    """Local opening hours of some channels: `week[0]` is Monday, each day a tuple of (from, to), both in."""

    cite: Cite
    channels: tuple[str, ...]
    week: tuple[tuple[tuple[time, time], ...], ...]
    on_holidays: bool = False


@dataclass(frozen=True)
class PlaceRule:
    """Whether a visit at these places is allowed, and the documented exception that lifts a denial."""

    cite: Cite
    places: tuple[Place, ...]
    decision: str
    exception_credit_types: tuple[str, ...] = ()
    exception_needs_evidence: bool = True
    channels: tuple[str, ...] = ("visit",)  # a pack may close a workplace to calls as well


@dataclass(frozen=True)
class Cap:
    """At most `maximum` contacts of the debtor on these channels, and `min_gap_days` between two of them."""

    cite: Cite
    channels: tuple[str, ...]
    maximum: int
    per: str  # day | week (Monday to Sunday, debtor's zone) | rolling (`days` days)
    days: int = 1
    effective_only: bool = False
    min_gap_days: int = 0


# The longest that a cap may look back; a pack that asks for more is not read.
LONGEST_CAP_DAYS = 60


@dataclass(frozen=True)
class Switch:
    """A yes-or-no rule with its source."""

    cite: Cite
    allowed: bool


@dataclass(frozen=True)
class PartyRule:
    """With whom the debt may be discussed. A minor never, whatever the pack says."""

    cite: Cite
    allowed: tuple[Party, ...]
    third_party_disclosure: bool = False


@dataclass(frozen=True)
class StopRule:
    """Which stops of a debtor this pack honours. Death is always honoured."""

    cite: Cite
    states: tuple[StopKind, ...]


@dataclass(frozen=True)
class NoticeRule:
    """How a paper may leave the collector's hand: in a sealed envelope, marked outside, looking judicial."""

    cite: Cite
    sealed: bool = True
    outside_marking: bool = False
    judicial_look: bool = False


@dataclass(frozen=True)
class PromiseRule:
    """When a promise counts as kept, and how far ahead one may be made.

    `repromise_limit`: how often in a row a promise that was not kept may be made again, 0 for no limit;
    `review_days`: how long before it is due the debtor is to be reminded; `allocation`: whose the money is
    first (`sync.rules.allocating.ORDERS`).
    """

    cite: Cite
    grace_days: int = 0
    minimum_percent: Decimal = Decimal(100)
    posting_lag_days: int = 2
    max_promise_days: int = 30
    repromise_limit: int = 3
    review_days: int = 2
    allocation: str = "oldest_due"


# The longest that a pack may wait for payments to be posted; one that asks for more is not read.
LONGEST_LAG_DAYS = 15


@dataclass(frozen=True)
class AuditLimits:
    """Thresholds of the audit's findings and of evidence typed late; why each, in docs/auditing.md."""

    cite: Cite
    far_m: int = 250
    too_short_s: int = 60
    max_speed_kmh: int = 90
    clock_skew_s: int = 300
    late_evidence_minutes: int = 120
    clock_moved_s: int = 900
    overlap_s: int = 60
    burst_visits: int = 3
    burst_minutes: int = 15
    burst_spread_minutes: int = 30
    burst_lag_minutes: int = 30
    cadence_visits: int = 6
    cadence_s: int = 10
    copied_words: int = 6
    copied_agents: int = 3
    photo_bits: int = 10
    photo_shared_minutes: int = 120
    same_fix_m: int = 60
    same_spot_m: int = 30
    same_spot_visits: int = 3
    exact_cm: int = 50
    exact_near_m: int = 3
    late_sync_hours: int = 240
    amended_hours: int = 24


@dataclass(frozen=True)
class Retention:
    """For how long the records of a case are kept at least and at most, in months."""

    cite: Cite
    min_months: int | None = None
    max_months: int | None = None


@dataclass(frozen=True)
class LocalHolidays:
    """Days on which nobody is contacted in some municipalities (folded names); everywhere if none is named.

    What the law's calendar says holds where the hours close on holidays; what this office decided
    (`always`) closes whatever the hours say.
    """

    cite: Cite
    municipalities: tuple[str, ...]
    dates: tuple[date, ...]
    always: bool = False


@dataclass(frozen=True)
class Period:
    """After `months` since `since` a debt may not be collected (limitation) or no more be listed (bureau).

    `since` is `default`, the oldest instalment due, or `activity`, the later of that and the last payment.
    From `near_months` before its end it is warned of.
    """

    cite: Cite
    kind: str  # limitation | bureau
    since: str
    months: int
    near_months: int
    decision: str  # warn | block


@dataclass(frozen=True)
class OverrideRule:
    """The rules of the pack that a person may set aside for one debtor, day and channel, and who may."""

    cite: Cite
    rules: tuple[str, ...]
    roles: tuple[str, ...]
    four_eyes: bool = True
