"""Turns what happened on a day into a lender's rows: the cells as its layout writes them, or why it cannot.

Nothing that happened is left out silently: what cannot be told comes back with its reason. Reads no store.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sync.cells import safe
from sync.money import digits
from sync.records import Result
from sync.rules.results import RESULTS
from sync.words import N_, Phrase

from .layout import DATES, TIMES, ColumnOf, Layout

Item = Mapping[str, Any]


_QUOTING: dict[str, Literal[0, 1, 3]] = {
    "needed": csv.QUOTE_MINIMAL,
    "all": csv.QUOTE_ALL,
    "none": csv.QUOTE_NONE,
}


@dataclass(frozen=True)
class Told:
    """One row for the lender: `because` is why it was left out, None when it goes."""

    item: str
    account_id: str
    cells: tuple[str, ...]
    because: Phrase | None = None

    @property
    def digest(self) -> str:
        return hashlib.sha256("\x1f".join(self.cells).encode()).hexdigest()


def tell(item: Item, layout: Layout, number: int) -> Told:
    """The row of one thing that happened; its cells are written even when they cannot go."""
    name, because = str(item["item"]), _unmapped(item, layout)
    cells = []
    for column in layout.columns:
        text = _cell(item, column, layout, number)
        because = because or _wrong(text, column, layout)
        cells.append(text)
    return Told(name, str(item["account_id"]), tuple(cells), because)


def in_order(
    visits: Iterable[Item], contacts: Iterable[Item], payments: Iterable[Item], layout: Layout
) -> list[Item]:
    """Everything that goes into the file under one shape, by when it happened."""
    every: list[dict[str, Any]] = []
    if "visit" in layout.kinds:
        every += [
            {**one, "item": f"visit:{one['visit_id']}:{one['account_id']}", "ours": one["result"]}
            for one in visits
        ]
    if "contact" in layout.kinds:
        every += [
            {**one, "item": f"contact:{one['contact_id']}:{one['account_id']}", "ours": _contact(one)}
            for one in contacts
        ]
    if "payment" in layout.kinds:
        every += [{**one, "item": f"payment:{one['payment_id']}", "ours": "payment"} for one in payments]
    return sorted(every, key=lambda one: (_when(one), one["item"]))


def written(rows: Iterable[Sequence[str]], layout: Layout) -> bytes:
    """The file's bytes. Cells were looked at before: each can be written in the layout's encoding."""
    out = io.StringIO(newline="")
    ending = "\r\n" if layout.end == "crlf" else "\n"
    head = [[one.title for one in layout.columns]] if layout.header else []
    if layout.format == "fixed":
        for row in [*head, *rows]:
            out.write(
                "".join(_padded(text, one) for text, one in zip(row, layout.columns, strict=True)) + ending
            )
    else:
        writer = csv.writer(
            out,
            delimiter=layout.separator,
            lineterminator=ending,
            quoting=_QUOTING[layout.quote],
            escapechar="\\" if layout.quote == "none" else None,
        )
        writer.writerows([*head, *rows])
    return out.getvalue().encode(layout.encoding, "replace")


def _contact(one: Item) -> str:
    if one["channel"] == "call" and not one["effective"]:
        return "call.none"
    return str(one["channel"])


def _when(one: Item) -> str:
    started = one.get("started")
    return started.isoformat() if isinstance(started, datetime) else ""


def _unmapped(item: Item, layout: Layout) -> Phrase | None:
    """Why the lender would not understand it: a code of ours that it has none for."""
    if item["ours"] not in layout.codes:
        return Phrase(
            N_("El código {code} no tiene equivalente en los de la entidad: agréguelo a su formato"),
            {"code": str(item["ours"])},
        )
    used = {column.field for column in layout.columns}
    for name, table in (("party", layout.parties), ("place", layout.places)):
        value = item.get(name)
        if name in used and table and value and value not in table:
            return Phrase(
                N_("{value} no tiene equivalente en los códigos de la entidad: agréguelo a su formato"),
                {"value": str(value)},
            )
    return None


def _wrong(text: str, column: ColumnOf, layout: Layout) -> Phrase | None:
    """Why a cell cannot be written as it should."""
    if column.required and not text:
        return Phrase(N_("Falta {column}, que la entidad exige"), {"column": column.title})
    if layout.format == "fixed" and len(text) > column.width:
        return Phrase(
            N_("{column} no cabe: son {length} letras y el ancho es {width}"),
            {"column": column.title, "length": len(text), "width": column.width},
        )
    if layout.format == "delimited" and layout.quote == "none" and layout.separator in text:
        return Phrase(
            N_("{column} lleva el separador y el archivo va sin comillas"), {"column": column.title}
        )
    try:
        text.encode(layout.encoding)
    except UnicodeEncodeError as bad:
        return Phrase(
            N_("{column} lleva «{letter}», que no existe en {encoding}"),
            {"column": column.title, "letter": bad.object[bad.start], "encoding": layout.encoding},
        )
    return None


def _padded(text: str, column: ColumnOf) -> str:
    right = column.field in ("amount", "number")
    cut = text[: column.width]
    return cut.rjust(column.width) if right else cut.ljust(column.width)


def _cell(item: Item, column: ColumnOf, layout: Layout, number: int) -> str:
    if column.field == "fixed":
        return column.text
    if column.field == "number":
        return str(number)
    text = _WRITERS[column.field](item, layout)
    plain = " ".join(text.split())
    return safe(plain) if layout.format == "delimited" else plain


def _local(item: Item) -> datetime | None:
    started = item.get("started")
    return started.astimezone(ZoneInfo(item["timezone"])) if isinstance(started, datetime) else None


def _date(day: date | None, layout: Layout) -> str:
    return day.strftime(DATES[layout.date]) if day is not None else ""


def _happened(item: Item, layout: Layout) -> str:
    local = _local(item)
    return _date(local.date() if local is not None else item.get("paid_on"), layout)


def _time(item: Item, layout: Layout) -> str:
    local = _local(item)
    return local.strftime(TIMES[layout.time]) if local is not None else ""


def _received(item: Item, layout: Layout) -> str:
    came = item.get("received_at")
    return _date(came.astimezone(ZoneInfo(item["timezone"])).date(), layout) if came is not None else ""


def _amount(item: Item, layout: Layout) -> str:
    minor = item.get("amount_minor")
    return "" if minor is None else amount_of(int(minor), str(item["currency"]), layout)


def amount_of(minor: int, currency: str, layout: Layout) -> str:
    """An amount as the lender writes it; without a decimal mark, in its smallest unit."""
    places = digits(currency)
    if not layout.decimal:
        return str(minor)
    whole, part = divmod(abs(minor), 10**places)
    text = f"{whole:,}".replace(",", layout.thousands)
    return ("-" if minor < 0 else "") + (f"{text}{layout.decimal}{part:0{places}d}" if places else text)


def _point(name: str) -> Callable[[Item, Layout], str]:
    def write(item: Item, layout: Layout) -> str:
        value = item.get(name)
        return "" if value is None else f"{value:.6f}".replace(".", layout.decimal or ".")

    return write


def _plain(name: str) -> Callable[[Item, Layout], str]:
    return lambda item, _layout: str(item.get(name) or "")


def _result(item: Item, _layout: Layout) -> str:
    return RESULTS[Result(item["result"])].label if item.get("result") else ""


_WRITERS: dict[str, Callable[[Item, Layout], str]] = {
    **{
        name: _plain(name)
        for name in (
            "account",
            "document",
            "name",
            "branch",
            "product",
            "agent",
            "reason",
            "note",
            "currency",
            "channel",
            "receipt",
        )
    },
    "date": _happened,
    "time": _time,
    "code": lambda item, layout: layout.codes.get(str(item["ours"]), ""),
    "result": _result,
    "party": lambda item, layout: layout.parties.get(str(item.get("party")), str(item.get("party") or "")),
    "place": lambda item, layout: layout.places.get(str(item.get("place")), str(item.get("place") or "")),
    "amount": _amount,
    "due": lambda item, layout: _date(item.get("due"), layout),
    "lat": _point("lat"),
    "lon": _point("lon"),
    "received": _received,
}
