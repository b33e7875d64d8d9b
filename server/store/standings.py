"""Reads the cache of standings for a day: counts, boards, lists and searches within a scope. Writes nothing.

The age of a debt is a comparison of `late_since` with the day, by the edges of each account's pack.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Lock
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Select,
    and_,
    case,
    false,
    func,
    or_,
    select,
    true,
)

from sync.rules import ageing

from . import counters, prepared
from .scopes import Scope
from .settling import NEVER, VERSION
from .tables import past_standings, standings

OF_THE_DAY = ("since", "as_of", "late_since", "overdue_minor", "total_minor")
Rows = list[dict[str, Any]]
Found = TypeVar("Found")


@dataclass(frozen=True)
class Ages:
    """Where a pack's buckets begin, and from which day on it sends to the street."""

    edges: tuple[int, ...] = ageing.DEFAULT_EDGES
    field_from: int = ageing.DEFAULT_EDGES[-1]


@dataclass(frozen=True)
class Packs:
    """The ages of the packs that are not as usual; of every other pack they are `usual`."""

    own: tuple[tuple[str, Ages], ...] = ()
    usual: Ages = Ages()

    def groups(self, pack: ColumnElement[str]) -> list[tuple[Ages, ColumnElement[bool]]]:
        """Each way of ageing with the accounts it holds for."""
        named = [name for name, _ages in self.own]
        ways: dict[Ages, list[str]] = {}
        for name, ages in self.own:
            ways.setdefault(ages, []).append(name)
        rest = pack.not_in(named) if named else true()
        return [(ages, pack.in_(names)) for ages, names in ways.items()] + [(self.usual, rest)]


@dataclass(frozen=True)
class Asked:
    """What a list is narrowed to; "" and False narrow nothing. `words`: folded, each part of name, number
    or document."""

    words: tuple[str, ...] = ()
    bucket: str = ""
    currency: str = ""
    zone: str = ""
    outcome: str = ""  # of none decided: unassigned
    state: str = ""
    lender: str = ""  # its id
    product: str = ""
    branch: str = ""
    team: str = ""
    agent: str = ""  # to whom it is assigned
    rule: str = ""
    debtor: str = ""
    field: bool = False
    unlocated: bool = False
    also: tuple[ColumnElement[bool], ...] = ()  # conditions on this very day's rows


@dataclass(frozen=True)
class OnDay:
    """The standings of a scope on a day, to ask of."""

    scope: Scope
    day: date
    packs: Packs
    rows: FromClause = field(compare=False)

    def seen(self, asked: Asked | None = None) -> ColumnElement[bool]:
        """The condition that lets a row through: the scope's, and what was asked."""
        return and_(self.scope.rows(self.rows), *(self._asked(asked) if asked else ()))

    def field(self) -> ColumnElement[bool]:
        """True from the day on which its pack sends an open account to the street."""
        c = self.rows.c
        ways = [and_(which, self._older(ages.field_from)) for ages, which in self.packs.groups(c.pack)]
        return and_(c.state == "open", c.as_of.is_not(None), or_(*ways))

    def band(self) -> ColumnElement[int]:
        """A number for each bucket of each way of ageing; `bucket_of` says its name."""
        c = self.rows.c
        whens = []
        for place, (ages, which) in enumerate(self.packs.groups(c.pack)):
            edges = reversed(list(enumerate(ages.edges, 1)))
            inner = case(
                *((self._older(edge), place * 100 + number) for number, edge in edges), else_=place * 100
            )
            whens.append((and_(c.as_of.is_not(None), which), inner))
        return case(*whens, else_=-1)

    def bucket_of(self, band: int) -> str:
        """The name of a band; "" for what has no balance up to the day."""
        if band < 0:
            return ""
        ages, _which = self.packs.groups(self.rows.c.pack)[band // 100]
        return ageing.buckets(ages.edges)[band % 100]

    def in_bucket(self, name: str) -> ColumnElement[bool]:
        c, ways = self.rows.c, []
        for ages, which in self.packs.groups(c.pack):
            names = ageing.buckets(ages.edges)
            if name not in names:
                continue
            place = names.index(name)
            least = self._older(ages.edges[place - 1]) if place else true()
            most = ~self._older(ages.edges[place]) if place < len(ages.edges) else true()
            ways.append(and_(which, least, most))
        return and_(c.as_of.is_not(None), or_(*ways)) if ways else false()

    def _older(self, days: int) -> ColumnElement[bool]:
        """At least so many days past due."""
        return self.rows.c.late_since <= self.day - timedelta(days=days) if days > 0 else true()

    def _asked(self, asked: Asked) -> list[ColumnElement[bool]]:
        c = self.rows.c
        parts: list[ColumnElement[bool]] = [
            c[name] == value
            for name, value in (
                ("currency", asked.currency),
                ("zone", asked.zone),
                ("state", asked.state),
                ("lender_id", asked.lender),
                ("product", asked.product),
                ("branch", asked.branch),
                ("team", asked.team),
                ("rule", asked.rule),
                ("debtor_id", asked.debtor),
            )
            if value
        ]
        parts += [c.search_text.contains(word, autoescape=True) for word in asked.words]
        if asked.agent:
            parts.append(and_(c.agent_id == asked.agent, c.outcome == "assigned"))
        if asked.outcome:
            parts.append(func.coalesce(c.outcome, "unassigned") == asked.outcome)
        if asked.bucket:
            parts.append(self.in_bucket(asked.bucket))
        if asked.field or asked.unlocated:
            parts.append(self.field())
        if asked.unlocated:
            parts.append(c.lat.is_(None))
        return [*parts, *asked.also]


def on(connection: Connection, scope: Scope, day: date, packs: Packs = Packs()) -> OnDay:
    """The standings of a day. Of today and later every account has its row at hand; of days before its last
    movement, or where a later value date is known already, its row is the one of that time."""
    newest = prepared.first(connection, _NEWEST)
    if newest is None or newest["since"] is None or newest["since"] <= day:
        return OnDay(scope, day, packs, standings)
    own = [column for column in standings.c if column.name not in OF_THE_DAY]
    before = standings.outerjoin(
        past_standings,
        and_(
            past_standings.c.account_id == standings.c.account_id,
            past_standings.c.since <= day,
            past_standings.c.until > day,
        ),
    )
    past = past_standings.c
    told = (
        func.coalesce(past.since, standings.c.since).label("since"),
        past.as_of,
        func.coalesce(past.late_since, NEVER, type_=past.late_since.type).label("late_since"),
        func.coalesce(past.overdue_minor, 0).label("overdue_minor"),
        func.coalesce(past.total_minor, 0).label("total_minor"),
    )
    whole = select(*own, *(standings.c[name] for name in OF_THE_DAY)).where(standings.c.since <= day)
    rest = select(*own, *told).select_from(before).where(standings.c.since > day)
    return OnDay(scope, day, packs, whole.union_all(rest).subquery("standings_of_day"))


_NEWEST = select(func.max(standings.c.since).label("since"))


def every(on_day: OnDay, connection: Connection) -> Rows:
    """All rows of the day, for comparing with the facts: a page asks for fewer."""
    c = on_day.rows.c
    query = select(*c, on_day.band().label("band"), on_day.field().label("field")).where(on_day.seen())
    return [
        dict(row) | {"bucket": on_day.bucket_of(row["band"])} for row in connection.execute(query).mappings()
    ]


def count(connection: Connection, on_day: OnDay, asked: Asked | None = None) -> int:
    query = select(func.count()).select_from(on_day.rows).where(on_day.seen(asked))
    return int(connection.execute(query).scalar_one())


def listed(
    connection: Connection, on_day: OnDay, asked: Asked | None = None, *, limit: int, offset: int = 0
) -> list[str]:
    """The ids of a page of accounts: the longest overdue first, then by name and number."""
    c = on_day.rows.c
    order = (c.late_since, c.search_name, c.number, c.account_id)
    query = select(c.account_id).where(on_day.seen(asked)).order_by(*order).limit(limit).offset(offset)
    return list(connection.execute(query).scalars())


def by_name(
    connection: Connection, on_day: OnDay, asked: Asked | None = None, *, limit: int, offset: int = 0
) -> list[str]:
    """The ids of a page of accounts, by debtor's name and account number."""
    c = on_day.rows.c
    order = (c.search_name, c.number, c.account_id)
    query = select(c.account_id).where(on_day.seen(asked)).order_by(*order).limit(limit).offset(offset)
    return list(connection.execute(query).scalars())


@dataclass(frozen=True)
class Where:
    """The located debtors of a scope: each with one of his accounts where they are few enough to be drawn
    one by one, else how many are in each cell of a grid."""

    accounts: dict[str, tuple[float, float]]
    cells: list[tuple[float, float, int]]
    debtors: int


CELLS = 40  # along the longer side of what is shown


def where(connection: Connection, on_day: OnDay, asked: Asked, *, most: int) -> Where:
    c = on_day.rows.c
    located = (on_day.seen(asked), c.lat.is_not(None))
    extent = connection.execute(
        select(people(on_day), func.min(c.lat), func.max(c.lat), func.min(c.lon), func.max(c.lon)).where(
            *located
        )
    ).one()
    if extent[0] <= most:
        found: dict[str, tuple[str, float, float]] = {}
        query = select(c.debtor_id, c.account_id, c.lat, c.lon).where(*located)
        for debtor, account, lat, lon in connection.execute(query.order_by(c.search_name, c.number)):
            found.setdefault(debtor, (account, lat, lon))
        return Where({account: (lat, lon) for account, lat, lon in found.values()}, [], len(found))
    south, north, west, east = extent[1:]
    side = max(north - south, east - west) / CELLS
    row, column = func.round((c.lat - south) / side), func.round((c.lon - west) / side)
    cells = select(func.avg(c.lat), func.avg(c.lon), people(on_day)).where(*located).group_by(row, column)
    told = [(float(lat), float(lon), int(count)) for lat, lon, count in connection.execute(cells)]
    return Where({}, told, int(extent[0]))


def owners(connection: Connection, on_day: OnDay, named: str) -> dict[str, str]:
    """Account → its debtor, of those seen with this number or id."""
    c = on_day.rows.c
    query = select(c.account_id, c.debtor_id).where(
        on_day.seen(), or_(c.number == named, c.account_id == named)
    )
    return {row.account_id: row.debtor_id for row in connection.execute(query)}


def accounts_seen(on_day: OnDay, asked: Asked | None = None) -> Select[tuple[str]]:
    """The accounts that are seen, as a query to ask within."""
    return select(on_day.rows.c.account_id).where(on_day.seen(asked))


def debtors(on_day: OnDay, asked: Asked | None = None) -> Select[tuple[str]]:
    """The debtors with an account that is seen, as a query to ask within."""
    return select(on_day.rows.c.debtor_id).where(on_day.seen(asked))


def people(on_day: OnDay) -> ColumnElement[int]:
    """How many debtors a group of rows has."""
    return _people(on_day, true())


def _people(on_day: OnDay, condition: ColumnElement[bool]) -> ColumnElement[int]:
    """Debtors of the rows for which it holds: only those with several accounts need to be told apart."""
    c = on_day.rows.c
    several = func.count(case((and_(condition, ~c.alone), c.debtor_id)).distinct())
    return func.coalesce(func.sum(case((and_(condition, c.alone), 1), else_=0)), 0) + several


def board(connection: Connection, on_day: OnDay) -> Rows:
    """The open accounts by currency and bucket: accounts, debtors, minor units overdue and in all."""
    c, band = on_day.rows.c, on_day.band().label("band")
    query = (
        select(
            c.currency,
            band,
            func.count().label("accounts"),
            people(on_day).label("debtors"),
            func.sum(c.overdue_minor).label("overdue_minor"),
            func.sum(c.total_minor).label("total_minor"),
        )
        .where(on_day.seen(), c.state == "open", c.as_of.is_not(None))
        .group_by(c.currency, band)
    )
    return [
        dict(row) | {"bucket": on_day.bucket_of(row["band"])} for row in connection.execute(query).mappings()
    ]


def figures(connection: Connection, on_day: OnDay) -> dict[str, Any]:
    """The scope in numbers, in one reading: accounts by state, for the field, by what was decided of them."""
    c, late = on_day.rows.c, on_day.field()

    def sum_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    lost = and_(late, c.lat.is_(None))
    query = select(
        func.count().label("total"),
        sum_of(c.state == "open").label("open"),
        sum_of(and_(c.state == "open", c.as_of.is_(None))).label("unaged"),
        sum_of(late).label("field"),
        sum_of(and_(late, c.outcome == "assigned")).label("assigned"),
        sum_of(and_(late, c.outcome == "barred")).label("barred"),
        sum_of(and_(late, or_(c.outcome.is_(None), c.outcome == "unassigned"))).label("unassigned"),
        people(on_day).label("debtors"),
        _people(on_day, lost).label("unlocated"),
        _people(on_day, c.lat.is_not(None)).label("located"),
        func.max(c.as_of).label("as_of"),
    ).where(on_day.seen())
    return dict(connection.execute(query).mappings().one())


def barred_by(connection: Connection, on_day: OnDay) -> Rows:
    """Accounts for the field that a rule bars, by rule and its source, most first."""
    c = on_day.rows.c
    query = (
        select(c.rule, c.rule_source, func.count().label("accounts"))
        .where(on_day.seen(), on_day.field(), c.outcome == "barred")
        .group_by(c.rule, c.rule_source)
        .order_by(func.count().desc(), c.rule)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def loads(connection: Connection, on_day: OnDay, agent_id: str = "") -> Rows:
    """By agent and currency what is assigned: accounts, debtors, those without a place, minor units overdue.

    A debtor with accounts in two currencies counts in both; `people_of` counts him once.
    """
    c = on_day.rows.c
    query = (
        select(
            c.agent_id,
            c.currency,
            func.count().label("accounts"),
            people(on_day).label("debtors"),
            _people(on_day, c.lat.is_(None)).label("unlocated"),
            func.sum(c.overdue_minor).label("overdue_minor"),
        )
        .where(on_day.seen(), c.outcome == "assigned", c.agent_id.is_not(None))
        .group_by(c.agent_id, c.currency)
    )
    if agent_id:
        query = query.where(c.agent_id == agent_id)
    return [dict(row) for row in connection.execute(query).mappings()]


def people_of(connection: Connection, on_day: OnDay, agent_id: str = "") -> dict[str, tuple[int, int]]:
    """By agent, the debtors assigned to him and how many of these have no place."""
    c = on_day.rows.c
    lost = case((c.lat.is_(None), c.debtor_id))
    query = (
        select(c.agent_id, func.count(c.debtor_id.distinct()), func.count(lost.distinct()))
        .where(on_day.seen(), c.outcome == "assigned", c.agent_id.is_not(None))
        .group_by(c.agent_id)
    )
    if agent_id:
        query = query.where(c.agent_id == agent_id)
    return {agent: (int(all_), int(without)) for agent, all_, without in connection.execute(query)}


def tallied(
    connection: Connection, on_day: OnDay, *names: str, asked: Asked | None = None
) -> list[tuple[Any, ...]]:
    """Accounts counted by these columns: (value, …, accounts)."""
    columns = [on_day.rows.c[name] for name in names]
    query = select(*columns, func.count()).where(on_day.seen(asked)).group_by(*columns).order_by(*columns)
    return [tuple(row) for row in connection.execute(query)]


def buckets_seen(connection: Connection, on_day: OnDay) -> list[str]:
    """The buckets that the scope's accounts are in, whatever their state."""
    band = on_day.band().label("band")
    query = select(band).where(on_day.seen()).distinct()
    return [name for name in {on_day.bucket_of(one) for one in connection.execute(query).scalars()} if name]


def packs_in_use(connection: Connection) -> list[str]:
    return sorted(connection.execute(select(standings.c.pack).distinct()).scalars())


REMEMBERED = 512
_kept: WeakKeyDictionary[Engine, OrderedDict[Hashable, Any]] = WeakKeyDictionary()
_lock = Lock()


def remembered(connection: Connection, key: Hashable, work: Callable[[], Found]) -> Found:
    """What `work` found under this key, as long as no standing has changed since; else it is done again.

    The key must name all that the answer depends on besides the standings. A changed office has another
    version, whichever process changed it.
    """
    whole = (counters.current(connection, VERSION), key)
    with _lock:
        kept = _kept.setdefault(connection.engine, OrderedDict())
        if whole in kept:
            kept.move_to_end(whole)
            return cast(Found, kept[whole])
    found = work()
    with _lock:
        kept[whole] = found
        while len(kept) > REMEMBERED:
            kept.popitem(last=False)
    return found
