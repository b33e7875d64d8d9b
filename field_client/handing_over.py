"""Writes what this laptop has said as files others can check and read. Changes nothing."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sync.cells import safe
from sync.keys import DEVICE, Keyring, PublicKey, signing_key
from sync.ledger import LAPTOP_EXPORT, Erasure, Manifest, listed_withheld
from sync.ledger_folder import write_export
from sync.records import EventKind
from sync.wire.fields import instant, parse_instant

from .store import journal, receipts, records, settings
from .store.db import Store
from .store.journal import Row

COLUMNS = (
    "visit",
    "lender",
    "account",
    "name",
    "started",
    "ended",
    "known",
    "recorded",
    "place",
    "party",
    "result",
    "reason",
    "detail",
    "location_source",
    "lat",
    "lon",
    "note",
    "verdict",
    "acknowledged",
)


@dataclass(frozen=True)
class Handed:
    events: int
    receipts: int
    visits: int


def hand_over(store: Store, folder: Path, now: datetime) -> Handed:
    """`folder/ledger/` for `ronda verify`, and `folder/visits.csv`: UTF-8, one row per visit and account."""
    with store.reading() as db:
        entries, signed = journal.chains(db), receipts.all_of(db)
        checkpoints = receipts.checkpoints(db)
        own = signing_key(bytes.fromhex(settings.get(db, "signing_key")))
        opened = parse_instant(settings.get(db, "enrolled_at"))
        ours = PublicKey(own.public, DEVICE, settings.get(db, "device"), opened)
        keys = Keyring((*Keyring.from_json(settings.get(db, "office_keys")).keys, ours))
        said = [
            row
            for row in journal.rows(db, newest=1_000_000)
            if row.entry.kind == EventKind.VISIT_RECORDED and row.said
        ]
        accounts = {one["id"]: one for one in records.all_of(db, "account")}
        names = {one["id"]: one["name"] for one in records.all_of(db, "debtor")}
        erasures = [Erasure.from_json(one) for one in records.all_of(db, "erasure")]
    gone = {(one.id, one.body_digest) for one in erasures}
    manifest = Manifest(LAPTOP_EXPORT, now, withheld=listed_withheld(entries, gone))
    write_export(folder / "ledger", entries, signed, checkpoints, keys, erasures=erasures, manifest=manifest)
    with (folder / "visits.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in sorted(said, key=lambda one: one.recorded_at):
            writer.writerows(_readable(row, accounts, names))
    return Handed(len(entries), len(signed), len(said))


def _readable(row: Row, accounts: dict[str, dict[str, str]], names: dict[str, str]) -> list[list[str]]:
    """Its rows; one with the id alone for a visit this program cannot read, which the ledger holds whole."""
    try:
        return list(_rows(row, accounts, names))
    except (KeyError, TypeError, AttributeError):
        known = {"visit": row.entry.id, "recorded": instant(row.recorded_at)}
        known["acknowledged"] = "yes" if row.acknowledged else "no"
        return [[known.get(name, "") for name in COLUMNS]]


def _rows(row: Row, accounts: dict[str, dict[str, str]], names: dict[str, str]) -> Iterator[list[str]]:
    said = row.said
    for result in said["results"]:
        account = accounts.get(result["account"], {})
        where = said["location"]
        cells = (
            row.entry.id,
            account.get("lender", ""),
            account.get("number", result["account"]),
            names.get(said["debtor"], said["debtor"]),
            said["happened"]["start"],
            said["happened"]["end"],
            said["happened"]["known"],
            instant(row.recorded_at),
            said["place"],
            said["party"],
            result["result"],
            result["reason"] or "",
            json.dumps(result["detail"], ensure_ascii=False) if result["detail"] else "",
            where["source"],
            "" if where["lat"] is None else str(where["lat"]),
            "" if where["lon"] is None else str(where["lon"]),
            said["note"],
            said["verdict"].get("decision", ""),
            "yes" if row.acknowledged else "no",
        )
        yield [safe(cell) for cell in cells]
