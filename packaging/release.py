r"""Keeps the signed list of releases that laptops read. Builds nothing.

python packaging/release.py key KEY.pem                     a new release key; prints its public half
python packaging/release.py add RELEASES ARCHIVE --key KEY.pem --version 0.3.0 --platform linux-x86_64 \
    --percent 5
python packaging/release.py wave RELEASES --key KEY.pem --version 0.3.0 --percent 50
python packaging/release.py withdraw RELEASES --key KEY.pem --version 0.3.0
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_client.releases import LIST, PREFIX, SIGNATURE, read
from sync.wire.fields import instant


def main() -> None:
    given = _arguments()
    if given.act == "key":
        print(new_key(given.key_file))
        return
    folder, key = given.releases, load_key(given.key)
    held = listed(folder)
    if given.act == "add":
        add(folder, held, given)
    else:
        found = [one for one in held if one["version"] == given.version]
        if not found:
            raise SystemExit(f"{given.version} is not in {folder / LIST}")
        for one in found:
            one.update({"withdrawn": True} if given.act == "withdraw" else {"percent": given.percent})
    publish(folder, held, key, datetime.now(UTC))
    print(f"{folder / LIST}: {len(held)} release(s), signed")


def new_key(path: Path) -> str:
    """Written once, never over another; its public half is for `install.json` and the installers."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    return key.public_key().public_bytes_raw().hex()


def load_key(path: Path) -> Ed25519PrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise SystemExit(f"{path} is no Ed25519 key")
    return key


def listed(folder: Path) -> list[dict[str, Any]]:
    path = folder / LIST
    return list(json.loads(path.read_text(encoding="utf-8"))["releases"]) if path.is_file() else []


def add(folder: Path, held: list[dict[str, Any]], given: argparse.Namespace) -> None:
    data = given.archive.read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    if given.archive.resolve() != (folder / given.archive.name).resolve():
        shutil.copyfile(given.archive, folder / given.archive.name)
    held[:] = [one for one in held if (one["version"], one["platform"]) != (given.version, given.platform)]
    held.append(
        {
            "version": given.version,
            "platform": given.platform,
            "file": given.archive.name,
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "percent": given.percent,
            "since": instant(datetime.now(UTC)),
            "withdrawn": False,
        }
    )


def publish(folder: Path, held: list[dict[str, Any]], key: Ed25519PrivateKey, now: datetime) -> None:
    """The list and its signature, read back as a laptop reads them before anything is replaced."""
    data = json.dumps({"made": instant(now), "releases": held}, indent=1).encode("utf-8")
    signature = key.sign(PREFIX + data)
    read(data, signature, key.public_key().public_bytes_raw())
    for name, content in ((SIGNATURE, signature), (LIST, data)):
        part = folder / f"{name}.part"
        part.write_bytes(content)
        part.replace(folder / name)


def _arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    acts = asked.add_subparsers(dest="act", required=True)
    acts.add_parser("key").add_argument("key_file", type=Path)
    for name in ("add", "wave", "withdraw"):
        one = acts.add_parser(name)
        one.add_argument("releases", type=Path)
        if name == "add":
            one.add_argument("archive", type=Path)
            one.add_argument("--platform", required=True)
        one.add_argument("--key", type=Path, required=True)
        one.add_argument("--version", required=True)
        if name != "withdraw":
            one.add_argument("--percent", type=int, required=True, choices=range(101), metavar="0-100")
    return asked.parse_args()


if __name__ == "__main__":
    main()
