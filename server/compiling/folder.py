"""A folder in the making: text, tables and bytes by name, each with its hash and what it is. Knows no case.

Names are ours and plain: nothing that a person typed becomes a path.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sync.cells import safe
from sync.wire.fields import instant

TEMPLATES = Path(__file__).parents[1] / "web" / "templates" / "compiled"
SUMS = "SHA256SUMS.txt"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


@dataclass(frozen=True)
class Compiled:
    """A folder that was written. `left_out` are (what, how many, why)."""

    folder: Path
    files: int
    visits: int
    left_out: tuple[tuple[str, int, str], ...]
    missing: int  # pictures and papers announced whose bytes are not here
    vouched: bool


@dataclass
class Folder:
    """Writes into `path` and keeps (name, what it is, SHA-256, size) of each file."""

    path: Path
    files: dict[str, tuple[str, str, int]] = field(default_factory=dict)

    def write(self, name: str, data: bytes, what: str) -> str:
        """Answers the SHA-256 of what was written."""
        if not NAME.fullmatch(name) or ".." in name:
            raise ValueError(f"not a name for a file: {name}")
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        digest = sha256(data).hexdigest()
        self.files[name] = (what, digest, len(data))
        return digest

    def text(self, name: str, text: str, what: str) -> str:
        return self.write(name, text.encode("utf-8"), what)

    def json(self, name: str, said: Any, what: str) -> str:
        made = json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True, default=plain)
        return self.text(name, made + "\n", what)

    def table(self, name: str, rows: Sequence[Mapping[str, Any]], what: str, columns: Sequence[str]) -> None:
        """A CSV that a spreadsheet opens without running anything; none where there are no rows."""
        if not rows:
            return
        made = io.StringIO(newline="")
        writer = csv.writer(made)
        writer.writerow(columns)
        writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
        self.text(name, made.getvalue(), what)

    def page(self, name: str, template: str, zone: str, **shown: Any) -> str:
        """A page with no scripts; everything typed is escaped."""
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        where = ZoneInfo(zone or "America/Bogota")
        environment.filters["moment"] = lambda one: f"{one.astimezone(where):%Y-%m-%d %H:%M}" if one else "—"
        environment.filters["day"] = lambda one: one.isoformat() if one else "—"
        made = environment.get_template(template).render(zone=str(where), files=self.files, **shown)
        return self.text(name, made, "Índice para leer e imprimir")

    def adopt(self, under: str, what: str) -> None:
        """Count files that somebody else wrote into a folder under this one."""
        for path in sorted((self.path / under).rglob("*")):
            if path.is_file():
                data = path.read_bytes()
                name = path.relative_to(self.path).as_posix()
                self.files[name] = (what, sha256(data).hexdigest(), len(data))

    def sums(self) -> None:
        """The list of contents with hashes, as `sha256sum -c` reads it."""
        lines = [f"{digest}  {name}\n" for name, (_, digest, _size) in sorted(self.files.items())]
        self.text(SUMS, "".join(lines), "Huella de cada archivo (sha256sum -c)")

    def hashes(self) -> dict[str, str]:
        return {name: digest for name, (_, digest, _size) in self.files.items()}


@contextmanager
def begun(path: Path) -> Iterator[Folder]:
    """A folder to write into; where writing fails nothing is left in it, nor it itself if it is new."""
    made_here = not path.exists()
    path.mkdir(parents=True, exist_ok=True)
    try:
        yield Folder(path)
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        if not made_here:
            path.mkdir(parents=True, exist_ok=True)
        raise


def plain(value: Any) -> Any:
    """What JSON has no word for, as text."""
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (datetime, date)):
        return str(plain(value))
    if isinstance(value, (dict, list, tuple)):
        return safe(json.dumps(value, ensure_ascii=False, default=plain))
    return safe(str(value))


def rows_of(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> list[dict[str, Any]]:
    return [{name: row.get(name) for name in columns} for row in rows]
