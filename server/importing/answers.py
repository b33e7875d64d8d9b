"""What an import answers with: figures, remarks on rows, and why a file was not read. Reads nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sync.records import Refused
from sync.words import Phrase

REJECTED = "rejected"
WARNED = "warned"


class WrongImport(ValueError):
    """The import cannot be done as asked; `because` says why and what to do. Nothing was written."""

    def __init__(self, because: Phrase) -> None:
        super().__init__(str(because))
        self.because = because


class WrongFile(WrongImport):
    """The file cannot be read as a lender's file."""


class NotAgreed(Exception):
    """So many accounts would become absent that a person must say yes; nothing was written."""

    def __init__(self, refused: Refused, absent: int, of: int) -> None:
        super().__init__(str(refused.reason))
        self.refused = refused
        self.absent = absent
        self.of = of


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong with a row, or worth a look: physical line, column as the file names it, and why."""

    line: int
    column: str
    level: str
    because: Phrase


@dataclass(frozen=True)
class Recognised:
    """How a file was read: shown before anything is written, and kept with the import."""

    file: str
    kind: str  # csv | xlsx
    encoding: str
    delimiter: str
    sheet: str
    header_line: int
    columns: dict[str, str]  # field → header as written
    ignored: tuple[str, ...]
    decimal: str = ""  # "," or "."; empty when no cell tells
    told: dict[str, Any] = field(default_factory=dict)  # what a person said of how to read it
    headers: tuple[str, ...] = ()  # every one as written, in its place

    def to_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "kind": self.kind,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sheet": self.sheet,
            "header_line": self.header_line,
            "columns": self.columns,
            "ignored": list(self.ignored),
            "headers": list(self.headers),
            "decimal": self.decimal,
            **({"told": self.told} if self.told else {}),
        }


@dataclass(frozen=True)
class Preview:
    """A file looked at with nothing written: how it is read, and its first rows by header."""

    recognised: Recognised
    rows: tuple[dict[str, str], ...]


@dataclass
class ImportReport:
    """What an import did. `counts`: rows, accepted (with warned), warned, rejected, unchanged, absent."""

    kind: str
    lender: str
    as_of: date
    pack: str
    mode: str
    recognised: Recognised
    counts: dict[str, int]
    sha256: str = ""  # of the file
    mapping: str = ""  # the saved mapping used or made
    actor: str = ""
    import_id: str = ""
    dry_run: bool = False
    became: dict[str, list[str]] = field(default_factory=dict)  # state → the accounts that came into it
    buckets: dict[str, int] = field(default_factory=dict)
    at_field: int = 0  # accounts old enough for the field under the pack
    visitable: int = 0
    missing_evidence: int = 0  # of the barred, those that a document of their exception would free
    barred: dict[str, int] = field(default_factory=dict)  # rule → accounts it bars at that age
    rejects_path: Path | None = None
    remarks: list[Remark] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """One JSON object: the counts at its top, the rest beside them."""
        figures: dict[str, Any] = {
            **self.counts,
            "kind": self.kind,
            "lender": self.lender,
            "as_of": self.as_of.isoformat(),
            "policy": self.pack,
            "mode": self.mode,
            "import": self.import_id,
            "dry_run": self.dry_run,
            "reading": self.recognised.to_json(),
            "rejects": str(self.rejects_path) if self.rejects_path else None,
        }
        if self.kind == "portfolio":
            figures |= {
                "buckets": self.buckets,
                "at_field": self.at_field,
                "visitable": self.visitable,
                "missing_evidence": self.missing_evidence,
                "barred": sum(self.barred.values()),
                "barred_by_rule": self.barred,
            }
        return figures
