"""Keeps an uploaded file until its import is confirmed, under names of our own. Reads none of its content.

The name a browser sends is text to show and never a path. What nobody confirms is swept after a day.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from werkzeug.datastructures import FileStorage

from sync.ids import is_id, new_id

from ..importing.told import Told

KEPT = timedelta(days=1)
LONGEST_NAME = 120
ASKED = "asked.json"
TOLD = "told.json"


@dataclass(frozen=True)
class Asked:
    """What a person asked to import, as it was typed on the form. `original` is the browser's name for it."""

    kind: str
    lender: str
    as_of: str
    pack: str
    mode: str
    actor: str
    original: str
    suffix: str
    source: str = ""  # of contacts: the system they come from
    channel: str = ""  # of contacts: what that system contacts by

    @property
    def day(self) -> date:
        return date.fromisoformat(self.as_of)


@dataclass(frozen=True)
class Upload:
    """A file that waits: where it is, and what is to be done with it."""

    id: str
    folder: Path
    asked: Asked

    @property
    def path(self) -> Path:
        """Named by what it is, so that the import's history reads well."""
        return self.folder / f"{self.asked.kind}-{self.asked.as_of}{self.asked.suffix}"

    @property
    def told(self) -> Told:
        """What its person said so far of how to read it."""
        kept = self.folder / TOLD
        return Told(**json.loads(kept.read_text(encoding="utf-8"))) if kept.is_file() else Told()

    def tell(self, told: Told) -> None:
        part = self.folder / f"{TOLD}.part"
        part.write_text(json.dumps(told.to_json()), encoding="utf-8")
        part.replace(self.folder / TOLD)

    def forget(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def keep(shelf: Path, file: FileStorage, asked: Asked, now: datetime) -> Upload:
    """Store the file whole; the caller has checked what was asked."""
    sweep(shelf, now)
    made = new_id()
    upload = Upload(made, shelf / made, asked)
    upload.folder.mkdir(parents=True, mode=0o700)
    file.save(upload.path)
    (upload.folder / ASKED).write_text(json.dumps(asdict(asked)), encoding="utf-8")
    return upload


def of(shelf: Path, upload_id: str, actor: str) -> Upload | None:
    """The file this person left here, or None: another's does not exist for him."""
    if not is_id(upload_id):
        return None
    folder = shelf / upload_id
    if not (folder / ASKED).is_file():
        return None
    asked = Asked(**json.loads((folder / ASKED).read_text(encoding="utf-8")))
    upload = Upload(upload_id, folder, asked)
    return upload if asked.actor == actor and upload.path.is_file() else None


def sweep(shelf: Path, now: datetime) -> None:
    """Forget what was left here and never confirmed."""
    if not shelf.is_dir():
        return
    for folder in shelf.iterdir():
        if folder.is_dir() and folder.stat().st_mtime < (now - KEPT).timestamp():
            shutil.rmtree(folder, ignore_errors=True)


def shown_name(text: str | None) -> str:
    """The browser's name for a file, short and printable, to be shown and no more."""
    base = (text or "").replace("\\", "/").rpartition("/")[2]
    return "".join(mark for mark in base if mark.isprintable())[-LONGEST_NAME:]
