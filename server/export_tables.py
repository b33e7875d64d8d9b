"""What the office's open export holds: every table, every column, what it means. Reads and writes nothing.

The one source of the CSV's headers, of the JSON Schema beside them, of the GeoPackage's layers and of the
tables in docs/export.md, which a test compares with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sync.records import Known, LocationSource, Party, Place, Precision, PromiseState, Reason, Result

from .export_columns import Column, Table, agent, key, money, person, place, text, words

CURRENCY = Column("currency", "text", "ISO 4217", True)
STATES = ("open", "recalled", "absent", "closed")
OUTCOMES = ("assigned", "barred", "unassigned")

ACCOUNTS = Table(
    "accounts",
    "one row per account",
    (
        *key(),
        *person(),
        Column("days_past_due", "integer", "on the day of the export, from the oldest unpaid due date"),
        text("bucket", "its age then: `current`, `1-30`, `31-60`, `61-89`, `90+` with the usual edges"),
        money("overdue", "what is past due that day: the latest balance less the payments valued after it"),
        money("total", "what is owed in all that day, reckoned alike"),
        CURRENCY,
        text("credit_type", "as the lender wrote it"),
        Column("state", "word", "`absent`: a full file no longer lists it", True, STATES),
        text("pack", "the contact policy that governs it"),
        text("agent", "who visits it; empty when nobody does"),
        Column(
            "outcome", "word", "`barred`: the policy forbids the visit; empty: not decided", False, OUTCOMES
        ),
        text("assignment_reason", "why, in words"),
        text("rule", "the rule that barred it"),
        Column("balance_as_of", "date", "the date of the balance itself"),
        Column("oldest_due", "date", "the oldest unpaid due date in it"),
        *place(),
        Column("precision", "word", "of the accepted address a visit would go to", True, words(Precision)),
        text("agent_id", "Ronda's id of the agent"),
        text("product", "as the lender wrote it"),
        text("branch", "the branch that keeps it"),
        text("team", "the team that keeps it"),
        text("edges", "the first day of each bucket after `current`, by its pack", needed=True),
        Column("gone_on", "date", "the day of the file that took it back or no longer listed it"),
    ),
)
VISITS = Table(
    "visits",
    "one row per visit and account, the rows of a visit together",
    (
        text("visit", "the visit's id, the same on its rows", needed=True),
        *key(),
        *person(),
        text("agent", "who went", needed=True),
        Column("started", "instant", "when it began, by the laptop", True),
        Column("ended", "instant", "when it ended, by the laptop", True),
        Column(
            "known", "word", "how that is known: in the moment, typed later, from paper", True, words(Known)
        ),
        Column("recorded", "instant", "when it was typed, by the laptop's clock", True),
        Column("received", "instant", "when the office received it", True),
        Column("place", "word", "where", True, words(Place)),
        Column("party", "word", "who answered", True, words(Party)),
        Column("result", "word", "what came of it, for this account", True, words(Result)),
        Column("reason", "word", "why, where it may be asked", False, words(Reason)),
        Column("location_source", "word", "how the place is known", True, words(LocationSource)),
        *place(),
        Column("accuracy_m", "number", "metres within which the place is right"),
        Column("evidence", "word", "grade, from `A` (live, located) to `D`", True, ("A", "B", "C", "D")),
        Column("out_of_scope", "flag", "the debtor had passed to another agent meanwhile", True),
        text("note", "what the collector wrote"),
        Column("reviewed", "text", "when he last looked at the file before; empty: nothing says that he did"),
        text("steps", "the five steps, `step:answer` or `step:answer:value`, with a space between"),
        text("alarms", "early-warning flags, by code"),
        text("objections", "those that came up, `code@version`, with `:yes` or `:no` where told to help"),
        text("answers", "what he answered to the account's questions, `question:text`, with `; ` between"),
        text("agent_id", "Ronda's id of the agent", needed=True),
        text("timezone", "of the debtor: the day of a visit is the civil day there", needed=True),
        Column("offset_ms", "integer", "laptop's clock less the office's; it moves visits known `live`"),
        text("stop", "the stop of the route it was made for"),
        Column("verdict", "word", "the worst ruling on it at receipt", True, ("allow", "warn", "block")),
        Column("amended", "flag", "it was corrected later; the row shows it as first told", True),
        Column("complaints", "integer", "complaints linked to it", True),
    ),
)
PROMISES = Table(
    "promises",
    "one row per promise",
    (
        text("promise", "its id", needed=True),
        text("visit", "the visit in which it was made", needed=True),
        *key(),
        *person(),
        text("agent", "who got it", needed=True),
        Column("made", "instant", "when", True),
        money("amount", "promised", needed=True),
        CURRENCY,
        Column("due", "date", "the day he said", True),
        text("channel", "how it will be paid"),
        text("place", "where"),
        text("window_start", "appointment from, local time"),
        text("window_end", "appointment to, local time"),
        Column("state", "word", "on the day of the export", False, words(PromiseState)),
        money("paid", "paid for it in time"),
        money("missing", "not paid in time"),
        money("late", "paid for it after its last day, which repairs nothing"),
        Column("late_on", "date", "the last of that"),
        text("agreement", "the agreement of which it is an instalment"),
        text("agent_id", "Ronda's id of the agent", needed=True),
        Column("deadline", "date", "its last good day: due and the pack's grace"),
        Column("end", "word", "its state once that day was over; empty before", False, words(PromiseState)),
        money("end_paid", "paid for it by then"),
    ),
)
PAYMENTS = Table(
    "payments",
    "one row per payment or reversal",
    (
        text("payment", "its id", needed=True),
        *key(),
        Column("value_date", "date", "the day it counts from", True),
        Column("posted_date", "date", "the day it was posted"),
        Column("imported", "instant", "when the office read it", True),
        money("amount", "positive, also when it takes a payment back", needed=True),
        CURRENCY,
        text("channel", "as the lender wrote it"),
        text("receipt", "as the lender wrote it"),
        text("reverses", "the id of the payment that this row takes back"),
    ),
)
BALANCES = Table(
    "balances",
    "one row per account and day of a file that said something new of it",
    (
        *key(),
        Column("as_of", "date", "the day it speaks of; of one day the last row counts", True),
        CURRENCY,
        money("principal", "owed as principal", needed=True),
        money("interest", "owed as interest", needed=True),
        money("late_interest", "owed as late interest", needed=True),
        money("fees", "owed as fees", needed=True),
        money("overdue", "past due", needed=True),
        Column("oldest_due", "date", "the oldest unpaid due date"),
        Column("recorded", "instant", "when the office read it", True),
    ),
)
ASSIGNMENTS = Table(
    "assignments",
    "one row per account and stretch of days in which something held of it",
    (
        *key(),
        *agent(needed=False),
        Column("outcome", "word", "what was decided", True, OUTCOMES),
        text("rule", "the rule that barred it"),
        Column("since", "date", "its first day", True),
        Column("until", "date", "the first day on which it held no more; empty: it holds"),
        Column("decided", "instant", "when; of two for a day the last counts", True),
    ),
)
ROUTES = Table(
    "routes",
    "one row per published route",
    (
        text("route", "its id", needed=True),
        Column("date", "date", "the day", True),
        *agent(),
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
        text("stop", "its id", needed=True),
        text("route", "the route's id", needed=True),
        Column("date", "date", "the day", True),
        *agent(),
        Column("sequence", "integer", "its place in the day", True),
        text("lender", "the lender's name"),
        text("account", "the account to be visited"),
        *place(),
        Column("precision", "word", "of the address, as known now", True, words(Precision)),
        Column("eta", "instant", "when it was to begin"),
    ),
)
CONTACTS = Table(
    "contacts",
    "one row per contact on another channel and account of its debtor",
    (
        text("contact", "its id, the same on its rows", needed=True),
        *key(),
        text("person", "the holder's document number, or Ronda's own id", needed=True),
        text("agent_id", "the field agent who made it; empty for others"),
        Column("channel", "text", "call, message, email or letter", True),
        Column("started", "instant", "when", True),
        Column("effective", "flag", "he was reached", True),
        text("source", "the system that told of it"),
        text("timezone", "of the debtor", needed=True),
    ),
)
AGENTS = Table(
    "agents",
    "one row per agent",
    (
        text("agent_id", "Ronda's id", needed=True),
        text("agent", "his name", needed=True),
        text("branch", "his branch"),
        text("team", "his team"),
    ),
)
LENDERS = Table(
    "lenders",
    "one row per lender",
    (
        text("lender", "his name", needed=True),
        text("country", "ISO 3166-1", needed=True),
        Column("payments_through", "date", "the day up to which his payments were imported"),
    ),
)
FINDINGS = Table(
    "findings",
    "one row per finding of the audit",
    (
        text("finding", "its id", needed=True),
        text("visit", "the visit it is about", needed=True),
        text("agent_id", "whose visit", needed=True),
        text("rule", "the check that found it", needed=True),
        text("severity", "how much it weighs", needed=True),
        text("because", "why, in words", needed=True),
        Column("found", "instant", "when", True),
        text("state", "open or resolved", needed=True),
        text("resolution", "what it was found to be"),
        Column("resolved", "instant", "when"),
        text("resolved_by", "by whom"),
    ),
)
DECISIONS = Table(
    "decisions",
    "one row per entry of the office's log, in order",
    (
        Column("number", "integer", "its place in the log", True),
        text("kind", "what was done", needed=True),
        Column("as_of", "date", "the day it speaks of", True),
        Column("recorded", "instant", "when it was done", True),
        text("actor", "by whom"),
        text("subject", "the id of what it is about"),
    ),
)
EVENTS = Table(
    "ledger_index",
    "one row per event of the ledger, which is in ledger/",
    (
        text("event", "its id", needed=True),
        text("incarnation", "the installation that wrote it", needed=True),
        Column("n", "integer", "its place in that chain", True),
        text("kind", "what it tells", needed=True),
        Column("received", "instant", "when the office received it", True),
        text("h", "the chain's hash up to it", needed=True),
        Column("erased", "flag", "its body was erased", True),
        text("quarantine", "why it was kept without being applied"),
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
            may_hold = ": " + ", ".join(f"`{word}`" for word in column.words) if column.words else ""
            kind = column.kind if column.needed else f"{column.kind}, may be empty"
            lines.append(f"| `{column.name}` | {kind} | {column.meaning}{may_hold} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"
