"""The signed words of an erasure, one per event and body. Erases nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sync.keys import SigningKey
from sync.ledger import Erasure, sign_erasure

from ..store.erasures import Link


def signed_words(signer: SigningKey, links: Iterable[Link], reason: str, now: datetime) -> list[Erasure]:
    """One word per event and body, however many incarnations hold it."""
    pairs = sorted({(link.id, link.body_digest) for link in links})
    return [
        sign_erasure(signer, id=id, body_digest=digest, reason=reason, erased_at=now) for id, digest in pairs
    ]
