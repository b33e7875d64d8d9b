"""`ronda field export`: the laptop's ledger and its visits as files, or its queue sealed for the office."""

from __future__ import annotations

from pathlib import Path

import click

from .. import carrying
from ..clock import SystemClock
from ..handing_over import hand_over
from ..store.db import Store
from .options import json_option, refuse_closed, say, with_closed_laptop


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), required=False)
@click.option(
    "--queue",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write what the office has not confirmed, sealed so that only the office can read it.",
)
@json_option
@with_closed_laptop
def export(store: Store, folder: Path | None, queue: Path | None, as_json: bool) -> None:
    """Write DIR/ledger (check it with `ronda verify DIR`) and DIR/visits.csv; or the queue, with --queue.

    DIR's files hold names and debts in the clear: keep them as you would keep the laptop. The queue's
    file is for the office (`ronda office import queue FILE`), where there is no network at all.
    """
    if (folder is None) == (queue is None):
        raise click.UsageError("Name the folder DIR to write to, or --queue FILE; one of the two.")
    if queue is not None:
        _queue(store, queue, as_json)
        return
    refuse_closed(store)
    if folder is not None:
        done = hand_over(store, folder, SystemClock().read().wall)
        say(
            {"events": done.events, "receipts": done.receipts, "visits": done.visits},
            as_json,
            f"Wrote {done.events} event(s), {done.receipts} receipt(s), {done.visits} visit(s) to {folder}.",
        )


def _queue(store: Store, path: Path, as_json: bool) -> None:
    if path.exists():
        raise click.ClickException(f"{path} is there already; name another, it may be the only copy.")
    done = carrying.carry(store, path, SystemClock().read())
    say(
        {
            "events": done.events,
            "visits": done.visits,
            "attachments": done.attachments,
            "bytes": done.size,
            "file": str(path),
        },
        as_json,
        f"Wrote {done.events} event(s) ({done.visits} visit(s)) to {path}. They still count as waiting: take "
        "the file to the office and bring its reply back for `ronda field sync --from REPLY`.",
    )
