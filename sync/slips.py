"""The signed word printed on a paper, by which whoever holds it learns who came and when. Knows no debt.

A token names the key that signed it, the agent, the minute it was made and the day of the visit; a random
part makes two of them unlike. Nothing in it says to whom the paper went or why. It fits a QR code and is
checked with the public key alone, so a laptop can print it with no network. The short code is for typing:
a digest of the token, which an office can answer once it has heard of the token.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from .keys import Keyring, SigningKey

PREFIX = b"ronda1 slip\n"
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
LIFE = timedelta(days=90)
# version, key id, random, agent, minutes since EPOCH, days since EPOCH
SHAPE = struct.Struct(">B8s10s16sIH")
SIGNATURE = 64
VERSION = 1
LENGTH = (SHAPE.size + SIGNATURE) * 4 // 3  # 105 bytes: no padding and no spare bits
NO_AGENT = str(UUID(int=0))
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
CODE_LENGTH = 12
CODE = re.compile(f"^[{ALPHABET}]{{{CODE_LENGTH}}}\\Z")


class NotASlip(ValueError):
    """What was given is no token of ours, whole or in part."""


class Standing(StrEnum):
    """What can be said of a token."""

    GENUINE = "genuine"
    EXPIRED = "expired"
    FORGED = "forged"  # signed by none of the keys known, or changed since


@dataclass(frozen=True)
class Slip:
    """What a token says: who signed, whose visit, made when, for which day. No debtor and no account."""

    key_id: str
    nonce: bytes
    agent: str
    made: datetime  # aware, to the minute
    day: date

    @property
    def expires(self) -> datetime:
        """The end of its life, in UTC: 90 days after the day of the visit."""
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC) + LIFE

    def packed(self) -> bytes:
        minutes = int((self.made - EPOCH).total_seconds() // 60)
        days = (self.day - EPOCH.date()).days
        return SHAPE.pack(
            VERSION, bytes.fromhex(self.key_id), self.nonce, UUID(self.agent).bytes, minutes, days
        )


def new_token(
    key: SigningKey, made: datetime, day: date, *, agent: str = NO_AGENT, nonce: bytes | None = None
) -> str:
    """A signed token. `nonce` (10 bytes) is given where the same paper must come out the same twice."""
    slip = Slip(key.id, secrets.token_bytes(10) if nonce is None else nonce, agent, made, day)
    packed = slip.packed()
    return base64.urlsafe_b64encode(packed + key.sign(PREFIX + packed)).decode("ascii")


def read_token(token: str) -> tuple[Slip, bytes]:
    """What the token says, unchecked, and its signature. Raises NotASlip."""
    if len(token) != LENGTH or not token.isascii():
        raise NotASlip("a slip's token has 140 letters, digits, - and _")
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise NotASlip("a slip's token has letters, digits, - and _ only") from wrong
    version, key, nonce, agent, minutes, days = SHAPE.unpack(raw[: SHAPE.size])
    if version != VERSION:
        raise NotASlip(f"a slip of version {version}; this program knows version {VERSION}")
    made = EPOCH + timedelta(minutes=minutes)
    slip = Slip(key.hex(), nonce, str(UUID(bytes=agent)), made, EPOCH.date() + timedelta(days=days))
    return slip, raw[SHAPE.size :]


def judge_token(token: str, keys: Keyring, purpose: str, now: datetime) -> tuple[Standing, Slip]:
    """Whether the token holds under one of `keys` that was in use when it was made. Raises NotASlip."""
    slip, signature = read_token(token)
    wrong = keys.check(slip.key_id, signature, PREFIX + slip.packed(), purpose=purpose, at=slip.made)
    if wrong is not None:
        return Standing.FORGED, slip
    return (Standing.EXPIRED if now >= slip.expires else Standing.GENUINE), slip


def code_of(token: str) -> str:
    """The short code of a token: 55 bits of its digest and a check letter."""
    number = int.from_bytes(hashlib.sha256(token.encode("ascii")).digest()[:8], "big") >> 9
    body = "".join(ALPHABET[number >> shift & 31] for shift in range(50, -1, -5))
    return body + _check(body)


def shown(code: str) -> str:
    """A code as it is printed, in groups of four."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def typed_code(text: str) -> str | None:
    """The code that somebody typed, however he wrote it; None when it is no code or was mistyped."""
    plain = "".join(mark for mark in text.upper() if mark.isalnum())
    plain = plain.translate(str.maketrans("OIL", "011"))
    return plain if CODE.match(plain) and _check(plain[:-1]) == plain[-1] else None


def _check(body: str) -> str:
    """Odd weights: any one letter changed changes it."""
    return ALPHABET[sum((2 * place + 1) * ALPHABET.index(mark) for place, mark in enumerate(body)) % 32]
