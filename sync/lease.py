"""The code that opens a laptop which has not met its office for too long. Pure; both sides compute it.

The laptop shows a challenge; the office answers with a code that both derive from the device's token,
of which the office holds only the hash. A code is for one challenge and one number of days.
"""

from __future__ import annotations

import hmac
import re
import secrets
from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHALLENGE_LENGTH = 8
CODE_LENGTH = 10  # of 32 letters: 50 bits, and the challenge changes with each success
MOST_DAYS = 30
PREFIX = b"ronda1 lease\n"
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "\t": None})
_CHALLENGE = re.compile(rf"^[{ALPHABET}]{{{CHALLENGE_LENGTH}}}\Z")


def new_challenge() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CHALLENGE_LENGTH))


def normal(text: str) -> str:
    """The same for what was written in small letters, with dashes, or with O for 0."""
    return text.strip().upper().translate(_MISREAD)


def is_challenge(text: str) -> bool:
    return _CHALLENGE.match(normal(text)) is not None


def code(token_sha256: bytes, challenge: str, days: int) -> str:
    """Shown in two groups of five."""
    said = PREFIX + f"{normal(challenge)}\n{days}".encode("ascii")
    number = int.from_bytes(hmac.digest(token_sha256, said, sha256)[:8], "big")
    letters = "".join(ALPHABET[number >> 5 * place & 31] for place in range(CODE_LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


def days_of(token_sha256: bytes, challenge: str, typed: str) -> int | None:
    """For how many days the typed code opens; None when it is not a code for this challenge."""
    given = normal(typed)
    if not given.isascii():
        return None
    for days in range(1, MOST_DAYS + 1):
        if hmac.compare_digest(normal(code(token_sha256, challenge, days)), given):
            return days
    return None
