"""What a closed month holds and the office signs: totals, figures, adjustments, and every line's digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from sync.digest import canonical
from sync.keys import verified
from sync.money import from_minor, written

from ..store import offices

PURPOSE = b"ronda month close\n"
Row = dict[str, Any]


def snapshot(
    asked: Mapping[str, Any],
    run: Mapping[str, Any],
    rows: list[Row],
    adjusted: list[Row],
    figures: list[Row],
) -> Row:
    """Everything the close froze, small enough to sign: totals, figures, and the digest of all lines."""
    totals: dict[str, dict[str, int]] = {}
    for row in rows:
        kind = "fees" if row["agent_id"] is None else "commissions"
        each = totals.setdefault(row["currency"], {"commissions": 0, "fees": 0})
        each[kind] += row["amount_minor"]
    lines = [
        [
            row["key"],
            row["agent_id"] or "",
            row["account_id"],
            row["currency"],
            row["base_minor"],
            row["amount_minor"],
        ]
        for row in sorted(rows, key=lambda row: row["key"])
    ]
    return {
        "month": asked["month"].isoformat(),
        "lender": asked["lender"] or "",
        "asked_by": asked["asked_by"],
        "rules": {"name": run["rules"].get("name", ""), "version": run["version"]},
        "totals": {
            currency: {name: written(from_minor(minor, currency), currency) for name, minor in each.items()}
            for currency, each in sorted(totals.items())
        },
        "lines": len(rows),
        "lines_sha256": hashlib.sha256(canonical(lines)).hexdigest(),
        "adjustments": [
            [one["key"], one["original_id"], one["currency"], one["before_minor"], one["after_minor"]]
            for one in adjusted
        ],
        "figures": figures,
    }


def digest_of(frozen: Row) -> bytes:
    """What is signed for everything that was frozen."""
    return hashlib.sha256(canonical(frozen)).digest()


def holds(connection: Connection, row: Mapping[str, Any]) -> bool:
    """True while what a close froze is what the office signed."""
    keys = {one["key_id"]: one["public_key"] for one in offices.signing_keys_held(connection)}
    if row["snapshot"] is None or row["key_id"] not in keys:
        return False
    digest = digest_of(row["snapshot"])
    return digest.hex() == row["digest"] and verified(keys[row["key_id"]], row["signature"], PURPOSE + digest)
