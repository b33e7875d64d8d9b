"""`ronda field leave`: gives the laptop up, for another collector; refused while work is unsent."""

from __future__ import annotations

import click

from .. import leaving
from ..clock import SystemClock
from ..store.db import Store
from .options import english, json_option, say, wiped_sentence, with_laptop


@click.command()
@json_option
@with_laptop
def leave(store: Store, as_json: bool) -> None:
    """End this collector's use of the laptop, so that another one can be enrolled in it.

    Refused while anything waits to be sent: send it, or carry the queue to the office and take its reply.
    """
    done = leaving.leave(store, SystemClock().read())
    if isinstance(done, leaving.Waits):
        raise click.ClickException(english(done.because))
    say({"left": True, "events": done.events}, as_json, wiped_sentence(done))
