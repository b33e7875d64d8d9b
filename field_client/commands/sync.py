"""`ronda field sync`. Runs one exchange and reports it, or takes the office's reply from a file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from sync.exchange import Untrusted
from sync.exchange.carrying import NotCarried

from .. import advice, carrying, syncing, updates, wiping
from ..clock import SystemClock
from ..noting import wipe_ordered
from ..store import settings
from ..store.db import Store
from ..turns import turn
from .options import english, json_option, say, sentence, wiped_sentence, with_closed_laptop

# Another exchange is nearly always the pages' own, and about to end.
WAIT_S = 30


@click.command()
@click.option(
    "--from",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The office's reply to a queue that was carried to it, instead of the network.",
)
@json_option
@with_closed_laptop
def sync(store: Store, file: Path | None, as_json: bool) -> None:
    """Send what waits and receive the day. Fails without losing anything when the office is away."""
    if file is not None:
        _take_reply(store, file, as_json)
        return
    with turn(store.path.parent, WAIT_S):
        result = syncing.exchange(store, SystemClock())
    if wipe_ordered(store):
        raise click.ClickException(wiped_sentence(wiping.wipe(store, SystemClock().read())))
    if isinstance(result, syncing.NotExchanged):
        if as_json:
            say({"ok": False, "code": result.code, "unsent": result.unsent}, True, "")
        kept = f"{result.unsent} event(s) wait ({result.visits_unsent} visit(s)); nothing is lost."
        todo = sentence(advice.todo(result.code))
        raise click.ClickException(f"{english(result.because)} ({result.code}). {todo} {kept}")
    outcome = result.outcome
    with store.reading() as db:
        newer = updates.told(advice.heard(settings.get(db, "notices", [])))
    text = f"Sent {outcome.sent}, received {outcome.received}; {result.unsent} wait."
    if outcome.quarantined:
        text += f" The office could not apply {outcome.quarantined}."
    if newer is not None:
        text += f"\n{english(newer.because)}. {sentence(newer.todo)}"
    said = {"ok": True, "unsent": result.unsent, "update": newer.code if newer else None, **asdict(outcome)}
    say(said, as_json, text)


def _take_reply(store: Store, file: Path, as_json: bool) -> None:
    try:
        done = carrying.take_reply(store, file.read_bytes(), SystemClock().read())
    except (NotCarried, Untrusted) as wrong:
        raise click.ClickException(f"{english(wrong.because)}. Nothing was changed.") from wrong
    say(
        {"ok": True, **asdict(done)},
        as_json,
        f"The office confirmed {done.confirmed} more event(s); {done.unsent} wait, "
        f"{done.quarantined} in review.",
    )
