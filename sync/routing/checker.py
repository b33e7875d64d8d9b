"""Checks a route that someone else planned, from what it claims. Shares no code with what plans it.

It reads no problem and no solver's data: only what the route claims of its stops, lunch and ways,
and what is known now of hours, caps, appointments, hands and roads.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta, tzinfo

from ..words import N_, Phrase
from .claims import ClaimedCap, ClaimedLunch, ClaimedRoute, ClaimedStop, LunchRule, Violation

__all__ = [
    "ClaimedCap",
    "ClaimedLunch",
    "ClaimedRoute",
    "ClaimedStop",
    "LunchRule",
    "Violation",
    "check",
]


def check(route: ClaimedRoute, zone: tzinfo) -> tuple[Violation, ...]:
    """Everything wrong with the route; empty when it may be published. `zone` is the agent's."""
    return (
        *_repeated(route),
        *_foreign(route),
        *_late_or_early(route, zone),
        *_wrong_ways(route),
        *_unlawful(route, zone),
        *_not_received(route, zone),
        *_missed(route, zone),
        *_too_short(route),
        *_over_caps(route, zone),
        *_lunch(route, zone),
        *_by_hand(route),
        *_past_changed(route, zone),
        *_away(route, zone),
        *_outside_shift(route, zone),
        *_certified(route),
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
    """Each stop, and lunch, must be reachable from what is before it by the time it claims."""
    found: list[Violation] = []
    free = max(route.shift.start, route.free_from or route.shift.start)
    done = {stop for stop, _ in route.frozen}
    for number, stop in enumerate(route.stops, 1):
        if route.lunch is not None and route.lunch.after == number - 1:
            free = max(free + timedelta(seconds=route.lunch.travel_s), route.lunch.ends)
        if stop.id in done:
            continue  # what is past was as it was
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


def _wrong_ways(route: ClaimedRoute) -> list[Violation]:
    """The ways must be those of the roads that the route names, and these the roads in use."""
    if not route.measured_by:
        return []
    if route.roads != route.measured_by:
        because = Phrase(N_("la ruta se planificó con otra red vial que la de ahora; vuelva a planificar"))
        return [Violation("route.roads", "", because)]
    ways = [(stop.id, number, stop.travel_s, stop.measured_s) for number, stop in enumerate(route.stops, 1)]
    if route.stops:
        ways.append(("", len(route.stops) + 1, route.back_s, route.measured_back_s))
    if route.lunch is not None:
        ways.append(("", route.lunch.after + 1, route.lunch.travel_s, route.lunch.measured_s))
    text = N_("el trayecto {n} dice durar {claimed} s y por la red vial dura {measured} s")
    return [
        Violation("route.matrix", stop, Phrase(text, {"n": number, "claimed": claimed, "measured": measured}))
        for stop, number, claimed, measured in ways
        if measured is not None and measured != claimed
    ]


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


def _not_received(route: ClaimedRoute, zone: tzinfo) -> list[Violation]:
    """A company receives on its days and in its counter's hours."""
    found: list[Violation] = []
    for number, stop in enumerate(route.stops, 1):
        if stop.received is None:
            continue
        ends = stop.starts + timedelta(seconds=stop.service_s)
        if not any(span.start <= stop.starts and ends <= span.end for span in stop.received):
            because = Phrase(
                N_("la parada {n}, a las {start}, cae fuera de las horas en que allí reciben"),
                {"n": number, "start": _clock(stop.starts, zone)},
            )
            found.append(Violation("route.received", stop.id, because))
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


def _too_short(route: ClaimedRoute) -> list[Violation]:
    text = N_("la parada {n} dura {claimed} min y ese tipo de visita toma {needs} min")
    return [
        Violation(
            "route.service",
            stop.id,
            Phrase(text, {"n": number, "claimed": stop.service_s // 60, "needs": -(-stop.needs_s // 60)}),
        )
        for number, stop in enumerate(route.stops, 1)
        if stop.service_s < stop.needs_s
    ]


def _over_caps(route: ClaimedRoute, zone: tzinfo) -> list[Violation]:
    """With this visit, no cap is passed in any stretch of days that holds it."""
    found: list[Violation] = []
    for number, stop in enumerate(route.stops, 1):
        day = stop.starts.astimezone(zone).date()
        for cap in stop.caps:
            most = max(
                sum(first <= one < first + timedelta(days=length) for one in cap.counted)
                for first, length in _stretches(cap, day)
            )
            if most + 1 > cap.maximum:
                values = {"n": number, "count": most, "limit": cap.maximum}
                text = N_("la parada {n} pasa el límite de contactos del deudor: ya tiene {count} de {limit}")
                found.append(Violation(cap.rule, stop.id, Phrase(text, values)))
            elif any(abs((one - day).days) < cap.gap_days for one in cap.counted):
                text = N_("la parada {n} queda a menos de {gap} días de otro contacto del deudor")
                found.append(Violation(cap.rule, stop.id, Phrase(text, {"n": number, "gap": cap.gap_days})))
    return found


def _stretches(cap: ClaimedCap, day: date) -> list[tuple[date, int]]:
    """First day and length of every stretch in which the cap holds and which holds the day."""
    if cap.per == "week":
        return [(day - timedelta(days=day.weekday()), 7)]
    length = cap.days if cap.per == "rolling" else 1
    return [(day - timedelta(days=back), length) for back in range(length)]


def _lunch(route: ClaimedRoute, zone: tzinfo) -> list[Violation]:
    """Lunch is held, whole, in its window, and nobody is visited meanwhile."""
    rule, lunch = route.lunch_rule, route.lunch
    if rule is not None and lunch is None and route.stops:
        return [Violation("route.lunch", "", Phrase(N_("la jornada no deja lugar para el almuerzo")))]
    if lunch is None:
        return []
    found: list[Phrase] = []
    if rule is not None and not rule.window.start <= lunch.starts <= rule.window.end:
        found.append(
            Phrase(N_("el almuerzo empieza a las {clock}, fuera de su hora"), _at(lunch.starts, zone))
        )
    if rule is not None and (lunch.ends - lunch.starts).total_seconds() < rule.seconds:
        found.append(
            Phrase(N_("el almuerzo dura menos de {minutes} min"), {"minutes": -(-rule.seconds // 60)})
        )
    before = route.stops[lunch.after - 1] if 0 < lunch.after <= len(route.stops) else None
    free = route.shift.start if before is None else before.starts + timedelta(seconds=before.service_s)
    if lunch.starts < free + timedelta(seconds=lunch.travel_s):
        found.append(
            Phrase(
                N_("el almuerzo dice empezar a las {clock} y no se llega a esa hora"), _at(lunch.starts, zone)
            )
        )
    return [Violation("route.lunch", "", because) for because in found]


def _by_hand(route: ClaimedRoute) -> list[Violation]:
    """What a person fixed is in the route, in the order he gave."""
    visited = [stop.debtor for stop in route.stops]
    found = [
        Violation("route.locked", "", Phrase(N_("falta un deudor que se fijó a mano para ese día")))
        for debtor in route.locked
        if debtor not in visited
    ]
    wanted = [debtor for debtor in route.hand_order if debtor in visited]
    held = [(number, stop) for number, stop in enumerate(route.stops, 1) if stop.debtor in route.hand_order]
    for (number, stop), debtor in zip(held, wanted, strict=False):
        if stop.debtor != debtor:
            text = N_("la parada {n} no está en el orden que se fijó a mano")
            found.append(Violation("route.hand_order", stop.id, Phrase(text, {"n": number})))
            break
    return found


def _past_changed(route: ClaimedRoute, zone: tzinfo) -> list[Violation]:
    """What was done or begun stays first and as it was; what is new begins later."""
    found: list[Violation] = []
    first = [(stop.id, stop.starts) for stop in route.stops[: len(route.frozen)]]
    if first != list(route.frozen):
        text = N_("la ruta cambia paradas que ya se hicieron o empezaron")
        found.append(Violation("route.frozen", "", Phrase(text)))
    if route.free_from is None:
        return found
    done = {stop for stop, _ in route.frozen}
    for number, stop in enumerate(route.stops, 1):
        if stop.id not in done and stop.starts < route.free_from:
            values: dict[str, str | int] = {
                "n": number,
                **_at(stop.starts, zone),
                "now": _clock(route.free_from, zone),
            }
            text = N_("la parada {n} empieza a las {clock}, antes de las {now}, cuando el gestor queda libre")
            found.append(Violation("route.frozen", stop.id, Phrase(text, values)))
    return found


def _away(route: ClaimedRoute, zone: tzinfo) -> list[Violation]:
    found: list[Violation] = []
    for number, stop in enumerate(route.stops, 1):
        ends = stop.starts + timedelta(seconds=stop.service_s)
        if any(stop.starts < span.end and span.start < ends for span in route.away):
            values: dict[str, str | int] = {"n": number, **_at(stop.starts, zone)}
            because = Phrase(N_("la parada {n}, a las {clock}, cae en una ausencia del gestor"), values)
            found.append(Violation("route.away", stop.id, because))
    return found


def _certified(route: ClaimedRoute) -> list[Violation]:
    """The certificate's value is that of the stops, and its bound is not below it."""
    found: list[Violation] = []
    worth = sum(stop.value for stop in route.stops)
    if route.value is not None and route.value != worth:
        text = N_("el certificado dice un valor de {claimed} y las paradas suman {worth}")
        found.append(
            Violation("route.certificate", "", Phrase(text, {"claimed": route.value, "worth": worth}))
        )
    if route.bound is not None and route.bound < worth:
        text = N_("la cota del certificado, {bound}, es menor que el valor de las paradas, {worth}")
        found.append(Violation("route.certificate", "", Phrase(text, {"bound": route.bound, "worth": worth})))
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
    leaves = last.starts + timedelta(seconds=last.service_s)
    if route.lunch is not None:
        ends = max(ends, route.lunch.ends)
        if route.lunch.after == len(route.stops):
            leaves = max(leaves + timedelta(seconds=route.lunch.travel_s), route.lunch.ends)
    back = max(ends, leaves + timedelta(seconds=route.back_s))
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
