"""What whoever closes a month should know first: what it would not see yet. Forbids nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from sync.words import N_, Phrase

from ..commissioning import last_of
from ..store import months, offices

USUAL_ZONE = "America/Bogota"


@dataclass(frozen=True)
class Caution:
    """Something that a closed month would not see: how much of it, and the page where it is mended."""

    because: Phrase
    page: str = ""


def warnings(connection: Connection, month: date, lender_id: str | None) -> list[Caution]:
    """What whoever closes should know first. None of it forbids closing."""
    start, end = _span(connection, month)
    found = []
    if count := months.quarantined(connection, end):
        text = N_("{count} eventos en cuarentena: sus visitas no están en el mes")
        found.append(Caution(Phrase(text, {"count": count}), "quarantine.index"))
    if count := months.unreviewed(connection, start, end, lender_id):
        found.append(
            Caution(Phrase(N_("{count} hallazgos del mes sin resolver"), {"count": count}), "findings.index")
        )
    if names := months.unsent(connection, end):
        text = N_("{count} portátiles que no han entregado todo: {names}")
        values: dict[str, str | int | float] = {"count": len(names), "names": ", ".join(names[:8])}
        found.append(Caution(Phrase(text, values), "devices.index"))
    for name, through in months.paid_through(connection, lender_id):
        if through is None or through < last_of(month):
            text = N_("Los pagos de {lender} se conocen hasta {day}, y el mes termina después")
            day = through.strftime("%d/%m/%Y") if through else "—"
            found.append(Caution(Phrase(text, {"lender": name, "day": day}), "imports.index"))
    return found


def _span(connection: Connection, month: date) -> tuple[datetime, datetime]:
    zone = ZoneInfo(offices.get(connection, "timezone") or USUAL_ZONE)
    after = last_of(month) + timedelta(days=1)
    return datetime.combine(month, time(), tzinfo=zone), datetime.combine(after, time(), tzinfo=zone)
