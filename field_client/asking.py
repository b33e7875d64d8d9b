"""Asks the rules about an account of this laptop: may I, why not, and when? Judges nothing itself.

What the case page and the visit page show comes from here: the same question that the office puts, from
what this laptop holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sync.fold import DebtorState, KnownAccount
from sync.records import Address, Contact, Party, Place
from sync.rules.asking import Asked, Said, address_of, answer, own_places, place_at
from sync.rules.policy import Policy, zone_of

from .store import cases, policies, reserved
from .store.db import Database


def asked(
    state: DebtorState,
    known: KnownAccount,
    packs: Mapping[str, Policy],
    at: datetime,
    address: Address | None,
    places: Sequence[Contact] = (),
    *,
    channel: str = "visit",
    place: Place | None = None,
    party: Party | None = None,
    pays: bool = False,
) -> Asked:
    """The question about one account at one moment. `places`: the stops that routes hold for the debtor."""
    today = at.astimezone(zone_of(state.zone) or ZoneInfo("UTC")).date()
    if place is None and channel == "visit":
        place = place_at(address)
    return Asked(
        account=known.account,
        policy=packs.get(known.account.pack),
        zone=state.zone,
        at=at,
        channel=channel,
        place=place,
        party=party,
        address_state=address.state if address else "accepted",
        pays=pays,
        history=(*state.history, *own_places(ahead(state, places), at, state.zone)),
        stops=state.stops(known.account.id, today, channel),
        about=state.circumstances(known.account.id, address),
    )


def ahead(state: DebtorState, places: Sequence[Contact]) -> list[Contact]:
    """The stops neither made nor passed over: a stop that was made counts as its visit."""
    done = {known.visit.stop for known in state.visits} | {fact.body["stop"] for fact in state.of("skip")}
    return [one for one in places if one.id not in done]


def why(
    db: Database,
    debtor: str,
    account: str,
    at: datetime,
    *,
    channel: str = "visit",
    address: str | None = None,
    place: Place | None = None,
    party: Party | None = None,
    pays: bool = False,
) -> Said:
    """The pack's word on a contact with this debtor about one of his accounts. KeyError for one not here."""
    state = cases.state_of(db, debtor)
    known = state.accounts[account]
    where = address_of(state.addresses, address)
    question = asked(
        state,
        known,
        policies.all_of(db),
        at,
        where,
        reserved.by_debtor(db).get(debtor, ()),
        channel=channel,
        place=place,
        party=party,
        pays=pays,
    )
    return answer(question)
