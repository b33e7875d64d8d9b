"""Gives every account that is late enough for the field to an agent, or says which rule bars it.

The unit is the debtor: one agent has all of him. Who has an agent keeps him; only newcomers are
shared out, so that running twice on a day changes nothing, and fifty new debtors move no other. Moved
are those who have been with an agent for as long as he may have them, those who have an appointment on
a day on which their agent is away, and, with `rebalance`, whoever it pays to move. Knows no page and no
command line.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Engine

from sync.records import Refused

from ..doors import Packs
from ..packs import pack_of
from ..roads import Roads
from ..roads.picking import without_roads
from ..store.engine import reading, writing
from .deciding import Progress, decide, silent
from .keeping import keep
from .remote import share_out
from .reporting import AssignmentReport

__all__ = ["AssignmentReport", "assign"]


@without_roads("assign.no_roads")
def assign(
    engine: Engine,
    *,
    as_of: date,
    actor: str,
    now: datetime,
    dry_run: bool = False,
    rebalance: bool = False,
    progress: Progress | None = None,
    roads: Roads | None = None,
    packs: Packs = pack_of,
) -> AssignmentReport | Refused:
    """Assign as of a day. Refused without agents, and for a day before one already decided.

    `roads` gives the provider for a means of travel; without it distances are straight-line estimates.
    With `rebalance` whoever has an agent may be moved, at a cost.
    """
    say = progress or silent
    with reading(engine) if dry_run else writing(engine) as connection:
        found = decide(
            connection, as_of=as_of, now=now, rebalance=rebalance, roads=roads, packs=packs, say=say
        )
        if isinstance(found, Refused):
            return found
        report = found.report
        report.dry_run = dry_run
        if not dry_run:
            say("saving")
            keep(connection, found, as_of=as_of, actor=actor, now=now)
        say("sharing out what may not be visited")
        report.remote = share_out(
            connection,
            found.works,
            as_of=as_of,
            now=now,
            actor=actor,
            write=not dry_run,
            field_agents=found.agents,
        )
        return report
