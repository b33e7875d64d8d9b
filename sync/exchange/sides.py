"""What an exchange needs of both sides: a peer to ask, a laptop that remembers, a clock. Does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ..digest import KindDigest
from ..keys import Keyring, SigningKey
from ..ledger import Checkpoint, Entry, Head, Receipt
from ..ledger import Clock as EventClock
from ..wire.errors import Told
from ..wire.fields import instant
from ..words import N_, Phrase
from .files import Carrier, Files
from .sizes import Sizes


class Unreachable(Exception):
    """The office did not answer. Nothing was lost: what waits, waits.

    `sent` is False only where it is certain that nothing left this machine.
    """

    because = Phrase(N_("La oficina no responde"))

    def __init__(self, *said: object, sent: bool = True) -> None:
        self.sent = sent
        super().__init__(*said)


class OfficeSays(Exception):
    """The office answered no, with a code of the catalogue and a sentence."""

    def __init__(self, told: Told) -> None:
        self.told = told
        super().__init__(told.code, str(told.detail))


class Untrusted(Exception):
    """The answer does not come from the office this laptop was enrolled with, or contradicts itself."""

    def __init__(self, because: Phrase) -> None:
        self.because = because
        super().__init__(str(because))


class Peer(Files, Protocol):
    """The office: over HTTP, or in the same process. Raises Unreachable or OfficeSays."""

    def sync(self, request: dict[str, Any]) -> dict[str, Any]: ...
    def enrol(self, request: dict[str, Any]) -> dict[str, Any]: ...
    def seal(self, request: dict[str, Any]) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Reading:
    """The laptop's clocks at a moment: wall, monotonic milliseconds, and the boot they count from."""

    wall: datetime
    mono_ms: int
    boot: str

    def at_event(self, offset_ms: int | None, uncertainty_ms: int | None) -> EventClock:
        """As the header of an event carries it, with the office's last measured offset."""
        return EventClock(
            wall=instant(self.wall),
            mono_ms=self.mono_ms,
            boot=self.boot,
            offset_ms=offset_ms,
            uncertainty_ms=uncertainty_ms,
        )


class Clock(Protocol):
    def read(self) -> Reading: ...


@dataclass(frozen=True)
class Identity:
    """Who this laptop is to the office. `receipt` is the last one it was given, `unsent` what waits.

    `incarnation` is the chain it speaks of: the oldest one about which the office has not said its last
    word, or the one that is written to (`current`). `asked_about`: the office said in this `epoch` how
    far it holds that chain; `confirmed` is how far it holds each, of those it was asked about.
    """

    device: str
    client: str
    incarnation: str
    key: SigningKey
    office_keys: Keyring
    policy_versions: Mapping[str, str]
    receipt: Mapping[str, Any] | None
    offset_ms: int | None
    uncertainty_ms: int | None
    unsent: int = 0
    current: bool = True
    asked_about: bool = True
    epoch: str | None = None
    confirmed: Mapping[str, int] = field(default_factory=dict)
    sizes: Sizes = field(default_factory=Sizes)


# (how far the chain given up was held, the last entry of the current chain unless that is the one given
# up, what must be said again) → the entries to append: to the current chain, or to a new one.
Again = Callable[[Head, Head | None, Sequence[Entry]], Sequence[Entry]]


class Laptop(Carrier, Protocol):
    """What the laptop remembers. Every method is one transaction of its own."""

    def identity(self, about: str | None = None) -> Identity:
        """Speaking of the chain `about`, or of the one that is next."""

    def waiting(self, incarnation: str, limit: int) -> Sequence[Entry]:
        """The next entries of a chain that are not acknowledged."""

    def parent(self, incarnation: str) -> Head | None:
        """Where a chain continues another, if it does."""

    def hash_at(self, incarnation: str, n: int) -> bytes | None:
        """h(n) of our own chain."""

    def unsettled(self) -> bool:
        """True while any chain has something to send, or was not asked about in this epoch."""

    def acknowledge(self, incarnation: str, n: int, receipt: Receipt | None) -> None:
        """The office holds the chain up to n, no further; keep its receipt."""

    def give_up(self, incarnation: str, again: Again, opened_at: datetime) -> None:
        """The office holds another history of this chain: append what `again` gives, in one transaction."""

    def chains(self) -> Sequence[str]:
        """All chains that were not given up, the oldest first; the last is the one written to."""

    def odd_chains(self) -> Sequence[str]:
        """Settled chains to ask about: not all of it could be applied, or their bodies wait for a backup."""

    def covered(self, incarnation: str, n: int, *, ours: bool) -> None:
        """The office's last verified backup holds this chain up to n; what need not be kept may go.

        `ours`: with our own h(n). Another hash covers nothing, but for what the office confirmed before
        the fork.
        """

    def resize(self, sizes: Sizes) -> None:
        """Remember how much the next request carries."""

    def quarantine(self, incarnation: str, told: Iterable[Mapping[str, Any]], told_at: datetime) -> None:
        """The events of this chain that the office keeps but could not apply: all of them, each time."""

    def cursor(self) -> Mapping[str, Any] | None: ...

    def take_page(
        self,
        asked: Mapping[str, Any] | None,
        page: Mapping[str, Any],
        confirmed: Mapping[str, int] | None = None,
    ) -> bool:
        """Apply rows, cursor and `reflects` together; False when another program moved the cursor.

        `confirmed` is how far chains were held before the page was asked for: the last page of the feed
        includes all of that.
        """

    def scope_digest(self) -> Mapping[str, KindDigest]: ...

    def mend(
        self, cursor: Mapping[str, Any], buckets: Sequence[tuple[str, int]], rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Put the office's rows in the place of ours in these buckets."""

    def keep_checkpoint(self, checkpoint: Checkpoint) -> None: ...

    def keep_keys(self, keys: Keyring) -> None:
        """Trust these office keys from now on."""

    def heard(self, *, offset_ms: int, uncertainty_ms: int, epoch: str, notices: Sequence[Any]) -> None:
        """Note what a reply said besides: the clock's offset, the epoch and the office's notices."""
