"""How values are written on a page: phrases, money, days, moments. Decides form only, never a value.

Every filter answers escaped markup or escapes what it is given. None and "" are shown as a dash with
a word for a screen reader, so that a missing value is never a blank cell.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from flask import Flask
from flask_babel import format_decimal, get_locale, gettext
from markupsafe import Markup, escape

from sync.records import Interval, Money
from sync.words import Phrase
from sync.writing import money_text

_MISSING = Markup(
    '<span class="missing"><span aria-hidden="true">—</span><span class="visually-hidden">{}</span></span>'
)


def _language() -> str:
    locale = get_locale()
    return locale.language if locale is not None else "es"


def _missing() -> Markup:
    return _MISSING.format(gettext("sin dato"))


def phrase(value: Phrase | str | None) -> Markup:
    """A `Phrase`, or its JSON as stored, in the reader's language; plain text is shown as it is."""
    if value is None or value == "":
        return _missing()
    if isinstance(value, str):
        try:
            value = Phrase.from_json(value)
        except ValueError:
            return escape(value)
    return escape(
        Phrase(value.msgid, {name: _figure(told) for name, told in value.values.items()}).said(gettext)
    )


def _figure(value: str | int | float) -> str | int | float:
    """A figure with a fraction as the reader's language writes it; all else as it is."""
    return format_decimal(value) if isinstance(value, float) else value


def money(value: Money | Decimal | str | int | None, currency: str = "", country: str = "") -> Markup:
    """An amount with its currency, as people of the currency's country write it.

    Cents that are zero are left out where cents are not in daily use (COP). Raises TypeError for a
    float: an amount that went through one is no longer the amount.
    """
    if value is None or value == "":
        return _missing()
    if isinstance(value, Money):
        amount, currency = value.amount, value.currency
    elif isinstance(value, float):
        raise TypeError("money is Decimal, never float")
    else:
        amount = Decimal(value)
    text = money_text(amount, currency, country)
    return Markup('<data class="money" value="{} {}">{} <span class="cur">{}</span></data>').format(
        f"{amount:f}", currency, text, currency
    )


def _local(value: datetime | str, zone: str) -> datetime:
    moment_ = datetime.fromisoformat(value) if isinstance(value, str) else value
    if moment_.tzinfo is None:
        raise ValueError("a moment is shown from an aware time")
    return moment_.astimezone(ZoneInfo(zone) if zone else UTC)


def _short(value: date, today: date, language: str) -> str:
    return format_date(value, "EEE d MMM" if value.year == today.year else "EEE d MMM y", locale=language)


def _clock(value: datetime) -> str:
    return format_time(value.time(), "HH:mm", locale="es")


def _time(local: datetime, zone: str, text: str) -> Markup:
    title = f"{format_date(local.date(), 'full', locale=_language())}, {local:%H:%M:%S} ({zone or 'UTC'})"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(local.isoformat(), title, text)


def filters(today: Callable[[], date]) -> dict[str, Callable[..., Any]]:
    """The filters by name. `today` only decides whether a date needs its year written."""

    def day(value: date | str | None) -> Markup:
        """A date as "sáb 28 nov"; whole on hover and in the markup."""
        if value is None or value == "":
            return _missing()
        civil = date.fromisoformat(value[:10]) if isinstance(value, str) else value
        if isinstance(civil, datetime):
            raise ValueError("a datetime is shown with |moment(zone): its day depends on the zone")
        language = _language()
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            civil.isoformat(), format_date(civil, "full", locale=language), _short(civil, today(), language)
        )

    def moment(value: datetime | str | None, zone: str = "") -> Markup:
        """An aware time in an IANA zone as "sáb 28 nov, 11:00"; UTC, and said so, without a zone."""
        if value is None or value == "":
            return _missing()
        local = _local(value, zone)
        text = f"{_short(local.date(), today(), _language())}, {_clock(local)}"
        return _time(local, zone, text if zone else f"{text} UTC")

    def interval(value: Interval | tuple[datetime | str, datetime | str] | None, zone: str = "") -> Markup:
        """A stretch of time as "sáb 28 nov, 11:00–11:15"."""
        if value is None:
            return _missing()
        begin, finish = (value.start, value.end) if isinstance(value, Interval) else value
        start, end = _local(begin, zone), _local(finish, zone)
        if start.date() != end.date():
            return moment(start, zone) + Markup(" – ") + moment(end, zone)
        text = f"{_short(start.date(), today(), _language())}, {_clock(start)}"
        if _clock(end) != _clock(start):
            text += f"–{_clock(end)}"
        title = f"{format_date(start.date(), 'full', locale=_language())}, {start:%H:%M:%S}–{end:%H:%M:%S}"
        return Markup('<time datetime="{}" title="{} ({})">{}{}</time>').format(
            start.isoformat(), title, zone or "UTC", text, "" if zone else " UTC"
        )

    def clock(value: datetime | str | None, zone: str = "") -> Markup:
        """Only the hour, "11:00", where the day is already said; whole on hover."""
        if value is None or value == "":
            return _missing()
        local = _local(value, zone)
        title = f"{format_date(local.date(), 'full', locale=_language())}, {local:%H:%M:%S} ({zone or 'UTC'})"
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            local.isoformat(), title, _clock(local)
        )

    def or_dash(value: object) -> Markup:
        """Any text, or the dash of a missing value."""
        return _missing() if value is None or value == "" else escape(value)

    return {
        "phrase": phrase, "money": money, "day": day, "moment": moment, "interval": interval, "clock": clock,
        "or_dash": or_dash,
    }  # fmt: skip


def install(app: Flask, today: Callable[[], date]) -> None:
    app.jinja_env.filters.update(filters(today))
