"""The collector's day: the published route with what has happened at each stop so far. Reads no clock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sync.fold import DebtorState, KnownVisit
from sync.records import Address, Result, ResultClass
from sync.rules.caps import cap_rulings, counted
from sync.rules.circumstances import dates_of
from sync.rules.eligibility import may_be_visited
from sync.rules.policy import Policy, zone_of
from sync.rules.visit import RESULTS
from sync.wire.fields import parse_instant
from sync.words import N_, Phrase

from .casefile import AccountCase, Case, address_of, case_of, place_at
from .store import cases, policies, records, reserved, settings
from .store.db import Database, Store
from .store.reserved import Reserved

NARROW = timedelta(hours=5)
# Settings of this laptop: a change of the day that is proposed, and those that were taken, oldest first.
PROPOSED, TAKEN = "reroute.proposed", "reroute.taken"
PAID = N_("Pagó en la oficina: no le queda nada vencido.")
NEGATIVE = frozenset({Result.REFUSES, Result.DISPUTES, Result.CEASE, Result.ATTORNEY, Result.UNSAFE})
ABSENT = frozenset({ResultClass.NO_CONTACT, ResultClass.SKIP, ResultClass.VOID})


@dataclass(frozen=True)
class DayStop:
    """One stop. `state` is a key of the look's states; `left_out` and `stopped` say why it is not made."""

    id: str
    sequence: int | None
    case: Case
    address: Address | None
    accounts: tuple[AccountCase, ...]
    lat: float | None
    lon: float | None
    eta: datetime | None
    window: tuple[datetime, datetime] | None
    appointment: bool
    why: Phrase | None
    state: str
    visit: KnownVisit | None
    skipped: str
    stopped: Phrase | None

    @property
    def done(self) -> bool:
        return self.visit is not None or bool(self.skipped)

    @property
    def narrow(self) -> bool:
        """True for a window worth naming: an appointment, or much less than the lawful day."""
        return self.window is not None and (self.appointment or self.window[1] - self.window[0] < NARROW)

    @property
    def name(self) -> str:
        debtor = self.case.state.debtor
        return debtor.name if debtor else ""


@dataclass(frozen=True)
class Day:
    """A route and its stops in the order of driving; those left out apart."""

    id: str
    date: date
    version: int
    approximate: bool
    start: datetime
    end: datetime
    depot: tuple[float, float] | None
    stops: tuple[DayStop, ...]
    left_out: tuple[DayStop, ...]
    line: str = ""  # along the roads, as `sync.wire.lines` writes it; "" where the office knows none
    changed: bool = False  # the collector took another order than the office published

    @property
    def next(self) -> DayStop | None:
        return next((stop for stop in self.stops if not stop.done and stop.stopped is None), None)

    @property
    def done(self) -> int:
        return sum(stop.done for stop in self.stops)


@dataclass(frozen=True)
class Received:
    """What of the office's word is here: nothing counts as a day before all of it is."""

    complete: bool
    agent_name: str
    timezone: str
    fictitious: str


def received(db: Database) -> Received:
    agent = records.first_of(db, "agent") or {}
    packs = policies.all_of(db).values()
    return Received(
        complete=bool(settings.get(db, "complete", False)),
        agent_name=agent.get("name") or settings.get(db, "agent_name", ""),
        timezone=agent.get("timezone", "America/Bogota"),
        fictitious=next((policy.name for policy in packs if policy.fictitious), ""),
    )


def day_of(store: Store, now: datetime, wanted: date | None = None) -> Day | None:
    """The route of `wanted`, or of today; with none today the next to come, else the last one past."""
    with store.reading() as db:
        if not settings.get(db, "complete", False):
            return None
        today = local_date(now, received(db).timezone)
        route = _route(records.all_of(db, "route"), wanted or today, exact=wanted is not None)
        if route is None:
            return None
        packs = policies.all_of(db)
        taken = _taken(db, route)
        if taken is not None:
            route = _as_taken(route, taken)
        places = reserved.by_debtor(db)
        stops = [_stop(db, route, said, packs, now, places) for said in route["stops"]]
    return Day(
        id=route["id"],
        date=date.fromisoformat(route["date"]),
        version=route["version"],
        approximate=route["approximate"],
        start=parse_instant(route["start"]),
        end=parse_instant(route["end"]),
        depot=None if route["depot_lat"] is None else (route["depot_lat"], route["depot_lon"]),
        stops=tuple(sorted((s for s in stops if s.sequence is not None), key=lambda s: s.sequence or 0)),
        left_out=tuple(stop for stop in stops if stop.sequence is None),
        line=route.get("line", ""),
        changed=taken is not None,
    )


def _taken(db: Database, route: Mapping[str, Any]) -> dict[str, Any] | None:
    """The last change taken of this very version of the route."""
    made: list[dict[str, Any]] = settings.get(db, TAKEN) or []
    mine = [one for one in made if one["route"] == route["id"] and one["version"] == route["version"]]
    return mine[-1] if mine else None


def _as_taken(route: dict[str, Any], taken: Mapping[str, Any]) -> dict[str, Any]:
    """The route with its rest in the order that was taken; those done before keep their places."""
    order = {stop: (place, eta) for place, (stop, eta) in enumerate(taken["order"])}
    ahead = {*order, *taken["out"]}
    first = sum(one["sequence"] is not None and one["id"] not in ahead for one in route["stops"])
    before = sorted(
        (one for one in route["stops"] if one["sequence"] is not None and one["id"] not in ahead),
        key=lambda one: one["sequence"],
    )
    places = {one["id"]: number for number, one in enumerate(before, 1)}
    stops = []
    for one in route["stops"]:
        if one["id"] in order:
            place, eta = order[one["id"]]
            one = one | {"sequence": first + place + 1, "eta": eta}
        elif one["id"] in taken["out"]:
            one = one | {"sequence": None, "eta": None, "why": json.loads(taken["out"][one["id"]])}
        elif one["id"] in places:
            one = one | {"sequence": places[one["id"]]}
        stops.append(one)
    return {**route, "stops": stops, "line": ""}


def local_date(now: datetime, timezone: str) -> date:
    zone = zone_of(timezone)
    return (now.astimezone(zone) if zone else now).date()


def _route(routes: list[dict[str, Any]], day: date, *, exact: bool) -> dict[str, Any] | None:
    text = day.isoformat()
    same = [route for route in routes if route["date"] == text]
    if same or exact:
        return max(same, key=lambda route: route["version"], default=None)
    ahead = sorted((r for r in routes if r["date"] > text), key=lambda r: (r["date"], -r["version"]))
    past = sorted((r for r in routes if r["date"] < text), key=lambda r: (r["date"], r["version"]))
    return ahead[0] if ahead else past[-1] if past else None


def _stop(
    db: Database,
    route: dict[str, Any],
    said: dict[str, Any],
    packs: Mapping[str, Policy],
    now: datetime,
    places: Reserved,
) -> DayStop:
    state = cases.state_of(db, said["debtor"])
    case = case_of(state, packs, now, said["address"], places.get(said["debtor"], ()))
    accounts = tuple(account for account in case.accounts if account.id in said["accounts"])
    visit = visit_at(state, said["id"], date.fromisoformat(route["date"]))
    skipped = next((fact.body["cause"] for fact in state.of("skip") if fact.body["stop"] == said["id"]), "")
    stopped = _withdrawn(said) or _stopped(case, accounts, said["address"])
    if stopped is None and visit is None and not skipped:
        stopped = _full(case, accounts, date.fromisoformat(route["date"]))
    window = said["window_start"], said["window_end"]
    return DayStop(
        id=said["id"],
        sequence=said["sequence"],
        case=case,
        address=address_of(state, said["address"]),
        accounts=accounts,
        lat=said["lat"],
        lon=said["lon"],
        eta=None if said["eta"] is None else parse_instant(said["eta"]),
        window=None if None in window else (parse_instant(window[0]), parse_instant(window[1])),
        appointment=said["appointment"],
        why=_phrase(said["why"]),
        state=_badge(visit, stopped, said["appointment"]),
        visit=visit,
        skipped=skipped,
        stopped=stopped,
    )


def visit_at(state: DebtorState, stop: str, day: date) -> KnownVisit | None:
    """The last visit made at this stop, or to this debtor on its day."""
    zone = zone_of(state.zone)
    made = [
        known
        for known in state.visits
        if known.visit.stop == stop or known.visit.happened.start.astimezone(zone).date() == day
    ]
    return made[-1] if made else None


def _stopped(case: Case, accounts: tuple[AccountCase, ...], address: str | None) -> Phrase | None:
    """Why no account of the stop may be visited on any hour of the day; None when one may."""
    because: Phrase | None = None
    owing = [one for one in accounts if one.standing is None or one.standing.overdue > 0]
    if accounts and not owing:
        return Phrase(PAID)
    for account in owing:
        where = address_of(case.state, address)
        verdict = may_be_visited(
            account.known.account,
            account.policy,
            case.today,
            stops=case.state.stops(account.id, case.today),
            place=place_at(where),
            address_state=where.state if where else "accepted",
            dates=dates_of(account.known.account, account.payments),
        )
        if not verdict.blocked:
            return None
        because = next(one.because for one in verdict.rulings if one.decision == "block")
    return because


def _full(case: Case, accounts: tuple[AccountCase, ...], day: date) -> Phrase | None:
    """Why no account leaves room for a visit that day: somebody called or wrote since it was planned."""
    where = zone_of(case.zone)
    if where is None or day < case.today or not accounts:
        return None
    contacts = counted(case.state.history)
    full = []
    for account in accounts:
        rulings = cap_rulings(account.policy, "visit", day, contacts, where) if account.policy else ()
        full.append(next((one.because for one in rulings if one.decision == "block"), None))
    return None if None in full else full[0]


def _withdrawn(said: Mapping[str, Any]) -> Phrase | None:
    return _phrase(said.get("withdrawn"))


def _phrase(said: Any) -> Phrase | None:
    if not isinstance(said, dict) or not isinstance(said.get("msgid"), str):
        return None
    values = said.get("values")
    return Phrase(said["msgid"], dict(values) if isinstance(values, dict) else {})


def _badge(visit: KnownVisit | None, stopped: Phrase | None, appointment: bool) -> str:
    if visit is not None:
        return badge_of(visit)
    if stopped is not None:
        return "detenida"
    return "agendada" if appointment else "pendiente"


def badge_of(known: KnownVisit) -> str:
    """The look's state of a visit that was made: the promise first, then what needs care."""
    results = [result.result for result in known.visit.results]
    if any(RESULTS[result].promise for result in results):
        return "promesa"
    if any(result in NEGATIVE for result in results):
        return "negativa"
    if any(RESULTS[result].cls is ResultClass.STOP for result in results):
        return "detenida"
    if results and all(RESULTS[result].cls in ABSENT for result in results):
        return "no_encontrado"
    return "visitada"
