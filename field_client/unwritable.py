"""Names the fields of a body that the wire will not take, as problems of the draft. Checks nothing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow.exceptions import ValidationError

from sync.records import VisitResult
from sync.rules.answers import FieldError
from sync.words import N_, Phrase

UNWRITABLE = Phrase(N_("Este dato no se puede guardar así: escríbalo más corto."))
# What marshmallow says of a mapping's parts and of a whole body; no field of a form.
_FRAME = ("key", "value", "_schema")


def unwritable(wrong: ValidationError, results: Sequence[VisitResult] = ()) -> tuple[FieldError, ...]:
    """One problem for each field named, at its account where it belongs to a result."""
    said = wrong.messages if isinstance(wrong.messages, dict) else {"": wrong.messages}
    found = dict.fromkeys(_place(path, results) for path in _paths(said))
    return tuple(FieldError(name, UNWRITABLE, "visit.value", account) for name, account in found)


def _paths(said: Mapping[Any, Any], before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each complaint, e.g. ("results", 0, "detail", "place", "value")."""
    found: list[tuple[Any, ...]] = []
    for name, inner in said.items():
        way = (*before, name)
        found += _paths(inner, way) if isinstance(inner, Mapping) else [way]
    return found


def _place(path: tuple[Any, ...], results: Sequence[VisitResult]) -> tuple[str, str]:
    names = [one for one in path if isinstance(one, str) and one not in _FRAME]
    at = next((one for one in path if isinstance(one, int)), None)
    inside = path[0] == "results" and at is not None and at < len(results)
    return (names[-1] if names else "", results[at].account if inside and at is not None else "")
