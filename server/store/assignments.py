"""Who has which debtor, since when and why; a row is closed, never rewritten. Decides nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select, update

from sync.ids import new_id
from sync.words import Phrase

from .chunks import chunks, fetch, write
from .said import phrase_of
from .tables import assignment_accounts, assignments

ASSIGNED, BARRED, UNASSIGNED = "assigned", "barred", "unassigned"


@dataclass(frozen=True)
class Outcome:
    """What was decided of one account, in words, and by which rule when it is barred."""

    account: str
    outcome: str  # assigned | barred | unassigned
    because: Phrase
    rule: str = ""
    source: str = ""


@dataclass(frozen=True)
class Weighed:
    """What else was on the scales: the next best agent, how much further he is, and what to beware of."""

    next_agent: str | None = None
    next_because: Phrase | None = None
    warnings: tuple[Phrase, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "next": self.next_agent,
            "next_because": self.next_because.to_json() if self.next_because else None,
            "warnings": [warning.to_json() for warning in self.warnings],
        }


@dataclass(frozen=True)
class Decision:
    """A debtor to an agent; None when nobody may visit any of his accounts, or nobody has room."""

    debtor: str
    agent: str | None
    because: Phrase
    outcomes: tuple[Outcome, ...]
    weighed: Weighed | None = None


@dataclass(frozen=True)
class Assignment:
    """A decision as it was kept. It holds from `since` until the day before `until`."""

    id: str
    debtor: str
    agent: str | None
    since: date
    until: date | None
    because: Phrase
    decided_at: datetime
    actor: str
    outcomes: tuple[Outcome, ...]
    weighed: Weighed | None = None

    def accounts(self, outcome: str = ASSIGNED) -> list[str]:
        return [one.account for one in self.outcomes if one.outcome == outcome]


def decide(
    connection: Connection, decisions: Sequence[Decision], *, since: date, now: datetime, actor: str
) -> dict[str, str]:
    """Open a row for each decision, closing the debtor's open one at the same date; the rows by debtor."""
    close(connection, [decision.debtor for decision in decisions], until=since)
    rows, outcomes = [], []
    for decision in decisions:
        assignment_id = new_id()
        rows.append(
            {
                "id": assignment_id,
                "debtor_id": decision.debtor,
                "agent_id": decision.agent,
                "since": since,
                "because": decision.because.to_json(),
                "decided_at": now,
                "actor": actor,
                "weighed": decision.weighed.to_json() if decision.weighed else None,
            }
        )
        outcomes += [_outcome_row(assignment_id, outcome) for outcome in decision.outcomes]
    write(connection, insert(assignments), rows)
    write(connection, insert(assignment_accounts), outcomes)
    return {str(row["debtor_id"]): str(row["id"]) for row in rows}


def close(connection: Connection, debtor_ids: Collection[str], *, until: date) -> None:
    """Close the open rows of these debtors; those without one are left as they are."""
    for ids in chunks(debtor_ids):
        open_rows = assignments.c.debtor_id.in_(ids) & assignments.c.until.is_(None)
        connection.execute(update(assignments).where(open_rows).values(until=until))


def every_open(connection: Connection) -> dict[str, Assignment]:
    """The open row of each debtor that has one."""
    return {one.debtor: one for one in _read(connection, assignments.c.until.is_(None))}


def of_agents(connection: Connection, agent_ids: Collection[str]) -> dict[str, Assignment]:
    """The open rows of these agents, by debtor."""
    held: dict[str, Assignment] = {}
    for ids in chunks(agent_ids):
        mine = assignments.c.agent_id.in_(ids) & assignments.c.until.is_(None)
        held |= {one.debtor: one for one in _read(connection, mine)}
    return held


def of_debtors(connection: Connection, debtor_ids: Collection[str]) -> dict[str, Assignment]:
    """The open rows of these debtors, whoever has them or nobody."""
    held: dict[str, Assignment] = {}
    for ids in chunks(debtor_ids):
        theirs = assignments.c.debtor_id.in_(ids) & assignments.c.until.is_(None)
        held |= {one.debtor: one for one in _read(connection, theirs)}
    return held


def holders(connection: Connection, agent_ids: Collection[str]) -> dict[str, str]:
    """Debtor → the agent who has him, for these agents."""
    rows = fetch(
        connection,
        agent_ids,
        lambda ids: select(assignments.c.debtor_id, assignments.c.agent_id).where(
            assignments.c.agent_id.in_(ids), assignments.c.until.is_(None)
        ),
    )
    return {row["debtor_id"]: row["agent_id"] for row in rows}


def owners(connection: Connection, debtor_ids: Collection[str]) -> dict[str, str | None]:
    """Who has each of these debtors now; a debtor never assigned is not in the answer."""
    rows = fetch(
        connection,
        debtor_ids,
        lambda ids: select(assignments.c.debtor_id, assignments.c.agent_id).where(
            assignments.c.debtor_id.in_(ids), assignments.c.until.is_(None)
        ),
    )
    return {row["debtor_id"]: row["agent_id"] for row in rows}


def history(connection: Connection, debtor_id: str) -> list[Assignment]:
    """Everyone who has had the debtor, oldest first."""
    return _read(connection, assignments.c.debtor_id == debtor_id)


def stays(connection: Connection, agent_id: str, debtor_ids: Collection[str], day: date) -> dict[str, int]:
    """For how many days in all this agent has had each of these debtors; those never his are left out."""
    rows = fetch(
        connection,
        debtor_ids,
        lambda ids: select(assignments.c.debtor_id, assignments.c.since, assignments.c.until).where(
            assignments.c.debtor_id.in_(ids), assignments.c.agent_id == agent_id
        ),
    )
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        found[row["debtor_id"]] += max(((row["until"] or day) - row["since"]).days, 0)
    return dict(found)


def last_since(connection: Connection) -> date | None:
    """The latest day from which a decision holds; None when none was taken."""
    return connection.execute(select(func.max(assignments.c.since))).scalar()


def _outcome_row(assignment_id: str, outcome: Outcome) -> dict[str, str]:
    return {
        "assignment_id": assignment_id,
        "account_id": outcome.account,
        "outcome": outcome.outcome,
        "because": outcome.because.to_json(),
        "rule": outcome.rule,
        "rule_source": outcome.source,
    }


def _read(connection: Connection, condition: ColumnElement[bool]) -> list[Assignment]:
    order = (assignments.c.since, assignments.c.decided_at, assignments.c.id)
    rows = connection.execute(select(assignments).where(condition).order_by(*order)).mappings().all()
    told = fetch(
        connection,
        [row["id"] for row in rows],
        lambda ids: select(assignment_accounts).where(assignment_accounts.c.assignment_id.in_(ids)),
    )
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    for row in sorted(told, key=lambda row: row["account_id"]):
        outcomes[row["assignment_id"]].append(_outcome(row))
    return [_assignment(row, tuple(outcomes[row["id"]])) for row in rows]


def _outcome(row: RowMapping) -> Outcome:
    return Outcome(
        account=row["account_id"],
        outcome=row["outcome"],
        because=phrase_of(row["because"]),
        rule=row["rule"],
        source=row["rule_source"],
    )


def _assignment(row: RowMapping, outcomes: tuple[Outcome, ...]) -> Assignment:
    return Assignment(
        id=row["id"],
        debtor=row["debtor_id"],
        agent=row["agent_id"],
        since=row["since"],
        until=row["until"],
        because=phrase_of(row["because"]),
        decided_at=row["decided_at"],
        actor=row["actor"],
        outcomes=outcomes,
        weighed=weighed_of(row["weighed"]),
    )


def weighed_of(stored: Mapping[str, Any] | None) -> Weighed | None:
    """What `Weighed.to_json` wrote."""
    if stored is None:
        return None
    because = stored.get("next_because")
    return Weighed(
        stored.get("next"),
        phrase_of(because) if because is not None else None,
        tuple(phrase_of(warning) for warning in stored.get("warnings", ())),
    )
