"""`ronda field recover`: a new passphrase for this laptop, with the package its office made."""

from __future__ import annotations

import os
from pathlib import Path

import click

from sync.sealing import WrongPassphrase

from .. import recovering
from ..clock import SystemClock
from .options import ask_passphrase, clear_errors, data_option, english, json_option, say

VARIABLE = "RONDA_FIELD_RECOVERY_CODE"


@click.command()
@data_option
@click.option(
    "--file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The recovery file the office sent.",
)
@json_option
@clear_errors
def recover(data: Path, file: Path, as_json: bool) -> None:
    """Open the laptop with the office's recovery FILE and the code it told, and choose a new passphrase.

    Nothing is lost. The code is asked, or read from RONDA_FIELD_RECOVERY_CODE; the new passphrase from
    RONDA_FIELD_PASSPHRASE.
    """
    code = os.environ.get(VARIABLE) or str(click.prompt("Recovery code", hide_input=True, err=True))
    passphrase = ask_passphrase(twice=True)
    try:
        recovering.recover(data, file.read_bytes(), code, passphrase, SystemClock().read())
    except recovering.NotRecovered as wrong:
        raise click.ClickException(f"{english(wrong.because)}. Nothing was changed.") from wrong
    except WrongPassphrase as wrong:
        raise click.ClickException(
            "That code does not open this recovery file. Ask the office to read it out again."
        ) from wrong
    say({"recovered": True}, as_json, "The laptop opens with the new passphrase; nothing was lost.")
