"""Which TLS keys an office may show: a pin is the SHA-256 of a public key, and a set of pins is signed.

A laptop is given the pin with its code and then trusts no other key, whoever vouches for it. Before the
office changes its key it says both pins in a statement signed by its signing key. Knows no socket.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .digest import canonical
from .keys import OFFICE, Keyring, SigningKey
from .ledger.reading import Reader
from .wire.fields import instant

PREFIX = b"ronda1 tls pins\n"
LENGTH = 64
MOST = 4


class BadPin(ValueError):
    """What was given is no pin; the message says what one looks like."""


def pin_of(certificate: bytes) -> str:
    """The pin of a certificate in DER: SHA-256, in hex, of its SubjectPublicKeyInfo."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def read_pin(text: str) -> str:
    """A pin as a person copies it: spaces, colons and capitals do not matter. Raises BadPin."""
    pin = "".join(letter for letter in text.strip().lower() if letter not in " :-\t\n")
    if len(pin) != LENGTH or any(letter not in "0123456789abcdef" for letter in pin):
        raise BadPin(f"'{text[:80]}' is not the office's pin: it has {LENGTH} letters from 0-9 and a-f")
    return pin


@dataclass(frozen=True)
class Pins:
    """The keys an office may show from now on, the one in use first."""

    office: str
    pins: tuple[str, ...]
    said_at: datetime
    key_id: str
    signature: bytes

    def signed_bytes(self) -> bytes:
        said = {
            "key_id": self.key_id,
            "office": self.office,
            "pins": list(self.pins),
            "said_at": instant(self.said_at),
        }
        return PREFIX + canonical(said)

    def holds(self, keys: Keyring, office: str) -> bool:
        """True when this office signed it with a key that was valid then."""
        wrong = keys.check(self.key_id, self.signature, self.signed_bytes(), purpose=OFFICE, at=self.said_at)
        return wrong is None and self.office == office

    def to_json(self) -> dict[str, Any]:
        return {
            "office": self.office,
            "pins": list(self.pins),
            "said_at": instant(self.said_at),
            "key_id": self.key_id,
            "signature": self.signature.hex(),
        }

    @classmethod
    def from_json(cls, said: Any) -> Pins:
        """Raises ValueError with a sentence when `said` is not what `to_json` writes."""
        read = Reader(said, "a set of pins")
        pins = read.said.get("pins")
        if not isinstance(pins, list) or not 1 <= len(pins) <= MOST:
            raise ValueError(f"a set of pins needs `pins`: 1 to {MOST} of them")
        if any(not isinstance(pin, str) or pin != read_pin(pin) for pin in pins):
            raise ValueError("a pin is written in lower-case hexadecimal without spaces")
        return cls(
            read.text("office"),
            tuple(pins),
            read.time("said_at"),
            read.text("key_id"),
            read.bytes("signature", 64),
        )


def sign_pins(key: SigningKey, *, office: str, pins: Iterable[str], said_at: datetime) -> Pins:
    unsigned = Pins(office, tuple(pins), said_at, key.id, b"")
    return replace(unsigned, signature=key.sign(unsigned.signed_bytes()))
