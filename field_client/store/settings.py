"""Single values the laptop keeps for itself, by name, as JSON. Knows no meaning of theirs."""

from __future__ import annotations

import json
from typing import Any

from sqlite_utils import Database

# Whether the laptop sends and receives by itself; on unless the collector switched it off.
AUTOMATIC = "automatic"
# Which receiver tells where the laptop is; empty: whatever is plugged in.
RECEIVER = "receiver"


def get(db: Database, name: str, default: Any = None) -> Any:
    row = next(iter(db.query("SELECT value FROM settings WHERE name = ?", [name])), None)
    return default if row is None else json.loads(str(row["value"]))


def put(db: Database, name: str, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    db.execute(
        "INSERT INTO settings (name, value) VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [name, text],
    )


def put_all(db: Database, values: dict[str, Any]) -> None:
    for name, value in values.items():
        put(db, name, value)


def drop(db: Database, name: str) -> None:
    db.execute("DELETE FROM settings WHERE name = ?", [name])
