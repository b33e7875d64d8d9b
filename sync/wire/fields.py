"""The strict fields of the wire: money, times, ids. What is not exactly right is refused, never repaired."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from marshmallow import fields
from marshmallow.exceptions import ValidationError

from ..ids import is_id
from ..money import CURRENCY_PATTERN, parse_decimal

INSTANT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z\Z", re.ASCII)
HEX = re.compile(r"^([0-9a-f]{2})*\Z", re.ASCII)


class Id(fields.String):
    """A UUID, lower-case with hyphens."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not is_id(value):
            raise ValidationError("not a UUID in lower case with hyphens")
        return str(value)


class Amount(fields.Field[Decimal]):
    """A decimal string in plain ASCII, e.g. '1500.00'; loads to Decimal. marshmallow's Decimal rounds."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else f"{value:f}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        try:
            return parse_decimal(value)
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from wrong


class Currency(fields.String):
    """An ISO 4217 code in capitals."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or CURRENCY_PATTERN.match(value) is None:
            raise ValidationError("not a three-letter currency code")
        return value


class Instant(fields.Field[datetime]):
    """An instant in UTC as RFC 3339 ending in Z; loads to an aware datetime."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else instant(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            return parse_instant(value)
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from wrong


class Hex(fields.Field[bytes]):
    """Bytes as lower-case hexadecimal; `size` fixes their number."""

    def __init__(self, *, size: int | None = None, **kwargs: Any) -> None:
        self.size = size
        super().__init__(**kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else bytes(value).hex()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bytes:
        if not isinstance(value, str) or HEX.match(value) is None:
            raise ValidationError("not lower-case hexadecimal")
        if self.size is not None and len(value) != 2 * self.size:
            raise ValidationError(f"not {self.size} bytes")
        return bytes.fromhex(value)


def instant(moment: datetime) -> str:
    """An aware datetime as the wire writes it: UTC, milliseconds, Z."""
    if moment.tzinfo is None:
        raise ValueError("a naive time has no place on the wire")
    there = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{there.isoformat(timespec='milliseconds')[:-6]}Z"


def parse_instant(text: object) -> datetime:
    """What `instant` wrote. Raises ValueError with a sentence."""
    if not isinstance(text, str) or INSTANT.match(text) is None:
        raise ValueError("not an instant in UTC such as 2026-11-21T15:00:00Z")
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
