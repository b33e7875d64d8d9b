"""The one-time package with which an office opens a laptop whose passphrase is lost. Knows no store.

The database key is wrapped behind a code that is told by voice; the rest says for which laptop and until
when, under the office's signature. Neither the file nor the code opens anything alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .digest import canonical
from .keys import OFFICE, Keyring, SigningKey
from .sealing import BrokenKey, Cost, unwrap, wrap
from .wire.fields import instant, parse_instant

KIND = "ronda-recovery"
PREFIX = b"ronda1 recovery\n"
LARGEST = 16 * 1024
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "\t": None})


@dataclass(frozen=True)
class Package:
    """A package as it was read; only `trusted_by` says whether the office wrote it."""

    recovery: str
    device: str
    expires: datetime
    wrapped: str
    key_id: str
    signature: bytes

    def signed_bytes(self) -> bytes:
        return PREFIX + canonical(_said(self.recovery, self.device, self.expires, self.wrapped))

    def key(self, code: str) -> bytes:
        """The database key. Raises WrongPassphrase for another code, BrokenKey for a damaged package."""
        return unwrap(self.wrapped, normal(code))

    def trusted_by(self, keys: Keyring) -> bool:
        wrong = keys.check(self.key_id, self.signature, self.signed_bytes(), purpose=OFFICE)
        return wrong is None


def normal(code: str) -> str:
    """The same for a code written in small letters, without dashes, or with O for 0."""
    return code.strip().upper().translate(_MISREAD)


def make(
    signer: SigningKey,
    *,
    recovery: str,
    device: str,
    expires: datetime,
    key: bytes,
    code: str,
    cost: Cost | None = None,
) -> bytes:
    wrapped = wrap(key, normal(code), cost)
    said = _said(recovery, device, expires, wrapped)
    signature = signer.sign(PREFIX + canonical(said)).hex()
    return json.dumps(said | {"key_id": signer.id, "signature": signature}, indent=1).encode("utf-8")


def read(data: bytes) -> Package:
    """Raises BrokenKey with a sentence when `data` is no package of ours."""
    try:
        said = json.loads(data[: LARGEST + 1])
        if said["kind"] != KIND or said["v"] != 1:
            raise ValueError("of another kind or version")
        return Package(
            recovery=str(said["recovery"]),
            device=str(said["device"]),
            expires=parse_instant(said["expires"]),
            wrapped=str(said["wrapped"]),
            key_id=str(said["key_id"]),
            signature=bytes.fromhex(said["signature"]),
        )
    except (KeyError, TypeError, ValueError, RecursionError) as wrong:
        raise BrokenKey("This is not a recovery file of Ronda; ask the office for it again") from wrong


def _said(recovery: str, device: str, expires: datetime, wrapped: str) -> dict[str, Any]:
    return {
        "v": 1,
        "kind": KIND,
        "recovery": recovery,
        "device": device,
        "expires": instant(expires),
        "wrapped": wrapped,
    }
