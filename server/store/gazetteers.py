"""The address index of a city: a SQLite file of its own, made once and then only read."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlite

VERSION = 1
SCHEMA = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE streets (key TEXT PRIMARY KEY, shape BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE houses (
    street TEXT NOT NULL, cross TEXT NOT NULL, metres INTEGER NOT NULL,
    number TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL
);
CREATE TABLE areas (
    name TEXT NOT NULL, kind TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL, radius_m REAL NOT NULL
);
CREATE TABLE corners (  -- of two numbered streets, by their places among the streets beside them
    kind TEXT NOT NULL, quadrant TEXT NOT NULL, one REAL NOT NULL,
    cross TEXT NOT NULL, other REAL NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL
);
CREATE TABLE aliases (alias TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (alias, key)) WITHOUT ROWID;
CREATE VIRTUAL TABLE names USING fts5(
    name, key UNINDEXED, detail = none, columnsize = 0, tokenize = "unicode61 remove_diacritics 2"
);
"""
INDEXES = """
CREATE INDEX houses_street ON houses (street);
CREATE INDEX areas_name ON areas (name);
CREATE INDEX corners_near ON corners (kind, quadrant, cross, one);
INSERT INTO names(names) VALUES ('optimize');
VACUUM;
"""

HouseRow = tuple[str, str, int, str, float, float]
AreaRow = tuple[str, str, float, float, float]
CornerRow = tuple[str, str, float, str, float, float, float]


class WrongGazetteer(ValueError):
    """The file is not an address index of this version; add the city again."""


@dataclass
class Content:
    """All rows of an index. `streets` are (key, name for search, shape)."""

    streets: Iterable[tuple[str, str, dict[str, Any]]]
    houses: Iterable[HouseRow]
    areas: Iterable[AreaRow]
    corners: Iterable[CornerRow]
    aliases: Iterable[tuple[str, str]]


def write(path: Path, about: dict[str, Any], content: Content) -> None:
    """A new file."""
    db = sqlite.connect(str(path))
    try:
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = FULL;" + SCHEMA)
        with db:
            for key, name, shape in content.streets:
                packed = zlib.compress(json.dumps(shape, separators=(",", ":")).encode(), 9)
                db.execute("INSERT INTO streets VALUES (?, ?)", (key, packed))
                db.execute("INSERT INTO names VALUES (?, ?)", (name, key))
            for alias, key in content.aliases:
                db.execute("INSERT INTO aliases VALUES (?, ?)", (alias, key))
                db.execute("INSERT INTO names VALUES (?, ?)", (alias, key))
            db.executemany("INSERT INTO houses VALUES (?, ?, ?, ?, ?, ?)", content.houses)
            db.executemany("INSERT INTO areas VALUES (?, ?, ?, ?, ?)", content.areas)
            db.executemany("INSERT INTO corners VALUES (?, ?, ?, ?, ?, ?, ?)", content.corners)
            held = {"version": VERSION, **about}
            db.executemany(
                "INSERT INTO about VALUES (?, ?)", [(name, json.dumps(value)) for name, value in held.items()]
            )
        db.executescript(INDEXES)
    finally:
        db.close()


class Index:
    """An address index, open for reading."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        try:
            rows = self._db.execute("SELECT name, value FROM about").fetchall()
        except sqlite.DatabaseError as wrong:
            raise WrongGazetteer(f"{path.name} is not an address index; add the city again") from wrong
        self.about: dict[str, Any] = {name: json.loads(value) for name, value in rows}
        if self.about.get("version") != VERSION:
            raise WrongGazetteer(f"{path.name} was made by another version of Ronda; add the city again")

    def close(self) -> None:
        self._db.close()

    def shape(self, key: str) -> dict[str, Any] | None:
        row = self._db.execute("SELECT shape FROM streets WHERE key = ?", (key,)).fetchone()
        return None if row is None else json.loads(zlib.decompress(row[0]))

    def houses(self, key: str) -> list[HouseRow]:
        return list(self._db.execute("SELECT * FROM houses WHERE street = ?", (key,)))

    def known_as(self, alias: str) -> list[str]:
        """The keys of the streets that are also called so."""
        return [row[0] for row in self._db.execute("SELECT key FROM aliases WHERE alias = ?", (alias,))]

    def keys(self) -> list[str]:
        return [row[0] for row in self._db.execute("SELECT key FROM streets ORDER BY key")]

    def named(self, words: Sequence[str], limit: int = 20) -> list[tuple[str, str]]:
        """(name, key) of the streets whose names hold these words, the best first."""
        quoted = " ".join('"' + word.replace('"', "") + '"' for word in words if word.strip('"'))
        if not quoted:
            return []
        query = "SELECT name, key FROM names WHERE names MATCH ? ORDER BY rank LIMIT ?"
        return list(self._db.execute(query, (quoted, limit)))

    def corners(
        self, kind: str, quadrant: str, cross: str, one: float, other: float, reach: float
    ) -> list[tuple[float, float, float, float]]:
        """(number, crossing number, lat, lon) of the corners within so many numbers of a place."""
        query = (
            "SELECT one, other, lat, lon FROM corners WHERE kind = ? AND quadrant = ? AND cross = ? "
            "AND one BETWEEN ? AND ? AND other BETWEEN ? AND ?"
        )
        near = (one - reach, one + reach, other - reach, other + reach)
        return list(self._db.execute(query, (kind, quadrant, cross, *near)))

    def towns(self) -> list[AreaRow]:
        return list(self._db.execute("SELECT * FROM areas WHERE kind IN ('city', 'town') ORDER BY name"))

    def areas(self, name: str) -> list[AreaRow]:
        return list(self._db.execute("SELECT * FROM areas WHERE name = ?", (name,)))
