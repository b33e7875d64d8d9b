"""Plans the rest of the collector's day again, with no network, on the matrix that came with his route.

Nothing changes until he takes what is proposed, and what he took can be undone. The office's route stays
as it was published; a newer version of it puts the change away. Knows no page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sync.records import Interval, Refused
from sync.routing.rest import Began, Happened, LunchAhead, PlannedDoor, Rest, plan_rest
from sync.rules.policy import zone_of
from sync.wire.fields import instant, parse_instant
from sync.words import N_, Phrase

from .store import records, settings
from .store.db import Database, Store
from .today import PROPOSED, TAKEN, Day, DayStop, day_of, received

GIVEN_UP = N_("no se visita hoy: usted lo dejó")
# So often a change may be undone; what came before is forgotten.
DEEP = 10
# Lunch may move so far from the hour it was planned for.
LUNCH_GIVE = timedelta(hours=1)


@dataclass(frozen=True)
class Proposal:
    """What would change: the day as it is, and the rest of it as it would be."""

    day: Day
    rest: Rest
    given_up: tuple[str, ...]


def propose(store: Store, now: datetime, happened: Happened) -> Proposal | Refused:
    """Work the rest of today's route out again. Refused where nothing is left, or no matrix to do it on."""
    day = day_of(store, now)
    with store.reading() as db:
        zone = zone_of(received(db).timezone) or ZoneInfo("UTC")
        route = None if day is None else records.get(db, "route", day.id)
    if day is None or route is None or day.next is None:
        return Refused(Phrase(N_("No quedan paradas por hacer en la ruta de hoy")), "reroute.nothing")
    if now >= day.end:
        return Refused(Phrase(N_("El turno ya terminó: no queda tiempo que planificar")), "reroute.over")
    if not route["matrix"].get("points"):
        return Refused(
            Phrase(N_("La ruta vino sin tiempos de viaje: reciba su día otra vez")), "reroute.bare"
        )
    values = {said["id"]: int(said.get("value", 1)) for said in route["stops"]}
    services = {said["id"]: int(said["service_s"]) for said in route["stops"]}
    done = [stop.id for stop in day.stops if stop.done]
    rest = plan_rest(
        [_door(stop, values[stop.id], services[stop.id]) for stop in _open(day)],
        route["matrix"],
        Began(Interval(day.start, day.end), max(now, day.start), _at(day), done),
        happened,
        zone=zone,
        approximate=day.approximate,
        lunch=_lunch(route, day, now),
    )
    proposal = Proposal(day, rest, tuple(sorted(happened.given_up)))
    with store.writing() as db:
        settings.put(db, PROPOSED, _kept(proposal))
    return proposal


def move(store: Store, now: datetime, stop: str, by: int) -> Proposal | Refused:
    """Reckon the rest of the day with a stop `by` places later (earlier where negative) than it is."""
    day = day_of(store, now)
    ahead = [] if day is None else [one.id for one in day.stops if not one.done and one.stopped is None]
    if stop not in ahead:
        return Refused(Phrase(N_("Esa parada ya no está por hacer")), "reroute.nothing")
    place = ahead.index(stop)
    wanted = min(max(place + by, 0), len(ahead) - 1)
    if wanted == place:
        return Refused(Phrase(N_("Esa parada ya está en ese extremo de la ruta")), "reroute.edge")
    ahead.insert(wanted, ahead.pop(place))
    return propose(store, now, Happened(order=tuple(ahead)))


def take(store: Store) -> bool:
    """Take what was proposed last; False when nothing is proposed, or the office sent another route."""
    with store.writing() as db:
        made = settings.get(db, PROPOSED)
        if made is None or not _stands(db, made):
            return False
        before = settings.get(db, TAKEN) or []
        same = [one for one in before if one["route"] == made["route"]]
        settings.put(db, TAKEN, [*same, made][-DEEP:])
        settings.drop(db, PROPOSED)
    return True


def leave(store: Store) -> None:
    """Put what was proposed away."""
    with store.writing() as db:
        settings.drop(db, PROPOSED)


def undo(store: Store) -> bool:
    """Take the last change back; False when there is none."""
    with store.writing() as db:
        taken = settings.get(db, TAKEN) or []
        if not taken:
            return False
        settings.put(db, TAKEN, taken[:-1])
    return True


def called_in(stop: DayStop, day: Day, since: datetime, until: datetime) -> Mapping[str, Interval] | Refused:
    """A debtor called and can be met between these two moments."""
    if until <= since or since >= day.end:
        return Refused(
            Phrase(N_("La hora acordada termina antes de empezar, o cae fuera del turno")), "reroute.hours"
        )
    return {stop.id: Interval(max(since, day.start), until)}


def _lunch(route: Mapping[str, Any], day: Day, now: datetime) -> LunchAhead | None:
    """The lunch still to come, near the hour it was planned for."""
    meal = route.get("lunch")
    if not meal:
        return None
    start, end = parse_instant(meal["starts"]), parse_instant(meal["ends"])
    if now >= start:
        return None
    planned, give = int((start - day.start).total_seconds()), int(LUNCH_GIVE.total_seconds())
    return LunchAhead(int((end - start).total_seconds()), max(0, planned - give), planned + give)


def _open(day: Day) -> Sequence[DayStop]:
    """Whoever could still be visited: not done, not stopped by a rule, on the map."""
    return [
        one
        for one in (*day.stops, *day.left_out)
        if not one.done and one.stopped is None and one.lat is not None
    ]


def _at(day: Day) -> str:
    """The stop where he was last; "" before the first."""
    made = [one for one in day.stops if one.visit is not None]
    if not made:
        return ""
    return max(made, key=lambda one: one.visit.visit.happened.end if one.visit else day.start).id


def _door(stop: DayStop, value: int, service_s: int) -> PlannedDoor:
    return PlannedDoor(
        id=stop.id,
        service_s=service_s,
        value=value,
        window=None if stop.window is None else Interval(*stop.window),
        appointment=stop.appointment,
        eta=stop.eta if stop.sequence is not None else None,
    )


def _kept(proposal: Proposal) -> dict[str, Any]:
    gone = {stop: Phrase(GIVEN_UP) for stop in proposal.given_up} | dict(proposal.rest.out)
    return {
        "route": proposal.day.id,
        "version": proposal.day.version,
        "order": [[one.id, instant(one.eta)] for one in proposal.rest.stops],
        "out": {stop: because.to_json() for stop, because in gone.items()},
    }


def _stands(db: Database, made: Mapping[str, Any]) -> bool:
    route = records.get(db, "route", made["route"])
    return route is not None and route["version"] == made["version"]
