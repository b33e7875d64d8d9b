"""How names are compared when people look for them: small letters, no accents, single spaces."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """ "Núñez  PEÑA, José" → "nunez pena jose"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = (mark for mark in plain if not unicodedata.combining(mark))
    return " ".join("".join(mark if mark.isalnum() else " " for mark in kept).split())
