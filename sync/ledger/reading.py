"""Reads signed statements and ledger lines out of JSON, field by field. Knows no signature and no file.

What is not exactly of its type, in the one way it is written, is a ValueError with a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from ..ids import is_id
from ..wire.fields import instant, parse_instant
from .entries import LARGEST_N, Head


class Reader:
    """Takes fields out of a JSON object, each of its exact type or with a sentence on what is wrong."""

    def __init__(self, said: Any, what: str) -> None:
        if not isinstance(said, dict):
            raise ValueError(f"{what} is a JSON object")
        self.said: dict[str, Any] = said
        self.what = what

    def _wrong(self, name: str, wanted: str) -> ValueError:
        return ValueError(f"{self.what} needs `{name}`: {wanted}")

    def text(self, name: str) -> str:
        value = self.said.get(name)
        if not isinstance(value, str):
            raise self._wrong(name, "a text")
        return value

    def id(self, name: str) -> str:
        value = self.text(name)
        if not is_id(value):
            raise self._wrong(name, "a UUID in lower case with hyphens")
        return value

    def number(self, name: str) -> int:
        value = self.said.get(name)
        if type(value) is not int or not 0 <= value <= LARGEST_N:
            raise self._wrong(name, "a whole number from 0")
        return value

    def bytes(self, name: str, size: int) -> bytes:
        return hex_bytes(self.text(name), size, self._wrong(name, f"{size} bytes in lower-case hexadecimal"))

    def time(self, name: str) -> datetime:
        value = self.text(name)
        wrong = self._wrong(name, "a time in UTC such as 2026-11-21T15:00:00.000Z")
        try:
            moment = parse_instant(value)
        except ValueError:
            raise wrong from None
        if instant(moment) != value:
            raise wrong
        return moment

    def day(self, name: str) -> date:
        value = self.text(name)
        try:
            found = date.fromisoformat(value)
        except ValueError:
            raise self._wrong(name, "a date such as 2026-11-21") from None
        if found.isoformat() != value:
            raise self._wrong(name, "a date such as 2026-11-21")
        return found

    def heads(self, name: str) -> tuple[Head, ...] | None:
        values = self.said.get(name)
        if values is None:
            return None
        if not isinstance(values, list):
            raise self._wrong(name, "a list of [incarnation, n, h]")
        return tuple(head_of(value, self._wrong(name, "a list of [incarnation, n, h]")) for value in values)


def head_of(value: Any, wrong: ValueError) -> Head:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 3:
        raise wrong
    incarnation, n, h = value
    if not is_id(incarnation) or type(n) is not int or not 0 <= n <= LARGEST_N or not isinstance(h, str):
        raise wrong
    return Head(incarnation, n, hex_bytes(h, 32, wrong))


def hex_bytes(text: str, size: int, wrong: ValueError) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError:
        raise wrong from None
    if len(value) != size or value.hex() != text:
        raise wrong
    return value
