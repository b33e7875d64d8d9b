"""Decides whether an account may be sent to the street at all, before any hour is chosen. Knows no store."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Protocol

from ..records import AccountState, Place, Ruling, Verdict
from .policy import Policy, StopKind


class AccountLike(Protocol):
    """What of an account this rule reads; `records.Account` fits."""

    @property
    def credit_type(self) -> str: ...
    @property
    def exception_evidence(self) -> str: ...
    @property
    def state(self) -> AccountState: ...


def pack_ruling(policy: Policy | None, day: date) -> Ruling:
    """Allow when the pack is known and in force; block (`policy.unknown`, `policy.expired`) when not."""
    raise NotImplementedError


def place_ruling(policy: Policy, place: Place, credit_type: str, exception_evidence: str) -> Ruling:
    """The pack's word on a visit at this kind of place for this credit type and documented exception."""
    raise NotImplementedError


def stop_rulings(policy: Policy, stops: Collection[StopKind]) -> tuple[Ruling, ...]:
    """A block for each open stop that the pack honours; deceased always blocks."""
    raise NotImplementedError


def may_be_visited(
    account: AccountLike,
    policy: Policy | None,
    today: date,
    *,
    stops: Collection[StopKind] = (),
    place: Place = Place.HOME,
    address_state: str = "accepted",
    dpd: int | None = None,
) -> Verdict:
    """May this account be planned for a field visit? With `dpd`, also whether it has reached the field stage.

    Blocks: unknown or expired pack, recalled/absent/closed account, open stop, place and credit type
    (rule e.g. `co.visit.home`), proposed address, below the field threshold (`<pack>.field_threshold`).
    """
    raise NotImplementedError
