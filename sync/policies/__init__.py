"""The packs that come with Ronda, and how a pack file is read. Judges nothing; fetches nothing.

A pack is a TOML file: one jurisdiction and regime, its rules each with id, source, quote and confidence,
and `[[vectors]]` that the tests run. A pack may hold `[readings.NAME]` tables where the sources conflict:
`load("mx-agency@seven-days")` is the pack with those tables laid over it. `[[local_holidays]]` name
municipalities, and dates or a subdivision of the country whose own holidays they keep. A pack that says
`extends = "ar"` is laid over that pack: tables merge, lists are replaced whole, vectors and readings are
its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..rules.policy import Policy, PolicyError, policy_from

Expand = Callable[[str, str, Sequence[int]], Sequence[date]]

# Holidays are published this far: a pack outlives its expansion only by being published again.
DEFAULT_YEARS = tuple(range(2023, 2031))


def available() -> list[str]:
    """The names that `load` knows, readings included (`mx-agency@seven-days`)."""
    return list(_names())


@cache
def _names() -> tuple[str, ...]:
    """Read once: what is shipped does not change while the program runs."""
    names: list[str] = []
    for entry in files(__package__).iterdir():
        if entry.name.endswith(".toml"):
            name = entry.name.removesuffix(".toml")
            readings = tomllib.loads(entry.read_text(encoding="utf-8")).get("readings", {})
            names += [name, *(f"{name}@{reading}" for reading in readings)]
    return tuple(sorted(names))


def load(name: str | Path, expand: Expand | None = None, years: Sequence[int] = DEFAULT_YEARS) -> Policy:
    """The policy of a pack's name or TOML file; `expand(country, subdivision, years)` gives its holidays.

    Raises PolicyError for an unknown pack (naming those there are) and for one that cannot be read. A
    pack that closes on holidays and is loaded without `expand` blocks every day: never a silent allow.
    """
    data = _read(name)
    country, subdivision = data.get("country", ""), data.get("subdivision", "")
    if expand is None or not country:
        return policy_from(data)
    dates = expand(country, subdivision, years)
    data = {**data, **_local(data, country, expand, years)}
    return policy_from(data, {year: [day for day in dates if day.year == year] for year in years})


def _local(data: Mapping[str, Any], country: str, expand: Expand, years: Sequence[int]) -> dict[str, Any]:
    """The pack's `[[local_holidays]]`, what is a holiday in a subdivision of the country only as dates."""
    if "local_holidays" not in data:
        return {}
    everywhere = set(expand(country, "", years))
    found = []
    for table in data["local_holidays"]:
        subdivision = table.get("subdivision", "")
        dates = list(table.get("dates", []))
        if subdivision:
            dates += [day for day in expand(country, subdivision, years) if day not in everywhere]
        found.append({**table, "dates": sorted(set(dates))})
    return {"local_holidays": found}


def vectors(name: str | Path) -> list[dict[str, Any]]:
    """The test vectors written in a pack; one whose `at` lists several times is one for each."""
    found: list[dict[str, Any]] = []
    for vector in _read(name).get("vectors", []):
        times = vector.get("at")
        each = times if isinstance(times, list) else [times]
        found += [{**vector, "at": time} if "at" in vector else dict(vector) for time in each]
    return found


def _read(name: str | Path) -> dict[str, Any]:
    """The parsed pack, its reading laid over it."""
    text, plain, reading = _text(name)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise PolicyError(f"pack {name}: not valid TOML ({broken})") from None
    data = _extended(data, str(name))
    if not reading:
        return data
    readings = data.get("readings", {})
    if reading not in readings:
        raise PolicyError(f"unknown policy pack {name}; there are: {', '.join(available())}")
    return {**_over(data, readings[reading]), "name": f"{plain}@{reading}"}


def _extended(data: dict[str, Any], name: str) -> dict[str, Any]:
    """The pack laid over the one of Ronda that it extends, when it does."""
    if "extends" not in data:
        return data
    base, own = data["extends"], {key: value for key, value in data.items() if key != "extends"}
    if not isinstance(base, str) or base not in available() or base.partition("@")[0] == own.get("name"):
        raise PolicyError(f"pack {name}: extends must be one of {', '.join(available())}, not {base!r}")
    ground = _read(base)
    return _over({key: value for key, value in ground.items() if key not in ("vectors", "readings")}, own)


def _text(name: str | Path) -> tuple[str, str, str]:
    """The pack's text, its plain name and the reading asked for."""
    written = str(name)
    if isinstance(name, Path) or written.endswith(".toml"):
        try:
            return Path(name).read_text(encoding="utf-8"), Path(name).stem, ""
        except (OSError, UnicodeDecodeError) as broken:
            raise PolicyError(f"the policy pack {written} cannot be read: {broken}") from None
    plain, _, reading = written.partition("@")
    here = {entry.name: entry for entry in files(__package__).iterdir()}
    entry = here.get(f"{plain}.toml")
    if entry is None:
        raise PolicyError(f"unknown policy pack {written!r}; there are: {', '.join(available())}")
    return entry.read_text(encoding="utf-8"), plain, reading


def _over(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `change` laid over it; tables merge, anything else is replaced whole."""
    merged = dict(base)
    for key, value in change.items():
        below = merged.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            merged[key] = _over(below, value)
        else:
            merged[key] = value
    return merged
