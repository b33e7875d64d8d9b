"""The office's signed order to a laptop to hand over what it holds and forget the rest. Knows no store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .digest import canonical
from .keys import OFFICE, Keyring, SigningKey
from .wire.fields import instant, parse_instant

PREFIX = b"ronda1 wipe\n"


def wipe_order(signer: SigningKey, device: str, ordered: datetime) -> dict[str, str]:
    said = {"device": device, "ordered": instant(ordered)}
    return said | {"key_id": signer.id, "signature": signer.sign(PREFIX + canonical(said)).hex()}


def is_wipe_order(keys: Keyring, device: str, told: Mapping[str, Any] | Any) -> bool:
    """True only for an order to this laptop that a key of its own office signed.

    Whoever can answer in the office's place could otherwise close a laptop.
    """
    try:
        said = {"device": told["device"], "ordered": told["ordered"]}
        name, signature = str(told["key_id"]), bytes.fromhex(told["signature"])
        parse_instant(said["ordered"])
        signed = PREFIX + canonical(said)
    except (KeyError, TypeError, ValueError):
        return False
    return said["device"] == device and keys.check(name, signature, signed, purpose=OFFICE) is None
