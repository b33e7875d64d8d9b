"""What a contact-policy pack says, as one frozen value that both sides judge from. Reads no file and no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ..records import Party, Place

SCHEMA = 1
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
    """Where a rule comes from. `confidence` is V (read), S (secondary), C (sources conflict), own or fictitious."""

    id: str
    source: str = ""
    quote: str = ""
    confidence: str = "own"


@dataclass(frozen=True)
class Hours:
    """Local opening hours of some channels: `week[0]` is Monday, each a tuple of (from, to)."""

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


@dataclass(frozen=True)
class Cap:
    """At most `maximum` contacts of the debtor on these channels in a day, a week or `days` rolling days."""

    cite: Cite
    channels: tuple[str, ...]
    maximum: int
    per: str  # day | week (Monday to Sunday) | rolling
    days: int = 1
    effective_only: bool = False
    min_gap_days: int = 0


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
class PromiseRule:
    """When a promise counts as kept."""

    cite: Cite
    grace_days: int = 0
    minimum_percent: Decimal = Decimal(100)
    posting_lag_days: int = 2
    max_promise_days: int = 30


@dataclass(frozen=True)
class AuditLimits:
    """Thresholds of the audit's findings."""

    far_m: int = 250
    too_short_s: int = 60
    max_speed_kmh: int = 90
    clock_skew_s: int = 300
    late_evidence_minutes: int = 120


@dataclass(frozen=True)
class Policy:
    """One pack. Construct with `policy_from`; send with `to_wire`; `version` names its exact content."""

    name: str
    title: str
    jurisdiction: str
    regime: str
    fictitious: bool
    valid_from: date
    valid_to: date | None
    version: str
    timezone: str
    country: str
    subdivision: str
    language: str
    sources: tuple[Cite, ...]
    confidence: str
    reviewer: str
    needs_signoff: bool
    ageing_edges: tuple[int, ...]
    field_from_dpd: int
    hours: tuple[Hours, ...]
    holidays: tuple[date, ...]
    holiday_years: tuple[int, ...]
    places: tuple[PlaceRule, ...]
    credit_types: tuple[tuple[str, tuple[str, ...]], ...]
    parties: PartyRule
    proposed_addresses: Switch
    receive_payment: Switch
    ask_reason: Switch
    caps: tuple[Cap, ...]
    one_channel_per_week: Switch | None
    stop_states: tuple[StopKind, ...]
    stop_cite: Cite
    promise: PromiseRule
    audit: AuditLimits
    service_seconds: tuple[tuple[str, int], ...]
    retention_min_months: int | None
    retention_max_months: int | None
    disclosures: tuple[Cite, ...] = ()
    forbidden_terms: tuple[str, ...] = ()
    canonical: str = field(default="", repr=False, compare=False)

    @property
    def may_receive_payment(self) -> bool:
        return self.receive_payment.allowed

    @property
    def may_ask_reason(self) -> bool:
        return self.ask_reason.allowed

    @property
    def needs_holidays(self) -> bool:
        """True when some hours are closed on holidays, so that their dates must be known."""
        raise NotImplementedError

    def cite(self, rule: str) -> Cite | None:
        """The source of a rule id of this pack, for "why?"."""
        raise NotImplementedError

    def credit_type(self, text: str) -> str:
        """The pack's code for a credit type as a lender writes it; the text itself, folded, when unknown."""
        raise NotImplementedError

    def in_force(self, day: date) -> bool:
        raise NotImplementedError

    def service_s(self, kind: str) -> int:
        """Seconds at the door for "visit", "call", … ; falls back to "visit"."""
        raise NotImplementedError


def policy_from(
    data: dict[str, Any], holidays: dict[int, tuple[date, ...]] | None = None, *, strict: bool = True
) -> Policy:
    """A policy from a parsed pack and, per year, its holidays. Raises PolicyError with a sentence."""
    raise NotImplementedError


def to_wire(policy: Policy) -> dict[str, Any]:
    """A JSON-ready object with the pack's data and its holidays as dates; `from_wire` gives the same Policy."""
    raise NotImplementedError


def from_wire(data: dict[str, Any]) -> Policy:
    """The Policy of `to_wire`. Raises PolicyError when the content does not match its `version`."""
    raise NotImplementedError
