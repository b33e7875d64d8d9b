"""The whole model of one run: the office, the laptops, the network, and what the world knows to be lost.

Steps act on it and `holds` looks at it. Decides nothing by chance itself.
"""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from sync.exchange import OfficeSays, Outcome, Unreachable, Untrusted, run

from .building import Template
from .chance import Chance
from .laptop import Laptop
from .network import CutShort, Line, Network, PowerCut
from .office import Office, Said


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
    """`lost` is what no surviving disk holds any more: copies put over it are the world's own doing."""

    folder: Path
    office: Office
    network: Network
    laptops: list[Laptop]
    chance: Chance
    told: dict[Said, str] = field(default_factory=dict)
    lost: set[Said] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    touched: list[Laptop] = field(default_factory=list)
    last: Exchange | None = None
    copies: int = 0
    checked: object = None

    @classmethod
    def of(cls, template: Template, folder: Path, chance: Chance) -> Model:
        office = template.office()
        count = chance.random.choice((2, 2, 3, 3, 4))
        laptops = [template.laptop(number, folder / f"laptop-{number}") for number in range(count)]
        return cls(folder, office, Network(office), laptops, chance)

    def close(self) -> None:
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
        alive = self.office.said()
        for laptop in self.laptops:
            alive |= laptop.saved.keys()
        self.lost = self.told.keys() - alive

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
            old=laptop.old,
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
