"""Makes the feed's records of what a batch of events added. Knows no number and writes nothing.

A visit, a promise, a contact, a skipped stop, a reported payment, an announced attachment each add a record
and change no other, so they are made from the rows just stored. What changes records that exist (a stop, a
proposal, an amendment) is for `gathering`, which reads a debtor's whole case; both must say the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from sync.digest import canonical

from ..store.agents import by_ids
from ..store.feeds import Row
from ..store.scope_records import Holder
from . import records, terms

Rows = Mapping[str, Sequence[Mapping[str, Any]]]  # by table
Shape = Callable[[Mapping[Any, Any]], records.Payload]

# A row of these changes what stands in its debtor's records.
CHANGING = ("amendments", "addresses", "contact_points", "stop_states")


def changed(made: Rows, debtor_of_visit: Mapping[str, str]) -> set[str]:
    """The debtors whose records changed, beyond those that were added."""
    found = set()
    for table in CHANGING:
        for row in made.get(table, ()):
            found.add(row["debtor_id"] if "debtor_id" in row else debtor_of_visit[row["visit_id"]])
    return found


def added(
    connection: Connection,
    made: Rows,
    holders: Mapping[str, Holder],
    visits: Mapping[str, Mapping[Any, Any]],
    results: Mapping[str, Sequence[Mapping[Any, Any]]],
    account_debtors: Mapping[str, str],
) -> dict[str, list[Row]]:
    """By agent, the new records of the debtors in `holders`, in his feed who has the debtor today.

    `visits` and `results` hold every visit the rows speak of, `account_debtors` whose each account is.
    """
    found: dict[str, list[Row]] = defaultdict(list)

    def add(kind: str, row: Mapping[str, Any], debtor: str, payload: records.Payload) -> None:
        found[holders[debtor].agent].append(Row(kind, row["id"], canonical(payload).decode(), debtor))

    names = _names(connection, made.get("visits", ()))
    for row in _held(made, "visits", holders):
        named = {**row, "agent_name": names[row["agent_id"]]}
        told = records.visit(named, _by_account(results[row["id"]]), [])
        holder = holders[row["debtor_id"]]
        mine = row["agent_id"] == holder.agent
        add("visit", row, row["debtor_id"], told if mine else records.within(told, holder.accounts))
    for table, kind, shape in (("contacts", "contact", records.contact), ("skips", "skip", records.skip)):
        for row in _held(made, table, holders):
            add(kind, row, row["debtor_id"], shape(row))
    money: tuple[tuple[str, str, Shape], ...] = (
        ("promises", "promise", records.promise),
        ("reported_payments", "reported", records.reported),
        *((table, kind, terms.SHAPES[kind]) for table, kind in terms.BY_TABLE),
    )
    for table, kind, told_as in money:
        for row in _held(made, table, holders):
            # A record of an account goes with the account, to whoever may visit for it.
            own = account_debtors[row["account_id"]] == row["debtor_id"]
            if own and row["account_id"] in holders[row["debtor_id"]].accounts:
                add(kind, row, row["debtor_id"], told_as(row))
    for row in _held(made, "deliveries", holders):
        holder = holders[row["debtor_id"]]
        if row["account_id"] is None or (
            row["account_id"] in holder.accounts and account_debtors[row["account_id"]] == row["debtor_id"]
        ):
            add("delivery", row, row["debtor_id"], records.delivery(row))
    for row in made.get("attachments", ()):
        visit = visits[row["visit_id"]]
        holder_too = holders.get(visit["debtor_id"])
        if holder_too is not None and _may_see(visit, results[row["visit_id"]], holder_too):
            debtor = visit["debtor_id"]
            add("attachment", row, debtor, records.attachment(row, debtor))
    return found


def _held(made: Rows, table: str, holders: Mapping[str, Holder]) -> Iterable[Mapping[str, Any]]:
    return (row for row in made.get(table, ()) if row["debtor_id"] in holders)


def _by_account(results: Sequence[Mapping[Any, Any]]) -> Sequence[Mapping[Any, Any]]:
    return sorted(results, key=lambda result: str(result["account_id"])) if len(results) > 1 else results


def _may_see(visit: Mapping[Any, Any], results: Sequence[Mapping[Any, Any]], holder: Holder) -> bool:
    return visit["agent_id"] == holder.agent or any(
        result["account_id"] in holder.accounts for result in results
    )


def _names(connection: Connection, visits: Collection[Mapping[str, Any]]) -> dict[str, str]:
    found = by_ids(connection, {row["agent_id"] for row in visits})
    return {agent: held.name for agent, held in found.items()}
