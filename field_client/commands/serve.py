"""`ronda field serve`: the laptop's pages for a browser on this computer. Knows no page."""

from __future__ import annotations

import os
import signal
import sys
import threading
import webbrowser
from pathlib import Path

import click
from waitress.server import create_server

from .. import collectors, wiping
from ..app import create_app
from ..clock import SystemClock
from ..vault import Vault
from ..web.pictures import LARGEST_FORM
from .options import clear_errors, root_option

TICK_S = 15
LOOPBACK = ("127.0.0.1", "localhost")


@click.command()
@root_option
@click.option("--host", type=click.Choice(LOOPBACK), default="127.0.0.1", help="This computer only.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the address here once the pages can be opened.",
)
@click.option(
    "--automatic/--by-hand",
    default=True,
    help="Send and receive by itself while the pages are unlocked (default), or only when asked.",
)
@click.option("--open", "show", is_flag=True, help="Show them in this computer's browser.")
@clear_errors
def serve(data: Path, host: str, port: int, ready_file: Path | None, automatic: bool, show: bool) -> None:
    """Open the laptop's pages. They ask for the passphrase; everything works with no network.

    On a computer that is no laptop yet, they ask for the office's address and code first.
    """
    for one in collectors.folders_of(data):
        wiping.finish(one)
    app = create_app(data, SystemClock(), automatic=automatic)
    try:
        # What waits to be read stays in memory: on the disk the laptop's encryption would not cover it.
        server = create_server(
            app, host=host, port=port, threads=6, ident=None, inbuf_overflow=LARGEST_FORM * 2
        )
    except OSError as wrong:
        raise click.ClickException(
            f"Port {port} cannot be used ({wrong.strerror or wrong}); choose another with --port, or 0."
        ) from wrong
    address = f"http://127.0.0.1:{server.effective_port}"
    if ready_file is not None:
        part = ready_file.with_name(ready_file.name + ".part")
        part.write_text(address + "\n", encoding="utf-8")
        os.replace(part, ready_file)
    click.echo(address)
    if show:
        webbrowser.open(address)
    signal.signal(signal.SIGTERM, lambda *_told: sys.exit(0))  # so that stopping it locks the laptop first
    stop = threading.Event()
    watch = threading.Thread(target=_lock_when_idle, args=(app.extensions["ronda_vault"], stop), daemon=True)
    watch.start()
    try:
        server.run()
    finally:
        stop.set()
        app.extensions["ronda_vault"].lock()


def _lock_when_idle(vault: Vault, stop: threading.Event) -> None:
    """A laptop left open on a table closes also where no page asks anything."""
    while not stop.wait(TICK_S):
        vault.lock_if_idle()
