"""`ronda office backup`: makes a backup while the office serves and proves it; checks and prunes old ones."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ..backing_up import (
    KEYS_CLOSED,
    KEYS_NONE,
    KEYS_PLAIN,
    Backup,
    NotWhole,
    back_up,
    prune,
    same_disk,
    verify,
)
from ..backup_folder import BrokenBackup
from ..office import Office
from ..store import backups
from ..store.engine import reading
from .options import answer, json_option, now, with_office

VARIABLE = "RONDA_BACKUP_PASSPHRASE"
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@with_office
@click.argument("place", metavar="[DIR]", required=False, type=FOLDER)
@click.option("--verify", "old", type=FOLDER, metavar="BACKUP", help="Go over a backup made before, whole.")
@click.option("--list", "listing", is_flag=True, help="List the backups that were verified.")
@click.option("--keep", type=click.IntRange(1), help="Afterwards delete verified backups but the newest N.")
@click.option("--without-keys", is_flag=True, help="Leave the private keys out; keep them elsewhere.")
@click.option("--close-keys", is_flag=True, help=f"Close the keys by a passphrase ({VARIABLE}, else asked).")
@json_option
def backup(
    office: Office,
    place: Path | None,
    old: Path | None,
    listing: bool,
    keep: int | None,
    without_keys: bool,
    close_keys: bool,
    as_json: bool,
) -> None:
    """Copy the whole office into a new folder under DIR (else `backups` in the data folder) and verify it.

    The office may serve meanwhile. Laptops keep what they sent until a verified backup covers it. A
    backup that does not hold is renamed broken-… and the exit code is 1.
    """
    if without_keys and close_keys:
        raise click.ClickException("either --without-keys or --close-keys, not both")
    if listing:
        _list(office, as_json)
        return
    try:
        if old is not None:
            _told(verify(office, old, now), "is whole", as_json, [])
            return
        place = place or office.config.data / "backups"
        keys = KEYS_NONE if without_keys else KEYS_CLOSED if close_keys else KEYS_PLAIN
        made = back_up(office, place, now, keys=keys, passphrase=asked() if close_keys else None)
        dropped = [] if keep is None else prune(office, place, keep, now())
    except (NotWhole, BrokenBackup) as wrong:
        raise click.ClickException(f"{wrong}. It counts for nothing; laptops keep what they hold.") from wrong
    except OSError as wrong:
        raise click.ClickException(
            f"the backup could not be written: {wrong.strerror} ({wrong.filename}). "
            "See that the folder can be written and the disk is not full; the office is untouched."
        ) from wrong
    notes = [f"  pruned       {path}" for path in dropped] + _warnings(office, made, keys)
    _told(made, "made and verified", as_json, notes, pruned=[str(path) for path in dropped])


def asked(*, twice: bool = True) -> str:
    """The passphrase of a backup's keys, from the environment, else typed."""
    given = os.environ.get(VARIABLE)
    if given is None:
        given = str(
            click.prompt("Passphrase for the keys", hide_input=True, confirmation_prompt=twice, err=True)
        )
    if len(given) < 10:
        raise click.ClickException("the passphrase needs at least 10 characters")
    return given


def _told(backup: Backup, what: str, as_json: bool, notes: list[str], **more: Any) -> None:
    said = backup.to_json()
    lines = [
        f"Backup {what}: {backup.folder}",
        f"  rows         {said['rows']}",
        f"  events       {said['events']} in {said['chains']} chains, followed link by link",
        f"  attachments  {said['attachments']['count']} ({said['attachments']['bytes']} bytes)",
    ]
    answer(said | more, as_json, lines + notes)


def _warnings(office: Office, backup: Backup, keys: str) -> list[str]:
    said = []
    damaged = backup.manifest.said["attachments"]["damaged"]
    if damaged:
        said.append(f"{len(damaged)} attachments are damaged at the office itself: {', '.join(damaged[:3])}")
    if keys == KEYS_PLAIN:
        said.append("Whoever has this folder can act as the office: keep it as safe as the office's keys.")
    if same_disk(office, backup.folder):
        said.append("It is on the office's own disk and dies with it: copy it to another one.")
    return said


def _list(office: Office, as_json: bool) -> None:
    with reading(office.engine) as connection:
        rows = backups.listed(connection)
    lines = [
        f"{_moment(row['made_at'])}  {row['events']:>9} events  {_state(row):<9}  {row['place']}"
        for row in rows
    ]
    figures = [row | {"there": row["gone_at"] is None and Path(row["place"]).is_dir()} for row in rows]
    answer(
        {"backups": figures}, as_json, lines or ["no backup was verified yet; run `ronda office backup DIR`"]
    )


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%SZ}"


def _state(row: dict[str, Any]) -> str:
    if row["gone_at"] is not None:
        return "pruned" if row["gone_why"] == "pruned" else "broken"
    return "verified" if Path(row["place"]).is_dir() else "away"
