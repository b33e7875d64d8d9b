"""`ronda field restore`: puts a laptop back from one of its copies. Makes no copy."""

from __future__ import annotations

from pathlib import Path

import click

from sync.wire.fields import instant

from .. import restoring
from ..clock import SystemClock
from .options import ask_passphrase, clear_errors, english, json_option, root_option, say


@click.command()
@root_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--aside", is_flag=True, help="Move a laptop that is there already aside, whole, first.")
@json_option
@clear_errors
def restore(data: Path, file: Path, aside: bool, as_json: bool) -> None:
    """Put the laptop of FILE back, with the passphrase it had when the copy was made.

    It goes on in a chain of its own, which names where the copy ends: nothing the office holds is said
    twice or lost. What the office confirmed after the copy comes back with the next exchange.
    """
    try:
        done = restoring.restore(data, file, ask_passphrase(), SystemClock().read(), aside=aside)
    except restoring.NotRestored as wrong:
        raise click.ClickException(f"{english(wrong.because)}. Nothing was changed.") from wrong
    said = {
        "made": instant(done.made),
        "events": done.events,
        "unsent": done.unsent,
        "aside": None if done.aside is None else str(done.aside),
    }
    text = (
        f"Put back the copy of {instant(done.made)}: {done.events} event(s). What came after comes with: "
        "ronda field sync"
    )
    more = f". The laptop that was here is in {done.aside}" if done.aside else ""
    say(said, as_json, text + more)
