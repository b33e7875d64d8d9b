"""`ronda office serve`: the office's pages and the laptops' sync, on one port."""

from __future__ import annotations

import signal
import sys
from types import FrameType

import click

from ..app import create_app
from ..certifying import Tls, ensure
from ..logs import log_to_stderr
from ..memory import give_back_large_blocks, seek_cycles_seldom
from ..office import Office
from ..receiving.replaying import replay
from ..serving import Serving
from ..store.engine import checkpoint, look_anew
from ..tls_front import TlsFront
from .options import now, with_office
from .unit import print_unit


@click.command()
@click.option(
    "--print-unit",
    is_flag=True,
    expose_value=False,
    callback=print_unit,
    help="Print a systemd unit for this office, and stop.",
)
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
@click.option("--tls", is_flag=True, help="Serve https with the office's own key, which laptops pin.")
@click.option(
    "--log", type=click.Choice(["text", "json"]), default="text", show_default=True, help="To standard error."
)
def serve(
    office: Office, host: str, port: int, threads: int, names: tuple[str, ...], tls: bool, log: str
) -> None:
    """Serve until stopped; then finish what is being answered. With --tls, or behind a proxy with TLS, for
    anything but this machine."""
    log_to_stderr(log)
    give_back_large_blocks()
    look_anew(office.engine)
    replay(office.engine, now(), "cli")
    certificate = ensure(office, [*names, *_asked_by(host)], now()) if tls else None
    app = create_app(office, hosts=[*names, host, "127.0.0.1", "localhost"] if names else None)
    seek_cycles_seldom()
    try:
        front = None if certificate is None else TlsFront(certificate.certificate, certificate.key)
        serving = Serving(app, host, port, threads, front)
    except (OSError, ValueError) as busy:
        why = getattr(busy, "strerror", None) or busy
        raise click.ClickException(
            f"cannot listen on {host}:{port}: {why}. Choose another --port, or stop the program that uses it."
        ) from busy
    _stop_on_signals(serving)
    for line in _greeting(host, serving.port, certificate, names):
        click.echo(line)
    sys.stdout.flush()
    serving.run()
    look_anew(office.engine)
    checkpoint(office.engine)


def _asked_by(host: str) -> list[str]:
    """The names of a certificate: an address that stands for every one of this machine's names none."""
    return [] if host in ("0.0.0.0", "::", "") else [host]  # noqa: S104  # compared with, not bound to


def _stop_on_signals(serving: Serving) -> None:
    """The first signal ends it in good order, a second one at once."""

    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        serving.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _greeting(host: str, port: int, tls: Tls | None, names: tuple[str, ...]) -> list[str]:
    if tls is None:
        return [f"Ronda's office is at http://{host}:{port}"]
    shown = names[0] if names else host
    return [
        f"Ronda's office is at https://{shown}:{port}",
        f"Laptops enrol with: --server https://{shown}:{port}#{tls.pin}",
    ]
