"""Closes secrets: to the office's recovery key, or behind a passphrase. Knows no file, store or clock.

`seal` is for a laptop's database key and hand-over files, opened only by the office; `wrap` keeps a
laptop's database key behind its collector's passphrase. `docs/protocol.md` fixes the bytes of both.
"""

from __future__ import annotations

import json
import secrets
import unicodedata
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .digest import canonical
from .words import N_, Phrase

SEAL_PREFIX = b"ronda1 seal"
# A key made by HKDF from a fresh ephemeral key encrypts one message only, so its nonce may be fixed.
ONE_NONCE = bytes(12)


class WrongPassphrase(Exception):
    """The passphrase does not open the key; nothing was changed and it can be tried again."""

    because = Phrase(N_("La contraseña no abre este portátil; escríbala de nuevo"))

    def __str__(self) -> str:
        return str(self.because)


class BrokenKey(ValueError):
    """The bytes or text given are not a key, a sealed box or a wrapped key of ours."""


def private_pem(key: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def load_pem(pem: bytes) -> Any:
    try:
        return serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as wrong:
        raise BrokenKey("this file does not hold a private key in PEM") from wrong


def new_recovery_key() -> X25519PrivateKey:
    """The office's recovery key. Its public half (raw, 32 bytes) goes to each laptop at enrolment."""
    return X25519PrivateKey.generate()


def recovery_pem(private: X25519PrivateKey) -> bytes:
    return private_pem(private)


def recovery_key_from_pem(pem: bytes) -> X25519PrivateKey:
    key = load_pem(pem)
    if not isinstance(key, X25519PrivateKey):
        raise BrokenKey("this file does not hold an X25519 recovery key")
    return key


def seal(public_x25519: bytes, plain: bytes) -> bytes:
    """Close `plain` so that only the holder of the recovery key can open it, not even the sealer.

    Bytes: 0x01 ‖ ephemeral public key (32) ‖ ChaCha20-Poly1305 ciphertext and tag.
    """
    ephemeral = X25519PrivateKey.generate()
    ours = ephemeral.public_key().public_bytes_raw()
    try:
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public_x25519))
    except ValueError as wrong:
        raise BrokenKey("not an X25519 public key") from wrong
    box = ChaCha20Poly1305(_seal_key(shared, ours, public_x25519))
    return b"\x01" + ours + box.encrypt(ONE_NONCE, plain, SEAL_PREFIX)


def open_sealed(private: X25519PrivateKey, sealed: bytes) -> bytes:
    """What `seal` closed. Raises BrokenKey when it was changed or sealed to another key."""
    if len(sealed) < 1 + 32 + 16 or sealed[0] != 1:
        raise BrokenKey("not a sealed box of version 1")
    theirs, ours = sealed[1:33], private.public_key().public_bytes_raw()
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(theirs))
        box = ChaCha20Poly1305(_seal_key(shared, theirs, ours))
        return box.decrypt(ONE_NONCE, sealed[33:], SEAL_PREFIX)
    except (InvalidTag, ValueError) as wrong:
        raise BrokenKey("the box was changed, or sealed to another key") from wrong


def _seal_key(shared: bytes, ephemeral: bytes, recipient: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=ephemeral + recipient, info=SEAL_PREFIX).derive(shared)


@dataclass(frozen=True)
class Cost:
    """What guessing one passphrase costs: Argon2id memory in KiB, passes and lanes."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4

    def __post_init__(self) -> None:
        # Bounds on what a file may ask for; the lower ones are Argon2's own.
        if not (1 <= self.lanes <= 16 and 1 <= self.passes <= 64):
            raise BrokenKey("an Argon2 cost has 1 to 16 lanes and 1 to 64 passes")
        if not 8 * self.lanes <= self.memory_kib <= 1024 * 1024:
            raise BrokenKey("an Argon2 cost takes 8 KiB a lane to 1 GiB")


def new_database_key() -> bytes:
    return secrets.token_bytes(32)


def wrap(key: bytes, passphrase: str, cost: Cost | None = None) -> str:
    """A random 32-byte key closed behind a passphrase, as JSON text with its Argon2id parameters."""
    if len(key) != 32:
        raise BrokenKey(f"a database key has 32 bytes, not {len(key)}")
    cost = cost or Cost()
    salt = secrets.token_bytes(16)
    nonce = secrets.token_bytes(12)
    said: dict[str, Any] = {
        "v": 1,
        "kdf": "argon2id",
        "memory_kib": cost.memory_kib,
        "passes": cost.passes,
        "lanes": cost.lanes,
        "salt": _b64(salt),
        "cipher": "chacha20-poly1305",
        "nonce": _b64(nonce),
    }
    box = ChaCha20Poly1305(_passphrase_key(passphrase, salt, cost))
    return canonical(said | {"wrapped": _b64(box.encrypt(nonce, key, canonical(said)))}).decode("utf-8")


def unwrap(wrapped: str, passphrase: str) -> bytes:
    """The key `wrap` closed. Raises WrongPassphrase, or BrokenKey when the text is not a wrapped key."""
    try:
        said = json.loads(wrapped)
        closed = b64decode(said.pop("wrapped"), validate=True)
        salt, nonce = b64decode(said["salt"], validate=True), b64decode(said["nonce"], validate=True)
        cost = Cost(int(said["memory_kib"]), int(said["passes"]), int(said["lanes"]))
        version = (said["v"], said["kdf"], said["cipher"])
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as wrong:
        raise BrokenKey("not a wrapped key: the key file is damaged") from wrong
    if version != (1, "argon2id", "chacha20-poly1305") or (len(salt), len(nonce)) != (16, 12):
        raise BrokenKey("a wrapped key of a kind this version does not know")
    box = ChaCha20Poly1305(_passphrase_key(passphrase, salt, cost))
    try:
        return box.decrypt(nonce, closed, canonical(said))
    except InvalidTag as wrong:
        raise WrongPassphrase from wrong


def _passphrase_key(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    # An accent may arrive composed or not, depending on the keyboard: both are the same passphrase.
    secret = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    return hash_secret_raw(secret, salt, cost.passes, cost.memory_kib, cost.lanes, 32, Type.ID)


def _b64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
