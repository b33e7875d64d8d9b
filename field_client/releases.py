"""Reads the signed list of releases and says which one this laptop should run. Fetches and installs nothing.

A release reaches laptops in waves: each laptop has a place from 0 to 99 for each version, drawn from its
own id, and takes the version once the release is out for that many in a hundred. A release that turned out
bad is withdrawn in the next list; laptops that run it then go back to the newest good one.
"""

from __future__ import annotations

import json
import platform
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.wire.fields import parse_instant

PREFIX = b"ronda1 releases"
LIST, SIGNATURE = "releases.json", "releases.sig"
LARGEST_LIST = 1 << 20
VERSION = re.compile(r"\d{1,4}(\.\d{1,4}){2}\Z", re.ASCII)
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.zip\Z", re.ASCII)


class BadList(ValueError):
    """The list of releases is not signed by the release key, or cannot be read; nothing is taken from it."""


@dataclass(frozen=True)
class Release:
    """One build of one version. `percent` of the laptops may take it from `since` on."""

    version: str
    platform: str
    file: str
    size: int
    sha256: str
    percent: int
    since: datetime
    withdrawn: bool = False

    @property
    def numbers(self) -> tuple[int, ...]:
        return numbers(self.version)


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def this_platform() -> str:
    """As the list names it: `windows-amd64`, `linux-x86_64`."""
    name = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
    return f"{name}-{platform.machine().lower()}"


def read(data: bytes, signature: bytes, key: bytes) -> tuple[datetime, list[Release]]:
    """When the list was made, and what it holds. Raises BadList."""
    if len(data) > LARGEST_LIST:
        raise BadList("the list of releases is too large")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, PREFIX + data)
    except (InvalidSignature, ValueError) as wrong:
        raise BadList("the list of releases is not signed by this laptop's release key") from wrong
    try:
        said = json.loads(data)
        made = parse_instant(said["made"])
        return made, [_release(one) for one in said["releases"]]
    except (ValueError, KeyError, TypeError, RecursionError) as wrong:
        raise BadList("the list of releases cannot be read; it may be of a newer kind") from wrong


def place(device: str, version: str) -> int:
    """From 0 to 99, another one for each version: it is not always the same who go first."""
    return int.from_bytes(sha256(f"{device}\n{version}".encode()).digest()[:8], "big") % 100


def wanted(
    held: Sequence[Release], *, running: str, device: str, now: datetime, failed: Sequence[str] = ()
) -> Release | None:
    """What to run instead of `running`: a newer one whose wave this laptop is in, or, where `running` was
    withdrawn, the newest that was not. None to stay."""
    ours = [one for one in held if one.platform == this_platform()]
    good = [
        one
        for one in ours
        if not one.withdrawn
        and one.version not in failed
        and one.since <= now
        and place(device, one.version) < one.percent
    ]
    best = max(good, key=lambda one: one.numbers, default=None)
    if best is None or best.version == running:
        return None
    gone_bad = any(one.withdrawn and one.version == running for one in ours)
    return best if gone_bad or best.numbers > numbers(running) else None


def _release(said: dict[str, Any]) -> Release:
    one = Release(
        version=str(said["version"]),
        platform=str(said["platform"]),
        file=str(said["file"]),
        size=int(said["size"]),
        sha256=str(said["sha256"]),
        percent=int(said["percent"]),
        since=parse_instant(said["since"]),
        withdrawn=bool(said.get("withdrawn", False)),
    )
    if not VERSION.match(one.version) or not FILE.match(one.file) or len(one.sha256) != 64:
        raise ValueError("not a release")
    if not (0 <= one.percent <= 100 and 0 < one.size < 2 << 30):
        raise ValueError("not a release")
    return one
