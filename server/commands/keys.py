"""`ronda office keys`: the keys the office signs with, and its TLS key; making new ones."""

from __future__ import annotations

from datetime import timedelta

import click

from .. import certifying, rotating
from ..certifying import NotAnnounced
from ..office import Office
from ..rotating import LaptopsBehind
from .options import answer, json_option, now, with_office


@click.group()
def keys() -> None:
    """List the signing keys; make a new one or a new TLS key."""


@keys.command("list")
@with_office
@json_option
def listed(office: Office, as_json: bool) -> None:
    """List every signing key the office ever had, and the pins of its TLS keys."""
    rows = rotating.listed(office.engine, office.signer, now())
    tls, following = certifying.tls_of(office.config), certifying.tls_of(office.config, certifying.NEXT)
    said = certifying.announced(office.engine)
    figures = {
        "signing_keys": rows,
        "tls": None if tls is None else {"pin": tls.pin, "hosts": certifying.hosts_of(tls)},
        "tls_next": None if following is None else {"pin": following.pin},
        "announced": None if said is None else said.to_json(),
    }
    lines = [
        f"{row['key_id']}  since {row['valid_from']}  "
        f"{'signs' if row['signs'] else 'ends ' + (row['retired_at'] or 'never')}"
        + (f"  vouched for by {row['endorsed_by']}" if row["endorsed_by"] else "")
        for row in rows
    ]
    lines.append("no TLS key; `ronda office serve --tls` makes one" if tls is None else f"TLS pin  {tls.pin}")
    if following is not None:
        lines.append(f"next     {following.pin}  announced; use it with `ronda office keys tls --switch`")
    answer(figures, as_json, lines)


@keys.command()
@with_office
@click.option(
    "--grace-hours", type=click.IntRange(1), default=24, show_default=True, help="The old key's end."
)
@click.option("--even-so", is_flag=True, help="Though some laptops are too old to follow.")
@json_option
def rotate(office: Office, grace_hours: int, even_so: bool, as_json: bool) -> None:
    """Make a new signing key, vouched for by the old one. A running server takes it up by itself."""
    try:
        done = rotating.rotate(
            office, now(), actor="cli", grace=timedelta(hours=grace_hours), even_so=even_so
        )
    except LaptopsBehind as wrong:
        raise click.ClickException(str(wrong)) from wrong
    answer(
        {"new": done.new.to_json(), "old": done.old, "old_ends": done.old_ends},
        as_json,
        [
            f"{done.new.id} signs from now on; {done.old} ends {done.old_ends:%Y-%m-%d %H:%M:%SZ}",
            "Make a backup now: the one before does not hold the new key.",
        ],
    )


@keys.command()
@with_office
@click.option("--host", "hosts", multiple=True, help="A name of the new certificate (else those of the old).")
@click.option("--switch", "use", is_flag=True, help="Use the key announced before.")
@click.option("--even-so", is_flag=True, help="Though some laptops have not heard of it.")
@json_option
def tls(office: Office, hosts: tuple[str, ...], use: bool, even_so: bool, as_json: bool) -> None:
    """Announce a new TLS key to every laptop; once all have met the office, use it with --switch."""
    try:
        made = (
            certifying.switch(office, now(), even_so=even_so)
            if use
            else certifying.announce(office, hosts, now())
        )
    except NotAnnounced as wrong:
        raise click.ClickException(str(wrong)) from wrong
    away = [] if use else certifying.not_told(office.engine)
    lines = [f"{'In use' if use else 'Announced'}: {made.pin}"]
    if away:
        lines.append(f"{len(away)} laptop(s) have not met the office since: {', '.join(away[:5])}")
    answer({"pin": made.pin, "used": use, "not_told": away}, as_json, lines)
