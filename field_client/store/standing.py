"""How far the office holds what this laptop said, chain by chain, and what its feed shows of it.

A mark counts for the epoch of the office it was given in: after a restore every chain is asked about
again. An event is confirmed when a place of it in any chain is. Knows no message and no key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from sync.ledger import ZERO, Head

from . import settings
from .links import Row, current, hash_at, one, parent, rows_of


def unsettled(db: Database) -> str | None:
    """The oldest chain before the current one about which the office has not said its last word."""
    found = db.query(
        "SELECT id FROM incarnations WHERE id <> ? AND (epoch IS NOT ? OR (NOT forked AND EXISTS ("
        "SELECT 1 FROM journal WHERE journal.incarnation = incarnations.id AND acknowledged = 0))) "
        "ORDER BY rowid LIMIT 1",
        [current(db), settings.get(db, "epoch")],
    )
    return next((str(row["id"]) for row in found), None)


def asked_about(db: Database, incarnation: str) -> bool:
    """True when the office said in its present epoch how far it holds this chain."""
    row = one(db, "SELECT epoch FROM incarnations WHERE id = ?", [incarnation])
    return row is not None and row["epoch"] == settings.get(db, "epoch")


def acknowledge(db: Database, incarnation: str, n: int) -> None:
    """The office holds this chain up to n and no further: entries above it wait again.

    Where it held more before, it lost something: the other chains must be asked about again too.
    """
    before = _acknowledged(db, incarnation)
    if n < before and asked_about(db, incarnation):
        db.execute("UPDATE incarnations SET epoch = NULL WHERE id <> ?", [incarnation])
    db.execute(
        "UPDATE journal SET acknowledged = (n <= ?) WHERE incarnation = ? AND acknowledged <> (n <= ?)",
        [n, incarnation, n],
    )
    db.execute(
        "UPDATE incarnations SET epoch = ?, forked = 0, reflected = min(reflected, ?) WHERE id = ?",
        [settings.get(db, "epoch"), n, incarnation],
    )


def give_up(db: Database, incarnation: str) -> list[Row]:
    """The office holds another history of this chain. Answers what must be said again elsewhere.

    What it confirmed before the fork in this same epoch stands; of another epoch nothing is known.
    """
    if not asked_about(db, incarnation):
        db.execute("UPDATE journal SET acknowledged = 0 WHERE incarnation = ?", [incarnation])
        db.execute("UPDATE incarnations SET reflected = 0 WHERE id = ?", [incarnation])
    db.execute(
        "UPDATE incarnations SET epoch = ?, forked = 1 WHERE id = ?",
        [settings.get(db, "epoch"), incarnation],
    )
    found = db.query(
        "SELECT * FROM unconfirmed AS place WHERE incarnation = ? AND NOT EXISTS ("
        "SELECT 1 FROM said AS twin WHERE twin.id = place.id AND NOT twin.forked) ORDER BY n",
        [incarnation],
    )
    return rows_of(found)


def before_fork(db: Database, incarnation: str) -> int:
    """How far the office confirmed a chain in this epoch that it holds otherwise further on; else 0."""
    row = one(db, "SELECT forked FROM incarnations WHERE id = ?", [incarnation])
    known = row is not None and row["forked"] and asked_about(db, incarnation)
    return _acknowledged(db, incarnation) if known else 0


def acknowledged_head(db: Database, incarnation: str) -> Head:
    """The last entry the office acknowledged, in this chain or, if none of it, in the one before."""
    row = one(
        db,
        "SELECT n, h FROM journal WHERE incarnation = ? AND acknowledged = 1 ORDER BY n DESC LIMIT 1",
        [incarnation],
    )
    if row is not None:
        return Head(incarnation, row["n"], bytes(row["h"]))
    return parent(db, incarnation) or Head(incarnation, 0, ZERO)


def confirmed(db: Database) -> dict[str, int]:
    """How far each chain is held, of those the office was asked about in its present epoch."""
    found = db.query("SELECT id FROM incarnations WHERE epoch = ?", [settings.get(db, "epoch")])
    return {row["id"]: _acknowledged(db, row["id"]) for row in list(found)}


def reflect(db: Database, mark: Mapping[str, Any]) -> None:
    """The feed as pulled includes this chain up to a place, if it is our own chain that it speaks of."""
    if hash_at(db, mark["incarnation"], mark["n"]) == mark["h"]:
        _include(db, mark["incarnation"], mark["n"])


def reflect_all(db: Database, held: Mapping[str, int]) -> None:
    """The feed was read to its end: it includes all that the office held when it was asked."""
    for incarnation, n in held.items():
        if n > _reflected(db, incarnation):
            _include(db, incarnation, n)


def forget_office(db: Database) -> None:
    """What any office said of how far it holds the chains, or a backup of it, counts no more."""
    db.execute("UPDATE incarnations SET epoch = NULL, verified = 0, reflected = 0")


def forget_feed(db: Database) -> None:
    """The feed is read anew: it includes nothing yet."""
    db.execute("UPDATE incarnations SET reflected = 0")


def said_about(db: Database, debtors: Sequence[str]) -> list[Row]:
    """Events about these debtors that the feed as pulled does not include, each once: those it does not
    reflect yet, and those the office set aside, which happened all the same."""
    found = rows_of(
        db.query(
            "SELECT * FROM said AS row WHERE debtor IN (SELECT value FROM json_each(?)) "
            "AND body IS NOT NULL AND (quarantined IS NOT NULL OR NOT EXISTS (SELECT 1 FROM journal "
            "AS twin JOIN incarnations ON incarnations.id = twin.incarnation WHERE twin.id = row.id "
            "AND twin.n <= reflected)) "
            "ORDER BY recorded_at, incarnation, n",
            [json.dumps(list(debtors))],
        )
    )
    once: dict[str, Row] = {}
    for row in found:
        if row.entry.id not in once or row.acknowledged:
            once[row.entry.id] = row
    return list(once.values())


def counts(db: Database) -> dict[str, int]:
    """Events, each once, that no chain has confirmed, that one has, and visits that wait."""
    [waits] = db.query(
        "SELECT count(DISTINCT id) AS unsent, "
        "count(DISTINCT CASE WHEN kind = 'visit.recorded' THEN id END) AS visits "
        "FROM unconfirmed"
    )
    [held] = db.query("SELECT count(DISTINCT id) AS many FROM said WHERE acknowledged")
    [odd] = db.query("SELECT count(*) AS many FROM quarantined")
    return {
        "unsent": waits["unsent"],
        "acknowledged": held["many"],
        "visits_unsent": waits["visits"],
        "quarantined": odd["many"],
    }


def debtors_waiting(db: Database) -> set[str]:
    """Those about whom something of ours is not confirmed."""
    found = db.query("SELECT DISTINCT debtor FROM unconfirmed WHERE debtor IS NOT NULL")
    return {str(row["debtor"]) for row in found}


def chains(db: Database) -> list[str]:
    """Chains that were not given up, in the order they were opened, and at last the one written to."""
    last = current(db)
    found = db.query("SELECT id FROM incarnations WHERE NOT forked AND id <> ? ORDER BY rowid", [last])
    return [*(str(row["id"]) for row in found), last]


def odd_chains(db: Database) -> list[str]:
    """Chains before the current one of which the office could not apply everything."""
    found = db.query("SELECT DISTINCT incarnation FROM quarantined WHERE incarnation <> ?", [current(db)])
    return [str(row["incarnation"]) for row in found]


def _acknowledged(db: Database, incarnation: str) -> int:
    row = one(db, "SELECT max(n) AS n FROM journal WHERE incarnation = ? AND acknowledged = 1", [incarnation])
    return 0 if row is None or row["n"] is None else int(row["n"])


def _reflected(db: Database, incarnation: str) -> int:
    row = one(db, "SELECT reflected FROM incarnations WHERE id = ?", [incarnation])
    return 0 if row is None else int(row["reflected"])


def _include(db: Database, incarnation: str, n: int) -> None:
    db.execute("UPDATE incarnations SET reflected = ? WHERE id = ?", [n, incarnation])
