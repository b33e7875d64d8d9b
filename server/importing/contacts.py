"""The telephones and e-mails a row gives, and whose they are. Knows no store."""

from __future__ import annotations

import re

import phonenumbers

from sync.records import Role
from sync.words import N_, Phrase

from .cells import shown
from .people import BOUND, Person, Point
from .reading import Reading

_SEVERAL = re.compile(r"\s*[/;,]\s*|\s+[-yY]\s+")
_FEWEST_DIGITS = 7
_EMAIL = re.compile(r"^[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+$")


def points_of(reading: Reading, people: tuple[Person, ...]) -> tuple[tuple[Role, Point], ...]:
    """Each with the role of the person it belongs to; a relative's hang on the holder."""
    found: list[tuple[Role, Point]] = []
    for name in ("mobile", "landline", "phone"):
        found += [(Role.HOLDER, Point(kind, value)) for kind, value in _phones(reading, name)]
    relation = reading.text("relation")
    for kind, value in _phones(reading, "relative_phone"):
        found.append((Role.HOLDER, Point(kind, value, "relative", relation)))
    bound_here = {person.role for person in people}
    for role, prefix, _ in BOUND:
        if role in bound_here:
            found += [(role, Point(kind, value)) for kind, value in _phones(reading, f"{prefix}_phone")]
    email = reading.text("email")
    if email and _EMAIL.match(email) is None:
        reading.warn(
            "email", Phrase(N_("«{value}» no es un correo: se guarda como vino"), {"value": shown(email)})
        )
    if email:
        found.append((Role.HOLDER, Point("email", email)))
    return tuple(dict.fromkeys(found))


def e164(value: str, country: str) -> str:
    """The number as networks dial it, or nothing when it is none of that country."""
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _phones(reading: Reading, name: str) -> list[tuple[str, str]]:
    """(kind, number) of a cell, which may hold several numbers."""
    written = reading.text(name)
    if not written:
        return []
    parts = [part for part in _SEVERAL.split(written) if part]
    if not all(_digits(part) >= _FEWEST_DIGITS for part in parts):
        parts = [written]
    if _digits(written) < _FEWEST_DIGITS:
        text = N_("«{value}» no parece un teléfono: se guarda como vino")
        reading.warn(name, Phrase(text, {"value": shown(written)}))
    return [("landline" if name == "landline" or _fixed(part) else "mobile", part) for part in parts]


def _digits(written: str) -> int:
    return sum(mark.isdigit() for mark in written)


def _fixed(written: str) -> bool:
    """A number without area code, or with Colombia's for fixed lines."""
    digits = "".join(mark for mark in written if mark.isdigit())
    return len(digits) <= 8 or (len(digits) == 10 and digits.startswith("60"))
