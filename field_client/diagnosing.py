"""Says how a laptop is, for who must help from afar, with nothing of any person in it. Changes nothing.

Only names of this list's own, numbers, versions, codes and times of the machine go in: no text that anybody
typed, no address of an office, no path, no id of a debtor, and no secret.
"""

from __future__ import annotations

import platform
import shutil
import sys
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import sqlcipher3

from sync import __version__
from sync.wire.fields import instant

from . import backing_up, collectors, delivery, leasing, os_keyring, unlocking
from .clock import SystemClock
from .folder import DATABASE, ENROLLING, is_enrolled
from .releases import this_platform
from .store import attachments, drafts, journal, keyring, records, settings, standing
from .store.db import Store
from .store.settings import AUTOMATIC

PACKAGES = ("flask", "marshmallow", "cryptography", "sqlite-utils", "sqlcipher3", "requests", "waitress")
TIMES = ("enrolled_at", "last_sent", "last_received", "compared_at")
FLAGS = ("complete", "sealed")


def outside(root: Path, now: datetime) -> dict[str, Any]:
    """What can be said of a laptop without its passphrase."""
    disk = shutil.disk_usage(root) if root.is_dir() else None
    return {
        "made": instant(now),
        "ronda": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}"[:60],
        "platform": this_platform(),
        "frozen": bool(getattr(sys, "frozen", False)),
        "packages": {name: _version(name) for name in PACKAGES},
        "sqlite": sqlcipher3.sqlite_version,
        "disk_free_mb": None if disk is None else disk.free // 2**20,
        "system_keyring": os_keyring.is_usable(),
        "collectors": [_collector(one.folder) for one in collectors.all_of(root)],
        "enrolled": is_enrolled(root),
        "half": (root / DATABASE).exists() != (root / keyring.NAME).exists(),
        "enrolling": (root / ENROLLING).exists(),
    }


def inside(store: Store) -> dict[str, Any]:
    """The rest, of an open laptop."""
    lease = leasing.standing(store, SystemClock().read())
    with store.reading() as db:
        failure = settings.get(db, "last_failure")
        head = journal.head(db, journal.current(db))
        last = settings.get(db, backing_up.LAST)
        found: dict[str, Any] = {
            "device": settings.get(db, "device"),
            "times": {name: settings.get(db, name) for name in TIMES},
            **{name: bool(settings.get(db, name, False)) for name in FLAGS},
            "automatic": bool(settings.get(db, AUTOMATIC, True)),
            "tls_pinned": bool(settings.get(db, "tls_pins")),
            "counts": journal.counts(db),
            "states": delivery.totals(db),
            "records": records.counts(db),
            "chains": {"open": len(standing.chains(db)), "head_n": head.n},
            "drafts": len(drafts.all_of(db)),
            "pictures_pending": attachments.pending(db),
            "quarantine": sorted(one["code"] for one in journal.quarantined(db)),
            "clock": {name: settings.get(db, name) for name in ("offset_ms", "uncertainty_ms")},
            "last_failure": failure["code"] if failure else None,
            "notices": sorted({str(one.get("code")) for one in settings.get(db, "notices", [])}),
            "backup": None
            if last is None
            else {"at": last["at"], "size": last["size"], "failed": len(last["failed"])},
            "second_backup_folder": bool(settings.get(db, backing_up.SECOND, "")),
        }
    return found | {
        "lease": {"closed": lease.closed, "clock_behind": lease.clock_behind},
        "integrity": store.pragma("quick_check"),
        "pragmas": {name: store.pragma(name) for name in ("journal_mode", "synchronous", "user_version")},
    }


def _collector(folder: Path) -> dict[str, Any]:
    sizes = {end or "db": _size(folder / f"{DATABASE}{end}") for end in ("", "-wal")}
    return {
        "kb": {name: size // 1024 for name, size in sizes.items()},
        "wrong_passphrases": unlocking.wrong_ones(folder),
        "copies": len(backing_up.copies_in(folder / backing_up.BACKUPS)),
        "opens_by_system": os_keyring.remembers(folder),
    }


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
