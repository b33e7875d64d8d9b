"""Writes and reads whole numbers in few bytes, and spells values as Ronda's JSON does. Knows no message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


class Damaged(ValueError):
    """The bytes are not a packed message."""


class Number(NamedTuple):
    """A number as it is written: its digits as a whole number, and how many are decimals."""

    digits: int
    decimals: int


def sized(data: bytes | bytearray) -> bytes:
    return varint(len(data)) + data


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """(value, place after it): seven bits a byte, the least first, the last without the high bit."""
    value = shift = 0
    while at < len(data) and shift < 98:
        part = data[at]
        at += 1
        value |= (part & 0x7F) << shift
        if part < 0x80:
            return value, at
        shift += 7
    raise Damaged


def folded(value: int) -> int:
    """0, -1, 1, -2, 2 … as 0, 1, 2, 3, 4 …"""
    return value << 1 if value >= 0 else (-value << 1) - 1


def unfolded(value: int) -> int:
    return -(value + 1 >> 1) if value & 1 else value >> 1


def number_text(number: Number) -> bytes:
    if number.decimals == 0:
        return b"%d" % number.digits
    digits = str(abs(number.digits)).zfill(number.decimals + 1)
    sign = "-" if number.digits < 0 else ""
    return f"{sign}{digits[: -number.decimals]}.{digits[-number.decimals :]}".encode("ascii")


def uuid_text(value: bytes) -> bytes:
    text = value.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:])).encode("ascii")


def milliseconds_of(text: bytes) -> int | None:
    """Milliseconds since 1970; None for a text that is no instant, or not written as we write it."""
    try:
        now = (datetime.fromisoformat(text.decode("ascii")) - _EPOCH) // _MS
    except ValueError:
        return None
    return now if instant_text(now) == text else None


def instant_text(milliseconds: int) -> bytes:
    moment = _EPOCH + milliseconds * _MS
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds").encode("ascii") + b"Z"
