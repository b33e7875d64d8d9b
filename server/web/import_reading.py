"""How a waiting file is to be read, between the form and the file: guesses, what was saved, what is typed.

Knows the fields' words and no store; opens no file itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from flask_babel import gettext as _

from ..importing.columns import KINDS, NEEDED, plain, understood
from ..importing.looking import Look, as_mapping, look
from ..importing.told import DECIMALS, DELIMITERS, ENCODINGS, MONTH_FIRST, Told
from .labels import said

FIELD, PLACE = "f-", "h-"


@dataclass(frozen=True)
class Choice:
    """A field with the column that holds it; `samples` of that column, `error` where none may be right."""

    field: str
    place: int | None
    header: str
    samples: tuple[str, ...]
    needed: bool
    error: str = ""


@dataclass(frozen=True)
class Unused:
    """A column of the file that nothing takes."""

    place: int
    header: str
    samples: tuple[str, ...]
    error: str = ""


def mapping_name(lender: str, kind: str) -> str:
    """Under which name the columns of a lender's files of a kind are kept; the commands know it too."""
    return f"{lender.strip()}: {kind}"


def first_look(path: Path, kind: str, columns: Mapping[str, str], habits: Mapping[str, str]) -> Look:
    """The file as it is read without a word: as the lender's last one where that still fits."""
    told = Told.of_habits(habits)
    try:
        seen = look(path, kind, told)
    except ValueError:  # its encoding is another one by now: found out again
        told = Told()
        seen = look(path, kind, told)
    return fitted(path, kind, seen, columns)


def fitted(path: Path, kind: str, seen: Look, columns: Mapping[str, str]) -> Look:
    """The same with those of these columns (field → header) that the file has."""
    there = {plain(header) for header in seen.headers}
    fitting = {field: header for field, header in columns.items() if plain(header) in there}
    return look(path, kind, replace(seen.told, columns=fitting)) if fitting else seen


def told_from(form: Mapping[str, str], before: Look, kind: str) -> tuple[Told, dict[str, str]]:
    """What the form says of reading, and what is wrong with its columns (field's id → sentence)."""
    habits = Told(
        encoding=_among(form.get("encoding"), ENCODINGS),
        delimiter=_among(form.get("delimiter"), DELIMITERS),
        decimal=_among(form.get("decimal"), DECIMALS),
        dates=_among(form.get("dates"), ("dmy", MONTH_FIRST)),
        header_line=_line(form.get("header_line")),
        sheet=_among(form.get("sheet"), before.sheets),
    )
    if reads_otherwise(habits, before.told):
        return habits, {}  # other columns: the choices were of those that are gone
    columns, errors = _columns(form, before, kind)
    return replace(habits, columns=columns), errors


def choices(seen: Look, kind: str, errors: Mapping[str, str]) -> tuple[list[Choice], list[Unused]]:
    """The fields that are needed or found, needed first; and the columns nothing takes."""
    needed = {field for any_of in NEEDED[kind] for field in any_of}
    listed = [*seen.missing, *(field for field in KINDS[kind] if field in seen.places)]
    rows = []
    for field in dict.fromkeys(listed):
        place = seen.places.get(field)
        error = errors.get(FIELD + field, "")
        if place is None and field in seen.missing and not error:
            error = _("Diga qué columna trae «%(field)s».", field=said(field, "column"))
        rows.append(
            Choice(
                field,
                place,
                seen.headers[place] if place is not None else "",
                seen.samples[place] if place is not None else (),
                field in needed,
                error,
            )
        )
    rows.sort(key=lambda row: (not row.error, not row.needed))
    taken = set(seen.places.values())
    unused = [
        Unused(place, header, seen.samples[place], errors.get(f"{PLACE}{place}", ""))
        for place, header in enumerate(seen.headers)
        if header and place not in taken and not plain(header).startswith("ronda")
    ]
    return rows, unused


def fields_of(kind: str) -> list[tuple[str, str]]:
    """(code, words) of every field of a kind of file, for a select."""
    return sorted(((field, said(field, "column")) for field in KINDS[kind]), key=lambda pair: pair[1])


def _columns(form: Mapping[str, str], before: Look, kind: str) -> tuple[dict[str, str], dict[str, str]]:
    chosen: dict[str, int] = {}
    errors: dict[str, str] = {}
    for name in sorted(form):
        if name.startswith(FIELD) and name[len(FIELD) :] in KINDS[kind]:
            place = _place(form[name], before)
            if place is not None:
                chosen[name[len(FIELD) :]] = place
    for name in sorted(form):
        field = form[name]
        if not name.startswith(PLACE) or field not in KINDS[kind]:
            continue
        place = _place(name[len(PLACE) :], before)
        if place is not None and field in chosen:
            errors[name] = _(
                "«%(field)s» ya la trae la columna «%(header)s».",
                field=said(field, "column"),
                header=before.headers[chosen[field]],
            )
        elif place is not None:
            chosen[field] = place
    by_place: dict[int, str] = {}
    for field, place in list(chosen.items()):
        if place in by_place:
            errors[FIELD + field] = _(
                "La columna «%(header)s» ya es «%(field)s».",
                header=before.headers[place],
                field=said(by_place[place], "column"),
            )
            del chosen[field]
        else:
            by_place[place] = field
    guessed = understood(before.headers, kind).places
    if chosen == guessed:
        return {}, errors
    aside = [
        before.headers[place]
        for place in sorted(set(guessed.values()) - set(chosen.values()))
        if before.headers[place]
    ]
    named = {field: before.headers[place] for field, place in chosen.items() if before.headers[place]}
    return as_mapping(named, aside), errors


def reads_otherwise(asked: Told, before: Told) -> bool:
    """True when the row of headers would be another one, so that its columns must be chosen anew."""
    return (asked.encoding, asked.delimiter, asked.header_line, asked.sheet) != (
        before.encoding,
        before.delimiter,
        before.header_line,
        before.sheet,
    )


def _place(text: str, before: Look) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        return None
    return int(text) if int(text) < len(before.headers) else None


def _among(text: str | None, known: tuple[str, ...]) -> str:
    return text if text is not None and text in known else ""


def _line(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
