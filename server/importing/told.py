"""What a person said of how one file is to be read; what he left empty is found out. Reads no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

ENCODINGS = ("utf-8", "cp1252", "cp850", "mac-roman")  # those that lenders' systems write
DELIMITERS = (";", ",", "\t", "|")
DECIMALS = (",", ".")
DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
ASIDE = "-"  # a field that begins with it names a column to leave aside


@dataclass(frozen=True)
class Told:
    """`columns`: field → header as written; a header under `-1`, `-2` … is left aside. Empty: not said."""

    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    dates: str = ""  # the order of a date written with three numbers
    header_line: int = 0
    sheet: str = ""

    @classmethod
    def of_habits(cls, kept: Mapping[str, str]) -> Told:
        """What `habits` gave, of which anything else is left out."""
        names = ("encoding", "delimiter", "decimal", "dates")
        encoding, delimiter, decimal, dates = (str(kept.get(name, "")) for name in names)
        return cls(encoding=encoding, delimiter=delimiter, decimal=decimal, dates=dates)

    def habits(self) -> dict[str, str]:
        """What holds for the sender's next file too: not the line of the headers, nor the sheet."""
        every = {
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "decimal": self.decimal,
            "dates": self.dates,
        }
        return {name: value for name, value in every.items() if value}

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value}
