"""How a table of the office's open export is told: its columns, what they may hold, its JSON Schema.

Knows no table: those are `export_tables`'.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "word", "integer", "number", "amount", "date", "instant", "flag"]
SCHEMA = "https://json-schema.org/draft/2020-12/schema"
PATTERNS: dict[str, str] = {
    "integer": r"^-?[0-9]+$",
    "number": r"^-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?$",
    "amount": r"^-?[0-9]+(\.[0-9]+)?$",
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "instant": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$",
    "flag": r"^(yes|no)$",
}


@dataclass(frozen=True)
class Column:
    """A column of the export. `needed`: never empty. `words`: all that it may hold."""

    name: str
    kind: Kind
    meaning: str
    needed: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A file NAME.csv. `placed`: it has lat and lon, and so a layer with points."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def placed(self) -> bool:
        return {"lat", "lon"} <= set(self.names)


def schema(table: Table) -> dict[str, Any]:
    """The JSON Schema of a row, as a mapping from column to text; empty text is "not known" or "none"."""
    return {
        "$schema": SCHEMA,
        "title": f"{table.name}.csv: {table.row}",
        "type": "object",
        "additionalProperties": False,
        "required": table.names,
        "properties": {column.name: _property(column) for column in table.columns},
    }


def _property(column: Column) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "string", "description": column.meaning}
    if column.words:
        made["enum"] = list(column.words if column.needed else ("", *column.words))
    elif column.kind in PATTERNS:
        pattern = PATTERNS[column.kind]
        made["pattern"] = pattern if column.needed else f"^$|{pattern}"
    elif column.needed:
        made["minLength"] = 1
    return made


def words(of: type[Any]) -> tuple[str, ...]:
    return tuple(member.value for member in of)


def text(name: str, meaning: str, *, needed: bool = False) -> Column:
    return Column(name, "text", meaning, needed)


def key() -> tuple[Column, ...]:
    return (
        text("lender", "the lender's name: with `account`, the key", needed=True),
        text("account", "the lender's own number for the account", needed=True),
    )


def person() -> tuple[Column, ...]:
    return (
        text(
            "person", "the holder's document number; Ronda's own id where the lender gave none", needed=True
        ),
        text("name", "his name as the lender wrote it", needed=True),
    )


def agent(needed: bool = True) -> tuple[Column, ...]:
    return (
        text("agent", "the agent's name", needed=needed),
        text("agent_id", "Ronda's id of the agent: two may have one name", needed=needed),
    )


def place() -> tuple[Column, ...]:
    return (
        Column("lat", "number", "latitude, WGS 84, degrees"),
        Column("lon", "number", "longitude, WGS 84, degrees"),
    )


def money(name: str, meaning: str, *, needed: bool = False) -> Column:
    return Column(name, "amount", meaning, needed)
