"""The laptop's tables, built by migrations from the first one on. Knows no meaning beyond its columns.

The journal is the ledger of this laptop: its rows are never changed, except the mark that the office
has acknowledged them, and a body that is let go of. What came from the office is in `records`, as it came.
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


# What is known of a chain at the office holds for one epoch of it: a restored office is asked again.
STANDING = """
ALTER TABLE incarnations ADD COLUMN epoch TEXT;
ALTER TABLE incarnations ADD COLUMN forked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incarnations ADD COLUMN verified INTEGER NOT NULL DEFAULT 0;
ALTER TABLE receipts ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
UPDATE incarnations SET epoch = (SELECT json_extract(value, '$') FROM settings WHERE name = 'epoch')
    WHERE id = (SELECT json_extract(value, '$') FROM settings WHERE name = 'incarnation');
CREATE INDEX journal_waits ON journal (incarnation, n) WHERE acknowledged = 0;
DROP TRIGGER journal_keeps;
CREATE TRIGGER journal_keeps BEFORE UPDATE OF incarnation, n, id, kind, version, debtor, header,
    body_digest, h, recorded_at ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_lets_go BEFORE UPDATE OF salt, body ON journal
    WHEN NEW.salt IS NOT NULL OR NEW.body IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the journal is append-only; a body is only let go of, with its salt'); END;
DROP VIEW said;
CREATE VIEW said AS
    SELECT journal.incarnation, journal.n, journal.id, journal.kind, journal.version, journal.debtor,
        journal.header, journal.salt, journal.body, journal.body_digest, journal.h, journal.recorded_at,
        journal.acknowledged AND incarnations.epoch IS (
            SELECT json_extract(value, '$') FROM settings WHERE name = 'epoch') AS acknowledged,
        incarnations.forked AS forked, quarantined.code AS quarantined
    FROM journal JOIN incarnations ON incarnations.id = journal.incarnation
        LEFT JOIN quarantined ON quarantined.incarnation = journal.incarnation AND quarantined.n = journal.n;
CREATE VIEW unconfirmed AS  -- places of events of which the office confirmed none in its present epoch
    SELECT * FROM said AS place WHERE NOT acknowledged
        -- The opening of a chain that was given up is about nothing but that chain.
        AND NOT (forked AND kind = 'incarnation.opened')
        AND NOT EXISTS (SELECT 1 FROM said AS twin WHERE twin.id = place.id AND twin.acknowledged);
"""


@migrations()
def m002_how_each_chain_stands_at_the_office(db: Database) -> None:
    # `epoch`: the one in which the office last said how far it holds the chain; `forked`: it holds
    # another history there; `verified`: how far its last verified backup does. `kept` orders receipts.
    db.executescript(STANDING)


FILES = """
CREATE TABLE pictures (
    sha256 TEXT PRIMARY KEY,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    bytes BLOB,  -- null once the office suppressed it
    kept_at TEXT NOT NULL,
    reached INTEGER NOT NULL DEFAULT 0,
    stored_epoch TEXT  -- the office's epoch in which it said it stores it
);
CREATE TABLE picture_uses (
    event TEXT PRIMARY KEY,
    visit TEXT NOT NULL,
    debtor TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES pictures (sha256),
    role TEXT NOT NULL
);
CREATE INDEX picture_uses_visit ON picture_uses (visit);
CREATE INDEX picture_uses_sha256 ON picture_uses (sha256);
CREATE TABLE draft_pictures (
    debtor TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    media_type TEXT NOT NULL,
    role TEXT NOT NULL,
    bytes BLOB NOT NULL,
    location TEXT,
    taken TEXT,
    PRIMARY KEY (debtor, sha256)
);
CREATE TABLE papers (
    sha256 TEXT NOT NULL,
    start INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (sha256, start)
);
"""


@migrations()
def m003_pictures_and_papers(db: Database) -> None:
    db.executescript(FILES)


@migrations()
def m004_when_files_were_looked_at(db: Database) -> None:
    db.execute("CREATE TABLE reviews (debtor TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (debtor, at))")


PRINTED = """
CREATE TABLE printed (
    code TEXT PRIMARY KEY,
    token TEXT NOT NULL,
    paper TEXT NOT NULL,
    debtor TEXT NOT NULL,
    account TEXT,
    amount TEXT,
    due TEXT,
    made_at TEXT NOT NULL
)
"""


@migrations()
def m005_printed_slips(db: Database) -> None:
    db.execute(PRINTED)


def upgrade(store: Store) -> None:
    """Bring the database to this version's tables; all pending steps or none."""
    with store.writing() as db:
        migrations.apply(db)
