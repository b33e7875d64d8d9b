"""Mends routes when something from outside arrives: drafts lose what is barred, published stops are flagged.

A published stop stays on its laptop, which judges it by the same facts and shows the block; whether the day
is planned again is the coordinator's to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from sync.records import Contact, Interval, Place, RouteState, Ruling, Verdict, Visit
from sync.rules.asking import PLACE_OF
from sync.rules.caps import LOOKS_BACK
from sync.rules.contact import deciding, judge_visit

from .doors import Packs
from .packs import at_office, pack_of
from .store import cases, encounters, facts, repairs, seats
from .store.cases import Case
from .store.repairs import Ahead


@dataclass(frozen=True)
class Mended:
    """How many stops were left out of drafts, and how many published ones were flagged now."""

    left_out: int = 0
    flagged: int = 0


def repair(
    connection: Connection,
    debtor_ids: Collection[str],
    *,
    now: datetime,
    actor: str,
    packs: Packs = pack_of,
) -> Mended:
    """Judge again every stop still ahead of these debtors, at its very hour. The caller's transaction."""
    since = (now - timedelta(days=1)).date()  # yesterday in UTC may be today somewhere
    planned = repairs.ahead(connection, debtor_ids, since)
    if not planned:
        return Mended()
    barred, fewer = _barred(connection, planned, now, at_office(connection, packs))
    drafts: dict[str, dict[str, Ruling]] = defaultdict(dict)
    published: dict[str, Ruling] = {}
    for stop in planned:
        if stop.id not in barred:
            continue
        if stop.state is RouteState.DRAFT:
            drafts[stop.route][stop.id] = barred[stop.id]
        else:
            published[stop.id] = barred[stop.id]
    for route, out in sorted(drafts.items()):
        repairs.leave_out(connection, route, out)
    for stop in planned:
        if stop.state is RouteState.DRAFT and stop.id in fewer:
            repairs.take_accounts(connection, stop.id, fewer[stop.id])
    flagged = repairs.flag(connection, published, now, actor)
    _remember(connection, drafts, flagged, now, actor)
    return Mended(sum(map(len, drafts.values())), len(flagged))


def _barred(
    connection: Connection, planned: Sequence[Ahead], now: datetime, packs: Packs
) -> tuple[dict[str, Ruling], dict[str, list[str]]]:
    """Stop → the ruling that forbids it for all its accounts; stop → the accounts left, where some are."""
    debtors = {stop.debtor for stop in planned}
    last = max(stop.day for stop in planned)
    known = cases.of(connection, debtors, last, now)
    met = encounters.history(connection, debtors, min(stop.eta for stop in planned) - LOOKS_BACK)
    booked = seats.reserved(connection, debtors, (now - timedelta(days=1)).date(), but=((), ()))
    barred: dict[str, Ruling] = {}
    fewer: dict[str, list[str]] = {}
    for stop in planned:
        case = known[stop.debtor]
        history = [*met.get(stop.debtor, ()), *booked.get(stop.debtor, ())]
        verdicts = _verdicts(stop, case, history, packs)
        refused = {account: ruling for account, ruling in verdicts.items() if ruling is not None}
        if verdicts and len(refused) == len(verdicts):
            barred[stop.id] = next(iter(refused.values()))
        elif refused:
            fewer[stop.id] = [account for account in stop.accounts if account not in refused]
    return barred, fewer


def _verdicts(
    stop: Ahead, case: Case, history: Iterable[Contact | Visit], packs: Packs
) -> Mapping[str, Ruling | None]:
    """Account → the ruling that forbids the stop for it. Its own place in the caps does not count."""
    happened = Interval(
        stop.eta.astimezone(UTC), stop.eta.astimezone(UTC) + timedelta(seconds=stop.service_s)
    )
    address = next((one for one in case.addresses if one.id == stop.address), None)
    place = PLACE_OF[address.kind] if address is not None else Place.HOME
    seen = tuple(history)
    found: dict[str, Ruling | None] = {}
    for account in case.accounts:
        if account.id not in stop.accounts:
            continue
        verdict = judge_visit(
            packs(account.pack),
            happened,
            case.debtor.zone,
            place=place,
            credit_type=account.credit_type,
            exception_evidence=account.exception_evidence,
            history=seen,
            address_state=address.state if address is not None else "accepted",
            stops=case.stops_of(account.id),
            ignore={stop.id},
            about=case.circumstances(account, address),
        )
        found[account.id] = _refusal(verdict)
    return found


def _refusal(verdict: Verdict) -> Ruling | None:
    return deciding(verdict) if verdict.blocked else None


def _remember(
    connection: Connection,
    drafts: Mapping[str, Mapping[str, Ruling]],
    flagged: Sequence[str],
    now: datetime,
    actor: str,
) -> None:
    for route, out in sorted(drafts.items()):
        facts.append(
            connection,
            "route.repaired",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=route,
            payload={"left_out": {stop: ruling.rule for stop, ruling in sorted(out.items())}},
        )
    if flagged:
        facts.append(
            connection,
            "route.flagged",
            as_of=now.date(),
            now=now,
            actor=actor,
            payload={"stops": sorted(flagged)},
        )
