"""Signs and checks signatures, and says which keys a side trusts. Knows no file, store or clock.

Signatures are Ed25519; a key is named by the first 16 hex digits of the SHA-256 of its raw public
bytes. `docs/protocol.md` fixes the bytes. Sealing and wrapping live in `sync.sealing` and are offered
here too, so that one name brings every use of a key.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .digest import canonical
from .sealing import (
    BrokenKey,
    Cost,
    WrongPassphrase,
    load_pem,
    new_database_key,
    new_recovery_key,
    open_sealed,
    private_pem,
    recovery_key_from_pem,
    recovery_pem,
    seal,
    unwrap,
    wrap,
)
from .wire.fields import instant, parse_instant

__all__ = [
    "DEVICE",
    "OFFICE",
    "BrokenKey",
    "Cost",
    "Keyring",
    "PublicKey",
    "SigningKey",
    "WrongPassphrase",
    "endorse",
    "key_id",
    "new_database_key",
    "new_recovery_key",
    "new_signing_key",
    "open_sealed",
    "recovery_key_from_pem",
    "recovery_pem",
    "seal",
    "signing_key",
    "signing_key_from_pem",
    "unwrap",
    "verified",
    "wrap",
]

OFFICE = "office"
DEVICE = "device"
KEY_PREFIX = b"ronda1 key\n"


def key_id(public: bytes) -> str:
    """The name of a public key: the first 16 hex digits of SHA-256 of its 32 raw bytes."""
    if len(public) != 32:
        raise BrokenKey(f"a raw public key has 32 bytes, not {len(public)}")
    return sha256(public).hexdigest()[:16]


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 private key. Its representation never shows it."""

    private: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    @property
    def id(self) -> str:
        return key_id(self.public)

    def sign(self, data: bytes) -> bytes:
        return self.private.sign(data)

    def raw(self) -> bytes:
        """The 32 secret bytes, for a store that is itself encrypted."""
        return self.private.private_bytes_raw()

    def pem(self) -> bytes:
        """PKCS#8 PEM, unencrypted: for a file only its owner can read."""
        return private_pem(self.private)


def new_signing_key() -> SigningKey:
    return SigningKey(Ed25519PrivateKey.generate())


def signing_key(raw: bytes) -> SigningKey:
    """The key whose 32 secret bytes these are."""
    if len(raw) != 32:
        raise BrokenKey(f"a raw signing key has 32 bytes, not {len(raw)}")
    return SigningKey(Ed25519PrivateKey.from_private_bytes(raw))


def signing_key_from_pem(pem: bytes) -> SigningKey:
    key = load_pem(pem)
    if not isinstance(key, Ed25519PrivateKey):
        raise BrokenKey("this file does not hold an Ed25519 signing key")
    return SigningKey(key)


def verified(public: bytes, signature: bytes, data: bytes) -> bool:
    """True when `signature` over `data` was made by the holder of `public` (raw, 32 bytes)."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True)
class PublicKey:
    """A public signing key, whose it is and when it may sign.

    `purpose` is `office` (receipts, checkpoints, erasures) or `device` (pushes): a device's key never
    vouches for the office. `endorsed_by` and `endorsement` are an older key's signature over this one.
    """

    public: bytes
    purpose: str
    owner: str
    valid_from: datetime
    retired_at: datetime | None = None
    endorsed_by: str | None = None
    endorsement: bytes | None = None

    @property
    def id(self) -> str:
        return key_id(self.public)

    def active(self, at: datetime) -> bool:
        return self.valid_from <= at and (self.retired_at is None or at < self.retired_at)

    def signed_bytes(self) -> bytes:
        """What an older key signs to hand over to this one. Retirement is not part of it."""
        said = {
            "owner": self.owner,
            "public": self.public.hex(),
            "purpose": self.purpose,
            "valid_from": instant(self.valid_from),
        }
        return KEY_PREFIX + canonical(said)

    def to_json(self) -> dict[str, Any]:
        return {
            "key_id": self.id,
            "public": self.public.hex(),
            "purpose": self.purpose,
            "owner": self.owner,
            "valid_from": instant(self.valid_from),
            "retired_at": None if self.retired_at is None else instant(self.retired_at),
            "endorsed_by": self.endorsed_by,
            "endorsement": None if self.endorsement is None else self.endorsement.hex(),
        }

    @classmethod
    def from_json(cls, said: Any) -> PublicKey:
        """Raises BrokenKey with a sentence when `said` is not what `to_json` writes."""
        try:
            retired, endorsement = said.get("retired_at"), said.get("endorsement")
            key = cls(
                public=bytes.fromhex(said["public"]),
                purpose=said["purpose"],
                owner=said["owner"],
                valid_from=parse_instant(said["valid_from"]),
                retired_at=None if retired is None else parse_instant(retired),
                endorsed_by=said.get("endorsed_by"),
                endorsement=None if endorsement is None else bytes.fromhex(endorsement),
            )
            named = said.get("key_id", key.id)
        except (AttributeError, KeyError, TypeError, ValueError) as wrong:
            raise BrokenKey(f"not a public key as Ronda writes it: {wrong!r}") from wrong
        if named != key.id:
            raise BrokenKey(f"the key says it is {named}, its bytes say {key.id}")
        if key.purpose not in (OFFICE, DEVICE) or not isinstance(key.owner, str):
            raise BrokenKey("a public key's purpose is office or device, and its owner is text")
        return key


def endorse(older: SigningKey, newer: PublicKey) -> PublicKey:
    """`newer` with the signature of `older` on it, so that who trusts the older can trust it too."""
    return replace(newer, endorsed_by=older.id, endorsement=older.sign(newer.signed_bytes()))


@dataclass(frozen=True)
class Keyring:
    """The public keys a side trusts, several at a time so that keys can rotate."""

    keys: tuple[PublicKey, ...] = ()

    def find(self, name: str, purpose: str) -> PublicKey | None:
        return next((key for key in self.keys if key.id == name and key.purpose == purpose), None)

    def check(
        self, name: str, signature: bytes, data: bytes, *, purpose: str, at: datetime | None = None
    ) -> str | None:
        """None when the signature holds, else the error code: unknown_key or bad_signature.

        With `at` (the time the signed statement gives) a key outside its validity is unknown.
        """
        key = self.find(name, purpose)
        if key is None or (at is not None and not key.active(at)):
            return "unknown_key"
        return None if verified(key.public, signature, data) else "bad_signature"

    def trusting(self, offered: Keyring) -> Keyring:
        """This ring with the keys of `offered` that a trusted key of the same purpose and owner endorses.

        Follows chains of endorsement. Of a key already trusted only the retirement is taken over, and
        only an earlier one: an offer can take trust away, never add it.
        """
        held = {key.id: key for key in self.keys}
        waiting = list(offered.keys)
        grown = True
        while grown:
            grown = False
            for key in list(waiting):
                if key.id in held:
                    held[key.id] = _retired_earlier(held[key.id], key)
                elif not _endorsed(key, held.get(key.endorsed_by or "")):
                    continue
                else:
                    held[key.id] = key
                waiting.remove(key)
                grown = True
        return Keyring(tuple(held.values()))

    def to_json(self) -> dict[str, Any]:
        return {"keys": [key.to_json() for key in self.keys]}

    @classmethod
    def from_json(cls, said: Any) -> Keyring:
        if not isinstance(said, dict) or not isinstance(said.get("keys"), list):
            raise BrokenKey("not a keyring: an object with a list `keys` is expected")
        return cls(tuple(PublicKey.from_json(key) for key in said["keys"]))


def _retired_earlier(held: PublicKey, offered: PublicKey) -> PublicKey:
    ends = [key.retired_at for key in (held, offered) if key.retired_at is not None]
    return replace(held, retired_at=min(ends, default=None))


def _endorsed(key: PublicKey, by: PublicKey | None) -> bool:
    return (
        by is not None
        and key.endorsement is not None
        and (by.purpose, by.owner) == (key.purpose, key.owner)
        and by.active(key.valid_from)
        and verified(by.public, key.endorsement, key.signed_bytes())
    )
