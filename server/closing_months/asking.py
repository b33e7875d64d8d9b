"""Asks that a month be closed, or takes that back; says why one cannot be. Another person closes it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, Engine

from sync.ids import new_id
from sync.records import Refused
from sync.words import N_, Phrase

from ..commissioning import last_of
from ..store import facts, months
from ..store.engine import writing
from .cautions import warnings


def ask(
    engine: Engine, month: date, lender_id: str | None, *, actor: str, now: datetime, today: date
) -> str | Refused:
    """Ask that a month be closed; another person closes it."""
    with writing(engine) as connection:
        refused = may_not(connection, month, lender_id, today)
        if refused is not None:
            return refused
        waiting = months.listed(connection, month=month, state="asked")
        if any(row["lender_id"] in (None, lender_id) or lender_id is None for row in waiting):
            return Refused(
                Phrase(N_("Ese cierre ya está pedido: falta que otra persona lo haga")), "month.asked"
            )
        told = warnings(connection, month, lender_id)
        made = new_id()
        months.add(
            connection,
            {
                "id": made,
                "month": month,
                "lender_id": lender_id,
                "state": "asked",
                "asked_at": now,
                "asked_by": actor,
                "warnings": [one.because.stored() | {"page": one.page} for one in told],
            },
        )
        payload = {"month": month.isoformat(), "lender": lender_id or "", "warnings": len(told)}
        facts.append(
            connection, "month.asked", as_of=today, now=now, actor=actor, subject=made, payload=payload
        )
    return made


def withdraw(engine: Engine, close_id: str, *, actor: str, now: datetime) -> bool:
    """Take back what was asked for; a month that was closed stays closed."""
    with writing(engine) as connection:
        done = months.change(connection, close_id, "withdrawn", decided_at=now, decided_by=actor)
        if done:
            facts.append(
                connection,
                "month.withdrawn",
                as_of=now.date(),
                now=now,
                actor=actor,
                subject=close_id,
                payload={},
            )
    return done


def may_not(connection: Connection, month: date, lender_id: str | None, today: date) -> Refused | None:
    """Why a month cannot be closed: it is not over, or it is closed."""
    if today <= last_of(month):
        return Refused(
            Phrase(N_("El mes no ha terminado: se cierra desde el día 1 del siguiente")), "month.over"
        )
    closed = months.closed_runs(connection, month)
    if any(row["lender_id"] in (None, lender_id) for row in closed):
        text = N_(
            "Ese mes ya está cerrado y no se reabre: lo que llegue tarde entra como ajuste del siguiente"
        )
        return Refused(Phrase(text), "month.closed")
    return None
