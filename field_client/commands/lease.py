"""`ronda field lease`: until when this laptop works without its office, and the office's code to go on."""

from __future__ import annotations

import click

from sync.wire.fields import instant

from .. import leasing
from ..clock import SystemClock
from ..store.db import Store
from .options import json_option, say, with_closed_laptop


@click.command()
@click.option("--code", help="The code the office gave for this laptop's challenge.")
@json_option
@with_closed_laptop
def lease(store: Store, code: str | None, as_json: bool) -> None:
    """Tell the lease, or open the laptop's data with the office's --code."""
    if code is not None and leasing.open_by_code(store, code, SystemClock().read()) is None:
        held = leasing.standing(store, SystemClock().read())
        asked = f" for the challenge {held.challenge}" if held.challenge else ""
        raise click.ClickException(
            f"That is not the office's code{asked}. Ask it again: nothing was changed."
        )
    held = leasing.standing(store, SystemClock().read())
    until = None if held.until is None else instant(held.until)
    sentence = "closed" if held.closed else f"open until {until}" if until else "open without end"
    more = f"; challenge for the office: {held.challenge}" if held.closed else ""
    said = {"until": until, "closed": held.closed, "challenge": held.challenge or None}
    say(said, as_json, f"The laptop's data is {sentence}{more}.")
