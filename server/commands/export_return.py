"""`ronda office export --return LENDER`: the lender's own file of a day, in its layout and codes."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from sync.records import Refused

from ..office import Office
from ..returning.handing import again, hand
from ..store import lenders, returns
from ..store.engine import reading

ACTOR = "cli"


def write_return(office: Office, lender: str, folder: Path, day: date, moment: datetime) -> dict[str, Any]:
    """Make the lender's next file of the day and write it into the folder; the figures to print."""
    with reading(office.engine) as connection:
        lender_id = lenders.id_of(connection, lender)
        known = ", ".join(row["name"] for row in lenders.listed(connection))
    if lender_id is None:
        raise click.ClickException(f"there is no lender '{lender[:60]}'; there are: {known or 'none yet'}")
    made = hand(office.engine, lender_id, day, actor=ACTOR, now=moment)
    if isinstance(made, Refused):
        raise click.ClickException(f"nothing new of {day} to tell {lender}: its last file has it all")
    with reading(office.engine) as connection:
        row = returns.file(connection, made.id)
        data, _same = again(connection, row or {})
    path = folder / made.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_bytes(data)
        part.replace(path)
    except OSError as wrong:
        raise click.ClickException(f"{path} cannot be written ({wrong.strerror})") from wrong
    return {
        "file": str(path),
        "lender": lender,
        "day": day.isoformat(),
        "number": made.number,
        "mode": made.mode,
        "rows": made.rows,
        "rejected": made.rejected,
        "sha256": made.sha256,
    }
