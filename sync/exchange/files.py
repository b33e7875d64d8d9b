"""What carrying files needs of both sides: the office's door for them, the laptop's shelf. Does nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class File:
    """A file that is not whole on the other side yet; `reached` is how far it is, as last known."""

    sha256: str
    size: int
    reached: int = 0


class Files(Protocol):
    """The office's door for files. Raises Unreachable or OfficeSays; never tries again by itself."""

    def attachment(self, sha256: str) -> dict[str, Any]:
        """How far the office holds it."""

    def put_chunk(self, sha256: str, offset: int, chunk: bytes) -> dict[str, Any]: ...

    def document(self, sha256: str, offset: int, limit: int) -> bytes: ...


class Carrier(Protocol):
    """The laptop's files. Every method is one transaction of its own."""

    def attachments_waiting(self) -> Sequence[File]:
        """Those whose bytes the office has not said it stores, the most wanted first."""

    def attachment_chunk(self, sha256: str, offset: int, limit: int) -> bytes: ...

    def attachment_reached(self, sha256: str, reached: int, *, stored: bool) -> None: ...

    def attachment_erased(self, sha256: str) -> None:
        """The office suppressed it: its bytes are dropped here too."""

    def attachments_pending(self) -> int: ...

    def documents_waiting(self, now: datetime) -> Sequence[File]:
        """Papers that are announced and not whole here, those of the day's stops first, in their order.

        What is no longer announced is dropped.
        """

    def document_arrived(self, sha256: str, offset: int, chunk: bytes) -> bool:
        """Keep a chunk; the last one is kept only when the whole has its hash. False when it has not."""
