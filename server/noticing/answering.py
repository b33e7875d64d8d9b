"""What the office says to whoever holds a slip of it: who came, when, and how to be sure. Knows no page.

It says nothing of a debtor, an account or a debt, and answers only to a whole token or to a code printed on
a paper: there is nothing to count through. A laptop's key vouches for its own agent alone. What a laptop that
is no longer trusted signed holds only where its delivery is already known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine

from sync import slips
from sync.keys import DEVICE, OFFICE, Keyring, PublicKey
from sync.slips import NotASlip, Slip, Standing
from sync.stationery import Agency, Public, WrongStationery

from ..enrolling import keyring_of
from ..store import agents, notices
from ..store.engine import reading
from .letterheads import letterhead

# A laptop's clock may be behind the moment at which the office let it in.
BEHIND = timedelta(days=2)
GENUINE, EXPIRED, FORGED, UNKNOWN, MISTYPED = "genuine", "expired", "forged", "unknown", "mistyped"


@dataclass(frozen=True)
class Answer:
    """`standing` is one of the five words above; the rest is known of a genuine or expired one only."""

    standing: str
    agency: Agency
    public: Public
    day: date | None = None
    who: str = ""
    handed: datetime | None = None
    code: str = ""


def answer(engine: Engine, said: str, now: datetime) -> Answer:
    """The answer to a token, or to a code as somebody typed it."""
    with reading(engine) as connection:
        agency, public = _house(connection)
        token: str | None = said if len(said) == slips.LENGTH else None
        if token is None:
            code = slips.typed_code(said) if len(said) <= 40 else None
            if code is None:
                return Answer(MISTYPED, agency, public)
            token = notices.token_of(connection, code)
            if token is None:
                return Answer(UNKNOWN, agency, public, code=slips.shown(code))
        standing, slip = _judged(connection, token, now)
        if slip is None:
            return Answer(standing, agency, public)
        agent = agents.by_id(connection, slip.agent) if slip.agent != slips.NO_AGENT else None
        code = slips.code_of(token)
        return Answer(
            standing,
            agency,
            public,
            day=slip.day,
            who=agent.name if agent else "",
            handed=notices.handed_over(connection, code),
            code=slips.shown(code),
        )


def _judged(connection: Connection, token: str, now: datetime) -> tuple[str, Slip | None]:
    try:
        slip, _ = slips.read_token(token)
    except NotASlip:
        return FORGED, None
    office = keyring_of(connection)
    if office.find(slip.key_id, OFFICE) is not None:
        standing, _ = slips.judge_token(token, office, OFFICE, now)
    else:
        row, ring = _laptops(connection, slip.key_id)
        if row is None or row["agent_id"] != slip.agent:
            return FORGED, None
        standing, _ = slips.judge_token(token, ring, DEVICE, now)
        known = notices.handed_over(connection, slips.code_of(token)) is not None
        if standing is not Standing.FORGED and row["revoked_at"] is not None and not known:
            return UNKNOWN, None
    return (FORGED, None) if standing is Standing.FORGED else (str(standing), slip)


def _laptops(connection: Connection, key_id: str) -> tuple[dict[str, object] | None, Keyring]:
    """The laptop whose key this is, and a ring of that key alone."""
    for row in notices.public_keys(connection):
        key = PublicKey(
            bytes(row["public_key"]), DEVICE, row["id"], row["enrolled_at"] - BEHIND, row["revoked_at"]
        )
        if key.id == key_id:
            return dict(row), Keyring((key,))
    return None, Keyring()


def _house(connection: Connection) -> tuple[Agency, Public]:
    try:
        whole = letterhead(connection, None)
    except WrongStationery:
        return Agency(), Public()
    return whole.agency, whole.public
