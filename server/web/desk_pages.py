"""What the assignment desk's page shows of a draft, and whom its forms name. Changes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import abort, render_template, request
from sqlalchemy import Connection

from sync.money import from_minor
from sync.records import Refused

from ..assigning import moving, weighing
from ..assigning.moving import Asked, Effect
from ..store import agents as workforce
from ..store import change_rows, change_sets
from ..store.agents import Agent
from ..store.boards import desk as board
from ..store.boards.desk import NOBODY, Filter
from ..store.change_rows import Load
from ..store.change_sets import OPEN, ChangeSet
from ..store.debtors import folded
from ..store.engine import reading
from . import here
from .paging import SIZE, Page, place

# More debtors than these are gathered on the map, and an agent is chosen for the reader to begin with.
EACH = 3000
AGENTS = 40


@dataclass(frozen=True)
class Bar:
    """An agent's load as the desk shows it: before the draft and after it, with his number on the map."""

    agent: Agent | None
    number: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def touched(self) -> bool:
        return self.before != self.after


def page_of(set_id: str, answer: Effect | Refused | None = None) -> str:
    scope = here.scope()
    with reading(here.engine()) as connection:
        found = found_set(connection, set_id)
        asked = asked_filter(connection, found)
        figures = board.figures(connection, scope, found.id)
        page = _page(connection, found, asked)
        staff = staff_of(connection)
        loads = change_rows.loads(connection, found.id)
        moves = change_rows.moves(connection, found.id)
        lost = board.overtaken(connection, scope, found.id, SIZE) if figures["overtaken"] else []
        zones = board.zones(connection, scope)
        back = change_sets.undone_by(connection, found.id)
    bars = _bars(staff, loads)
    load_page, load_pages = place(request.args.get("loads"), len(bars), AGENTS)
    return render_template(
        "desk/draft.html",
        draft=found,
        open=found.state == OPEN,
        may_move=found.state == OPEN and here.may("desk.move"),
        figures=figures,
        page=page,
        asked=asked,
        given=given_filter(asked),
        words=request.values.get("q", ""),
        everybody=[(one.id, one.name) for one in staff],
        workers=[(one.id, one.name) for one in staff if one.active],
        names={one.id: one.name for one in staff},
        numbers={one.id: number for number, one in enumerate(staff, 1)},
        bars=Page(bars[(load_page - 1) * AGENTS : load_page * AGENTS], load_page, load_pages, len(bars)),
        most=max((max(bar.before["debtors"], bar.after["debtors"]) for bar in bars), default=0),
        spread=_spread(bars),
        moves=moves,
        lost=lost,
        zones=[(one, one) for one in zones],
        back=back,
        form=request.form,
        **effect_shown(answer),
    )


def _page(connection: Connection, found: ChangeSet, asked: Filter) -> Page[dict[str, Any]]:
    """The page that was asked for, in one reading; the last one where that page is beyond it."""
    scope, wanted = here.scope(), request.args.get("page")
    number, _all = place(wanted, 10**8)
    rows = board.listed(connection, scope, found.id, asked, limit=SIZE, offset=(number - 1) * SIZE)
    if rows or number == 1:
        total = rows[0]["total"] if rows else 0
        return Page(rows, number, place(wanted, total)[1], total)
    total = board.counted(connection, scope, found.id, asked)
    number, pages = place(wanted, total)
    rows = board.listed(connection, scope, found.id, asked, limit=SIZE, offset=(number - 1) * SIZE)
    return Page(rows, number, pages, total)


def effect_shown(answer: Effect | Refused | None) -> dict[str, Any]:
    """What the part that tells an effect needs."""
    names: dict[str, str] = {}
    refusals: dict[tuple[str, str], list[Any]] = {}
    warnings: dict[str, list[Any]] = {}
    if isinstance(answer, Effect):
        with reading(here.engine()) as connection:
            names = {one.id: one.name for one in staff_of(connection)}
        for refusal in answer.refused.values():
            said = refusals.setdefault((refusal.rule, str(refusal.because)), [refusal, 0])
            said[1] += 1
        for _debtor, warning in answer.warned:
            told = warnings.setdefault(str(warning), [warning, 0])
            told[1] += 1
    return {
        "effect": answer if isinstance(answer, Effect) else None,
        "effect_refused": here.sentence(answer.reason) if isinstance(answer, Refused) else "",
        "effect_names": names,
        "refusals": sorted(refusals.values(), key=lambda one: -one[1]),
        "warnings": sorted(warnings.values(), key=lambda one: -one[1]),
        "in_major": in_major,
        "hours": hours,
    }


def found_set(connection: Connection, set_id: str) -> ChangeSet:
    """A set of this person; of anybody for who sees the whole portfolio."""
    found = change_sets.by_id(connection, set_id)
    if found is None or not (here.sees_everything() or found.actor == here.actor()):
        abort(404)
    return found


def asked_filter(connection: Connection, found: ChangeSet) -> Filter:
    """The filter of the address; where nobody could read all, it begins with the changes or one agent."""
    values = {name: request.values.get(name, "").strip() for name in ("agent", "zone", "q", "only")}
    asked = Filter(values["agent"], values["zone"], tuple(folded(values["q"]).split()), values["only"])
    if found.state != OPEN and asked.whole:
        return Filter(only="changed")
    if asked.whole and "only" not in request.values:
        loads = change_rows.loads(connection, found.id)
        if sum(load.after["debtors"] for load in loads.values()) > EACH:
            heaviest = max(loads.values(), key=lambda load: (load.after["debtors"], load.agent))
            return Filter(agent=heaviest.agent or NOBODY)
    return asked


def given_filter(asked: Filter) -> dict[str, str]:
    """The filter as an address carries it."""
    given = {"agent": asked.agent, "zone": asked.zone, "q": " ".join(asked.words), "only": asked.only}
    return {name: value for name, value in given.items() if value}


def _bars(staff: list[Agent], loads: Mapping[str, Load]) -> list[Bar]:
    """Who is touched comes first, then who has most."""
    found = [
        Bar(agent, number, loads[agent.id].before, loads[agent.id].after)
        for number, agent in enumerate(staff, 1)
        if agent.id in loads and (agent.active or loads[agent.id].before["debtors"])
    ]
    return sorted(found, key=lambda bar: (not bar.touched, -bar.after["debtors"], bar.number))


def _spread(bars: list[Bar]) -> tuple[float | None, float | None]:
    """How far the heaviest of who works is above the even share, before and after."""
    working = [bar for bar in bars if bar.agent is not None and bar.agent.active]
    before = weighing.spread([bar.before for bar in working])
    return before, weighing.spread([bar.after for bar in working])


def staff_of(connection: Connection) -> list[Agent]:
    return workforce.every(connection, here.scope().agents())


def in_major(minor: int, currency: str) -> Decimal:
    return from_minor(minor, currency)


def hours(seconds: int) -> str:
    """Hours and minutes, as a load is read."""
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def chosen(connection: Connection, found: ChangeSet) -> Asked:
    """Whom the form names: those marked, all of the filter, or those inside the ring."""
    scope, which = here.scope(), request.form.get("which", "marked")
    limit = moving.MOST + 1
    if which == "filter":
        debtors = board.ids(connection, scope, found.id, asked_filter(connection, found), limit=limit)
    elif which == "ring":
        ring = _ring()
        asked = asked_filter(connection, found)
        debtors = board.within(connection, scope, found.id, asked, ring, limit=limit) if ring else []
    else:
        marked = request.form.getlist("debtor")[:limit]
        debtors = (
            board.ids(connection, scope, found.id, Filter(), limit=limit, among=marked) if marked else []
        )
    return Asked(
        found.id, tuple(debtors), request.form.get("to", ""), request.form.get("why", "").strip()[:500], scope
    )


def _ring() -> list[tuple[float, float]]:
    """The lasso's corners; none for what is no ring."""
    try:
        given = json.loads(request.form.get("ring", "")[:20_000])
        ring = [(float(lat), float(lon)) for lat, lon in given]
    except (ValueError, TypeError, RecursionError):
        return []
    fine = all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in ring)
    return ring if fine and 3 <= len(ring) <= board.CORNERS else []
