"""Decides what is not known of contacts made elsewhere: a declared source that is silent or late. No store.

Caps are the debtor's, on every channel and by whoever contacts him. Where a lender's own dialler may have
called and nobody said so, a cap that looks free may be full: that is a warning that names what is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ..records import Ruling
from ..words import N_, Phrase
from .answers import warn
from .clauses import Cite

# Files come on working days: Friday's still speaks for Monday.
STALE_AFTER_DAYS = 3
RULE = "contacts.unknown"


@dataclass(frozen=True)
class OutsideSource:
    """A system that contacts a lender's debtors too. `through`: the last day it is known to the end."""

    name: str
    through: date | None = None
    channels: tuple[str, ...] = ()  # empty: any
    stale_after_days: int = STALE_AFTER_DAYS

    def unknown_on(self, day: date) -> bool:
        """True when so much of the days before is missing that caps on `day` may be wrong."""
        return self.through is None or (day - self.through).days > self.stale_after_days


_LATE = {
    "call": N_("No se conocen las llamadas de {source} desde el {day}."),
    "message": N_("No se conocen los mensajes de {source} desde el {day}."),
    "email": N_("No se conocen los correos de {source} desde el {day}."),
    "letter": N_("No se conocen las cartas de {source} desde el {day}."),
    "visit": N_("No se conocen las visitas de {source} desde el {day}."),
    "": N_("No se conocen los contactos de {source} desde el {day}."),
}
_NEVER = {
    "call": N_("No se conocen las llamadas de {source}: nunca han llegado."),
    "message": N_("No se conocen los mensajes de {source}: nunca han llegado."),
    "email": N_("No se conocen los correos de {source}: nunca han llegado."),
    "letter": N_("No se conocen las cartas de {source}: nunca han llegado."),
    "visit": N_("No se conocen las visitas de {source}: nunca han llegado."),
    "": N_("No se conocen los contactos de {source}: nunca han llegado."),
}


def unknown_rulings(sources: Iterable[OutsideSource], day: date) -> tuple[Ruling, ...]:
    """A warning for each source of which too little is known on the local `day`."""
    return tuple(
        warn(Cite(RULE, quote=source.name), _unknown(source)) for source in sources if source.unknown_on(day)
    )


def _unknown(source: OutsideSource) -> Phrase:
    what = source.channels[0] if len(source.channels) == 1 else ""
    if source.through is None:
        return Phrase(_NEVER.get(what, _NEVER[""]), {"source": source.name})
    first = source.through + timedelta(days=1)
    return Phrase(_LATE.get(what, _LATE[""]), {"source": source.name, "day": f"{first:%d/%m/%Y}"})


def to_wire(source: OutsideSource) -> dict[str, Any]:
    return {
        "name": source.name,
        "through": source.through.isoformat() if source.through else None,
        "channels": list(source.channels),
        "stale_after_days": source.stale_after_days,
    }


def from_wire(said: Mapping[str, Any]) -> OutsideSource:
    """What `to_wire` wrote; a field that is not there is as nobody had said it."""
    through = said.get("through")
    return OutsideSource(
        str(said["name"]),
        date.fromisoformat(through) if isinstance(through, str) else through,
        tuple(said.get("channels", ())),
        int(said.get("stale_after_days", STALE_AFTER_DAYS)),
    )
