"""`ronda office restore`: brings the office back from a verified backup, into an empty place."""

from __future__ import annotations

import os
from pathlib import Path

import click

from sync.ledger import Erasure
from sync.ledger_folder import NotAnExport, read_statements

from ..backing_up import NotWhole
from ..backup_folder import BrokenBackup
from ..config import config_from
from ..restoring import NotEmpty
from ..restoring import restore as bring_back
from .backup import VARIABLE
from .options import answer, clear_errors, json_option, now

FOLDER = click.Path(file_okay=False, exists=True, path_type=Path)


@click.command()
@click.argument("backup", type=FOLDER)
@click.option("--data", required=True, metavar="DIR", help="The new data folder; it must be empty.")
@click.option(
    "--database-url",
    metavar="URL",
    help="An empty database instead of SQLite in the data folder (else RONDA_DATABASE_URL).",
)
@click.option("--keys", type=FOLDER, help="The office's keys, when the backup was made without them.")
@click.option("--newer-keys", is_flag=True, help="Those keys came by a rotation after this backup.")
@click.option(
    "--erasures",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="A newer erasures.jsonl (of an export): what was erased since is erased again.",
)
@json_option
@clear_errors
def restore(
    backup: Path,
    data: str,
    database_url: str | None,
    keys: Path | None,
    newer_keys: bool,
    erasures: Path | None,
    as_json: bool,
) -> None:
    """Verify BACKUP (a folder ronda-…) and restore the office from it; never over an existing one.

    A new epoch begins: laptops read their day anew and send again what the backup does not hold. Cut
    off, it can be run again.
    """
    environ = dict(os.environ)
    if database_url is not None:
        environ["RONDA_DATABASE_URL"] = database_url
    config = config_from(environ, data=data)
    try:
        done = bring_back(
            backup,
            config,
            now,
            keys=keys,
            newer_keys=newer_keys,
            passphrase=os.environ.get(VARIABLE),
            erasures=() if erasures is None else read_statements(erasures, Erasure.from_json),
        )
    except (NotWhole, BrokenBackup, NotEmpty, NotAnExport) as wrong:
        raise click.ClickException(str(wrong)) from wrong
    except OSError as wrong:
        raise click.ClickException(
            f"the office could not be restored: {wrong.strerror} ({wrong.filename}). "
            "See that the disk is not full, and run it again."
        ) from wrong
    said = done.manifest.said
    figures = {
        "data": str(done.data),
        "backup": done.manifest.id,
        "made_at": said["made_at"],
        "epoch": done.epoch,
        "rows": done.manifest.rows,
        "events": said["events"],
        "erased_again": done.erased_again,
    }
    answer(
        figures,
        as_json,
        [
            f"Office restored in {done.data}, as it was at {said['made_at']}",
            f"  rows    {done.manifest.rows}",
            f"  events  {said['events']}",
            f"  erased again: {done.erased_again}",
            "Start it with `ronda office serve`. Laptops need do nothing: at their next sync they send again",
            "what this backup does not hold, and read their day anew.",
        ],
    )
