"""The whole model of one run: the office, the laptops, the network, and what the world knows to be lost.

Steps act on it and `holds` looks at it. Decides nothing by chance itself.
"""

from __future__ import annotations

import random
import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from server.projecting import said as reading_events
from sync.exchange import OfficeSays, Outcome, Unreachable, Untrusted, run
from sync.ledger import Erasure
from sync.wire.events import BODIES

from .building import Template
from .chance import Chance
from .laptop import Laptop
from .network import CutShort, Line, Network, PowerCut
from .office import Office, Said

OLD_PROGRAMS = 0.4  # in so many runs the office begins with a program that does not know one of these
NEW_KINDS = (
    "promise.made",
    "contact.recorded",
    "payment.reported",
    "visit.amended",
    "visit.recorded",
    "attachment.added",
)


@dataclass
class Exchange:
    """What became of one exchange: `outcome` when it went through, else why not."""

    outcome: Outcome | None
    why: str
    happened: list[str]
    requests: int

    @property
    def clean(self) -> bool:
        return not self.happened


@dataclass
class Model:
    """`lost` is what no surviving disk holds any more: copies put over it are the world's own doing.

    `words_lost` is what none holds the words of, though its link may be there: a laptop that let go of them
    trusts to a verified backup, and another was put back. `erased` is whatever any office ever erased.
    """

    folder: Path
    office: Office
    network: Network
    laptops: list[Laptop]
    chance: Chance
    told: dict[Said, str] = field(default_factory=dict)
    lost: set[Said] = field(default_factory=set)
    words_lost: set[Said] = field(default_factory=set)
    erased: set[Said] = field(default_factory=set)
    signed: dict[tuple[str, bytes], Erasure] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    touched: list[Laptop] = field(default_factory=list)
    last: Exchange | None = None
    copies: int = 0
    checked: object = None
    masked: str = ""
    pictures: dict[str, str] = field(default_factory=dict)  # by the event that announces it: its SHA-256
    poisons: set[str] = field(default_factory=set)
    erased_in_export: int = 0
    exports: int = 0  # of the office and of laptops, verified
    programs: ExitStack = field(default_factory=ExitStack)

    @classmethod
    def of(cls, template: Template, folder: Path, chance: Chance) -> Model:
        office = template.office()
        count = chance.random.choice((2, 2, 3, 3, 4))
        laptops = [template.laptop(number, folder / f"laptop-{number}") for number in range(count)]
        model = cls(folder, office, Network(office), laptops, chance)
        if chance.random.random() < OLD_PROGRAMS:
            model.mask(chance.random.choice(NEW_KINDS))
        return model

    def close(self) -> None:
        self.programs.close()
        for laptop in self.laptops:
            laptop.close()
        self.office.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_folder(self, name: str) -> Path:
        self.copies += 1
        return self.folder / f"{name}-{self.copies}"

    def pass_time(self, **by: float) -> None:
        self.office.forward(**by)
        for laptop in self.laptops:
            laptop.clock.follow(self.office.now)

    def touch(self, laptop: Laptop) -> None:
        if laptop not in self.touched:
            self.touched.append(laptop)

    def tell_saved(self, laptop: Laptop, ids: list[str], debtor: str | None = None) -> None:
        entries = [laptop.entry(id) for id in ids]
        laptop.note_saved(entries, debtor)
        self.told |= {(one.id, one.body_digest.hex()): one.kind for one in entries}
        self.touch(laptop)

    def count_losses(self) -> None:
        """After a disk was put back: what was said and is on no disk of the living is lost to the world."""
        alive, whole = self.office.said(), self.office.bodies()
        for laptop in self.laptops:
            alive |= laptop.saved.keys()
            whole |= laptop.bodies()
        self.lost = self.told.keys() - alive
        self.words_lost = self.told.keys() - whole

    def note_erasures(self) -> None:
        """What the office has erased by now, to be done again in one that is restored."""
        for one in self.office.erasures():
            self.signed[one.id, one.body_digest] = one
            self.erased.add((one.id, one.body_digest.hex()))

    def upgrade(self) -> None:
        """The office's program knows every kind of event from now on."""
        self.programs.close()
        self.masked = ""

    def mask(self, kind: str) -> None:
        """The office's program is of an age that does not know this kind."""
        known = {name: schema for name, schema in BODIES.items() if name[0] != kind}
        self.masked = kind
        self.programs.enter_context(patch.object(reading_events, "BODIES", known))

    def exchange(
        self,
        laptop: Laptop,
        chance: random.Random,
        faults: list[str | None] | None = None,
        cut_before: int | None = None,
        meanwhile: object = None,
    ) -> Exchange:
        """One exchange of a laptop, with what befalls it."""
        self.touch(laptop)
        line = Line(
            self.network,
            laptop.authorization,
            chance,
            faults=faults or [],
            page=laptop.page,
            old=laptop.side if laptop.old else None,
            context=laptop.context,
        )
        if callable(meanwhile):
            line.meanwhile = meanwhile
        outcome, why = None, ""
        started_in = self.office.line
        try:
            outcome = run(CutShort(laptop.side, laptop.batch, cut_before), line, laptop.clock)
        except PowerCut as cut:
            why = f"no power before {cut}"
            line.happened.append("power cut")
            laptop.close()
            laptop.clock.boot += "+"
        except Unreachable as wrong:
            why = f"unreachable: {wrong}"
        except OfficeSays as wrong:
            why = wrong.told.code
        except Untrusted as wrong:
            why = f"untrusted: {wrong.because}"
        if any(fault.startswith("turned") for fault in line.happened):
            self.doubtful.add(laptop.name)
        if outcome is not None:
            laptop.line = started_in
            if not line.happened:
                self.doubtful.discard(laptop.name)
        self.last = Exchange(outcome, why, line.happened, line.requests)
        return self.last
