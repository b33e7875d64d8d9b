"""Tells what the office changed in a day that the collector has already seen. Reads no clock.

What he saw is kept as a picture of the day; the next day received is laid beside it, and the picture is
renewed when he says that he has read the differences.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.words import N_, Phrase

from .store import settings
from .store.db import Store
from .today import Day, DayStop

SEEN = "day.seen"


def changes(store: Store, day: Day | None) -> tuple[Phrase, ...]:
    """What is different from the day as he saw it last; of a day never seen, nothing: it is seen now."""
    if day is None:
        return ()
    with store.reading() as db:
        seen = settings.get(db, SEEN)
    if not isinstance(seen, dict) or seen.get("date") != day.date.isoformat():
        read(store, day)
        return ()
    return tuple(_differences(seen["stops"], picture(day)["stops"]))


def read(store: Store, day: Day) -> None:
    """From now on this is the day as he has seen it."""
    with store.writing() as db:
        settings.put(db, SEEN, picture(day))


def picture(day: Day) -> dict[str, Any]:
    """What is compared of a day, by debtor: stops are made anew with every version of a route."""
    return {
        "date": day.date.isoformat(),
        "stops": {one.case.state.id: _of(one) for one in (*day.stops, *day.left_out)},
    }


def _of(stop: DayStop) -> dict[str, Any]:
    return {
        "name": stop.name,
        "planned": stop.sequence is not None,
        "stopped": str(stop.stopped) if stop.stopped is not None else "",
        "window": None if stop.window is None else [f"{at:%Y-%m-%dT%H:%M}" for at in stop.window],
        "appointment": stop.appointment,
        "owes": any(one.standing is not None and one.standing.overdue > 0 for one in stop.accounts),
    }


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Phrase]:
    found = []
    for debtor in {**before, **now}:
        old, new = before.get(debtor), now.get(debtor)
        said = _difference(old, new)
        if said:
            found.append(Phrase(said, {"name": (new or old or {}).get("name") or "—"}))
    return found


def _difference(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    """The one thing that matters most of what changed about a debtor; "" for nothing."""
    if new is None:
        return N_("{name}: ya no está en su día") if old and old["planned"] else ""
    if old is None:
        return N_("{name}: es nuevo en su día") if new["planned"] else ""
    if old["owes"] and not new["owes"]:
        return N_("{name}: pagó en la oficina, ya no se visita")
    if new["stopped"] and not old["stopped"]:
        return N_("{name}: una regla ya no permite visitarlo")
    if old["planned"] != new["planned"]:
        return N_("{name}: es nuevo en su día") if new["planned"] else N_("{name}: salió de su ruta")
    if new["planned"] and (old["appointment"], old["window"]) != (new["appointment"], new["window"]):
        return N_("{name}: cambió su hora")
    return ""
