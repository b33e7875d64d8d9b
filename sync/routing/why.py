"""Why a candidate is not in the day: forces it in and names what breaks, by how much. Plans nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from ..words import N_, Phrase
from .records import Obstacle, Problem


def why_left_out(problem: Problem, order: Sequence[int], candidate: int) -> Obstacle:
    """The obstacle at the place where forcing the candidate in would break least.

    The candidate is tried at every place of `order`; whoever is late is served late, and the
    lateness of all windows and of the shift is added up.
    """
    if not problem.candidates[candidate].openings:
        return Obstacle("closed")
    found: tuple[int, Obstacle] | None = None
    for position in range(len(order) + 1):
        forced = [*order[:position], candidate, *order[position:]]
        total, first = _force(problem, forced, position)
        if found is None or total < found[0]:
            found = (total, first)
    if found is None:
        raise ValueError("an order has at least one place")
    return found[1]


def _force(problem: Problem, order: Sequence[int], forced: int) -> tuple[int, Obstacle]:
    """Seconds of lateness in all, and its gravest: the candidate's own window, another's, or the shift."""
    clock, total = 0, 0
    here: int | None = None
    own: Obstacle | None = None
    others: Obstacle | None = None
    for position, index in enumerate(order):
        arrival = clock + problem.travel_s(here, index)
        start = problem.candidates[index].start_at(arrival)
        if start is None:
            late = arrival - problem.candidates[index].openings[-1].latest_s
            total += late
            if position == forced:
                own = Obstacle("window", late, arrival)
            elif others is None:
                # The position in the route as it stands, without the one forced in.
                stop = position - 1 if position > forced else position
                others = Obstacle("displaces", late, arrival, stop)
        clock = (arrival if start is None else start) + problem.candidates[index].service_s
        here = index
    back = clock + problem.travel_s(here, None)
    over = back - problem.shift_s
    shift = Obstacle("shift", over, back) if over > 0 else None
    total += max(over, 0)
    # An obstacle with no lateness at all can only come from an order that was not filled up.
    return total, own or others or shift or Obstacle("shift")


def said(obstacle: Obstacle, starts: datetime, zone: tzinfo) -> Phrase:
    """The obstacle in words; `starts` is the start of the shift and `zone` the agent's."""
    minutes = -(-obstacle.by_s // 60)
    clock = (starts + timedelta(seconds=obstacle.at_s)).astimezone(zone).strftime("%H:%M")
    if obstacle.kind == "closed":
        return Phrase(N_("sin horario: ninguna hora permitida para visitarlo cae dentro del turno"))
    if obstacle.kind == "window":
        return Phrase(
            N_("fuera de su ventana: se llegaría a las {clock}, {minutes} min después de su última hora"),
            {"clock": clock, "minutes": minutes},
        )
    if obstacle.kind == "displaces":
        return Phrase(
            N_("no cabe: desplazaría la parada {stop} hasta las {clock}, {minutes} min tarde"),
            {"stop": (obstacle.stop or 0) + 1, "clock": clock, "minutes": minutes},
        )
    return Phrase(
        N_("fuera del turno: la jornada terminaría a las {clock}, {minutes} min después del fin del turno"),
        {"clock": clock, "minutes": minutes},
    )
