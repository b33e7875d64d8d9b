"""`ronda field where`: where the laptop's receiver says it is, and which receiver that is."""

from __future__ import annotations

import click

from ..receivers import NoReceiver, fix
from ..store import settings
from ..store.db import Store
from ..store.settings import RECEIVER
from .options import english, json_option, say, with_laptop


@click.command()
@click.option("--receiver", help='A serial port, "gpsd", or "gpsd://host:port"; else what is plugged in.')
@click.option("--keep", is_flag=True, help="Use this receiver from now on, on the visit form too.")
@click.option("--wait", default=30.0, show_default=True, help="Seconds to wait for the sky.")
@json_option
@with_laptop
def where(store: Store, receiver: str | None, keep: bool, wait: float, as_json: bool) -> None:
    """Read the receiver once: latitude, longitude and its error in metres. Nothing is recorded."""
    with store.reading() as db:
        chosen = receiver if receiver is not None else str(settings.get(db, RECEIVER, ""))
    try:
        found = fix(chosen, wait)
    except NoReceiver as none:
        raise click.ClickException(english(none.because)) from none
    if keep:
        with store.writing() as db:
            settings.put(db, RECEIVER, chosen)
    error = "of unknown error" if found.accuracy_m is None else f"within {found.accuracy_m:.0f} m"
    said = {
        "lat": found.lat,
        "lon": found.lon,
        "accuracy_m": found.accuracy_m,
        "receiver": found.receiver,
        "kept": keep,
    }
    say(said, as_json, f"{found.lat:.6f}, {found.lon:.6f} {error}, by {found.receiver}")
