"""Reads the facts about one debtor and folds them: what the office said, then what this laptop said since."""

from __future__ import annotations

from collections.abc import Iterator

from sqlite_utils import Database

from sync.fold import TOPICS, DebtorState, Fact, fold_all, laptop_said, office_said

from . import journal, records, settings
from .journal import Row

OF_AN_ACCOUNT = ("promise.made", "agreement.made", "offer.requested", "suggestion.made")


def state_of(db: Database, debtor: str) -> DebtorState:
    """The debtor as this laptop knows him now, sent or not."""
    return fold_all(debtor, _facts(db, debtor))


def _facts(db: Database, debtor: str) -> Iterator[Fact]:
    if (said := records.get(db, "debtor", debtor)) is not None:
        yield office_said("debtor", debtor, said, 1)
    accounts = list(records.accounts_of(db, debtor))
    people = {debtor, *(person["debtor"] for _, _, said in accounts for person in said["people"])}
    names = [id for id, _, _ in accounts]
    for kind, found in (
        ("account", iter(accounts)),
        ("visit", records.about(db, "visit", [debtor])),
        ("contact", records.about(db, "contact", [debtor])),
        ("override", records.about(db, "override", [debtor])),
        ("skip", records.about(db, "skip", [debtor])),
        ("reported", records.about(db, "reported", [debtor])),
        ("delivery", records.about(db, "delivery", [debtor])),
        ("attachment", records.about(db, "attachment", [debtor])),
        ("payment", records.on_accounts(db, "payment", names)),
        ("promise", records.on_accounts(db, "promise", names)),
        ("agreement", records.on_accounts(db, "agreement", names)),
        ("offer", records.on_accounts(db, "offer", names)),
        ("suggestion", records.on_accounts(db, "suggestion", names)),
    ):
        yield from (office_said(kind, id, said, number) for id, number, said in found)
    theirs = {said["lender"] for _, _, said in accounts}
    for said in records.all_of(db, "lender"):
        if said["name"] in theirs:
            yield office_said("lender", said["id"], said, 1)
    agent = settings.get(db, "agent", "")
    agent_name = settings.get(db, "agent_name", "")
    for row in journal.said_about(db, sorted(people)):
        if row.entry.kind in TOPICS and _concerns(row, debtor):
            yield _own(row, agent, agent_name)


def _concerns(row: Row, debtor: str) -> bool:
    """A guarantor's promise concerns the account; what else is said of him is his own."""
    return row.debtor == debtor or row.entry.kind in OF_AN_ACCOUNT


def _own(row: Row, agent: str, agent_name: str) -> Fact:
    entry = row.entry
    return laptop_said(
        entry.kind,
        entry.id,
        entry.version,
        row.said,
        at=row.recorded_at,
        agent=agent,
        agent_name=agent_name,
        digest=entry.body_digest,
    )
