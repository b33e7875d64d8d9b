"""Decides whether a debtor may be contacted then, there, so often and by whom; and when next. Reads no clock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from ..records import Contact, Interval, Known, Party, Place, Verdict, Visit
from .policy import Policy, StopKind


def windows(policy: Policy, day: date, zone: str, channel: str = "visit") -> tuple[Interval, ...]:
    """The lawful stretches of a local civil day, in UTC. Empty on closed days, and where holidays are unknown."""
    raise NotImplementedError


def judge_hours(
    policy: Policy,
    happened: Interval,
    zone: str,
    channel: str = "visit",
    *,
    known: Known = Known.LIVE,
    uncertainty_s: float = 0.0,
) -> Verdict:
    """Certainly inside → allow, uncertain → warn, certainly outside → block (`<pack>.hours`, `<pack>.holidays`).

    `uncertainty_s` is how far each end may be off. A time typed later (`known` not LIVE) is a span within
    which the visit happened: it blocks only when no part of it is inside.
    """
    raise NotImplementedError


def judge_visit(
    policy: Policy | None,
    happened: Interval,
    zone: str,
    *,
    place: Place,
    party: Party | None = None,
    credit_type: str = "",
    exception_evidence: str = "",
    history: Sequence[Contact | Visit] = (),
    payment_taken: bool = False,
    reason_asked: bool = False,
    address_state: str = "accepted",
    debt_discussed: bool = True,
    stops: Collection[StopKind] = (),
    known: Known = Known.LIVE,
    uncertainty_s: float = 0.0,
    after_the_fact: bool = False,
    ignore: Collection[str] = (),
) -> Verdict:
    """The pack's verdict on one visit for one account, every rule with its word and source.

    `history` holds the debtor's other contacts on every channel (visits, calls, reservations); `ignore`
    names ids that are this very visit. With `after_the_fact` only contacts up to this one count, so that
    of two visits in a day the second is the one in breach. `party` None means not known yet (planning,
    opening). `debt_discussed` False is for results such as "come back later".
    """
    raise NotImplementedError


def judge_contact(
    policy: Policy | None,
    happened: Interval,
    zone: str,
    channel: str,
    *,
    party: Party | None = None,
    history: Sequence[Contact | Visit] = (),
    stops: Collection[StopKind] = (),
    debt_discussed: bool = True,
    known: Known = Known.LIVE,
    uncertainty_s: float = 0.0,
    after_the_fact: bool = False,
    ignore: Collection[str] = (),
) -> Verdict:
    """The same for a call, message, letter or e-mail: hours, party, caps, stops."""
    raise NotImplementedError


def next_allowed(
    policy: Policy | None,
    after: datetime,
    zone: str,
    *,
    channel: str = "visit",
    duration: timedelta = timedelta(0),
    history: Sequence[Contact | Visit] = (),
    horizon_days: int = 60,
) -> datetime | None:
    """When may I? The first moment not before `after` (UTC) at which hours, holidays and caps allow `duration`.

    None when no moment within the horizon is lawful. What time cannot cure (place, party, stops) is
    `judge_visit`'s to say.
    """
    raise NotImplementedError
