"""Tells laptops which version of the program the office wants of them. Hands none out, refuses nobody.

Two versions: the newest, which is worth having, and the least, below which a person must act. A laptop
below either hears of it in `notices` of its next exchange; what it sends is taken all the same.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.wire.errors import Problem
from sync.words import N_, Phrase

from .projecting.said import detail_of
from .store import facts, offices
from .store.engine import writing

SETTING = "program"
AVAILABLE, NEEDED = "update_available", "update_needed"
VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})\Z", re.ASCII)


def numbers(version: str) -> tuple[int, ...] | None:
    """`0.2.0` as numbers that compare; None for what is no version."""
    found = VERSION.match(version)
    return None if found is None else tuple(int(part) for part in found.groups())


def wanted(connection: Connection) -> dict[str, str]:
    """`newest` and `least`; each may be missing."""
    held = offices.get(connection, SETTING)
    return dict(held) if isinstance(held, dict) else {}


def want(engine: Engine, *, newest: str, least: str, actor: str, now: datetime) -> dict[str, str]:
    """Set both (an empty one says nothing). Raises Problem."""
    said = {name: value for name, value in (("newest", newest), ("least", least)) if value}
    if any(numbers(value) is None for value in said.values()):
        raise Problem("validation_failed", Phrase(N_("Escriba la versión como 0.2.0")))
    if newest and least and numbers(least) > numbers(newest):  # type: ignore[operator]  # both are versions
        raise Problem("validation_failed", Phrase(N_("La versión mínima no puede pasar de la más nueva")))
    with writing(engine) as connection:
        offices.put(connection, SETTING, said)
        facts.append(connection, "program.wanted", as_of=now.date(), now=now, actor=actor, payload=said)
    return said


def notices(connection: Connection, client: str) -> tuple[dict[str, Any], ...]:
    """What a laptop that calls itself `ronda/0.2.0` should hear; nothing of a program that is no release."""
    name, _, version = client.partition("/")
    runs = numbers(version)
    if name != "ronda" or runs is None:
        return ()
    said = wanted(connection)
    for code, which, text in (
        (NEEDED, "least", N_("El programa {runs} es muy antiguo: la oficina pide al menos el {wanted}")),
        (AVAILABLE, "newest", N_("Hay un programa nuevo: el {wanted}; este es el {runs}")),
    ):
        asked = numbers(said.get(which, ""))
        if asked is not None and runs < asked:
            because = Phrase(text, {"runs": version, "wanted": said[which]})
            return ({"code": code, "wanted": said[which], "said": detail_of(because)},)
    return ()
