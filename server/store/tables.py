"""The office's tables. Keys and columns' meanings are settled: a change needs a migration and an ADR.

Money columns end in `_minor`: integer minor units of the row's `currency`. Instants are aware UTC.
Dates are civil dates in the debtor's zone. `scope` columns (lender, branch, team) filter every read.
Rows are appended or closed with a date; nothing about the past is overwritten.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from .types import UTCDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = String(36)


def key() -> Column[str]:
    return Column("id", Id, primary_key=True)


def ref(name: str, target: str, *, null: bool = False, index: bool = True) -> Column[str]:
    return Column(name, Id, ForeignKey(target), nullable=null, index=index)


def word(name: str, default: str = "") -> Column[str]:
    """A text column that is empty rather than null."""
    return Column(name, Text, nullable=False, server_default=default)


def amount(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


# The office itself: id, name, epoch, country, default time zone, the base map's GeoJSON …
office = Table("office", metadata, Column("name", Text, primary_key=True), Column("value", JSON))

lenders = Table(
    "lenders", metadata, key(), Column("name", Text, nullable=False, unique=True), word("country", "CO")
)

debtors = Table(
    "debtors",
    metadata,
    key(),
    Column("kind", String(10), nullable=False),  # person | company
    Column("name", Text, nullable=False),
    word("search_name"),  # folded: lower case, no accents
    word("country", "CO"),
    word("document_type"),  # CC, NIT, …
    Column("document", Text),  # null: known by name only (a guarantor without a number)
    word("timezone", "America/Bogota"),
    word("language", "es"),
    ref("named_by", "lenders.id", null=True),  # only this lender's files may change the name
    Column("created_at", UTCDateTime, nullable=False),
    UniqueConstraint("country", "document_type", "document"),
    CheckConstraint("kind in ('person', 'company')", name="kind"),
    Index("ix_debtors_search_name", "search_name"),
)

imports = Table(
    "imports",
    metadata,
    key(),
    Column("kind", String(20), nullable=False),  # portfolio | payments
    ref("lender_id", "lenders.id"),
    Column("as_of", Date, nullable=False),
    word("pack"),
    Column("mode", String(5), nullable=False),  # full | delta
    word("file_name"),
    Column("file_sha256", String(64), nullable=False),
    word("mapping_name"),
    Column("reading", JSON, nullable=False),  # encoding, delimiter, header line, columns recognised
    Column("counts", JSON, nullable=False),  # rows, accepted, warned, rejected, unchanged, absent
    Column("imported_at", UTCDateTime, nullable=False),
    word("actor"),
)

import_remarks = Table(  # one row per rejected or warned line
    "import_remarks",
    metadata,
    key(),
    ref("import_id", "imports.id"),
    Column("line", Integer, nullable=False),  # physical line of the file (row of the sheet), from 1
    word("column"),
    Column("level", String(8), nullable=False),  # rejected | warned
    Column("because", JSON, nullable=False),  # Phrase
    Column("raw", JSON, nullable=False),  # the cells as they came
)

mappings = Table(
    "mappings",
    metadata,
    key(),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("columns", JSON, nullable=False),  # field -> header as written
)

accounts = Table(
    "accounts",
    metadata,
    key(),
    ref("lender_id", "lenders.id"),
    Column("number", Text, nullable=False),
    ref("debtor_id", "debtors.id"),  # the principal holder: unit of assignment
    Column("currency", String(3), nullable=False),
    word("language", "es"),
    word("branch"),
    word("team"),
    word("zone"),
    word("credit_type"),
    word("product"),
    word("jurisdiction"),
    word("regime"),
    word("pack"),
    word("pack_reason"),
    word("exception_evidence"),  # what documents the credit type that allows a barred visit; "" = nothing
    Column("state", String(10), nullable=False, server_default="open"),  # AccountState
    Column("opened_on", Date),
    amount("disbursed_minor"),
    word("payday"),
    word("review_days"),  # as written: the days on which a company receives who collects
    word("counter_hours"),  # as written: the hours of its counter
    Column("last_payment_on", Date),
    amount("last_payment_minor"),
    Column("lender_days_past_due", Integer),
    ref("predecessor_id", "accounts.id", null=True),
    word("content_sha256"),  # of the last row accepted: an equal row changes nothing
    ref("first_import", "imports.id"),
    ref("last_import", "imports.id"),
    UniqueConstraint("lender_id", "number"),
    CheckConstraint("state in ('open', 'recalled', 'absent', 'closed')", name="state"),
)

account_roles = Table(
    "account_roles",
    metadata,
    key(),
    ref("account_id", "accounts.id"),
    ref("debtor_id", "debtors.id"),
    Column("role", String(12), nullable=False),  # Role
    word("name_as_given"),
    Column("since", Date, nullable=False),
    Column("until", Date),
    UniqueConstraint("account_id", "debtor_id", "role", "since"),
)

balances = Table(
    "balances",
    metadata,
    key(),
    ref("account_id", "accounts.id"),
    ref("import_id", "imports.id"),
    Column("as_of", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("principal_minor"),
    amount("interest_minor"),
    amount("late_interest_minor"),
    amount("fees_minor"),
    amount("overdue_minor"),
    Column("oldest_due", Date),
    Column("instalments_overdue", Integer),
    Column("recorded_at", UTCDateTime, nullable=False),
    Index("ix_balances_account_id_as_of", "account_id", "as_of"),
)

payments = Table(
    "payments",
    metadata,
    key(),
    ref("account_id", "accounts.id"),
    ref("import_id", "imports.id"),
    Column("identity", String(64), nullable=False),  # SHA-256 of what makes it the same payment
    amount("amount_minor"),
    Column("currency", String(3), nullable=False),
    Column("value_date", Date, nullable=False),
    Column("posted_date", Date),
    Column("imported_at", UTCDateTime, nullable=False),
    word("channel"),
    word("receipt"),
    ref("reverses", "payments.id", null=True),
    UniqueConstraint("identity"),
    CheckConstraint("amount_minor > 0", name="positive"),
)

addresses = Table(
    "addresses",
    metadata,
    key(),
    ref("debtor_id", "debtors.id"),
    ref("lender_id", "lenders.id", null=True),  # whose file said so; null = found in the field
    Column("kind", String(16), nullable=False),  # AddressKind
    Column("text", Text, nullable=False),
    word("district"),
    word("city"),
    Column("lat", Float),
    Column("lon", Float),
    word("precision", "none"),  # Precision
    word("source"),  # file | field | geocoder | visits | desk | online
    word("origin", "lender"),
    word("state", "accepted"),  # accepted | proposed | rejected
    Column("event_id", Id),  # the proposal it came from
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("error_m", Float),  # how far off the coordinates may be; null: nobody reckoned it
)

contact_points = Table(
    "contact_points",
    metadata,
    key(),
    ref("debtor_id", "debtors.id"),
    ref("lender_id", "lenders.id", null=True),
    Column("kind", String(10), nullable=False),  # mobile | landline | email
    Column("value", Text, nullable=False),
    word("e164"),
    word("holder", "debtor"),  # debtor | relative | guarantor | other
    word("relation"),
    word("origin", "lender"),
    word("state", "accepted"),
    Column("event_id", Id),
    Column("since", Date, nullable=False),
    Column("until", Date),
)

documents = Table(
    "documents",
    metadata,
    key(),
    ref("account_id", "accounts.id"),
    Column("name", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
)

# Append-only: what the office did, when, by whom, and the day it speaks of.
facts = Table(
    "facts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", Id, nullable=False, unique=True),
    Column("kind", String(40), nullable=False, index=True),  # import.finished, assignment.decided, …
    Column("as_of", Date, nullable=False),
    Column("recorded_at", UTCDateTime, nullable=False),
    word("actor"),
    word("subject"),
    Column("payload", JSON, nullable=False),
)

users = Table(  # written through Flask-Security's datastore; see store/people.py
    "users",
    metadata,
    key(),
    Column("username", Text, nullable=False, unique=True),
    Column("email", Text, unique=True),
    Column("name", Text, nullable=False),
    Column("password", Text),
    Column("active", Boolean, nullable=False),
    Column("fs_uniquifier", String(64), nullable=False, unique=True),
    Column("language", String(5)),
    Column("must_change_password", Boolean, nullable=False, server_default=text("false")),
    Column("confirmed_at", UTCDateTime),
    Column("last_login_at", UTCDateTime),
    Column("current_login_at", UTCDateTime),
    Column("login_count", Integer),
    Column("tf_primary_method", String(64)),
    Column("tf_totp_secret", String(255)),
    Column("created_at", UTCDateTime, nullable=False),
)

roles = Table(
    "roles",
    metadata,
    key(),
    Column("name", String(20), nullable=False, unique=True),
    word("description"),
    Column("permissions", JSON),
)

user_roles = Table(
    "user_roles",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    Column("role_id", Id, ForeignKey("roles.id"), primary_key=True),
)

user_scopes = Table(  # null = every one; a user sees the union of his rows; no row = nothing
    "user_scopes",
    metadata,
    key(),
    ref("user_id", "users.id"),
    ref("lender_id", "lenders.id", null=True),
    Column("branch", Text),
    Column("team", Text),
)

agents = Table(
    "agents",
    metadata,
    key(),
    ref("user_id", "users.id", null=True),
    Column("name", Text, nullable=False),
    word("branch"),
    word("team"),
    word("zone"),
    Column("home_lat", Float),
    Column("home_lon", Float),
    Column("shift_start", String(5), nullable=False),  # local HH:MM
    Column("shift_end", String(5), nullable=False),
    word("timezone", "America/Bogota"),
    word("vehicle", "motorcycle"),
    Column("max_accounts", Integer),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("lunch_s", Integer, nullable=False, server_default="2700"),  # 0: he takes none
    Column("lunch_from", String(5), nullable=False, server_default="13:00"),  # local; begun from here …
    Column("lunch_to", String(5), nullable=False, server_default="15:00"),  # … and over by here
    word("languages"),  # codes with a space between, as "es qu"; empty: nobody asked
    Column("longest_stay_days", Integer),  # with one debtor; null: no limit
    Column("territory", JSON),  # the corners of the ground drawn for him, [[lat, lon], …]
)

assignments = Table(  # who has a debtor; one open row per debtor
    "assignments",
    metadata,
    key(),
    ref("debtor_id", "debtors.id"),
    ref("agent_id", "agents.id", null=True),  # null: nobody may visit any of his accounts
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("because", JSON, nullable=False),  # Phrase
    Column("decided_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("weighed", JSON),  # the next best agent and the warnings, when it was weighed
    Index(
        "uq_assignments_open_debtor",
        "debtor_id",
        unique=True,
        sqlite_where=text("until IS NULL"),
        postgresql_where=text("until IS NULL"),
    ),
)

assignment_accounts = Table(
    "assignment_accounts",
    metadata,
    Column("assignment_id", Id, ForeignKey("assignments.id"), primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True, index=True),
    Column("outcome", String(10), nullable=False),  # assigned | barred | unassigned
    Column("because", JSON, nullable=False),  # Phrase
    word("rule"),
    word("rule_source"),
)

routes = Table(
    "routes",
    metadata,
    key(),
    ref("agent_id", "agents.id"),
    Column("date", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(10), nullable=False),  # RouteState
    Column("planned_at", UTCDateTime, nullable=False),
    Column("published_at", UTCDateTime),
    word("actor"),
    Column("approximate", Boolean, nullable=False),
    Column("depot_lat", Float),
    Column("depot_lon", Float),
    Column("starts", UTCDateTime, nullable=False),
    Column("ends", UTCDateTime, nullable=False),
    Column("matrix", JSON, nullable=False),  # points, seconds, metres
    Column("certificate", JSON, nullable=False),  # objective, seed, iterations, versions, fingerprint
    Column("lunch", JSON),  # after (stops before it), starts, ends, lat, lon; null: none planned
    Column("hand_order", JSON),  # debtor ids in the order a person set; null: nobody set one
    UniqueConstraint("agent_id", "date", "version"),
)

stops = Table(
    "stops",
    metadata,
    key(),
    ref("route_id", "routes.id"),
    Column("sequence", Integer),  # null: left out
    ref("debtor_id", "debtors.id"),
    ref("address_id", "addresses.id", null=True),
    Column("accounts", JSON, nullable=False),  # account ids
    Column("lat", Float),
    Column("lon", Float),
    Column("eta", UTCDateTime),
    Column("window_start", UTCDateTime),
    Column("window_end", UTCDateTime),
    Column("appointment", Boolean, nullable=False),
    Column("service_s", Integer, nullable=False),
    Column("value", Integer, nullable=False),
    Column("why", JSON, nullable=False),  # Phrase: why this stop, or why it was left out
    Column("withdrawn", JSON),  # Phrase: paid, recalled … after publication
    Column("locked", Boolean, nullable=False, server_default=text("false")),  # a person put it in the day
)

devices = Table(
    "devices",
    metadata,
    key(),
    ref("agent_id", "agents.id"),
    word("name"),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sealed_key", LargeBinary),  # the laptop's database key, sealed to the recovery key
    Column("enrolled_at", UTCDateTime, nullable=False),
    Column("revoked_at", UTCDateTime),
    Column("last_seen", UTCDateTime),
    word("client"),
    Column("cursor", BigInteger, nullable=False, server_default="0"),  # last feed number it asked after
    Column("pending", Integer),
    Column("offset_ms", BigInteger),  # its clock minus ours, as it last spoke
    Column("last_sent", UTCDateTime),  # when a push of it last came in
    Column("lease_until", UTCDateTime),  # its data closes then, unless it speaks to the office before
    Column("wipe_ordered_at", UTCDateTime),
    word("wipe_ordered_by"),
    Column("wiped_at", UTCDateTime),  # its hand-over file came in
)

enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    key(),
    ref("agent_id", "agents.id"),
    Column("code_sha256", String(64), nullable=False, unique=True),
    Column("expires_at", UTCDateTime, nullable=False),
    Column("used_at", UTCDateTime),
    Column("issued_at", UTCDateTime, nullable=False),
    word("actor"),
)

incarnations = Table(
    "incarnations",
    metadata,
    key(),  # the incarnation
    ref("device_id", "devices.id"),
    Column("parent", Id),
    Column("parent_n", BigInteger),
    Column("opened_at", UTCDateTime, nullable=False),
    Column("n", BigInteger, nullable=False, server_default="0"),
    Column("h", LargeBinary, nullable=False),
)

events = Table(  # the ledger: every (incarnation, n) verbatim
    "events",
    metadata,
    Column("incarnation", Id, ForeignKey("incarnations.id"), primary_key=True),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("salt", LargeBinary),  # null: erased
    Column("body", LargeBinary),
    Column("body_digest", LargeBinary, nullable=False),
    Column("h", LargeBinary, nullable=False),
    Column("received_at", UTCDateTime, nullable=False),
    Column("arrival", BigInteger, nullable=False, unique=True),  # order of arrival at this office
    Column("quarantine", Text),  # error code; null = accepted
    Column("quarantine_detail", JSON),
    Column("sealed", Boolean, nullable=False, server_default=text("false")),  # from a revoked laptop
    Index(
        "ix_events_set_aside",
        "incarnation",
        "n",
        sqlite_where=text("quarantine IS NOT NULL"),
        postgresql_where=text("quarantine IS NOT NULL"),
    ),
)

applied = Table(  # projection applies an event id once
    "applied",
    metadata,
    Column("event_id", Id, primary_key=True),
    Column("body_digest", LargeBinary, nullable=False),
    Column("incarnation", Id, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("applied_at", UTCDateTime, nullable=False),
)

receipts = Table(
    "receipts",
    metadata,
    key(),
    ref("device_id", "devices.id"),
    Column("incarnation", Id, nullable=False, index=True),
    Column("n", BigInteger, nullable=False),
    Column("h", LargeBinary, nullable=False),
    Column("feed_number", BigInteger, nullable=False),
    Column("epoch", Id, nullable=False),
    Column("server_time", UTCDateTime, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("head_signature", LargeBinary, nullable=False),  # the laptop's own, over the head pushed
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("day", Date, primary_key=True),
    Column("heads", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("signed_at", UTCDateTime, nullable=False),
)

signing_keys = Table(  # public halves; the private ones live in the data folder
    "signing_keys",
    metadata,
    Column("key_id", String(16), primary_key=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("valid_from", UTCDateTime, nullable=False),
    Column("retired_at", UTCDateTime),
    Column("endorsed_by", String(16)),  # an older key's signature over this one, for rotation
    Column("endorsement", LargeBinary),
)

erasures = Table(  # a signed word that a body was erased; without it a missing body is a broken ledger
    "erasures",
    metadata,
    Column("event_id", Text, primary_key=True),  # or the debtor's id, whose digest is 32 zero bytes
    Column("body_digest", LargeBinary, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("erased_at", UTCDateTime, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

counters = Table(  # locked before a number is taken, held to commit
    "counters",
    metadata,
    Column("name", String(60), primary_key=True),  # feed:<agent>, arrival
    Column("value", BigInteger, nullable=False),
)

feeds = Table(  # the latest version of each record in an agent's scope
    "feeds",
    metadata,
    Column("agent_id", Id, ForeignKey("agents.id"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("record_id", String(64), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("payload", Text),  # canonical JSON; null when gone
    Column("debtor_id", Id, index=True),
    UniqueConstraint("agent_id", "number"),
)

visits = Table(
    "visits",
    metadata,
    key(),  # the event's id
    ref("debtor_id", "debtors.id"),
    ref("agent_id", "agents.id", index=False),  # with `started`, below
    ref("device_id", "devices.id"),
    Column("incarnation", Id, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("address_id", Id),
    Column("route_id", Id),
    Column("stop_id", Id),
    Column("place", String(3), nullable=False),
    Column("party", String(3), nullable=False),
    Column("started", UTCDateTime, nullable=False, index=True),  # when it happened, as told
    Column("ended", UTCDateTime, nullable=False),
    Column("known", String(5), nullable=False),
    Column("line", Integer),
    Column("recorded_at", UTCDateTime, nullable=False),  # by the laptop's clock
    Column("received_at", UTCDateTime, nullable=False),
    Column("offset_ms", BigInteger),  # laptop clock minus server, with its uncertainty
    Column("uncertainty_ms", BigInteger),
    word("timezone"),
    Column("location_source", String(8), nullable=False),
    Column("lat", Float),
    Column("lon", Float),
    Column("accuracy_m", Float),
    word("location_reason"),
    word("note"),
    Column("evidence", String(1), nullable=False),  # A best … D
    Column("verdict", JSON, nullable=False),  # rulings at receipt
    Column("out_of_scope", Boolean, nullable=False),  # debtor was not this agent's at the time
    Index("ix_visits_agent_id_started", "agent_id", "started"),
)

visit_results = Table(
    "visit_results",
    metadata,
    Column("visit_id", Id, ForeignKey("visits.id"), primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True, index=True),
    Column("result", String(3), nullable=False),
    Column("reason", String(20)),
    Column("detail", JSON, nullable=False),
)

amendments = Table(
    "amendments",
    metadata,
    key(),  # the event's id
    ref("visit_id", "visits.id"),
    ref("agent_id", "agents.id"),
    Column("why", Text, nullable=False),
    Column("replaces", JSON, nullable=False),
    Column("recorded_at", UTCDateTime, nullable=False),
    Column("received_at", UTCDateTime, nullable=False),
)

promises = Table(
    "promises",
    metadata,
    key(),  # the event's id
    ref("visit_id", "visits.id"),
    ref("account_id", "accounts.id"),
    ref("debtor_id", "debtors.id"),
    ref("agent_id", "agents.id"),
    amount("amount_minor"),
    Column("currency", String(3), nullable=False),
    Column("due", Date, nullable=False, index=True),
    word("channel"),
    word("place"),
    Column("window_start", String(5)),
    Column("window_end", String(5)),
    Column("made_at", UTCDateTime, nullable=False),
)

contacts = Table(  # every contact that is not one of our visits
    "contacts",
    metadata,
    key(),
    ref("debtor_id", "debtors.id"),
    ref("agent_id", "agents.id", null=True),
    Column("channel", String(10), nullable=False),
    Column("started", UTCDateTime, nullable=False),
    Column("ended", UTCDateTime, nullable=False),
    Column("effective", Boolean, nullable=False),
    word("source", "ronda"),
    word("note"),
)

skips = Table(
    "skips",
    metadata,
    key(),  # the event's id
    ref("debtor_id", "debtors.id"),
    ref("agent_id", "agents.id"),
    Column("stop_id", Id, nullable=False),
    Column("happened", UTCDateTime, nullable=False),
    Column("cause", Text, nullable=False),
)

reported_payments = Table(
    "reported_payments",
    metadata,
    key(),  # the event's id
    ref("account_id", "accounts.id"),
    ref("debtor_id", "debtors.id"),
    ref("agent_id", "agents.id"),
    Column("visit_id", Id),
    amount("amount_minor"),
    Column("currency", String(3), nullable=False),
    Column("paid_on", Date, nullable=False),
    word("channel"),
    word("receipt"),
)

attachments = Table(
    "attachments",
    metadata,
    key(),  # the event's id
    ref("visit_id", "visits.id"),
    Column("sha256", String(64), nullable=False, index=True),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    word("role", "photo"),
    Column("stored_at", UTCDateTime),  # null: announced, bytes not here yet
)

stop_states = Table(  # dispute, cease, attorney, deceased: what stops collection, and until when
    "stop_states",
    metadata,
    key(),
    ref("debtor_id", "debtors.id"),
    ref("account_id", "accounts.id", null=True),  # null: the whole debtor
    Column("state", String(10), nullable=False),  # dispute | cease | attorney | deceased | held
    Column("since", UTCDateTime, nullable=False),
    Column("until", UTCDateTime),
    word("source"),  # event id or import
    Column("detail", JSON, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    key(),
    ref("visit_id", "visits.id"),
    ref("agent_id", "agents.id"),
    ref("debtor_id", "debtors.id"),
    Column("rule", String(40), nullable=False),
    Column("severity", String(8), nullable=False),
    Column("because", JSON, nullable=False),  # Phrase
    Column("other_visit_id", Id),
    Column("found_at", UTCDateTime, nullable=False),
    Column("state", String(10), nullable=False, server_default="open"),  # open | resolved
    Column("resolution", String(12)),  # justified | corrected | misconduct
    Column("resolved_at", UTCDateTime),
    word("resolved_by"),
    word("resolved_why"),
    UniqueConstraint("visit_id", "rule"),
)

backups = Table(  # copies of the whole office that were read again and found whole
    "backups",
    metadata,
    key(),
    Column("made_at", UTCDateTime, nullable=False, index=True),  # the moment the copy shows
    Column("verified_at", UTCDateTime, nullable=False),
    Column("epoch", Id, nullable=False),
    Column("place", Text, nullable=False),  # the folder it was written to
    Column("sha256", String(64), nullable=False),  # of its manifest
    Column("events", BigInteger, nullable=False),
    Column("gone_at", UTCDateTime),  # pruned, or found broken: it covers nothing any more
    word("gone_why"),
)

backup_heads = Table(  # how far a backup holds each chain
    "backup_heads",
    metadata,
    Column("backup_id", Id, ForeignKey("backups.id"), primary_key=True),
    Column("incarnation", Id, primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("h", LargeBinary, nullable=False),
)

files = Table(  # bytes that are here whole and verified; the shelf holds them under their hash
    "files",
    metadata,
    Column("area", Id, primary_key=True),  # "" the office's own; else the revoked laptop whose corner it is
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("stored_at", UTCDateTime, nullable=False),
    Column("forgotten_at", UTCDateTime),  # suppressed: its bytes are gone and are not taken again
)

uploads = Table(  # a picture on its way from one laptop
    "uploads",
    metadata,
    ref("device_id", "devices.id"),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False, server_default="0"),
    Column("touched_at", UTCDateTime, nullable=False),
    PrimaryKeyConstraint("device_id", "sha256"),
)

upload_parts = Table(
    "upload_parts",
    metadata,
    Column("device_id", Id, primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("bytes", LargeBinary, nullable=False),
)

papers = Table(  # documents of an account whose bytes travel to the laptop that has it
    "papers",
    metadata,
    key(),
    ref("account_id", "accounts.id"),
    word("kind"),  # pagare | contrato | carta | otro
    word("name"),
    Column("sha256", String(64), nullable=False, index=True),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("added_at", UTCDateTime, nullable=False),
    word("added_by"),
    Column("withdrawn_at", UTCDateTime),
)

recoveries = Table(  # openings of a laptop's sealed key: one person asks, another one agrees
    "recoveries",
    metadata,
    key(),
    ref("device_id", "devices.id"),
    Column("reason", Text, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("started_at", UTCDateTime, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False),
    word("approved_by"),
    Column("approved_at", UTCDateTime),
    Column("packaged_at", UTCDateTime),  # the one-time package for the laptop was made
    Column("closed_at", UTCDateTime),  # withdrawn before it was used up
    word("closed_by"),
)

erasure_requests = Table(  # a debtor asks that what is known of him be erased
    "erasure_requests",
    metadata,
    key(),
    Column("number", Integer, nullable=False, unique=True),  # how people, and signed erasures, name it
    ref("debtor_id", "debtors.id"),
    word("asked_by"),  # holder | heir | representative | authority | office: never a name
    word("channel"),  # letter | email | counter | phone | authority
    word("basis"),  # the right or rule it stands on
    Column("received_on", Date, nullable=False),
    Column("due", Date, nullable=False),
    word("due_source"),  # the rule the deadline comes from
    Column("state", String(12), nullable=False, server_default="received"),  # | refused | carried_out
    Column("recorded_at", UTCDateTime, nullable=False),
    word("recorded_by"),
    Column("decided_at", UTCDateTime),
    word("decided_by"),
    word("decided_why"),
    word("decided_rule"),
    Column("events", Integer),  # bodies erased so far
    CheckConstraint("state in ('received', 'refused', 'carried_out')", name="state"),
)

legal_holds = Table(  # what must be kept for now, whoever asks for its erasure
    "legal_holds",
    metadata,
    key(),
    ref("debtor_id", "debtors.id"),
    Column("why", Text, nullable=False),
    Column("since", UTCDateTime, nullable=False),
    Column("until", Date),  # its last day; null: until it is released
    word("placed_by"),
    Column("released_at", UTCDateTime),
    word("released_by"),
    word("released_why"),
)

placings = Table(  # every place that was worked out or decided for an address; nothing is overwritten
    "placings",
    metadata,
    key(),
    ref("address_id", "addresses.id"),
    Column("lat", Float),  # null: it was looked for and not found
    Column("lon", Float),
    word("precision", "none"),  # Precision
    Column("error_m", Float),
    word("source"),  # lender | house | grid | … (geocoding.found.Source) | visits | desk | online
    Column("why", JSON, nullable=False),  # Phrase
    Column("state", String(8), nullable=False),  # current | past | doubt: beside another that stands
    Column("visits", Integer, nullable=False, server_default="0"),
    Column("as_of", Date, nullable=False),
    Column("recorded_at", UTCDateTime, nullable=False),
    word("recorded_by"),
    CheckConstraint("state in ('current', 'past', 'doubt')", name="state"),
)

geocoder_answers = Table(  # what an online geocoder answered, so that nobody is asked twice
    "geocoder_answers",
    metadata,
    Column("asked", String(64), primary_key=True),  # SHA-256 of the geocoder's address and the question
    Column("answer", JSON, nullable=False),
    Column("answered_at", UTCDateTime, nullable=False),
)

plan_runs = Table(  # each time somebody planned: how far it came
    "plan_runs",
    metadata,
    key(),
    Column("date", Date, nullable=False),
    Column("state", String(9), nullable=False),  # running | cancelled | finished
    Column("seed", Integer, nullable=False),
    Column("iterations", Integer, nullable=False),
    Column("total", Integer, nullable=False),  # agents' days to solve
    Column("done", Integer, nullable=False, server_default="0"),
    Column("reused", Integer, nullable=False, server_default="0"),  # of those, solved by a run before
    Column("started_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    word("actor"),
    CheckConstraint("state in ('running', 'cancelled', 'finished')", name="state"),
)

plan_results = Table(  # days as they were solved: a run goes on where one stopped, and a plan can be replayed
    "plan_results",
    metadata,
    Column("key", String(64), primary_key=True),  # SHA-256 of the problem, the effort and the programs
    ref("run_id", "plan_runs.id"),
    word("agent"),  # whose day it was first
    Column("problem", LargeBinary, nullable=False),  # packed; names nobody: candidates by number
    Column("made", JSON, nullable=False),  # the order and the certificate
    Column("solved_at", UTCDateTime, nullable=False, index=True),
)

estimates = Table(  # what travel and services took, as visits taught; the newest accepted one is planned with
    "estimates",
    metadata,
    key(),
    Column("made_at", UTCDateTime, nullable=False),
    Column("learned", JSON, nullable=False),
    Column("accepted_at", UTCDateTime),
    word("accepted_by"),
)

agent_days = Table(  # days on which an agent is away, works other hours or rides something else
    "agent_days",
    metadata,
    key(),
    ref("agent_id", "agents.id"),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("away", Boolean, nullable=False),
    Column("shift_start", String(5)),  # local HH:MM; null: as always
    Column("shift_end", String(5)),
    word("vehicle"),  # empty: as always
    word("because"),
    Column("recorded_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("withdrawn_at", UTCDateTime),
)

agent_conflicts = Table(  # who must not visit whom: declared by a person, never guessed
    "agent_conflicts",
    metadata,
    key(),
    ref("agent_id", "agents.id"),
    ref("debtor_id", "debtors.id"),
    word("because"),
    Column("declared_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("withdrawn_at", UTCDateTime),
)

change_sets = Table(  # an assignment proposed, for a person to take whole or in part
    "change_sets",
    metadata,
    key(),
    Column("as_of", Date, nullable=False),
    Column("state", String(8), nullable=False),  # open | taken | rejected
    Column("changes", JSON, nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("decided_at", UTCDateTime),
    word("decided_by"),
    CheckConstraint("state in ('open', 'taken', 'rejected')", name="state"),
)
