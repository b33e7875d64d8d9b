"""Takes a photo or a signature as a person hands it over, and answers the picture to keep, or why not.

The pixels are never unpacked in this process: a picture can be made to break whoever opens it. Nothing is
written to a file on the way.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

from sync.records import Location, LocationSource
from sync.rules.policy import zone_of
from sync.wire.attachments import TYPED, digest_of
from sync.words import N_, Phrase

from .store.attachments import Picture

PHOTO, SIGNATURE = "photo", "signature"
LARGEST_UPLOAD = 25 * 1024 * 1024
MOST_PICTURES = 12
PATIENCE_S = 40
LONGEST_NAME = 120
YEARS = range(2000, 2101)

EMPTY = N_("El archivo «{name}» está vacío.")
TOO_LARGE = N_("«{name}» pesa más de {limit} MB: tome la foto con menos resolución.")
HEIC = N_(
    "«{name}» está en HEIC, el formato del iPhone, que aquí no se abre: en Ajustes, Cámara, Formatos, elija "
    "«El más compatible», o envíela como JPEG."
)
FOREIGN = N_("«{name}» no es una foto JPEG ni PNG: elija una foto.")
BROKEN = N_("«{name}» está cortada o dañada: cópiela de nuevo desde el teléfono.")
BOMB = N_("«{name}» dice tener demasiados puntos para una foto: no se abrió.")
BLANK = N_("La firma está en blanco: firme de nuevo o escriba el nombre.")
SLOW = N_("«{name}» no se pudo abrir a tiempo: tome otra foto.")
# The words of the darkroom, which is another process: importing it here would bring the decoders here.
DARKROOM = "field_client.darkroom"
SAID = {"bomb": BOMB, "broken": BROKEN, "foreign": FOREIGN, "blank": BLANK, "slow": SLOW}
# What stands after `ftyp` in the files of the HEIF family.
HEIF = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")


def develop(data: bytes, role: str, name: str, zone: str) -> Picture | Phrase:
    """The picture to keep, or a sentence that says what is wrong and what to do.

    `name` is only said, never used; `zone` is where a camera's clock without an offset is read.
    """
    shown = "".join(mark for mark in name.replace("\\", "/").rpartition("/")[2] if mark.isprintable())
    said = {"name": shown[-60:] or role}
    if not data:
        return Phrase(EMPTY, said)
    if len(data) > LARGEST_UPLOAD:
        return Phrase(TOO_LARGE, said | {"limit": LARGEST_UPLOAD // 2**20})
    if data[4:8] == b"ftyp" and data[8:12] in HEIF:
        return Phrase(HEIC, said)
    if not data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return Phrase(FOREIGN, said)
    told, made = _in_the_dark(data, role)
    if "wrong" in told:
        return Phrase(SAID[told["wrong"]], said)
    media_type = "image/jpeg" if role == PHOTO else "image/png"
    return Picture(digest_of(made), media_type, role, made, _location(told), _taken(told, zone))


def typed_signature(name: str) -> Picture | None:
    """A name typed in the place of a signature, kept as the text it is; None for no name."""
    plain = " ".join("".join(mark if mark.isprintable() else " " for mark in name).split())[:LONGEST_NAME]
    if not plain:
        return None
    data = f"{plain}\n".encode()
    return Picture(digest_of(data), TYPED, SIGNATURE, data)


def _in_the_dark(data: bytes, role: str) -> tuple[dict[str, Any], bytes]:
    """What the other process says and makes. One that is stopped or dies has said nothing."""
    command = [sys.executable, "-P", "-m", DARKROOM, role]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        return {"wrong": "slow"}, b""
    line, _, made = done.stdout.partition(b"\n")
    if done.returncode != 0 or not line.startswith(b"{"):
        return {"wrong": "broken"}, b""
    told: dict[str, Any] = json.loads(line)
    return told, made


def _location(told: dict[str, Any]) -> Location | None:
    if "lat" not in told:
        return None
    return Location(LocationSource.EXIF, told["lat"], told["lon"], told.get("accuracy_m"))


def _taken(told: dict[str, Any], zone: str) -> datetime | None:
    """When the camera says it was taken; nothing where it says nonsense."""
    try:
        found = datetime.fromisoformat(told.get("taken", ""))
    except ValueError:
        return None
    if found.year not in YEARS:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone_of(zone) or UTC)
    return found.astimezone(UTC)
