"""Reckons a month's commissions from payments, visits and promises; keeps each month's last reckoning.

All of an account's figures are read at once, a few hundred accounts at a time. Knows no page and no SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from sync import commissions as built_in
from sync.ids import new_id
from sync.money import digits, to_minor
from sync.records import Balance, Party, Payment, PromiseState
from sync.rules import ageing
from sync.rules.commission import Called, Kept, Line, Paid, Terms, lines
from sync.rules.commission_rules import CommissionRules, Traits, rules_from
from sync.rules.policy import edges_of, local_day
from sync.rules.promise import standings

from .packs import pack_of
from .store import balances, chunks, commissions, encounters, facts, offices, payments
from .store.engine import reading, writing

SETTING = "commission_rules"
USUAL_ZONE = "America/Bogota"
PIECE = 400
RIGHT = frozenset({Party.HOLDER.value, Party.GUARANTOR.value})
Row = dict[str, Any]


@dataclass(frozen=True)
class Earned:
    """A line with the account it is of."""

    line: Line
    account: Row


def rules(connection: Connection) -> CommissionRules:
    """The company's rules, or the example that comes with Ronda."""
    said = offices.get(connection, SETTING)
    return built_in.default() if said is None else rules_from(said)


def put_rules(engine: Engine, text: str, *, actor: str, now: datetime) -> CommissionRules:
    """Work by this file from now on; months that were closed keep the rules of then. Raises PolicyError."""
    found = built_in.read(text)
    with writing(engine) as connection:
        offices.put(connection, SETTING, dict(found.said))
        facts.append(
            connection,
            "commission.rules",
            as_of=now.date(),
            now=now,
            actor=actor,
            payload={"name": found.name, "version": found.version},
        )
    return found


def first_of(day: date) -> date:
    return day.replace(day=1)


def last_of(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def month_before(month: date) -> date:
    return first_of(month - timedelta(days=1))


def reckon(
    connection: Connection,
    month: date,
    held: CommissionRules,
    as_of: date,
    account_ids: Sequence[str],
    *,
    fixed: Mapping[str, Terms] | None = None,
) -> Iterator[list[Earned]]:
    """The lines of these accounts for payments valued in the month, a piece at a time.

    `as_of`: what became of promises is judged on that day.
    """
    zone = ZoneInfo(offices.get(connection, "timezone") or USUAL_ZONE)
    through = encounters.payments_through(connection)
    for piece in chunks.chunks(account_ids, PIECE):
        yield _piece(connection, month, held, as_of, piece, (zone, through, fixed or {}))


def _piece(
    connection: Connection,
    month: date,
    held: CommissionRules,
    as_of: date,
    piece: Sequence[str],
    known: tuple[ZoneInfo, Mapping[str, date], Mapping[str, Terms]],
) -> list[Earned]:
    zone, through, fixed = known
    first, last = month, last_of(month)
    since = datetime.combine(first - timedelta(days=held.days + 1), time(), tzinfo=zone)
    until = datetime.combine(last + timedelta(days=2), time(), tzinfo=zone)
    rows = commissions.described(connection, piece)
    paid = payments.of_accounts(connection, piece)
    called = commissions.valid_visits(connection, piece, since, until)
    owed = balances.all_of(connection, piece, first - timedelta(days=2))
    kept = _kept(connection, rows, paid, (first, last, as_of), through)
    found: list[Earned] = []
    for account in sorted(rows):
        row = rows[account]
        mine = paid.get(account, [])
        made = lines(
            held,
            _of_month(mine, first, last),
            [_called(one, row["timezone"]) for one in called.get(account, ())],
            kept.get(account, ()),
            _traits(row, owed.get(account, []), mine),
            digits=digits,
            fixed=fixed,
        )
        found += [Earned(line, row) for line in made]
    return found


def _of_month(paid: Iterable[Payment], first: date, last: date) -> list[Paid]:
    """The payments valued in the month, and whatever took them back at any time."""
    held = [
        Paid(one.id, to_minor(one.amount, one.currency), one.currency, one.value_date, one.reverses)
        for one in paid
    ]
    mine = {one.id for one in held if one.reverses is None and first <= one.on <= last}
    return [one for one in held if one.id in mine or one.reverses in mine]


def _called(row: Mapping[str, Any], timezone: str) -> Called:
    return Called(
        row["id"],
        row["agent_id"],
        row["started"],
        row["started"].astimezone(ZoneInfo(timezone)).date(),
        row["party"] in RIGHT,
    )


def _traits(
    row: Mapping[str, Any], owed: Sequence[Balance], paid: Sequence[Payment]
) -> Callable[[date], Traits]:
    edges = edges_of(pack_of(row["pack"]))

    def on(day: date) -> Traits:
        before = [one for one in owed if one.as_of <= day]
        # Before its first balance an account is judged by that one, as late as it was then.
        balance = before[-1] if before else owed[0] if owed else None
        dpd = 0
        if balance is not None:
            dpd = ageing.standing(balance, paid, day, edges).dpd
        return Traits(
            dpd=dpd,
            bucket=ageing.bucket(dpd, edges),
            lender=row["lender"],
            branch=row["branch"],
            team=row["team"],
            product=row["product"],
            zone=row["zone"],
        )

    return on


def _kept(
    connection: Connection,
    rows: Mapping[str, Row],
    paid: Mapping[str, Sequence[Payment]],
    span: tuple[date, date, date],
    through: Mapping[str, date],
) -> dict[str, list[Kept]]:
    """Account → its promises that were kept in those days, as it is known on the day asked of."""
    first, last, as_of = span
    mine = {row["debtor_id"] for row in rows.values()}
    made = encounters.promises_of(connection, mine)
    gone = encounters.cancelled(connection, mine)
    agents = commissions.promisers(connection, [one.id for each in made.values() for one in each])
    found: dict[str, list[Kept]] = {}
    for account, row in rows.items():
        promises = [one for one in made.get(row["debtor_id"], ()) if one.account == account]
        policy = pack_of(row["pack"])
        if not promises or policy is None:
            continue
        known = standings(
            promises,
            paid.get(account, ()),
            policy,
            as_of,
            through.get(row["lender_id"]),
            cancelled={
                one.id: local_day(gone[one.id], row["timezone"]) for one in promises if one.id in gone
            },
            zone=row["timezone"],
        )
        for one in promises:
            state = known.get(one.id)
            if state is None or state.state is not PromiseState.KEPT or state.kept_on is None:
                continue
            if first <= state.kept_on <= last:
                found.setdefault(account, []).append(
                    Kept(one.id, agents[one.id], one.currency, state.kept_on)
                )
    return found


def statement(
    connection: Connection, agent_id: str, month: date, held: CommissionRules, as_of: date
) -> list[Earned]:
    """What one agent earned in a month that is open, reckoned now from the payments."""
    zone = ZoneInfo(offices.get(connection, "timezone") or USUAL_ZONE)
    first, last = month, last_of(month)
    since = datetime.combine(first - timedelta(days=held.days + 1), time(), tzinfo=zone)
    until = datetime.combine(last + timedelta(days=2), time(), tzinfo=zone)
    seen = commissions.visited_accounts(connection, agent_id, since, until, first, last)
    seen += commissions.promised_accounts(connection, agent_id, first, last)
    found: list[Earned] = []
    for piece in reckon(connection, month, held, as_of, sorted(set(seen))):
        found += [one for one in piece if one.line.agent == agent_id]
    return sorted(found, key=lambda one: (one.line.on, one.line.key))


def make_draft(
    engine: Engine,
    month: date,
    *,
    actor: str,
    now: datetime,
    as_of: date,
    say: Callable[[str], None] = lambda _step: None,
) -> str:
    """Reckon the whole month and keep it in the place of its last reckoning; its id."""
    with reading(engine) as connection:
        held = rules(connection)
        every = commissions.paid_accounts(connection, month, last_of(month))
    made = run_of(month, held, "draft", actor, now)
    rows: list[Row] = []
    done = 0
    with reading(engine) as connection:
        for piece in reckon(connection, month, held, as_of, every):
            rows += [row_of(made["id"], one) for one in piece]
            done = min(done + PIECE, len(every))
            say(f"{done}/{len(every)}")
    with writing(engine) as connection:
        commissions.start_run(connection, made)
        commissions.add_lines(connection, rows)
    return str(made["id"])


def run_of(month: date, held: CommissionRules, state: str, actor: str, now: datetime) -> Row:
    return {
        "id": new_id(),
        "month": month,
        "state": state,
        "rules": dict(held.said),
        "version": held.version,
        "made_at": now,
        "actor": actor,
    }


def row_of(run_id: str, one: Earned) -> Row:
    line, account = one.line, one.account
    return {
        "run_id": run_id,
        "key": line.key,
        "kind": line.kind,
        "agent_id": line.agent,
        "lender_id": account["lender_id"],
        "account_id": account["id"],
        "on": line.on,
        "currency": line.currency,
        "base_minor": line.base_minor,
        "amount_minor": line.amount_minor,
        "percent": str(line.percent),
        "factor": str(line.factor),
        "bucket": line.bucket,
        "team": account["team"],
        "product": account["product"],
        "payment_id": line.payment,
        "visit_id": line.visit,
        "promise_id": line.promise,
        "because": line.because.stored(),
    }


def terms_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, Terms]:
    """The terms of lines that were kept, by the key of the payment that they are of."""
    return {
        row["key"]: Terms(Decimal(row["percent"]), Decimal(row["factor"]), row["bucket"])
        for row in rows
        if row["kind"] in ("payment", "fee")
    }
