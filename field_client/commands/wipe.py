"""`ronda field wipe`: empties this laptop by hand, after its unsent work is in a file for the office."""

from __future__ import annotations

from pathlib import Path

import click

from .. import wiping
from ..clock import SystemClock
from ..store import journal
from ..store.db import Store
from .options import json_option, say, wiped_sentence, with_closed_laptop


@click.command()
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where to write the hand-over file (default: the laptop's own folder).",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@with_closed_laptop
def wipe(store: Store, to: Path | None, yes: bool, as_json: bool) -> None:
    """Empty this laptop for good. What the office may lack is first written to a file it alone can open.

    A power cut on the way leaves the laptop whole or the file whole; open the laptop again to go on.
    """
    with store.reading() as db:
        unsent = journal.counts(db)["unsent"]
    if not yes:
        try:
            click.confirm(
                f"Wipe this laptop? {unsent} unsent event(s) will be in the hand-over file only.",
                abort=True,
                err=True,
            )
        except click.Abort as no:
            raise click.ClickException("Nothing was wiped. Say --yes where nobody can answer.") from no
    done = wiping.wipe(store, SystemClock().read(), to)
    handed = None if done.handed is None else str(done.handed)
    said = {"wiped": True, "handed": handed, "events": done.events, "attachments": done.attachments}
    say(said, as_json, wiped_sentence(done))
