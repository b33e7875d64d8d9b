"""Lets go of what this laptop need not hold any longer: bodies about debtors who are no longer its own.

An event's body stays until the office applied it, the feed shows it, and a verified backup of the office
holds it. The link stays for ever: the chain verifies, and an export says what is withheld.
"""

from __future__ import annotations

from sqlite_utils import Database

from . import settings
from .links import current


def cover(db: Database, incarnation: str, n: int) -> None:
    """The office's last verified backup holds this chain up to n."""
    db.execute("UPDATE incarnations SET verified = ? WHERE id = ? AND verified <> ?", [n, incarnation, n])


def let_go(db: Database) -> int:
    """Drop salt and body of what is covered about debtors out of scope. Answers how many there were.

    Before the feed was read to its end nobody knows who is out of scope.
    """
    if not settings.get(db, "complete", False):
        return 0
    db.execute("PRAGMA secure_delete=ON")
    gone = db.execute(
        "UPDATE journal SET salt = NULL, body = NULL WHERE body IS NOT NULL AND debtor IS NOT NULL "
        "AND debtor NOT IN (SELECT id FROM records WHERE kind = 'debtor' AND gone = 0) "
        "AND (id, body_digest) IN (SELECT twin.id, twin.body_digest FROM said AS twin "
        "JOIN incarnations ON incarnations.id = twin.incarnation WHERE twin.acknowledged "
        "AND twin.quarantined IS NULL AND twin.n <= incarnations.verified "
        "AND twin.n <= incarnations.reflected)"
    )
    return int(gone.rowcount)


def uncovered_chains(db: Database) -> list[str]:
    """Chains before the current one that hold bodies about debtors out of scope."""
    found = db.query(
        "SELECT DISTINCT incarnation FROM said WHERE incarnation <> ? AND acknowledged "
        "AND body IS NOT NULL AND quarantined IS NULL AND debtor IS NOT NULL "
        "AND debtor NOT IN (SELECT id FROM records WHERE kind = 'debtor' AND gone = 0)",
        [current(db)],
    )
    return [str(row["incarnation"]) for row in found]


def missing_bodies(db: Database) -> int:
    """Events the office asked for again after this laptop had let go of their bodies, each once.

    A backup had them that was said to be verified; the office was put back from an older one. Bodies the
    office erased itself are not among them.
    """
    [found] = db.query(
        "SELECT count(DISTINCT said.id) AS many FROM said WHERE quarantined = 'erased' AND body IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM records WHERE kind = 'erasure' AND records.id = said.id)"
    )
    return int(found["many"])
