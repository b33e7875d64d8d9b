"""Reads one laptop's line from the file of codes of many, and leaves it for the first page. Enrols nobody.

The file is CSV in UTF-8 with the columns machine, server, code and, if wanted, label: one line a laptop,
`machine` its name as the system tells it. An invitation holds a code that works once, and no secret else.
"""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from .carrying import write_durably

NAME = "invitation.json"
NEEDED = ("machine", "server", "code")
LARGEST = 1 << 20


class NotInvited(ValueError):
    """The file of codes does not say what this laptop needs; the message says what to do."""


@dataclass(frozen=True)
class Invitation:
    """Where a laptop enrols, with which code, and what its collector is called at its door."""

    server: str
    code: str
    label: str = ""


def of_machine(path: Path, machine: str) -> Invitation:
    """The line of this machine. Raises NotInvited or OSError."""
    if path.stat().st_size > LARGEST:
        raise NotInvited(f"{path} is too large to be a file of codes.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = [name.strip().casefold() for name in reader.fieldnames or []]
            missing = [name for name in NEEDED if name not in columns]
            if missing:
                raise NotInvited(
                    f"{path} lacks the column(s) {', '.join(missing)}; its first line must be "
                    "machine,server,code,label"
                )
            rows = [
                dict(zip(columns, (value or "" for value in row.values()), strict=False)) for row in reader
            ]
    except (UnicodeDecodeError, csv.Error, AttributeError) as wrong:
        raise NotInvited(f"{path} is not a CSV file in UTF-8; save it as one and try again.") from wrong
    wanted = machine.strip().casefold()
    found = [row for row in rows if row["machine"].strip().casefold() == wanted]
    if len(found) != 1:
        often = "does not name" if not found else f"names {len(found)} times"
        raise NotInvited(f"{path} {often} the machine '{machine}'; it must stand there once.")
    [row] = found
    server, code = row["server"].strip(), row["code"].strip()
    if not server or not code:
        raise NotInvited(f"The line of '{machine}' in {path} lacks its server or its code.")
    return Invitation(server, code, row.get("label", "").strip())


def leave(root: Path, invitation: Invitation) -> None:
    """Keep it for the first page, where the collector has only his passphrase left to choose."""
    write_durably(root / NAME, json.dumps(asdict(invitation), ensure_ascii=False).encode("utf-8"))


def waiting(root: Path) -> Invitation | None:
    try:
        said = json.loads((root / NAME).read_text(encoding="utf-8"))
        return Invitation(str(said["server"]), str(said["code"]), str(said.get("label", "")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def drop(root: Path) -> None:
    """The code was used."""
    (root / NAME).unlink(missing_ok=True)
