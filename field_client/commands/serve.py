"""`ronda field serve`: the laptop's pages for a browser on this computer. Knows no page."""

from __future__ import annotations

import os
from pathlib import Path

import click
from waitress.server import create_server

from ..app import create_app
from ..clock import SystemClock
from ..folder import NotEnrolled, is_enrolled
from ..web.pictures import LARGEST_FORM
from .options import clear_errors, data_option

LOOPBACK = ("127.0.0.1", "localhost")


@click.command()
@data_option
@click.option("--host", type=click.Choice(LOOPBACK), default="127.0.0.1", help="This computer only.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the address here once the pages can be opened.",
)
@clear_errors
def serve(data: Path, host: str, port: int, ready_file: Path | None) -> None:
    """Open the laptop's pages. They ask for the passphrase; everything works with no network."""
    if not is_enrolled(data):
        raise NotEnrolled(data)
    app = create_app(data, SystemClock())
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
    server.run()
