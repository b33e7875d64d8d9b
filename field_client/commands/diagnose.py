"""`ronda field diagnose`: how the laptop is, without anything personal. Changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import click

from .. import diagnosing
from ..clock import SystemClock
from ..folder import is_enrolled
from ..unlocking import open_slowly
from .options import ask_passphrase, clear_errors, data_option


@click.command()
@data_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it here (else print it).")
@click.option("--locked", is_flag=True, help="Do not ask for the passphrase: say only what shows outside.")
@clear_errors
def diagnose(data: Path, out: Path | None, locked: bool) -> None:
    """Say how the laptop is: versions, sizes, counts, codes and times. No name, amount, address or secret."""
    moment = SystemClock().read().wall
    said = diagnosing.outside(data, moment)
    if is_enrolled(data) and not locked:
        store = open_slowly(data, ask_passphrase(), moment)
        try:
            said["inside"] = diagnosing.inside(store)
        finally:
            store.close()
    text = json.dumps(said, indent=1, ensure_ascii=True)
    if out is None:
        click.echo(text)
        return
    out.write_text(text + "\n", encoding="ascii")
    click.echo(f"Wrote {out}; it names nobody and may be sent as it is.")
