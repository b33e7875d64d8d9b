"""How much one request carries: few events on a link that fails, many on one that holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..wire.messages import BATCH_LIMIT, PAGE_LIMIT

LEAST = 25


@dataclass(frozen=True)
class Sizes:
    """Events of the next push and rows of the next page. Remembered between exchanges."""

    push: int = LEAST
    pull: int = PAGE_LIMIT

    def after(self, *, pushed: int, page_full: bool) -> Sizes:
        """A request came through: twice as much next time of what it carried as much as it could."""
        return Sizes(
            min(self.push * 2, BATCH_LIMIT) if pushed >= self.push else self.push,
            min(self.pull * 2, PAGE_LIMIT) if page_full else self.pull,
        )

    def failed(self) -> Sizes:
        """A request did not: what is asked again is small enough to come through a bad link."""
        return Sizes(min(LEAST, BATCH_LIMIT), min(LEAST, PAGE_LIMIT))

    def smaller(self) -> Sizes:
        """A request was too large for whoever carries it: half of it, down to a single event."""
        return Sizes(max(1, min(self.push // 2, LEAST)), max(1, min(self.pull // 2, LEAST)))

    def to_json(self) -> dict[str, int]:
        return asdict(self)

    @classmethod
    def from_json(cls, said: Mapping[str, Any] | None) -> Sizes:
        """What was remembered, within what a message may hold."""
        first = cls()
        held = said or {}
        push, pull = held.get("push", first.push), held.get("pull", first.pull)
        return cls(max(1, min(int(push), BATCH_LIMIT)), max(1, min(int(pull), PAGE_LIMIT)))
