"""Says how long a laptop may work without meeting the office, and extends it by a code over the telephone."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from sync import lease
from sync.wire.errors import Problem
from sync.words import N_, Phrase

from .store import devices, facts, offices
from .store.engine import writing

SETTING = "lease_days"
USUAL_DAYS = 14
LONGEST_DAYS = 365


def days(connection: Connection) -> int:
    """The office's policy, in days."""
    held = offices.get(connection, SETTING)
    return held if isinstance(held, int) else USUAL_DAYS


def until(connection: Connection, now: datetime) -> datetime:
    """Until when a laptop that speaks now may work without speaking again."""
    return now + timedelta(days=days(connection))


def set_days(engine: Engine, many: int, *, actor: str, now: datetime) -> None:
    """Change the policy; each laptop hears of it at its next exchange."""
    if not 1 <= many <= LONGEST_DAYS:
        text = N_("El plazo sin ver a la oficina va de 1 a {most} días")
        raise Problem("validation_failed", Phrase(text, {"most": LONGEST_DAYS}))
    with writing(engine) as connection:
        offices.put(connection, SETTING, many)
        facts.append(
            connection, "lease.days_set", as_of=now.date(), now=now, actor=actor, payload={"days": many}
        )


def code_for(
    engine: Engine, device_id: str, challenge: str, more_days: int, *, actor: str, now: datetime
) -> str:
    """The code that opens a closed laptop for some days, for the words it shows. Logged.

    Raises Problem not_found, revoked or validation_failed.
    """
    if not lease.is_challenge(challenge) or not 1 <= more_days <= lease.MOST_DAYS:
        text = N_("Escriba las 8 letras que muestra el portátil, y de 1 a {most} días")
        raise Problem("validation_failed", Phrase(text, {"most": lease.MOST_DAYS}))
    with writing(engine) as connection:
        device = devices.by_id(connection, device_id)
        if device is None:
            raise Problem("not_found", Phrase(N_("No hay un portátil {id}"), {"id": device_id[:40]}))
        if device.revoked_at is not None:
            raise Problem("revoked")
        facts.append(
            connection,
            "lease.code_given",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=device_id,
            payload={"days": more_days, "challenge": lease.normal(challenge)},
        )
        devices.note(connection, device_id, lease_until=now + timedelta(days=more_days))
    return lease.code(bytes.fromhex(device.token_sha256), challenge, more_days)
