"""`ronda field export`: the laptop's ledger and its visits, as files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from ..handing_over import hand_over
from ..store.db import Store
from .options import json_option, say, with_laptop


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@json_option
@with_laptop
def export(store: Store, folder: Path, as_json: bool) -> None:
    """Write DIR/ledger (check it with `ronda verify DIR`) and DIR/visits.csv.

    The files hold names and debts in the clear: keep them as you would keep the laptop.
    """
    done = hand_over(store, folder, datetime.now(UTC))
    say(
        {"events": done.events, "receipts": done.receipts, "visits": done.visits},
        as_json,
        f"Wrote {done.events} event(s), {done.receipts} receipt(s) and {done.visits} visit(s) to {folder}.",
    )
