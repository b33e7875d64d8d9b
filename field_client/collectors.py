"""The collectors of one laptop: each in a folder of his own under his own key. Opens none of them.

The first one has the laptop's folder itself, the others `collectors/<number>/` in it. Beside each stands a
card that may be read while it is locked: the label its collector chose and how much waits to be sent.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .carrying import write_durably
from .folder import DATABASE, is_enrolled
from .store import keyring

ROOM = "collectors"
CARD = "card.json"
FIRST = "1"
MOST = 20
LONGEST_LABEL = 40


@dataclass(frozen=True)
class Collector:
    """One of those who work with this laptop. `label` is empty where none was chosen."""

    number: str
    folder: Path
    label: str = ""
    unsent: int = 0
    used: str = ""

    def is_called(self, name: str) -> bool:
        return name.strip().casefold() in {self.number, self.label.casefold()} - {""}


class NoSuchCollector(ValueError):
    """Nobody of this laptop has that name or number."""


class TooMany(ValueError):
    """A laptop is for a few collectors; this one has as many as it takes."""

    def __init__(self) -> None:
        super().__init__(f"This laptop already has {MOST} collectors; free one with `ronda field leave`.")


def all_of(root: Path) -> list[Collector]:
    """Those enrolled here, by number."""
    return [_of(number, folder) for number, folder in _places(root) if is_enrolled(folder)]


def folders_of(root: Path) -> list[Path]:
    """Every place there is, enrolled or not: a wipe may have been cut off in one."""
    return [folder for _number, folder in _places(root) if folder.is_dir()]


def named(root: Path, name: str) -> Collector:
    """The one with this label or number. Raises NoSuchCollector."""
    held = all_of(root)
    found = [one for one in held if one.is_called(name)]
    if len(found) != 1:
        known = ", ".join(f"{one.number} {one.label}".strip() for one in held) or "nobody is enrolled"
        raise NoSuchCollector(f"'{name}' is nobody of this laptop, or several; there are: {known}.")
    return found[0]


def last_used(root: Path) -> Collector | None:
    """Who opened his data last, else the first; None on an empty laptop."""
    return max(all_of(root), key=lambda one: (one.used, -int(one.number)), default=None)


def new_place(root: Path) -> Path:
    """A folder for one more collector. Raises TooMany.

    What a place holds of half a laptop is never touched: the next one is given.
    """
    for _number, folder in _places(root):
        if not (folder / DATABASE).exists() and not (folder / keyring.NAME).exists():
            return folder
    raise TooMany


def note(
    folder: Path, *, label: str | None = None, unsent: int | None = None, used: str | None = None
) -> None:
    """Write on the card what is given and differs. Nothing of a debtor belongs on it."""
    held = _card(folder)
    said = {"label": None if label is None else label.strip()[:LONGEST_LABEL], "unsent": unsent, "used": used}
    new = held | {name: value for name, value in said.items() if value is not None}
    if new != held:
        write_durably(folder / CARD, json.dumps(new, ensure_ascii=False).encode("utf-8"))


def _places(root: Path) -> list[tuple[str, Path]]:
    return [(FIRST, root), *((str(n), root / ROOM / str(n)) for n in range(2, MOST + 1))]


def _of(number: str, folder: Path) -> Collector:
    card = _card(folder)
    return Collector(number, folder, card["label"], card["unsent"], card["used"])


def _card(folder: Path) -> dict[str, Any]:
    try:
        said = json.loads((folder / CARD).read_text(encoding="utf-8"))
        label, used = str(said["label"]), str(said["used"])
        return {"label": label[:LONGEST_LABEL], "unsent": max(0, int(said["unsent"])), "used": used}
    except (OSError, ValueError, KeyError, TypeError):
        return {"label": "", "unsent": 0, "used": ""}
