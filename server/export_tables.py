"""What the office's open export holds: every table, every column, what it means. Reads and writes nothing.

The one source of the CSV's headers, of the JSON Schema beside them, of the GeoPackage's layers and of the
tables in docs/export.md, which a test compares with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sync.records import Known, LocationSource, Party, Place, Precision, PromiseState, Reason, Result

Kind = Literal["text", "word", "integer", "number", "amount", "date", "instant", "flag"]
SCHEMA = "https://json-schema.org/draft/2020-12/schema"
PATTERNS: dict[str, str] = {
    "integer": r"^-?[0-9]+$",
    "number": r"^-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?$",
    "amount": r"^-?[0-9]+(\.[0-9]+)?$",
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "instant": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$",
    "flag": r"^(yes|no)$",
}


@dataclass(frozen=True)
class Column:
    """A column of the export. `needed`: never empty. `words`: all that it may hold."""

    name: str
    kind: Kind
    meaning: str
    needed: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A file NAME.csv. `placed`: it has lat and lon, and so a layer with points."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def placed(self) -> bool:
        return {"lat", "lon"} <= set(self.names)


def schema(table: Table) -> dict[str, Any]:
    """The JSON Schema of a row, as a mapping from column to text; empty text is "not known" or "none"."""
    return {
        "$schema": SCHEMA,
        "title": f"{table.name}.csv: {table.row}",
        "type": "object",
        "additionalProperties": False,
        "required": table.names,
        "properties": {column.name: _property(column) for column in table.columns},
    }


def _property(column: Column) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "string", "description": column.meaning}
    if column.words:
        made["enum"] = list(column.words if column.needed else ("", *column.words))
    elif column.kind in PATTERNS:
        pattern = PATTERNS[column.kind]
        made["pattern"] = pattern if column.needed else f"^$|{pattern}"
    elif column.needed:
        made["minLength"] = 1
    return made


def _words(of: type[Any]) -> tuple[str, ...]:
    return tuple(member.value for member in of)


def _text(name: str, meaning: str, *, needed: bool = False) -> Column:
    return Column(name, "text", meaning, needed)


def _key() -> tuple[Column, ...]:
    return (
        _text("lender", "the lender's name: with `account`, the key", needed=True),
        _text("account", "the lender's own number for the account", needed=True),
    )


def _person() -> tuple[Column, ...]:
    return (
        _text(
            "person", "the holder's document number; Ronda's own id where the lender gave none", needed=True
        ),
        _text("name", "his name as the lender wrote it", needed=True),
    )


def _agent(needed: bool = True) -> tuple[Column, ...]:
    return (
        _text("agent", "the agent's name", needed=needed),
        _text("agent_id", "Ronda's id of the agent: two may have one name", needed=needed),
    )


def _place() -> tuple[Column, ...]:
    return (
        Column("lat", "number", "latitude, WGS 84, degrees"),
        Column("lon", "number", "longitude, WGS 84, degrees"),
    )


def _money(name: str, meaning: str, *, needed: bool = False) -> Column:
    return Column(name, "amount", meaning, needed)


CURRENCY = Column("currency", "text", "ISO 4217", True)
STATES = ("open", "recalled", "absent", "closed")
OUTCOMES = ("assigned", "barred", "unassigned")

ACCOUNTS = Table(
    "accounts",
    "one row per account",
    (
        *_key(),
        *_person(),
        Column("days_past_due", "integer", "on the day of the export, from the oldest unpaid due date"),
        _text("bucket", "its age then: `current`, `1-30`, `31-60`, `61-89`, `90+` with the usual edges"),
        _money("overdue", "what is past due that day: the latest balance less the payments valued after it"),
        _money("total", "what is owed in all that day, reckoned alike"),
        CURRENCY,
        _text("credit_type", "as the lender wrote it"),
        Column("state", "word", "`absent`: a full file no longer lists it", True, STATES),
        _text("pack", "the contact policy that governs it"),
        _text("agent", "who visits it; empty when nobody does"),
        Column(
            "outcome", "word", "`barred`: the policy forbids the visit; empty: not decided", False, OUTCOMES
        ),
        _text("assignment_reason", "why, in words"),
        _text("rule", "the rule that barred it"),
        Column("balance_as_of", "date", "the date of the balance itself"),
        Column("oldest_due", "date", "the oldest unpaid due date in it"),
        *_place(),
        Column("precision", "word", "of the accepted address a visit would go to", True, _words(Precision)),
        _text("agent_id", "Ronda's id of the agent"),
        _text("product", "as the lender wrote it"),
        _text("branch", "the branch that keeps it"),
        _text("team", "the team that keeps it"),
        _text("edges", "the first day of each bucket after `current`, by its pack", needed=True),
        Column("gone_on", "date", "the day of the file that took it back or no longer listed it"),
    ),
)
VISITS = Table(
    "visits",
    "one row per visit and account, the rows of a visit together",
    (
        _text("visit", "the visit's id, the same on its rows", needed=True),
        *_key(),
        *_person(),
        _text("agent", "who went", needed=True),
        Column("started", "instant", "when it began, by the laptop", True),
        Column("ended", "instant", "when it ended, by the laptop", True),
        Column(
            "known", "word", "how that is known: in the moment, typed later, from paper", True, _words(Known)
        ),
        Column("recorded", "instant", "when it was typed, by the laptop's clock", True),
        Column("received", "instant", "when the office received it", True),
        Column("place", "word", "where", True, _words(Place)),
        Column("party", "word", "who answered", True, _words(Party)),
        Column("result", "word", "what came of it, for this account", True, _words(Result)),
        Column("reason", "word", "why, where it may be asked", False, _words(Reason)),
        Column("location_source", "word", "how the place is known", True, _words(LocationSource)),
        *_place(),
        Column("accuracy_m", "number", "metres within which the place is right"),
        Column("evidence", "word", "grade, from `A` (live, located) to `D`", True, ("A", "B", "C", "D")),
        Column("out_of_scope", "flag", "the debtor had passed to another agent meanwhile", True),
        _text("note", "what the collector wrote"),
        Column("reviewed", "text", "when he last looked at the file before; empty: nothing says that he did"),
        _text("steps", "the five steps, `step:answer` or `step:answer:value`, with a space between"),
        _text("alarms", "early-warning flags, by code"),
        _text("objections", "those that came up, `code@version`, with `:yes` or `:no` where told to help"),
        _text("answers", "what he answered to the account's questions, `question:text`, with `; ` between"),
        _text("agent_id", "Ronda's id of the agent", needed=True),
        _text("timezone", "of the debtor: the day of a visit is the civil day there", needed=True),
        Column("offset_ms", "integer", "laptop's clock less the office's; it moves visits known `live`"),
        _text("stop", "the stop of the route it was made for"),
        Column("verdict", "word", "the worst ruling on it at receipt", True, ("allow", "warn", "block")),
        Column("amended", "flag", "it was corrected later; the row shows it as first told", True),
        Column("complaints", "integer", "complaints linked to it", True),
    ),
)
PROMISES = Table(
    "promises",
    "one row per promise",
    (
        _text("promise", "its id", needed=True),
        _text("visit", "the visit in which it was made", needed=True),
        *_key(),
        *_person(),
        _text("agent", "who got it", needed=True),
        Column("made", "instant", "when", True),
        _money("amount", "promised", needed=True),
        CURRENCY,
        Column("due", "date", "the day he said", True),
        _text("channel", "how it will be paid"),
        _text("place", "where"),
        _text("window_start", "appointment from, local time"),
        _text("window_end", "appointment to, local time"),
        Column("state", "word", "on the day of the export", False, _words(PromiseState)),
        _money("paid", "paid for it in time"),
        _money("missing", "not paid in time"),
        _money("late", "paid for it after its last day, which repairs nothing"),
        Column("late_on", "date", "the last of that"),
        _text("agreement", "the agreement of which it is an instalment"),
        _text("agent_id", "Ronda's id of the agent", needed=True),
        Column("deadline", "date", "its last good day: due and the pack's grace"),
        Column("end", "word", "its state once that day was over; empty before", False, _words(PromiseState)),
        _money("end_paid", "paid for it by then"),
    ),
)
PAYMENTS = Table(
    "payments",
    "one row per payment or reversal",
    (
        _text("payment", "its id", needed=True),
        *_key(),
        Column("value_date", "date", "the day it counts from", True),
        Column("posted_date", "date", "the day it was posted"),
        Column("imported", "instant", "when the office read it", True),
        _money("amount", "positive, also when it takes a payment back", needed=True),
        CURRENCY,
        _text("channel", "as the lender wrote it"),
        _text("receipt", "as the lender wrote it"),
        _text("reverses", "the id of the payment that this row takes back"),
    ),
)
BALANCES = Table(
    "balances",
    "one row per account and day of a file that said something new of it",
    (
        *_key(),
        Column("as_of", "date", "the day it speaks of; of one day the last row counts", True),
        CURRENCY,
        _money("principal", "owed as principal", needed=True),
        _money("interest", "owed as interest", needed=True),
        _money("late_interest", "owed as late interest", needed=True),
        _money("fees", "owed as fees", needed=True),
        _money("overdue", "past due", needed=True),
        Column("oldest_due", "date", "the oldest unpaid due date"),
        Column("recorded", "instant", "when the office read it", True),
    ),
)
ASSIGNMENTS = Table(
    "assignments",
    "one row per account and stretch of days in which something held of it",
    (
        *_key(),
        *_agent(needed=False),
        Column("outcome", "word", "what was decided", True, OUTCOMES),
        _text("rule", "the rule that barred it"),
        Column("since", "date", "its first day", True),
        Column("until", "date", "the first day on which it held no more; empty: it holds"),
        Column("decided", "instant", "when; of two for a day the last counts", True),
    ),
)
ROUTES = Table(
    "routes",
    "one row per published route",
    (
        _text("route", "its id", needed=True),
        Column("date", "date", "the day", True),
        *_agent(),
        Column("version", "integer", "of that agent's day", True),
        Column("road_m", "integer", "metres on the road: from the depot over its stops and back", True),
        Column("value", "integer", "the plan's value, by its certificate"),
        Column("bound", "integer", "what no plan could be worth more than, where it was worked out"),
        Column("approximate", "flag", "its times are approximate", True),
        Column("planned", "instant", "when it was planned", True),
        Column("published", "instant", "when it was published"),
    ),
)
STOPS = Table(
    "stops",
    "one row per stop of a published route and account, in the order of the route",
    (
        _text("stop", "its id", needed=True),
        _text("route", "the route's id", needed=True),
        Column("date", "date", "the day", True),
        *_agent(),
        Column("sequence", "integer", "its place in the day", True),
        _text("lender", "the lender's name"),
        _text("account", "the account to be visited"),
        *_place(),
        Column("precision", "word", "of the address, as known now", True, _words(Precision)),
        Column("eta", "instant", "when it was to begin"),
    ),
)
CONTACTS = Table(
    "contacts",
    "one row per contact on another channel and account of its debtor",
    (
        _text("contact", "its id, the same on its rows", needed=True),
        *_key(),
        _text("person", "the holder's document number, or Ronda's own id", needed=True),
        _text("agent_id", "the field agent who made it; empty for others"),
        Column("channel", "text", "call, message, email or letter", True),
        Column("started", "instant", "when", True),
        Column("effective", "flag", "he was reached", True),
        _text("source", "the system that told of it"),
        _text("timezone", "of the debtor", needed=True),
    ),
)
AGENTS = Table(
    "agents",
    "one row per agent",
    (
        _text("agent_id", "Ronda's id", needed=True),
        _text("agent", "his name", needed=True),
        _text("branch", "his branch"),
        _text("team", "his team"),
    ),
)
LENDERS = Table(
    "lenders",
    "one row per lender",
    (
        _text("lender", "his name", needed=True),
        _text("country", "ISO 3166-1", needed=True),
        Column("payments_through", "date", "the day up to which his payments were imported"),
    ),
)
FINDINGS = Table(
    "findings",
    "one row per finding of the audit",
    (
        _text("finding", "its id", needed=True),
        _text("visit", "the visit it is about", needed=True),
        _text("agent_id", "whose visit", needed=True),
        _text("rule", "the check that found it", needed=True),
        _text("severity", "how much it weighs", needed=True),
        _text("because", "why, in words", needed=True),
        Column("found", "instant", "when", True),
        _text("state", "open or resolved", needed=True),
        _text("resolution", "what it was found to be"),
        Column("resolved", "instant", "when"),
        _text("resolved_by", "by whom"),
    ),
)
DECISIONS = Table(
    "decisions",
    "one row per entry of the office's log, in order",
    (
        Column("number", "integer", "its place in the log", True),
        _text("kind", "what was done", needed=True),
        Column("as_of", "date", "the day it speaks of", True),
        Column("recorded", "instant", "when it was done", True),
        _text("actor", "by whom"),
        _text("subject", "the id of what it is about"),
    ),
)
EVENTS = Table(
    "ledger_index",
    "one row per event of the ledger, which is in ledger/",
    (
        _text("event", "its id", needed=True),
        _text("incarnation", "the installation that wrote it", needed=True),
        Column("n", "integer", "its place in that chain", True),
        _text("kind", "what it tells", needed=True),
        Column("received", "instant", "when the office received it", True),
        _text("h", "the chain's hash up to it", needed=True),
        Column("erased", "flag", "its body was erased", True),
        _text("quarantine", "why it was kept without being applied"),
    ),
)
TABLES: tuple[Table, ...] = (
    ACCOUNTS,
    VISITS,
    PROMISES,
    PAYMENTS,
    BALANCES,
    ASSIGNMENTS,
    ROUTES,
    STOPS,
    CONTACTS,
    AGENTS,
    LENDERS,
    FINDINGS,
    DECISIONS,
    EVENTS,
)


def documented(tables: Sequence[Table] = TABLES) -> str:
    """The tables as docs/export.md has them."""
    parts = []
    for table in tables:
        lines = [f"## {table.name}.csv: {table.row}", "", "| column | kind | meaning |", "|---|---|---|"]
        for column in table.columns:
            words = ": " + ", ".join(f"`{word}`" for word in column.words) if column.words else ""
            kind = column.kind if column.needed else f"{column.kind}, may be empty"
            lines.append(f"| `{column.name}` | {kind} | {column.meaning}{words} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"
