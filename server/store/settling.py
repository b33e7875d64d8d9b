"""Keeps `standings` equal to the facts: triggers note what changed, and before its commit a writing
transaction works out those accounts anew. Judges nothing: the ageing is `sync.rules.ageing`'s.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Any
from weakref import WeakSet

from sqlalchemy import (
    Connection,
    Engine,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

from sync.money import to_minor
from sync.records import Payment
from sync.rules import ageing

from . import as_records, prepared
from .chunks import among, append, chunks, found
from .debtors import folded
from .ranking import place_rank
from .tables import (
    accounts,
    addresses,
    assignment_accounts,
    assignments,
    balances,
    counters,
    debtors,
    past_standings,
    payments,
    stale_standings,
    standings,
)

PIECE = 2_000
NEVER = date.max  # `late_since` of what is not overdue
BEGINNING = date.min  # `since` of an account without a balance
VERSION = "standings"  # the counter that changes with them: a number drawn, so that none comes twice
_LOCK = 0x52_4F_4E_44  # PostgreSQL: one transaction settles at a time, so that none reads half of another

_ready: WeakSet[Engine] = WeakSet()
_STALE = select(stale_standings.c.id).limit(1)


@dataclass(frozen=True)
class Stretch:
    """What an account owes from a day on, until the next stretch: amounts in minor units."""

    since: date
    as_of: date
    late_since: date
    overdue: int
    total: int


def settle(connection: Connection) -> None:
    """Work out anew the accounts that this transaction changed. For the end of every writing transaction."""
    if connection.engine not in _ready:
        if not inspect(connection).has_table(stale_standings.name):
            return  # the schema is older: a migration is under way
        _ready.add(connection.engine)
    if prepared.first(connection, _STALE) is None:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    stale = connection.execute(
        delete(stale_standings).returning(stale_standings.c.kind, stale_standings.c.id)
    ).all()
    changed = {id for kind, id in stale if kind == "account"}
    of_debtors = {id for kind, id in stale if kind == "debtor"}
    changed |= {row["id"] for row in found(connection, _OF_DEBTORS, of_debtors)}
    for piece in chunks(changed, PIECE):
        _settle(connection, piece)
    _renew(connection)


def rebuild(connection: Connection) -> int:
    """Throw the cache away and make it from the facts; how many accounts it holds."""
    connection.execute(delete(stale_standings))
    connection.execute(delete(past_standings))
    connection.execute(delete(standings))
    every = list(connection.execute(select(accounts.c.id).order_by(accounts.c.id)).scalars())
    for start in range(0, len(every), PIECE):
        _settle(connection, every[start : start + PIECE])
    _renew(connection)
    return len(every)


def forget(connection: Connection) -> None:
    """For a copy of a whole office, whose cache is copied with it: what the triggers noted was no change."""
    connection.execute(delete(stale_standings))


def _renew(connection: Connection) -> None:
    prepared.run(connection, _RENEWED[connection.dialect.name], {"drawn": secrets.randbits(62)})


def _renewed(make: Any) -> Any:
    drawn = bindparam("drawn", type_=counters.c.value.type)
    statement = make(counters).values(name=VERSION, value=drawn)
    return statement.on_conflict_do_update(index_elements=["name"], set_={"value": drawn})


_RENEWED = {"postgresql": _renewed(postgresql.insert), "sqlite": _renewed(sqlite.insert)}


_OF_DEBTORS = select(accounts.c.id).where(among(accounts.c.debtor_id))
_sibling = accounts.alias("sibling")
_NOW = (
    select(
        accounts.c.id.label("account_id"),
        accounts.c.debtor_id,
        accounts.c.lender_id,
        accounts.c.branch,
        accounts.c.team,
        accounts.c.zone,
        accounts.c.product,
        accounts.c.pack,
        accounts.c.currency,
        accounts.c.state,
        accounts.c.number,
        debtors.c.search_name,
        debtors.c.document,
        (
            ~exists(
                select(literal(1)).where(
                    _sibling.c.debtor_id == accounts.c.debtor_id, _sibling.c.id != accounts.c.id
                )
            )
        ).label("alone"),
        assignments.c.agent_id,
        assignment_accounts.c.outcome,
        assignment_accounts.c.rule,
        assignment_accounts.c.rule_source,
    )
    .join(debtors, debtors.c.id == accounts.c.debtor_id)
    .outerjoin(
        assignments, and_(assignments.c.debtor_id == accounts.c.debtor_id, assignments.c.until.is_(None))
    )
    .outerjoin(
        assignment_accounts,
        and_(
            assignment_accounts.c.assignment_id == assignments.c.id,
            assignment_accounts.c.account_id == accounts.c.id,
        ),
    )
    .where(among(accounts.c.id))
)
_BALANCES = (
    select(balances)
    .where(among(balances.c.account_id))
    .order_by(balances.c.account_id, balances.c.as_of, balances.c.recorded_at, balances.c.id)
)
_PAYMENTS = (
    select(payments)
    .where(among(payments.c.account_id))
    .order_by(payments.c.account_id, payments.c.value_date, payments.c.id)
)
_ADDRESSES = select(
    addresses.c.id,
    addresses.c.debtor_id,
    addresses.c.kind,
    addresses.c.precision,
    addresses.c.lat,
    addresses.c.lon,
).where(
    among(addresses.c.debtor_id),
    addresses.c.until.is_(None),
    addresses.c.state == "accepted",
    addresses.c.lat.is_not(None),
)
_HELD = select(standings).where(among(standings.c.account_id))
_HELD_PAST = select(past_standings).where(among(past_standings.c.account_id))
_GONE = delete(standings).where(among(standings.c.account_id))
_GONE_PAST = delete(past_standings).where(among(past_standings.c.account_id))
_ADDED, _ADDED_PAST = insert(standings), insert(past_standings)


def _settle(connection: Connection, ids: Sequence[str]) -> None:
    now, past = _rows(connection, ids)
    held = {row["account_id"]: dict(row) for row in found(connection, _HELD, ids)}
    _write(connection, (_GONE, _ADDED), ids, held, {row["account_id"]: row for row in now})
    before: dict[str, list[dict[str, Any]]] = {}
    for row in found(connection, _HELD_PAST, ids):
        before.setdefault(row["account_id"], []).append(dict(row))
    for rows in before.values():
        rows.sort(key=lambda row: row["since"])
    changed = [one for one in ids if before.get(one, []) != past.get(one, [])]
    _run_among(connection, _GONE_PAST, [one for one in changed if one in before])
    append(connection, _ADDED_PAST, [row for one in changed for row in past.get(one, [])])


def _write(
    connection: Connection,
    statements: tuple[Any, Any],
    ids: Sequence[str],
    held: dict[str, dict[str, Any]],
    made: dict[str, dict[str, Any]],
) -> None:
    """Only what differs: most accounts of a file that comes again are as they were."""
    gone, added = statements
    changed = [one for one in ids if held.get(one) != made.get(one)]
    _run_among(connection, gone, [one for one in changed if one in held])
    append(connection, added, [made[one] for one in changed if one in made])


def _run_among(connection: Connection, statement: Any, ids: Sequence[str]) -> None:
    if ids:
        prepared.run(connection, statement, {"ids": list(ids)})


def _rows(
    connection: Connection, ids: Sequence[str]
) -> tuple[list[dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """The row of each account, and by account its rows of the past."""
    owed = _by_account(found(connection, _BALANCES, ids))
    paid = _by_account(found(connection, _PAYMENTS, ids))
    now, past = [], {}
    rows = found(connection, _NOW, ids)
    where = _places(connection, {row["debtor_id"] for row in rows})
    for row in rows:
        account, document = row["account_id"], row["document"]
        told = stretches(owed.get(account, []), paid.get(account, []), row["currency"])
        last = told[-1] if told else None
        made = {name: row[name] for name in row if name != "document"}
        made["alone"] = bool(row["alone"])
        made["lat"], made["lon"] = where.get(row["debtor_id"], (None, None))
        made["search_text"] = search_text(row["search_name"], row["number"], document or "")
        made |= {"rule": row["rule"] or "", "rule_source": row["rule_source"] or ""}
        made |= {
            "since": last.since if last else BEGINNING,
            "as_of": last.as_of if last else None,
            "late_since": last.late_since if last else NEVER,
            "overdue_minor": last.overdue if last else 0,
            "total_minor": last.total if last else 0,
        }
        now.append(made)
        if len(told) > 1:
            past[account] = _past(account, told)
    return now, past


def _places(connection: Connection, debtor_ids: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Each debtor's best known place: the one he sleeps at before others, the better known first."""
    rows = found(connection, _ADDRESSES, debtor_ids)
    best: dict[str, tuple[float, float]] = {}
    for row in sorted(rows, key=lambda row: (place_rank(row), row["id"])):
        best.setdefault(row["debtor_id"], (row["lat"], row["lon"]))
    return best


def _past(account: str, told: Sequence[Stretch]) -> list[dict[str, Any]]:
    return [
        {
            "account_id": account,
            "since": one.since,
            "until": after.since,
            "as_of": one.as_of,
            "late_since": one.late_since,
            "overdue_minor": one.overdue,
            "total_minor": one.total,
        }
        for one, after in pairwise(told)
    ]


def search_text(search_name: str, number: str, document: str) -> str:
    """What the words of a search are looked for in."""
    return " ".join((search_name, folded(number), folded(document)))


def _by_account(rows: Iterable[Any]) -> dict[str, list[Any]]:
    return {account: list(each) for account, each in groupby(rows, key=lambda row: row["account_id"])}


def stretches(owed: Sequence[Any], paid: Sequence[Any], currency: str) -> list[Stretch]:
    """What the account owed, stretch by stretch, from its first balance on; equal neighbours are one.

    `owed` are rows of `balances` by day, of one day the last recorded counts; `paid` rows of `payments`.
    """
    latest = list({row["as_of"]: row for row in owed}.values())
    families = _families([as_records.payment(row) for row in paid]) if paid else []
    told: list[Stretch] = []
    for place, row in enumerate(latest):
        end = latest[place + 1]["as_of"] if place + 1 < len(latest) else None
        for one in _of_balance(row, end, families, currency):
            if not told or astuple(told[-1])[1:] != astuple(one)[1:]:
                told.append(one)
    return told


def _families(paid: Iterable[Payment]) -> list[list[Payment]]:
    """Each payment with what reverses it: none of them says anything without the others."""
    made: dict[str, list[Payment]] = {}
    for one in paid:
        made.setdefault(one.reverses or one.id, []).append(one)
    return list(made.values())


def _of_balance(
    row: Any, end: date | None, families: Sequence[Sequence[Payment]], currency: str
) -> list[Stretch]:
    """The stretches of one balance: from its day, and from each later movement before the next balance."""
    as_of: date = row["as_of"]
    moving = [one for family in families if max(one.value_date for one in family) > as_of for one in family]
    last = date.max if end is None else end - timedelta(days=1)
    days = {one.value_date for one in moving if as_of < one.value_date <= last}
    if not days:
        return [_plain(row)]
    balance = as_records.balance(row, currency)
    told = []
    for day in sorted({as_of, *days}):
        owed = ageing.owed(balance, moving, day)
        told.append(
            Stretch(
                day,
                as_of,
                owed.late_since or NEVER,
                to_minor(owed.overdue, currency),
                to_minor(owed.total, currency),
            )
        )
    return told


def _plain(row: Any) -> Stretch:
    """A balance that nothing moved: what `ageing.owed` says of it, without the trouble of records."""
    overdue = max(0, row["overdue_minor"])
    late = row["oldest_due"] if overdue > 0 else None
    total = sum(row[f"{part}_minor"] for part in ("principal", "interest", "late_interest", "fees"))
    return Stretch(row["as_of"], row["as_of"], late or NEVER, overdue, max(0, total))


# What of each table a standing is made of: kind of thing noted, the column that names it, the columns seen.
WATCHED: dict[str, tuple[str, str, str]] = {
    "accounts": (
        "debtor",
        "debtor_id",
        "lender_id, number, debtor_id, currency, branch, team, zone, product, pack, state",
    ),
    "balances": (
        "account",
        "account_id",
        "account_id, as_of, principal_minor, interest_minor, late_interest_minor, fees_minor, "
        "overdue_minor, oldest_due, recorded_at",
    ),
    "payments": ("account", "account_id", "account_id, amount_minor, currency, value_date, reverses"),
    "assignments": ("debtor", "debtor_id", "debtor_id, agent_id, until"),
    "assignment_accounts": ("account", "account_id", "account_id, outcome, rule, rule_source"),
    "addresses": ("debtor", "debtor_id", "debtor_id, kind, precision, lat, lon, state, until"),
    "debtors": ("debtor", "id", "search_name, document"),
}


def watch(connection: Connection) -> None:
    """Put the triggers in their places again: rebuilding a table, as migrations of SQLite do, drops them."""
    if not inspect(connection).has_table(stale_standings.name):
        return
    for table, (kind, column, seen) in WATCHED.items():
        for statement in _triggers(connection.dialect.name, table, kind, column, seen):
            connection.execute(text(statement))


def _triggers(dialect: str, table: str, kind: str, column: str, seen: str) -> list[str]:
    noted = f"INSERT INTO stale_standings (kind, id) VALUES ('{kind}', "  # noqa: S608  # names of ours
    name = f"standings_see_{table}"
    if dialect == "sqlite":
        return [
            f"DROP TRIGGER IF EXISTS {name}_added",
            f"DROP TRIGGER IF EXISTS {name}_changed",
            f"DROP TRIGGER IF EXISTS {name}_gone",
            f"CREATE TRIGGER {name}_added AFTER INSERT ON {table} BEGIN {noted} new.{column}); END",
            f"CREATE TRIGGER {name}_changed AFTER UPDATE OF {seen} ON {table} "
            f"BEGIN {noted} old.{column}); {noted} new.{column}); END",
            f"CREATE TRIGGER {name}_gone AFTER DELETE ON {table} BEGIN {noted} old.{column}); END",
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP <> 'INSERT' THEN {noted} OLD.{column}); END IF; "
        f"IF TG_OP <> 'DELETE' THEN {noted} NEW.{column}); END IF; RETURN NULL; END $$",
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
        f"CREATE TRIGGER {name} AFTER INSERT OR DELETE OR UPDATE OF {seen} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
