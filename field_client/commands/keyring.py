"""`ronda field keyring`: whether the system's own keyring opens the laptop too. Keeps no key itself."""

from __future__ import annotations

from pathlib import Path

import click

from .. import os_keyring
from ..clock import SystemClock
from ..unlocking import key_of
from .options import ask_passphrase, clear_errors, data_option, json_option, say


@click.command()
@data_option
@click.option("--on/--off", "on", default=None, help="Switch it; without this, only tell.")
@json_option
@clear_errors
def keyring(data: Path, on: bool | None, as_json: bool) -> None:
    """Let whoever logged in to this computer open the laptop without its passphrase, once a start.

    Needs the extra `keyring` and a system that keeps secrets. The passphrase goes on working, and is asked
    again after the laptop locked itself.
    """
    if on:
        try:
            os_keyring.remember(data, key_of(data, ask_passphrase(), SystemClock().read().wall))
        except os_keyring.NoKeyring as wrong:
            raise click.ClickException(str(wrong)) from wrong
    elif on is False:
        os_keyring.forget(data)
    held = os_keyring.remembers(data)
    text = (
        "This computer's session opens the laptop too." if held else "Only the passphrase opens the laptop."
    )
    say({"on": held, "usable": os_keyring.is_usable()}, as_json, text)
