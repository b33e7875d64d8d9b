"""Checks a route that someone else planned, from what it claims. Shares no code with what plans it.

It reads no problem and no solver's data: only the stops with their instants, whose debtor each is,
the lawful hours, the appointments, the shift, and the travel between the doors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from ..records import Interval
from ..words import N_, Phrase


@dataclass(frozen=True)
class ClaimedStop:
    """A stop as the route claims it. `starts` is when service begins; `travel_s` leads to it.

    `owner` is the agent who has the debtor now (None: nobody); `lawful` are the stretches of the day
    in which the whole service must lie; `appointment` is the stretch in which it must begin.
    """

    id: str
    debtor: str
    address: str
    owner: str | None
    starts: datetime
    service_s: int
    travel_s: int
    lawful: tuple[Interval, ...]
    appointment: Interval | None = None


@dataclass(frozen=True)
class ClaimedRoute:
    """A route as it was stored; `back_s` is the travel from the last door to the depot."""

    agent: str
    shift: Interval
    stops: Sequence[ClaimedStop]
    back_s: int


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong: which rule, at which stop ("" for the whole day), and why in words."""

    rule: str
    stop: str
    because: Phrase


def check(route: ClaimedRoute, zone: tzinfo) -> tuple[Violation, ...]:
    """Everything wrong with the route; empty when it may be published. `zone` is for the words only."""
    return (
        *_repeated(route),
        *_foreign(route),
        *_late_or_early(route, zone),
        *_unlawful(route, zone),
        *_missed(route, zone),
        *_outside_shift(route, zone),
    )


def _repeated(route: ClaimedRoute) -> list[Violation]:
    found: list[Violation] = []
    debtors = Counter(stop.debtor for stop in route.stops)
    for number, stop in enumerate(route.stops, 1):
        if debtors[stop.debtor] > 1:
            because = Phrase(N_("la parada {n} repite a un deudor que ya tiene parada"), {"n": number})
            found.append(Violation("route.one_stop_per_debtor", stop.id, because))
    return found


def _foreign(route: ClaimedRoute) -> list[Violation]:
    return [
        Violation(
            "route.own_agent",
            stop.id,
            Phrase(N_("el deudor de la parada {n} ya no está asignado a este gestor"), {"n": number}),
        )
        for number, stop in enumerate(route.stops, 1)
        if stop.owner != route.agent
    ]


def _late_or_early(route: ClaimedRoute, zone: tzinfo) -> list[Violation]:
    """Each stop must be reachable from the one before it by the time it claims."""
    found: list[Violation] = []
    free = route.shift.start
    for number, stop in enumerate(route.stops, 1):
        arrival = free + timedelta(seconds=stop.travel_s)
        if stop.starts < arrival:
            values: dict[str, str | int] = {
                "n": number,
                "claimed": _clock(stop.starts, zone),
                "arrival": _clock(arrival, zone),
            }
            because = Phrase(
                N_("la parada {n} dice empezar a las {claimed} y no se llega antes de las {arrival}"), values
            )
            found.append(Violation("route.travel", stop.id, because))
        free = max(arrival, stop.starts) + timedelta(seconds=stop.service_s)
    return found


def _unlawful(route: ClaimedRoute, zone: tzinfo) -> list[Violation]:
    """The legal hour bounds the end of the service, not only its start."""
    found: list[Violation] = []
    for number, stop in enumerate(route.stops, 1):
        ends = stop.starts + timedelta(seconds=stop.service_s)
        if not any(span.start <= stop.starts and ends <= span.end for span in stop.lawful):
            values: dict[str, str | int] = {
                "n": number,
                "start": _clock(stop.starts, zone),
                "end": _clock(ends, zone),
            }
            because = Phrase(N_("la parada {n}, de {start} a {end}, cae fuera del horario permitido"), values)
            found.append(Violation("route.lawful_hours", stop.id, because))
    return found


def _missed(route: ClaimedRoute, zone: tzinfo) -> list[Violation]:
    found: list[Violation] = []
    for number, stop in enumerate(route.stops, 1):
        window = stop.appointment
        if window is not None and not window.start <= stop.starts <= window.end:
            values: dict[str, str | int] = {
                "n": number,
                "start": _clock(stop.starts, zone),
                "since": _clock(window.start, zone),
                "until": _clock(window.end, zone),
            }
            because = Phrase(
                N_("la parada {n} empieza a las {start} y su cita es de {since} a {until}"), values
            )
            found.append(Violation("route.appointment", stop.id, because))
    return found


def _outside_shift(route: ClaimedRoute, zone: tzinfo) -> list[Violation]:
    if not route.stops:
        return []
    found: list[Violation] = []
    first, last = route.stops[0], route.stops[-1]
    if first.starts < route.shift.start:
        because = Phrase(N_("la jornada empieza a las {clock}, antes del turno"), _at(first.starts, zone))
        found.append(Violation("route.shift", first.id, because))
    # Stops out of order cannot hide an end that is later than the last one's.
    ends = max(stop.starts + timedelta(seconds=stop.service_s) for stop in route.stops)
    back = max(ends, last.starts + timedelta(seconds=last.service_s + route.back_s))
    if back > route.shift.end:
        minutes = -(-int((back - route.shift.end).total_seconds()) // 60)
        because = Phrase(
            N_("la jornada termina a las {clock}, {minutes} min después del fin del turno"),
            {**_at(back, zone), "minutes": minutes},
        )
        found.append(Violation("route.shift", last.id, because))
    return found


def _clock(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%H:%M")


def _at(moment: datetime, zone: tzinfo) -> dict[str, str]:
    return {"clock": _clock(moment, zone)}
