"""`ronda field backup`: a copy of the encrypted laptop now. Restores nothing."""

from __future__ import annotations

from pathlib import Path

import click

from .. import backing_up
from ..clock import SystemClock
from ..store import settings
from ..store.db import Store
from .options import json_option, say, with_closed_laptop


@click.command()
@click.option(
    "--to",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Only to this folder, such as a USB stick.",
)
@click.option(
    "--always-to",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help='Keep copies there too from now on; "" for no second folder.',
)
@json_option
@with_closed_laptop
def backup(store: Store, to: Path | None, always_to: Path | None, as_json: bool) -> None:
    """Copy the laptop, encrypted as it is, and keep the newest three of each folder.

    The pages do this by themselves: after each exchange and when they lock. Put one back with
    `ronda field restore FILE`.
    """
    if always_to is not None:
        kept = "" if str(always_to) in ("", ".") else str(always_to.resolve())
        with store.writing() as db:
            settings.put(db, backing_up.SECOND, kept)
    done = backing_up.back_up(store, SystemClock().read(), [to] if to else None)
    said = {
        "files": [str(file) for file in done.files],
        "bytes": done.size,
        "failed": [str(place) for place in done.failed],
    }
    lines = [f"Copied to {file} ({done.size / 1e6:.1f} MB)." for file in done.files]
    lines += [f"{place} is not there: that copy was left out." for place in done.failed]
    say(said, as_json, "\n".join(lines))
