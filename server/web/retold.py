"""What an amendment changes, in words; what it does not know it shows as it is. Knows no store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import get_locale
from flask_babel import gettext as _

from sync.rules.results import FIELDS
from sync.words import N_

from .labels import said

Told = tuple[str, str]
LABELS = {
    "place": N_("Lugar"),
    "party": N_("Atendió"),
    "happened": N_("Ocurrió"),
    "location": N_("Dónde estaba"),
    "results": N_("Resultado"),
    "note": N_("Nota"),
    "address": N_("Dirección"),
    "recorded": N_("Escrita"),
    "zone": N_("Zona horaria"),
}


def amended(replaces: Mapping[str, Any], numbers: Mapping[str, str], zone: str) -> list[Told]:
    """(what, its new value) for each field; `numbers` are the accounts that the reader may see, by id."""
    rows: list[Told] = []
    for key, value in replaces.items():
        label = _(LABELS[key]) if key in LABELS else key
        if key == "results" and isinstance(value, list):
            rows += [(label, text) for text in map(_result(numbers), value) if text]
        else:
            rows.append((label, _words(key, value, zone)))
    return rows


def detailed(detail: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What a result asked, what was answered, and how to write it: "money", "date" or ""."""
    rows = []
    for key, value in detail.items():
        field = FIELDS.get(key)
        choices = dict(field.choices) if field is not None else {}
        words = _(choices[value]) if value in choices else str(value)
        kind = field.kind if field is not None and _reads_as(words, field.kind) else ""
        rows.append((_(field.label) if field is not None else key, words, kind))
    return rows


def _reads_as(text: str, kind: str) -> bool:
    """Whether the text is the amount or the date it should be; a laptop may have sent anything."""
    try:
        if kind == "money":
            return Decimal(text).is_finite()
        return kind == "date" and bool(date.fromisoformat(text))
    except (InvalidOperation, ValueError):
        return False


def _words(key: str, value: Any, zone: str) -> str:
    if key in ("place", "party") and isinstance(value, str):
        return said(value, key)
    if key == "happened" and isinstance(value, dict):
        return f"{_moment(value.get('start'), zone)} – {_moment(value.get('end'), zone)}"
    if key == "location" and isinstance(value, dict):
        source = said(str(value.get("source", "")), "location")
        return f"{source} {value.get('lat', '')}, {value.get('lon', '')}".rstrip(", ")
    return str(value)


def _moment(text: Any, zone: str) -> str:
    try:
        local = datetime.fromisoformat(str(text)).astimezone(ZoneInfo(zone))
    except ValueError:
        return str(text)
    return str(format_datetime(local, "EEE d MMM, HH:mm", locale=get_locale() or "es"))


def _result(numbers: Mapping[str, str]) -> Callable[[Any], str]:
    def words(result: Any) -> str:
        if not isinstance(result, dict) or result.get("account") not in numbers:
            return ""
        return f"{numbers[result['account']]}: {said(str(result.get('result', '')), 'result')}"

    return words
