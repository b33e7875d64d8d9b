"""The field agents: who they are, where their day starts and how long it lasts. Knows no route."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, insert, select, true, update

from sync.ids import new_id

from .chunks import among, found
from .tables import agents, users


@dataclass(frozen=True)
class Agent:
    """One field agent, his shift local to `timezone`. Without a home his day starts at its first door."""

    id: str
    name: str
    user_id: str | None
    username: str
    branch: str
    team: str
    zone: str
    home_lat: float | None
    home_lon: float | None
    shift_start: str
    shift_end: str
    timezone: str
    vehicle: str
    max_accounts: int | None
    active: bool
    lunch_s: int = 2700
    lunch_from: str = "13:00"
    lunch_to: str = "15:00"
    languages: frozenset[str] = frozenset()  # empty: nobody asked
    longest_stay_days: int | None = None
    territory: tuple[tuple[float, float], ...] = ()  # the corners of the ground drawn for him

    @property
    def home(self) -> tuple[float, float] | None:
        if self.home_lat is None or self.home_lon is None:
            return None
        return self.home_lat, self.home_lon

    @property
    def where(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def shift(self, day: date) -> tuple[datetime, datetime]:
        """The shift of a local day, as instants in UTC."""
        start, end = (
            datetime.combine(day, time.fromisoformat(clock), tzinfo=self.where).astimezone(UTC)
            for clock in (self.shift_start, self.shift_end)
        )
        return start, end

    def lunch(self, day: date) -> tuple[datetime, datetime] | None:
        """The stretch of a local day in which he begins and ends his lunch; None when he takes none."""
        if not self.lunch_s:
            return None
        start, end = (
            datetime.combine(day, time.fromisoformat(clock), tzinfo=self.where).astimezone(UTC)
            for clock in (self.lunch_from, self.lunch_to)
        )
        return start, end


def add(
    connection: Connection,
    *,
    name: str,
    user_id: str | None = None,
    branch: str = "",
    team: str = "",
    zone: str = "",
    home_lat: float | None = None,
    home_lon: float | None = None,
    shift_start: str = "08:00",
    shift_end: str = "17:00",
    timezone: str = "America/Bogota",
    vehicle: str = "motorcycle",
    max_accounts: int | None = None,
    lunch_s: int = 2700,
    lunch_from: str = "13:00",
    lunch_to: str = "15:00",
    languages: Iterable[str] = (),
    longest_stay_days: int | None = None,
    territory: Sequence[tuple[float, float]] = (),
) -> str:
    """Add an agent and return his id. Raises ValueError when his shift, zone or home cannot be."""
    if time.fromisoformat(shift_start) >= time.fromisoformat(shift_end):
        raise ValueError(f"the shift {shift_start}-{shift_end} ends before it starts")
    ZoneInfo(timezone)
    if (home_lat is None) != (home_lon is None):
        raise ValueError("a home is a latitude and a longitude")
    agent_id = new_id()
    connection.execute(
        insert(agents).values(
            id=agent_id,
            user_id=user_id,
            name=name,
            branch=branch,
            team=team,
            zone=zone,
            home_lat=home_lat,
            home_lon=home_lon,
            shift_start=shift_start,
            shift_end=shift_end,
            timezone=timezone,
            vehicle=vehicle,
            max_accounts=max_accounts,
            lunch_s=lunch_s,
            lunch_from=lunch_from,
            lunch_to=lunch_to,
            languages=" ".join(sorted(languages)),
            longest_stay_days=longest_stay_days,
            territory=[list(corner) for corner in territory] or None,
            active=True,
        )
    )
    return agent_id


def set_active(connection: Connection, agent_id: str, active: bool) -> None:
    connection.execute(update(agents).where(agents.c.id == agent_id).values(active=active))


def by_id(connection: Connection, agent_id: str) -> Agent | None:
    return _first(connection, agents.c.id == agent_id)


def by_ids(connection: Connection, agent_ids: Iterable[str]) -> dict[str, Agent]:
    return {row["id"]: _agent(row) for row in found(connection, _by_ids(), agent_ids)}


def by_user(connection: Connection, user_id: str) -> Agent | None:
    return _first(connection, agents.c.user_id == user_id)


def by_username(connection: Connection, username: str) -> Agent | None:
    return _first(connection, users.c.username == username)


def one_of(connection: Connection, agent_id: str, *conditions: ColumnElement[bool]) -> Agent | None:
    """The agent where the conditions, such as a scope's, let him through."""
    return _first(connection, and_(agents.c.id == agent_id, *conditions))


def all_active(connection: Connection) -> list[Agent]:
    """Those who may be given work, by name."""
    return every(connection, agents.c.active.is_(true()))


def change(connection: Connection, agent_id: str, **values: Any) -> None:
    """Set columns of one agent: languages (as `"es qu"`), longest_stay_days, territory."""
    connection.execute(update(agents).where(agents.c.id == agent_id).values(**values))


def every(connection: Connection, *conditions: ColumnElement[bool]) -> list[Agent]:
    """All agents by name, those who left too; `conditions` is where a scope goes."""
    query = _query().where(*conditions).order_by(agents.c.name, agents.c.id)
    return [_agent(row) for row in connection.execute(query).mappings()]


def seen(connection: Connection, agent_id: str, scope: ColumnElement[bool]) -> Agent | None:
    """One agent, where he is in a scope."""
    return next(iter(every(connection, agents.c.id == agent_id, scope)), None)


def named(connection: Connection, text: str) -> list[Agent]:
    """The agents that `text` may mean: an id, a user name, or a full name whatever its capitals."""
    known = every(connection)
    exact = [agent for agent in known if text in (agent.id, agent.username)]
    return exact or [agent for agent in known if agent.name.casefold() == text.strip().casefold()]


def _query() -> Any:
    joined = agents.outerjoin(users, users.c.id == agents.c.user_id)
    return select(agents, users.c.username).select_from(joined)


@cache
def _by_ids() -> Any:
    """Made once, for `found`."""
    return _query().where(among(agents.c.id))


def _first(connection: Connection, condition: ColumnElement[bool]) -> Agent | None:
    row = connection.execute(_query().where(condition)).mappings().first()
    return _agent(row) if row is not None else None


def _agent(row: Mapping[Any, Any]) -> Agent:
    return Agent(
        id=row["id"],
        name=row["name"],
        user_id=row["user_id"],
        username=row["username"] or "",
        branch=row["branch"],
        team=row["team"],
        zone=row["zone"],
        home_lat=row["home_lat"],
        home_lon=row["home_lon"],
        shift_start=row["shift_start"],
        shift_end=row["shift_end"],
        timezone=row["timezone"],
        vehicle=row["vehicle"],
        max_accounts=row["max_accounts"],
        active=bool(row["active"]),
        lunch_s=row["lunch_s"],
        lunch_from=row["lunch_from"],
        lunch_to=row["lunch_to"],
        languages=frozenset(row["languages"].split()),
        longest_stay_days=row["longest_stay_days"],
        territory=tuple((lat, lon) for lat, lon in row["territory"] or ()),
    )
