"""Decides whether one more contact of a debtor is within the pack's caps. Knows no hours and no store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..records import Contact, Party, Result, Ruling, Visit
from ..words import N_, Phrase
from .answers import allow, block, remembered
from .clauses import LONGEST_CAP_DAYS, Cap, Switch
from .policy import Policy

REACHED = (Party.HOLDER, Party.GUARANTOR)
# The source of a contact that a published route reserved for whoever asks: on its own day it is the very
# visit asked about, and takes no second place.
OWN_PLACE = "own route"
# How far back contacts must be known for every cap to be judged; two days for what the debtor's zone adds.
LOOKS_BACK = timedelta(days=LONGEST_CAP_DAYS + 2)


def as_contact(happening: Contact | Visit) -> Contact | None:
    """A visit as the contact it counts for; None when it was not made. A contact is itself."""
    if isinstance(happening, Contact):
        return happening
    if happening.results and all(result.result is Result.NOT_MADE for result in happening.results):
        return None
    reached = happening.party in REACHED
    return Contact(happening.id, happening.debtor, "visit", happening.happened, effective=reached)


def counted(
    history: Iterable[Contact | Visit], ignore: Collection[str] = (), before: datetime | None = None
) -> list[Contact]:
    """The contacts that count, each once; with `before`, only those that began before that moment."""
    found: dict[str, Contact] = {}
    for happening in history:
        contact = as_contact(happening)
        if contact is None or contact.id in ignore:
            continue
        if before is None or contact.happened.start < before:
            found[contact.id] = contact
    return list(found.values())


def counts(policy: Policy, channel: str) -> bool:
    """True when the pack limits how often this channel is used: then it matters what others did."""
    one = policy.one_channel_per_week
    return (one is not None and not one.allowed) or any(channel in cap.channels for cap in policy.caps)


def cap_rulings(
    policy: Policy, channel: str, day: date, contacts: Sequence[Contact], where: ZoneInfo
) -> tuple[Ruling, ...]:
    """A ruling for each cap that concerns the channel, for one more contact on the local `day`."""
    days = [(contact, contact.happened.start.astimezone(where).date()) for contact in contacts]
    days = [
        (contact, on)
        for contact, on in days
        if contact.source != OWN_PLACE or contact.channel != channel or on != day
    ]
    known = policy.known_rulings
    rulings = [_cap_ruling(cap, day, days, known) for cap in policy.caps if channel in cap.channels]
    rule = policy.one_channel_per_week
    if rule is not None and not rule.allowed:
        rulings.append(_one_channel(rule, channel, day, days))
    return tuple(rulings)


def _cap_ruling(
    cap: Cap, day: date, days: Sequence[tuple[Contact, date]], known: dict[tuple[Any, ...], Any]
) -> Ruling:
    those = [
        on
        for contact, on in days
        if contact.channel in cap.channels and (contact.effective or not cap.effective_only)
    ]
    near = [on for on in those if abs((on - day).days) < cap.min_gap_days]
    if near:
        text = N_("Deben pasar al menos {gap} días entre contactos; hay uno del {day}.")
        return block(cap.cite, Phrase(text, {"gap": cap.min_gap_days, "day": f"{max(near):%d/%m/%Y}"}))
    count = (
        max(sum(first <= on <= last for on in those) for first, last in _periods(cap, day)) if those else 0
    )
    # A cap lives as long as its pack, which holds what is remembered.
    return remembered(known, ("cap", id(cap), count), lambda: _counted_ruling(cap, count))


def _counted_ruling(cap: Cap, count: int) -> Ruling:
    values = {"count": count, "limit": cap.maximum, "days": cap.days}
    if count < cap.maximum:
        return allow(cap.cite, Phrase(N_("Dentro del límite de contactos ({count} de {limit})."), values))
    return block(cap.cite, Phrase(_FULL[cap.per], values))


_FULL = {
    "day": N_("Ya hay {count} contactos ese día (límite {limit})."),
    "week": N_("Ya hay {count} contactos esa semana (límite {limit})."),
    "rolling": N_("Ya hay {count} contactos en {days} días (límite {limit})."),
}


def _periods(cap: Cap, day: date) -> list[tuple[date, date]]:
    """The stretches of days, all holding `day`, in each of which the cap must hold."""
    if cap.per == "day":
        return [(day, day)]
    if cap.per == "week":
        monday = _monday(day)
        return [(monday, monday + timedelta(days=6))]
    firsts = [day - timedelta(days=back) for back in range(cap.days)]
    return [(first, first + timedelta(days=cap.days - 1)) for first in firsts]


def _one_channel(rule: Switch, channel: str, day: date, days: Sequence[tuple[Contact, date]]) -> Ruling:
    """Once a channel reached the debtor in a week, the other channels are closed in that week."""
    used = {contact.channel for contact, on in days if contact.effective and _monday(on) == _monday(day)}
    if used - {channel}:
        return block(rule.cite, Phrase(N_("Esa semana ya hubo contacto por otro canal.")))
    return allow(rule.cite, Phrase(N_("Esa semana no hubo contacto por otro canal.")))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
