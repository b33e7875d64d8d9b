"""`ronda field sync`. Runs one exchange and reports it."""

from __future__ import annotations

from dataclasses import asdict

import click

from .. import syncing
from ..clock import SystemClock
from ..store.db import Store
from .options import english, json_option, say, with_laptop


@click.command()
@json_option
@with_laptop
def sync(store: Store, as_json: bool) -> None:
    """Send what waits and receive the day. Fails without losing anything when the office is away."""
    result = syncing.exchange(store, SystemClock())
    if isinstance(result, syncing.NotExchanged):
        if as_json:
            say({"ok": False, "code": result.code, "unsent": result.unsent}, True, "")
        kept = f"{result.unsent} event(s) wait ({result.visits_unsent} visit(s)); nothing is lost."
        raise click.ClickException(f"{english(result.because)} ({result.code}). {kept}")
    outcome = result.outcome
    say(
        {"ok": True, "unsent": result.unsent, **asdict(outcome)},
        as_json,
        f"Sent {outcome.sent}, received {outcome.received}; {result.unsent} wait."
        + (f" The office could not apply {outcome.quarantined}." if outcome.quarantined else ""),
    )
