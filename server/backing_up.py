"""Makes a backup of the whole office while it serves, and proves it by reading it again. Knows no page.

A backup counts only when the copy was reopened, found whole by the database, counted again and its
every chain followed link by link; only then do laptops hear how far it covers them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from sync import __version__
from sync.ids import new_id
from sync.keys import OFFICE, Keyring
from sync.ledger import Checkpoint, Head
from sync.ledger import verify as judge
from sync.wire.fields import instant

from . import backup_folder as folders
from .backup_folder import BrokenBackup, Manifest
from .enrolling import keyring_of
from .office import Office
from .publishing.pruning import prune as prune_tombstones
from .store import backups, copies, facts, ledgers, offices, schema
from .store.engine import open_engine, reading, writing

MAKING, BROKEN, WHOLE = "making-", "broken-", "ronda-"
# What a killed backup left behind is dropped once it cannot be one that is still being made.
LEFT_BEHIND = timedelta(days=1)
KEYS_PLAIN, KEYS_CLOSED, KEYS_NONE = "plain", "closed", "none"


class NotWhole(RuntimeError):
    """A backup failed its verification; `wrong` says where, and it counts for nothing."""

    def __init__(self, folder: Path, wrong: list[str]) -> None:
        self.folder, self.wrong = folder, wrong
        super().__init__(f"the backup {folder} is not whole: {'; '.join(wrong[:5])}")


@dataclass(frozen=True)
class Backup:
    """A backup that was verified, and where it is."""

    folder: Path
    manifest: Manifest
    verified_at: datetime

    def to_json(self) -> dict[str, Any]:
        said = self.manifest.said
        return {
            "folder": str(self.folder),
            "id": self.manifest.id,
            "made_at": said["made_at"],
            "verified_at": instant(self.verified_at),
            "epoch": said["epoch"],
            "schema": said["schema"],
            "rows": self.manifest.rows,
            "events": said["events"],
            "chains": len(said["heads"]),
            "attachments": said["attachments"],
            "keys": said["keys"],
            "sha256": self.manifest.digest,
        }


def back_up(
    office: Office,
    place: Path,
    clock: Callable[[], datetime],
    *,
    keys: str = KEYS_PLAIN,
    passphrase: str | None = None,
    actor: str = "cli",
) -> Backup:
    """Make, verify and record a backup in a new folder under `place`. Raises NotWhole or OSError."""
    made_at, id = clock(), new_id()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    _drop_left_behind(place, made_at)
    name = folders.name_for(made_at, id)
    making = place / (MAKING + name)
    making.mkdir(mode=0o700)
    _write(office, making, newest(place), made_at, id, (keys, passphrase))
    manifest = folders.read_manifest(making)
    wrong = wrong_with(making, manifest)
    if wrong:
        broken = making.rename(place / (BROKEN + name))
        raise NotWhole(broken, wrong)
    whole = making.rename(place / (WHOLE + name))
    folders.settle_folders([whole, place])
    backup = Backup(whole, manifest, clock())
    record(office, backup, actor=actor)
    prune_tombstones(office.engine, manifest.id)
    return backup


def _write(
    office: Office,
    folder: Path,
    before: Path | None,
    made_at: datetime,
    id: str,
    closed: tuple[str, str | None],
) -> None:
    """Everything, the manifest last."""
    database = folder / folders.DATABASE
    with copies.snapshot(office.engine, database) as connection:
        said = _figures(office, connection)
    folders.settle(database)
    # After the rows that name them: an attachment stored in between is one too many, never one too few.
    shelved = folders.copy_attachments(office.config.shelf, folder, before)
    names = [folders.DATABASE, folders.ATTACHMENT_LIST]
    keys, passphrase = closed
    if keys != KEYS_NONE:
        names += folders.copy_keys(office.config.keys, folder, passphrase if keys == KEYS_CLOSED else None)
    said |= {
        "format": folders.FORMAT,
        "id": id,
        "made_at": instant(made_at),
        "by": f"ronda/{__version__}",
        "keys": keys,
        "attachments": asdict(shelved),
        "files": {name: folders.described(folder / name) for name in names},
    }
    folders.write_manifest(folder, said, office.signer)
    folders.settle_folders([path for path in (folder, *folder.rglob("*")) if path.is_dir()])


def _figures(office: Office, connection: Connection) -> dict[str, Any]:
    """What the living office says of the very state that is copied."""
    heads = sorted(copies.heads(connection))
    return {
        "schema": copies.revision(connection),
        "engine": office.engine.dialect.name,
        "office": offices.get(connection, "id"),
        "name": offices.get(connection, "name"),
        "epoch": offices.get(connection, "epoch"),
        "tables": copies.figures(connection),
        "heads": [[head.incarnation, head.n, head.h.hex()] for head in heads],
        "events": sum(head.n for head in heads),
    }


def verify(office: Office, folder: Path, clock: Callable[[], datetime]) -> Backup:
    """Go over an old backup again. One that is broken is renamed and covers nothing any more.

    Raises BrokenBackup when the folder is no backup of this office, NotWhole when it is broken.
    """
    folder = folder.resolve()
    manifest = folders.read_manifest(folder)
    with reading(office.engine) as connection:
        ours = offices.get(connection, "id")
        keys = keyring_of(connection)
    if manifest.said["office"] != ours:
        raise BrokenBackup(f"{folder} is a backup of another office, {manifest.said['name']}")
    wrong = wrong_with(folder, manifest)
    key = keys.find(str(manifest.said.get("signing_key")), OFFICE)
    if key is None or not manifest.signed_by(key.public):
        wrong.append("its manifest is not signed by this office")
    if wrong:
        with writing(office.engine) as connection:
            backups.gone(connection, manifest.id, now=clock(), why="; ".join(wrong)[:500])
            _note(connection, "backup.broken", clock(), "cli", manifest, {"wrong": wrong[:20]})
        raise NotWhole(_renamed(folder), wrong)
    backup = Backup(folder, manifest, clock())
    record(office, backup, actor="cli")
    return backup


def _renamed(folder: Path) -> Path:
    """Under a name that says it is broken, where the medium lets us rename."""
    if folder.name.startswith(BROKEN):
        return folder
    try:
        return folder.rename(folder.with_name(BROKEN + folder.name.removeprefix(WHOLE)))
    except OSError:
        return folder


def record(office: Office, backup: Backup, *, actor: str) -> None:
    """Tell the office, and so the laptops, that this backup holds."""
    manifest = backup.manifest
    with writing(office.engine) as connection:
        backups.add(
            connection,
            id=manifest.id,
            made_at=manifest.made_at,
            verified_at=backup.verified_at,
            epoch=manifest.epoch,
            place=str(backup.folder.resolve()),
            sha256=manifest.digest,
            events=manifest.said["events"],
            heads=manifest.heads,
        )
        backups.verified_again(connection, manifest.id, backup.verified_at)
        payload = {"folder": backup.folder.name, "events": manifest.said["events"], "rows": manifest.rows}
        _note(connection, "backup.verified", backup.verified_at, actor, manifest, payload)


def _note(
    connection: Connection, kind: str, now: datetime, actor: str, manifest: Manifest, payload: dict[str, Any]
) -> None:
    facts.append(
        connection, kind, as_of=now.date(), now=now, actor=actor, subject=manifest.id, payload=payload
    )


def wrong_with(folder: Path, manifest: Manifest) -> list[str]:
    """Everything that is wrong with a backup; empty when it is whole. Changes nothing."""
    wrong = folders.wrong_files(folder, manifest)
    if wrong:
        return wrong
    database = folder / folders.DATABASE
    with copies.open_copy(database) as connection:
        wrong = copies.broken(connection)
        if wrong:
            return wrong
        found = copies.revision(connection)
        if found != manifest.said["schema"]:
            return [f"it is at schema {found}, not {manifest.said['schema']} as its manifest says"]
        if found == schema.newest():
            return _wrong_rows(connection, manifest) + _wrong_chains(connection, manifest)
        wrong = _wrong_counts(connection, manifest)
    return wrong or _older(database, manifest)


def _older(database: Path, manifest: Manifest) -> list[str]:
    """A backup of an earlier version is followed in a migrated copy of itself."""
    with tempfile.TemporaryDirectory(prefix="ronda-verify-") as aside:
        copy = Path(aside) / folders.DATABASE
        shutil.copyfile(database, copy)
        with copies.closing_engine(open_engine(f"sqlite:///{copy}")) as engine:
            schema.upgrade(engine)
            with reading(engine) as connection:
                return _wrong_chains(connection, manifest)


def _wrong_rows(connection: Connection, manifest: Manifest) -> list[str]:
    said, found = manifest.said["tables"], copies.figures(connection)
    return [
        f"table {name} has {found.get(name, {}).get('rows')} rows of {said.get(name, {}).get('rows')}, "
        "or other ones than were copied"
        for name in sorted({*said, *found})
        if said.get(name) != found.get(name)
    ]


def _wrong_counts(connection: Connection, manifest: Manifest) -> list[str]:
    said = manifest.said["tables"]
    found = copies.counts(connection, list(said))
    return [
        f"table {name} has {found[name]} rows of {said[name]['rows']}"
        for name in said
        if found[name] != said[name]["rows"]
    ]


def _wrong_chains(connection: Connection, manifest: Manifest) -> list[str]:
    """Follow every chain, and hold it against its head, its receipts and the last checkpoint."""
    heads = copies.heads(connection)
    wrong = [] if sorted(heads) == sorted(manifest.heads) else ["the heads are not those of the manifest"]
    keys = keyring_of(connection)
    by_incarnation = {head.incarnation: head for head in heads}
    erasures = list(ledgers.all_erasures(connection))
    marked = _checkpointed(connection, keys, wrong)
    for incarnation in copies.chains(connection):
        entries = copies.chain_of(connection, incarnation)
        ids = {entry.id for entry in entries}
        report = judge(
            entries,
            receipts=copies.receipts_of(connection, incarnation),
            erasures=[erasure for erasure in erasures if erasure.id in ids],
            keys=keys,
        )
        wrong += [
            f"{one.kind} at event {one.n} of {incarnation}: {one.detail}" for one in report.problems[:20]
        ]
        held = {entry.n: entry.h for entry in entries}
        wrong += _unmet(held, by_incarnation.get(incarnation), "its head")
        wrong += _unmet(held, marked.get(incarnation), "the last checkpoint")
    return wrong


def _checkpointed(connection: Connection, keys: Keyring, wrong: list[str]) -> dict[str, Head]:
    """The heads of the last checkpoint, when its signature and its heads hold."""
    last: Checkpoint | None = None
    for checkpoint in ledgers.all_checkpoints(connection):
        last = checkpoint
    if last is None:
        return {}
    refused = keys.check(last.key_id, last.signature, last.signed_bytes(), purpose=OFFICE, at=last.at)
    if refused is not None or not last.heads_hold():
        wrong.append(f"the checkpoint of {last.day} does not hold")
        return {}
    return {head.incarnation: head for head in last.heads or ()}


def _unmet(held: dict[int, bytes], head: Head | None, what: str) -> Iterable[str]:
    if head is None or head.n == 0 or held.get(head.n) == head.h:
        return []
    return [f"{head.incarnation} does not reach event {head.n} of {what}"]


def prune(office: Office, place: Path, keep: int, now: datetime) -> list[Path]:
    """Delete verified backups under `place` but the newest `keep`; never the last one."""
    place = place.resolve()
    with reading(office.engine) as connection:
        rows = [row for row in backups.listed(connection) if row["gone_at"] is None]
    here = [row for row in rows if Path(row["place"]).parent == place and Path(row["place"]).is_dir()]
    dropped = []
    for row in here[max(keep, 1) :]:
        with writing(office.engine) as connection:
            backups.gone(connection, row["id"], now=now, why="pruned")
        shutil.rmtree(row["place"])
        dropped.append(Path(row["place"]))
    return dropped


def newest(place: Path) -> Path | None:
    """The newest whole backup in a folder, by its name."""
    whole = sorted(path for path in place.glob(f"{WHOLE}*") if (path / folders.MANIFEST).is_file())
    return whole[-1] if whole else None


def _drop_left_behind(place: Path, now: datetime) -> None:
    for path in place.glob(f"{MAKING}*"):
        if path.is_dir() and path.stat().st_mtime < (now - LEFT_BEHIND).timestamp():
            shutil.rmtree(path)


def same_disk(office: Office, place: Path) -> bool:
    """True when the backup would die with the office's own disk. Told only of the folder's own disk."""
    try:
        return os.stat(office.config.data).st_dev == os.stat(place).st_dev
    except OSError:
        return False
