"""Decides whether a debtor may be contacted then, there, so often, by whom; and when next. Reads no clock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta

from ..records import Contact, Interval, Known, Party, Place, Ruling, Verdict, Visit
from ..words import N_, Phrase
from . import eligibility
from .answers import allow, block, deciding, remembered, strictest
from .caps import as_contact, cap_rulings, counted, counts
from .circumstances import NONE, Circumstances
from .clauses import Cite, StopKind
from .freshness import unknown_rulings
from .hours import judge_hours, open_hours, windows
from .overriding import overridden
from .periods import period_rulings
from .policy import Policy, zone_of

__all__ = [
    "as_contact",
    "deciding",
    "judge_contact",
    "judge_hours",
    "judge_visit",
    "next_allowed",
    "open_hours",
    "party_ruling",
    "payment_ruling",
    "reason_ruling",
    "strictest",
    "windows",
]


def party_ruling(policy: Policy, party: Party, debt_discussed: bool) -> Ruling:
    """Whether the debt may be spoken of with this party. Nothing is disclosed where nothing is said."""
    cite = policy.parties.cite
    if party is Party.MINOR:
        cite = Cite(f"{policy.name}.minor", cite.source, cite.quote, cite.confidence)
        if debt_discussed:
            return block(cite, Phrase(N_("Con un menor nunca se habla de la deuda.")))
        return allow(cite, Phrase(N_("Atendió un menor: no se habló de la deuda.")))
    if party is Party.NOBODY or not debt_discussed:
        return allow(cite, Phrase(N_("No se habla de la deuda con terceros.")))
    third = party in (Party.RELATIVE, Party.THIRD)
    if party in policy.parties.allowed or (third and policy.parties.third_party_disclosure):
        return allow(cite, Phrase(N_("Con esta persona se puede hablar de la deuda.")))
    return block(cite, Phrase(N_("Con esta persona no se puede hablar de la deuda.")))


def payment_ruling(policy: Policy) -> Ruling:
    """Whether the collector may take money."""
    if policy.may_receive_payment:
        return allow(policy.receive_payment.cite, Phrase(N_("El gestor puede recibir pagos con recibo.")))
    return block(
        policy.receive_payment.cite, Phrase(N_("El gestor no puede recibir pagos por ningún medio."))
    )


def reason_ruling(policy: Policy) -> Ruling:
    """Whether the reason for the default may be asked."""
    if policy.may_ask_reason:
        return allow(policy.ask_reason.cite, Phrase(N_("Se puede preguntar el motivo de la mora.")))
    return block(policy.ask_reason.cite, Phrase(N_("No se puede preguntar el motivo de la mora.")))


def _pack_ruling(policy: Policy | None, day: date) -> Ruling:
    if policy is None:
        return eligibility.pack_ruling(None, day)
    return remembered(policy.known_rulings, ("pack", day), lambda: eligibility.pack_ruling(policy, day))


def _place_ruling(policy: Policy, place: Place, credit_type: str, exception_evidence: str) -> Ruling:
    return remembered(
        policy.known_rulings,
        ("place", place, credit_type, exception_evidence),
        lambda: eligibility.place_ruling(policy, place, credit_type, exception_evidence),
    )


def _party_ruling(policy: Policy, party: Party, debt_discussed: bool) -> Ruling:
    return remembered(
        policy.known_rulings,
        ("party", party, debt_discussed),
        lambda: party_ruling(policy, party, debt_discussed),
    )


def _address_ruling(policy: Policy, state: str) -> Ruling:
    return remembered(
        policy.known_rulings, ("address", state), lambda: eligibility.address_ruling(policy, state)
    )


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
    place: Place | None = None,
    credit_type: str = "",
    exception_evidence: str = "",
    about: Circumstances = NONE,
) -> Verdict:
    """The pack's verdict on a contact by any channel: validity, stops, periods, place, hours, party, caps.

    `history` holds the debtor's other contacts on every channel (visits, calls, reservations); `ignore`
    names ids that are this very contact. With `after_the_fact` only contacts begun before this one
    count, so that of two in a day the second is the one in breach. `party` None: not known yet. `place`
    is where a call or message would find the debtor: some packs close a workplace to those as well.
    `about` is what else bears on it: his municipality's holidays, the debt's own dates, what somebody with
    the authority set aside for him.
    """
    where = zone_of(zone)
    if where is None:
        because = Phrase(
            N_("No se conoce la zona horaria {zone}: no se puede juzgar la hora."), {"zone": zone}
        )
        return Verdict((block(Cite("policy.zone"), because),))
    day = happened.start.astimezone(where).date()
    rulings = [_pack_ruling(policy, day)]
    if policy is None or rulings[0].decision == "block":
        return Verdict(tuple(rulings))
    rulings += eligibility.stop_rulings(policy, stops)
    rulings += period_rulings(policy, about.dates, day)
    if place is not None and channel in policy.place_rule(place).channels:
        rulings.append(_place_ruling(policy, place, credit_type, exception_evidence))
    rulings += judge_hours(
        policy,
        happened,
        zone,
        channel,
        known=known,
        uncertainty_s=uncertainty_s,
        municipality=about.municipality,
    ).rulings
    if party is not None:
        rulings.append(_party_ruling(policy, party, debt_discussed))
    contacts = counted(history, ignore, happened.start if after_the_fact else None)
    rulings += cap_rulings(policy, channel, day, contacts, where)
    if counts(policy, channel):
        rulings += unknown_rulings(about.outside, day)
    return overridden(policy, Verdict(tuple(rulings)), about.overrides, day, channel)


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
    about: Circumstances = NONE,
) -> Verdict:
    """The pack's verdict on one visit for one account, every rule with its word and source.

    As `judge_contact` for the channel visit, and first the place with the credit type and its documented
    exception, the address, money taken and the reason asked. `debt_discussed` False is for results such
    as "come back later". Several accounts of one visit: `strictest` of their verdicts.
    """
    in_time = judge_contact(
        policy,
        happened,
        zone,
        "visit",
        party=party,
        history=history,
        stops=stops,
        debt_discussed=debt_discussed,
        known=known,
        uncertainty_s=uncertainty_s,
        after_the_fact=after_the_fact,
        ignore=ignore,
        about=about,
    )
    if policy is None:
        return in_time
    rulings = [
        _place_ruling(policy, place, credit_type, exception_evidence),
        _address_ruling(policy, address_state),
    ]
    if payment_taken:
        rulings.append(payment_ruling(policy))
    if reason_asked:
        rulings.append(reason_ruling(policy))
    return strictest((Verdict(in_time.rulings[:1]), Verdict(tuple(rulings)), in_time))


def next_allowed(
    policy: Policy | None,
    after: datetime,
    zone: str,
    *,
    channel: str = "visit",
    duration: timedelta = timedelta(0),
    history: Sequence[Contact | Visit] = (),
    horizon_days: int = 60,
    about: Circumstances = NONE,
) -> datetime | None:
    """When may I? The first moment not before `after` (UTC) at which hours and caps allow `duration`.

    None when no moment within the horizon is lawful. What time cannot cure (place, party, stops) is
    `judge_visit`'s to say.
    """
    where = zone_of(zone)
    if policy is None or where is None:
        return None
    contacts = counted(history)
    first = after.astimezone(where).date()
    for day in (first + timedelta(days=count) for count in range(horizon_days + 1)):
        for window in open_hours(policy, day, zone, channel, about):
            start = max(window.start, after.astimezone(UTC))
            if start + duration > window.end:
                continue
            caps = Verdict(cap_rulings(policy, channel, day, contacts, where))
            if not overridden(policy, caps, about.overrides, day, channel).blocked:
                return start
    return None
