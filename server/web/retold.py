"""What an amendment changes, in words; what it does not know it shows as it is. Knows no store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import get_locale
from flask_babel import gettext as _

from sync.rules.alarms import ALARMS
from sync.rules.results import FIELDS
from sync.rules.steps import STEPS
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
    "steps": N_("Cinco pasos"),
    "objections": N_("Objeciones"),
    "alarms": N_("Señales de alarma"),
    "answers": N_("Cinco preguntas"),
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
    if key == "steps" and isinstance(value, list):
        return "; ".join(f"{one.label}: {one.answer}" for one in stepped(value))
    if key == "alarms" and isinstance(value, list):
        return "; ".join(_(ALARMS[code]) if code in ALARMS else str(code) for code in value) or _("Ninguna")
    if key == "objections" and isinstance(value, list):
        return ", ".join(str(one.get("code", "")) for one in value if isinstance(one, dict)) or _("Ninguna")
    return str(value)


@dataclass(frozen=True)
class ToldStep:
    """One step of a visit in words; `kind` says how its value is written: "money", "date" or ""."""

    label: str
    answer: str
    value: str
    kind: str
    implied: bool


def stepped(told: Iterable[Any]) -> list[ToldStep]:
    """The five steps in words; a laptop newer than this office may say what it does not know."""
    found = []
    for one in told:
        if not isinstance(one, dict):
            continue
        step = STEPS.get(str(one.get("step")))
        code, value = str(one.get("answer", "")), str(one.get("value", ""))
        words = dict(step.answers).get(code) if step is not None else None
        kind = step.value if step is not None and value and _reads_as(value, step.value) else ""
        label = _(step.label) if step is not None else str(one.get("step", ""))
        found.append(ToldStep(label, _(words) if words else code, value, kind, bool(one.get("implied"))))
    return found


def flags_of(visits: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The early-warning flags set in these visits (newest first): the latest of each."""
    found: dict[str, dict[str, Any]] = {}
    for row in visits:
        if not row["results"]:
            continue  # of no account that the reader may see
        for code in (row["conduct"] or {}).get("alarms", ()):
            told = {"text": _(ALARMS[code]) if code in ALARMS else code, "visit": row}
            found.setdefault(code, told)
    return list(found.values())


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
