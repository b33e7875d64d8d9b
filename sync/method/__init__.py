"""The method's own texts: what may be said to whom, and the library of objections. Judges nothing.

They are said aloud to people who speak Spanish, so they are content and not translated. Each is ours.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

from ..rules.objections import Objection, objection_from
from ..rules.saying import Line, line_from


@lru_cache(maxsize=1)
def guide_lines() -> tuple[Line, ...]:
    """Every line of the guide, in the order of its file."""
    return tuple(line_from(said) for said in _read("guide.toml")["line"])


@lru_cache(maxsize=1)
def shipped_objections() -> tuple[Objection, ...]:
    """The library that comes with Ronda."""
    return tuple(objection_from(said) for said in _read("objections.toml")["objection"])


def _read(name: str) -> dict[str, list[dict[str, object]]]:
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))
