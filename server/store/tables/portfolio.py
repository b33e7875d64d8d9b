"""What lenders say: their debtors, accounts, balances and payments, and how to reach the debtors."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ..types import UTCDateTime
from .columns import Id, amount, key, metadata, ref, word

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
    Index("ix_accounts_state_last_import", "state", "last_import"),
    Index("ix_accounts_team", "team", "branch", "debtor_id"),
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
    Column("promise_id", Id),  # what the office says it is for; its history is in facts
    UniqueConstraint("identity"),
    CheckConstraint("amount_minor > 0", name="positive"),
    Index("ix_payments_value_date", "value_date"),
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
    Index(
        "ix_addresses_proposed",
        "debtor_id",
        sqlite_where=text("state = 'proposed'"),
        postgresql_where=text("state = 'proposed'"),
    ),
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
    Index(
        "ix_contact_points_proposed",
        "debtor_id",
        sqlite_where=text("state = 'proposed'"),
        postgresql_where=text("state = 'proposed'"),
    ),
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
