"""One row for each table that the named office leaves empty, so that every page has something to show.

References are to Rosa's case where they can be; codes are those of `CODES`, and what is left is filled by
its type. Knows no page: which rows a page shows is the page's own business.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Float,
    Integer,
    LargeBinary,
    Table,
    func,
    insert,
    select,
)
from sqlalchemy.types import String

from server.store.engine import writing
from server.store.tables import metadata
from server.store.types import UTCDateTime
from sync.ids import new_id

from . import spoiling
from .worlds import NOW, TODAY, World

PHRASE = {"msgid": "«{value}» no es un número entero", "values": {"value": "mil"}}
TEXT = json.dumps(PHRASE)
TRAIT = {"state": "open", "credit_type": "microcredit", "pack": "demo"}
# Table → what its columns of codes hold.
CODES: Mapping[str, Mapping[str, Any]] = {
    "account_traits": TRAIT,
    "backups": {"sha256": "0" * 64},
    "cash_counts": {"currency": "COP"},
    "cash_decisions": {"state": "official"},
    "cash_deposits": {"currency": "COP", "state": "proposed"},
    "change_rows": {
        "because": TEXT,
        "outcomes": [],
        "warnings": [TEXT],
        "state": "proposed",
        "measure": {},
    },
    "commission_lines": {
        "kind": "paid",
        "currency": "COP",
        "percent": "1",
        "factor": "1",
        "bucket": "90+",
        "because": PHRASE,
    },
    "commission_runs": {"state": "draft"},
    "contact_origins": {"identity": "1" * 64, "told": {}},
    "contacts": {"channel": "call"},
    "deliveries": {"paper": "notice", "code": "ABCDEFGH2345", "how": "hand", "party": "TIT"},
    "mappings": {"kind": "portfolio"},
    "month_adjustments": {"currency": "COP", "because": PHRASE},
    "objections": {"code": "otra", "say": ["Le escucho"], "avoid": ["No le crea"], "parties": []},
    "placings": {"precision": "street", "source": "desk", "state": "past", "why": PHRASE},
    "proposal_decisions": {"kind": "address", "state": "accepted"},
    "remote_accounts": {"because": PHRASE},
    "remote_assignments": {"because": PHRASE},
    "reported_payments": {"currency": "COP"},
    "resolutions": {"outcome": "unfounded"},
    "review_decisions": {"decision": "return"},
    "risk_zones": {"level": "avoid", "state": "active", "lat": 5.8, "lon": -73.0, "radius_m": 200},
    "silences": {"outcome": "trying"},
    "agent_days": {"shift_start": None, "shift_end": None},
    "stop_origins": {"identity": "2" * 64},
    "work_results": {"list": "aviso-central", "channel": "call", "result": "no_answer"},
}


def fill(world: World, ids: Mapping[str, str]) -> None:
    """A row in every table that holds a text of somebody's and has none, parents before children."""
    holding = {table.name for table, _column in spoiling.typed()}
    known = dict(ids) | {"user_id": world.users["nora"], "payment_id": "", "import_id": ids["import_id"]}
    with writing(world.office.engine) as connection:
        for table in metadata.sorted_tables:
            many = connection.execute(select(func.count()).select_from(table)).scalar()
            if table.name in holding and not many:
                connection.execute(insert(table).values(**_row(connection, table, known)))


def _row(connection: Connection, table: Table, known: Mapping[str, str]) -> dict[str, Any]:
    codes = CODES.get(table.name, {})
    found: dict[str, Any] = {}
    for column in table.columns:
        if column.name in codes:
            found[column.name] = codes[column.name]
        elif column.foreign_keys:
            found[column.name] = _referred(connection, column, known)
        elif column.name == "number" and column.autoincrement is True:
            continue
        elif not column.nullable or _is_text(column):
            found[column.name] = _by_type(column, known)
    return found


def _is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, String) and not column.name.endswith("_id")


def _referred(connection: Connection, column: Column[Any], known: Mapping[str, str]) -> Any:
    """Rosa's own object where there is one, else the first of its table."""
    [key] = column.foreign_keys
    mine = known.get(column.name)
    if mine and connection.execute(select(key.column).where(key.column == mine)).first():
        return mine
    if column.nullable:
        return None
    return connection.execute(select(key.column).limit(1)).scalar_one()


def _by_type(column: Column[Any], known: Mapping[str, str]) -> Any:
    kind = column.type
    if column.name == "id" or column.name.endswith("_id"):
        return known.get(column.name) or new_id()
    if isinstance(kind, JSON):
        return {}
    if isinstance(kind, UTCDateTime):
        return NOW
    if isinstance(kind, Date):
        return TODAY
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Float):
        return 1.0
    if isinstance(kind, Integer):
        return 1
    if isinstance(kind, LargeBinary):
        return b"x"
    return "x"
