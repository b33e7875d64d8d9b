"""The laptop's tables, built by migrations from the first one on. Knows no meaning beyond its columns.

The journal is the ledger of this laptop: its rows are never changed, except the mark that the office
has acknowledged them. What came from the office is in `records`, kept as it came.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from .db import Store

migrations = Migrations("laptop")

JOURNAL = """
CREATE TABLE incarnations (
    id TEXT PRIMARY KEY,
    opened_at TEXT NOT NULL,
    parent TEXT,
    parent_n INTEGER,
    parent_h BLOB,
    reflected INTEGER NOT NULL DEFAULT 0  -- the feed as pulled includes this incarnation's events up to n
);
CREATE TABLE journal (
    incarnation TEXT NOT NULL REFERENCES incarnations (id),
    n INTEGER NOT NULL CHECK (n >= 1),
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    debtor TEXT,
    header BLOB NOT NULL,
    salt BLOB,
    body BLOB,
    body_digest BLOB NOT NULL,
    h BLOB NOT NULL,
    recorded_at TEXT NOT NULL,
    acknowledged INTEGER NOT NULL DEFAULT 0 CHECK (acknowledged IN (0, 1)),
    PRIMARY KEY (incarnation, n)
) WITHOUT ROWID;
CREATE UNIQUE INDEX journal_once ON journal (incarnation, id);
CREATE INDEX journal_id ON journal (id);
CREATE INDEX journal_debtor ON journal (debtor);
CREATE TRIGGER journal_keeps BEFORE UPDATE OF incarnation, n, id, kind, version, debtor, header, salt,
    body, body_digest, h, recorded_at ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TABLE quarantined (
    incarnation TEXT NOT NULL,
    n INTEGER NOT NULL,
    id TEXT NOT NULL,
    code TEXT NOT NULL,
    detail TEXT NOT NULL,
    told_at TEXT NOT NULL,
    PRIMARY KEY (incarnation, n)
);
CREATE VIEW said AS
    SELECT journal.*, quarantined.code AS quarantined
    FROM journal LEFT JOIN quarantined USING (incarnation, n);
"""

OFFICE_SAID = """
CREATE TABLE records (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    number INTEGER NOT NULL,
    debtor TEXT,
    account TEXT,
    gone INTEGER NOT NULL DEFAULT 0,
    payload TEXT,
    PRIMARY KEY (kind, id)
);
CREATE INDEX records_debtor ON records (debtor);
CREATE INDEX records_account ON records (account);
CREATE TABLE receipts (
    incarnation TEXT NOT NULL,
    n INTEGER NOT NULL,
    h TEXT NOT NULL,
    server_time TEXT NOT NULL,
    receipt TEXT NOT NULL,
    PRIMARY KEY (incarnation, n)
);
CREATE TABLE checkpoints (
    digest TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    checkpoint TEXT NOT NULL
);
"""

OWN = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE drafts (
    debtor TEXT PRIMARY KEY,
    saved_at TEXT NOT NULL,
    answers TEXT NOT NULL
);
"""


@migrations()
def m001_the_first_tables(db: Database) -> None:
    for script in (JOURNAL, OFFICE_SAID, OWN):
        # Inside a transaction sqlite-utils runs a script statement by statement, with no commit between.
        db.executescript(script)


def upgrade(store: Store) -> None:
    """Bring the database to this version's tables; all pending steps or none."""
    with store.writing() as db:
        migrations.apply(db)
