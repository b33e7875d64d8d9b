"""What every decision on a request to be erased shares: its state, day, reason and facts. No SQL."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping

from sync.records import Refused
from sync.words import N_, Phrase

from ..store import erasures, facts, offices
from ..store.scopes import Scope

USUAL_ZONE = "America/Bogota"
LONGEST = 1000


def found(connection: Connection, request: str, scope: Scope | None) -> RowMapping:
    held = erasures.request(connection, request)
    if held is None or erasures.debtor(connection, held["debtor_id"], scope) is None:
        raise LookupError(request)
    return held


def unfit(known_words: bool, text: str, shortest: int) -> Refused | None:
    if not known_words:
        return Refused(Phrase(N_("Elija una de las opciones")), "erasure.choice")
    if not shortest <= len(text.strip()) <= LONGEST:
        return Refused(Phrase(N_("Escriba la razón, de 3 a 1000 letras")), "erasure.reason")
    return None


def decided() -> Refused:
    return Refused(Phrase(N_("Esta solicitud ya se resolvió; lo resuelto no se cambia")), "erasure.decided")


def reason_of(number: int) -> str:
    """What the signed word says: the request, never the person."""
    return f"solicitud {number}"


def open_of(connection: Connection, debtor_id: str) -> int:
    return sum(row["state"] == "open" for row in erasures.accounts_of(connection, debtor_id))


def today_at(connection: Connection, now: datetime) -> date:
    zone = offices.get(connection, "timezone") or USUAL_ZONE
    return now.astimezone(ZoneInfo(str(zone))).date()


def remember(
    connection: Connection, kind: str, request_id: str, said: dict[str, Any], actor: str, now: datetime
) -> None:
    facts.append(connection, kind, as_of=now.date(), now=now, actor=actor, subject=request_id, payload=said)
