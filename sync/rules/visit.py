"""What a visit may say: results, their needs and their labels as data, and the check before it is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ..records import (
    Known,
    Location,
    Party,
    Place,
    Promise,
    Reason,
    Refused,
    Result,
    ResultClass,
    Visit,
    VisitResult,
)
from .answers import FieldError
from .policy import Policy, StopKind


@dataclass(frozen=True)
class Field:
    """One question that a result asks. `kind`: text, money, date, time, choice, check. Values are strings."""

    key: str
    label: str
    kind: str = "text"
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ResultRule:
    """A row of the result table. `needs` and `wants` are keys of FIELDS, stored in VisitResult.detail."""

    label: str
    cls: ResultClass
    needs: tuple[str, ...]
    parties: tuple[Party, ...]
    wants: tuple[str, ...] = ()
    stops: StopKind | None = None
    promise: bool = False
    payment: bool = False
    debt: bool = False


FIELDS: dict[str, Field] = {}
RESULTS: dict[Result, ResultRule] = {}
PLACES: dict[Place, str] = {}
PARTIES: dict[Party, str] = {}
REASONS: dict[Reason, str] = {}


class EvidenceGrade(StrEnum):
    """How strong the proof of a visit is; never by itself a finding."""

    STRONG = "A"
    GOOD = "B"
    WEAK = "C"
    WORD = "D"


@dataclass(frozen=True)
class VisitDraft:
    """A visit as typed, perhaps incomplete. `accounts` are those of the stop: each needs exactly one result."""

    place: Place | None
    party: Party | None
    start: datetime | None
    end: datetime | None
    accounts: tuple[str, ...]
    results: tuple[VisitResult, ...]
    known: Known = Known.LIVE
    note: str = ""
    totals: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def draft_from(
    visit: Visit, accounts: Sequence[str] | None = None, promises: Sequence[Promise] = ()
) -> VisitDraft:
    """The draft of a recorded visit, with its promises folded into the results' details."""
    raise NotImplementedError


def required_fields(result: Result, policy: Policy | None) -> tuple[Field, ...]:
    """What the result makes mandatory under this policy (the reason only where asking is allowed)."""
    raise NotImplementedError


def optional_fields(result: Result, policy: Policy | None) -> tuple[Field, ...]:
    """What may also be given with this result under this policy."""
    raise NotImplementedError


def results_for(party: Party, policy: Policy | None) -> tuple[Result, ...]:
    """The results that can be chosen with this party under this policy, in the table's order."""
    raise NotImplementedError


def pay_allowed(policy: Policy | None) -> bool:
    """Whether the collector may take money."""
    raise NotImplementedError


def debt_discussed(results: Sequence[VisitResult]) -> bool:
    """True when some result means that the debt was spoken about."""
    raise NotImplementedError


def payment_taken(results: Sequence[VisitResult]) -> bool:
    """True when some result means that money changed hands."""
    raise NotImplementedError


def reason_asked(results: Sequence[VisitResult]) -> bool:
    """True when some result carries a reason other than "not asked"."""
    raise NotImplementedError


def stops_of(results: Sequence[VisitResult]) -> tuple[StopKind, ...]:
    """The stops that these results set until the office has looked."""
    raise NotImplementedError


def check_visit(
    draft: VisitDraft, policy: Policy | Mapping[str, Policy] | None, now: datetime, zone: str | None = None
) -> list[Refused | FieldError]:
    """Everything that keeps this draft from being saved; empty when it can be. A mapping is per account."""
    raise NotImplementedError


def evidence_grade(known: Known, location: Location) -> EvidenceGrade:
    """A: written live with a measured position; D: from paper or memory with none."""
    raise NotImplementedError
