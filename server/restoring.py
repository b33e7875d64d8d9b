"""Brings an office back from a verified backup into an empty place, of either engine. Knows no page.

Everything is made aside and moved into place, the keys last; until the end the folder says that a
restore is under way, and no office opens there. Run again after a kill, it begins again by itself.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from sync.digest import canonical
from sync.ids import new_id
from sync.keys import OFFICE, BrokenKey, SigningKey, signing_key_from_pem
from sync.ledger import Erasure

from . import backup_folder as folders
from .attaching import forget
from .backing_up import NotWhole, wrong_with
from .backup_folder import BrokenBackup, Manifest
from .config import Config
from .enrolling import keyring_of
from .erasing import reapply
from .office import NEEDED_KEYS, RESTORING
from .shelf import Shelf
from .store import backups, copies, facts, offices, schema
from .store.engine import open_engine, reading, writing
from .store.erasures import WHOLE, held


class NotEmpty(RuntimeError):
    """There is an office, or something else, where this one should go; nothing was touched."""


@dataclass(frozen=True)
class Restored:
    """What came back, and under which new epoch."""

    data: Path
    manifest: Manifest
    epoch: str
    erased_again: int
    already: bool = False


def restore(
    folder: Path,
    config: Config,
    clock: Callable[[], datetime],
    *,
    keys: Path | None = None,
    passphrase: str | None = None,
    erasures: Sequence[Erasure] = (),
    newer_keys: bool = False,
) -> Restored:
    """Restore the backup in `folder` as the office of `config`. `erasures` are those signed since.

    `newer_keys`: the keys given came by a rotation after the backup, which so cannot know them.

    Raises BrokenBackup, NotWhole, NotEmpty or OSError; then no office is there that was not before.
    """
    folder = folder.resolve()
    manifest = folders.read_manifest(folder)
    _require_empty(config, manifest)
    wrong = wrong_with(folder, manifest)
    if wrong:
        raise NotWhole(folder, wrong)
    private = _keys(folder, keys, passphrase)
    aside = config.data / RESTORING
    _clear(config)
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    folders.write_durably(aside / folders.MANIFEST, canonical({"id": manifest.id}))
    shutil.copyfile(folder / folders.DATABASE, aside / folders.DATABASE)
    signer = signing_key_from_pem(private["signing.pem"])
    begun = _begun(config, manifest)
    if begun is None:
        began = _Beginning(manifest, folder, signer, clock(), erasures, newer_keys)
        with copies.closing_engine(open_engine(f"sqlite:///{aside / folders.DATABASE}")) as engine:
            schema.upgrade(engine)
            try:
                with writing(engine) as connection:
                    began.check(connection)
                    if _is_file(config):
                        began.begin(connection)
            except BrokenBackup:
                shutil.rmtree(aside)
                raise
        _place_database(config, aside / folders.DATABASE, began)
        begun = began.epoch, began.erased
    _place_files(config, folder, private, lambda: _forget_again(config, erasures, clock()))
    shutil.rmtree(aside)
    folders.settle_folders([config.data])
    return Restored(config.data, manifest, *begun)


class _Beginning:
    """What makes a copy into an office that lives on: a new epoch, and erasures done since."""

    def __init__(
        self,
        manifest: Manifest,
        folder: Path,
        signer: SigningKey,
        now: datetime,
        erasures: Sequence[Erasure],
        newer_keys: bool = False,
    ) -> None:
        self.manifest, self.folder, self.signer, self.now = manifest, folder, signer, now
        self.erasures, self.newer_keys = erasures, newer_keys
        self.epoch, self.erased = new_id(), 0

    def check(self, connection: Connection) -> None:
        """The keys must be those of this office, and the manifest signed by it."""
        keys = keyring_of(connection)
        named = keys.find(str(self.manifest.said.get("signing_key")), OFFICE)
        if named is None or not self.manifest.signed_by(named.public):
            raise BrokenBackup("the manifest is not signed by the office whose backup this is; use another")
        if keys.find(self.signer.id, OFFICE) is None and not self.newer_keys:
            raise BrokenBackup(
                "these keys are not of the office in this backup; name its own with --keys, or say "
                "--newer-keys when they came by a rotation after it"
            )

    def begin(self, connection: Connection) -> None:
        manifest = self.manifest
        before = offices.get(connection, "epoch")
        offices.put(connection, "epoch", self.epoch)
        offices.put(connection, "restored_from", manifest.id)
        # Nothing here vouches for a newer key; laptops that followed its rotation trust it already.
        since = self.now - timedelta(microseconds=self.now.microsecond % 1000)  # signed words carry no more
        offices.add_signing_key(connection, self.signer.id, self.signer.public, since)
        self.erased = sum(reapply(connection, erasure, self.now) for erasure in self.erasures)
        # It was just read whole, so what it holds is covered by it.
        backups.add(
            connection,
            id=manifest.id,
            made_at=manifest.made_at,
            verified_at=self.now,
            epoch=manifest.epoch,
            place=str(self.folder),
            sha256=manifest.digest,
            events=manifest.said["events"],
            heads=manifest.heads,
        )
        facts.append(
            connection,
            "office.restored",
            as_of=self.now.date(),
            now=self.now,
            actor="cli",
            subject=before,
            payload={
                "epoch": self.epoch,
                "backup": manifest.id,
                "made_at": manifest.said["made_at"],
                "erased_again": self.erased,
            },
        )


def _require_empty(config: Config, manifest: Manifest) -> None:
    """Raise NotEmpty unless nothing is there, or a restore of this very backup that was cut off."""
    under_way = _under_way(config)
    if under_way not in (None, "", manifest.id):
        raise NotEmpty(
            f"a restore of another backup into {config.data} was cut off; name that backup again, "
            "or restore into another folder with --data"
        )
    if under_way is None and config.data.is_dir() and any(config.data.iterdir()):
        raise NotEmpty(f"{config.data} is not empty; name a new folder with --data. Nothing was touched.")
    if not _is_file(config):
        with copies.closing_engine(open_engine(config.database_url)) as engine:
            if not copies.is_empty(engine) and _begun(config, manifest) is None:
                raise NotEmpty(
                    "the database is not empty; make a new one and name it with --database-url. "
                    "Nothing was touched."
                )


def _under_way(config: Config) -> str | None:
    """The backup whose restore was cut off here; an empty word when it was cut off at its first step."""
    if not (config.data / RESTORING).is_dir():
        return None
    try:
        return str(json.loads((config.data / RESTORING / folders.MANIFEST).read_bytes())["id"])
    except (OSError, ValueError, KeyError):
        return ""


def _is_file(config: Config) -> bool:
    return config.database_url == f"sqlite:///{config.data / folders.DATABASE}"


def _begun(config: Config, manifest: Manifest) -> tuple[str, int] | None:
    """The epoch a cut-off restore of this backup began in a database that is not a file of the folder."""
    if _is_file(config) or _under_way(config) != manifest.id:
        return None
    with copies.closing_engine(open_engine(config.database_url)) as engine:
        if schema.current(engine) is None:
            return None
        with reading(engine) as connection:
            if offices.get(connection, "restored_from") != manifest.id:
                return None
            return str(offices.get(connection, "epoch")), 0


def _keys(folder: Path, given: Path | None, passphrase: str | None) -> dict[str, bytes]:
    """The private keys, from the backup or from the folder given. Raises BrokenBackup when some lack."""
    if given is None:
        private = folders.read_keys(folder, passphrase)
    else:
        private = {path.name: path.read_bytes() for path in sorted(given.iterdir()) if path.is_file()}
    missing = [name for name in NEEDED_KEYS if name not in private]
    if missing:
        raise BrokenBackup(
            f"{'this backup was made without keys' if given is None else f'{given} does not hold the keys'}: "
            f"{', '.join(missing)} missing. Name the office's own folder 'keys' with --keys DIR."
        )
    try:
        signing_key_from_pem(private["signing.pem"])
    except BrokenKey as wrong:
        raise BrokenBackup(f"signing.pem: {wrong}") from wrong
    return private


def _clear(config: Config) -> None:
    """What a cut-off restore put into place is put there again."""
    for name in (folders.DATABASE, f"{folders.DATABASE}-wal", f"{folders.DATABASE}-shm"):
        (config.data / name).unlink(missing_ok=True)
    for path in (config.keys, config.data / RESTORING):
        if path.is_dir():
            shutil.rmtree(path)


def _place_database(config: Config, made: Path, began: _Beginning) -> None:
    if not _is_file(config):
        with copies.closing_engine(open_engine(config.database_url)) as engine:
            copies.settle_file(made)
            copies.fill(engine, made, began.begin)
        return
    # What was erased again must not stay readable in the file's free pages.
    copies.settle_file(made, rewrite=began.erased > 0)
    folders.settle(made)
    made.replace(config.data / folders.DATABASE)


def _place_files(config: Config, folder: Path, private: dict[str, bytes], after: Callable[[], None]) -> None:
    """Attachments first, the keys last: with them the office can be opened."""
    folders.put_back_attachments(folder, config.shelf)
    after()
    config.keys.mkdir(mode=0o700, exist_ok=True)
    for name in sorted(private, key=lambda name: name == "signing.pem"):
        folders.write_durably(config.keys / name, private[name])


def _forget_again(config: Config, erasures: Sequence[Erasure], now: datetime) -> None:
    """The backup brought back the pictures and papers of those who were erased since; they go again."""
    whole = {one.id: one.reason for one in erasures if one.body_digest == WHOLE}
    if not whole:
        return
    with copies.closing_engine(open_engine(config.database_url)) as engine:
        with reading(engine) as connection:  # only those whose signature held were taken over
            signed = [id for id, digest in held(connection, whole) if digest == WHOLE]
        for id in sorted(signed):
            forget(engine, Shelf(config.shelf), id, reason=whole[id], actor="restore", now=now)
