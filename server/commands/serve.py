"""`ronda office serve`: the office's pages and the laptops' sync, on one port."""

from __future__ import annotations

import signal
import sys
from types import FrameType

import click
import waitress

from ..app import create_app
from ..office import Office
from .options import with_office

PORT = click.IntRange(0, 65535)


@click.command()
@with_office
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--threads", type=click.IntRange(1, 256), default=8, show_default=True)
@click.option(
    "--name", "names", multiple=True, metavar="HOST", help="A name it is asked by; no other is answered."
)
def serve(office: Office, host: str, port: int, threads: int, names: tuple[str, ...]) -> None:
    """Serve until stopped. Behind a proxy with TLS for anything but this machine."""
    app = create_app(office, hosts=[*names, host, "127.0.0.1", "localhost"] if names else None)
    try:
        server = waitress.create_server(app, host=host, port=port, threads=threads, ident="ronda")
    except (OSError, ValueError) as busy:
        why = getattr(busy, "strerror", None) or busy
        raise click.ClickException(
            f"cannot listen on {host}:{port}: {why}. Choose another --port, or stop the program that uses it."
        ) from busy

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    click.echo(f"Ronda's office is at http://{host}:{server.effective_port}")
    sys.stdout.flush()
    try:
        server.run()
    finally:
        server.close()
