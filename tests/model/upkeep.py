"""What an office does about its own house: backups and restores, erasures, upgrades. Steps of a run.

Each checks at once what only it can know: what the files held before and must hold no more.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from server import attaching, erasing
from server.store import tables as t
from server.store.engine import reading
from sync.records import Refused

from .holds import must
from .model import Model


def back_up(model: Model, chance: Random) -> str | None:
    model.pass_time(seconds=1)
    made = model.office.back_up(model.folder / "backups")
    return f"a backup is made and verified, it holds the words of {len(made.bodies)} events"


def restore(model: Model, chance: Random) -> str | None:
    """A verified backup takes the place of the office, the newest more often than an older one."""
    office = model.office
    if not office.backups:
        return None
    newest = chance.random() < 0.6
    held = office.backups[-1] if newest else chance.choice(office.backups)
    erasures = list(model.signed.values()) if chance.random() < 0.8 else []
    again = office.restore(held, erasures)
    office.start()
    model.network.delivered.clear()
    model.count_losses()
    back = office.bodies() | {(one.id, one.body_digest.hex()) for one in erasures}
    gone = held.bodies - back
    must(not gone, "the backup held them and the restored office does not", *sorted(gone))
    must(not (held.bodies - model.erased) & model.lost, "lost though the backup held it")
    which = "the newest backup" if held is office.backups[-1] else "an older backup"
    return f"{which} is restored, {again} erased again, {len(model.lost)} events are lost"


def erase(model: Model, chance: Random) -> str | None:
    """A debtor asks to be erased: it is held, or carried out."""
    office = model.office
    debtor = _who_asks(model, chance)
    engine, now = office.engine, office.now
    asked = erasing.receive_request(
        engine,
        debtor,
        asked_by="holder",
        channel="letter",
        basis="Ley 1581",
        received_on=None,
        actor="carla",
        now=now,
    )
    if isinstance(asked, Refused):
        [asked] = [
            one["number"]
            for one in erasing.listed(engine, now)
            if one["debtor_id"] == debtor and one["state"] == "received"
        ]
    request = str(asked)
    carry_out = partial(
        erasing.carry_out,
        engine,
        office.world.signer,
        request,
        why="Procede",
        actor="carla",
        now=now,
        despite_open=True,
        forget=partial(_forget, model),
    )
    name = next(name for name, id in office.world.debtors.items() if id == debtor)
    if chance.random() < 0.3:
        erasing.hold(engine, request, why="proceso judicial", until=None, actor="carla", now=now)
        before = office.bodies()
        must(isinstance(carry_out(), Refused), f"{name} was erased under a legal hold")
        must(office.bodies() == before, f"under a legal hold words about {name} are gone")
        return f"{name} asks to be erased and is held"
    erasing.release(engine, request, why="se levanta", actor="carla", now=now)
    before_files = _words(model)
    done = carry_out()
    must(isinstance(done, erasing.CarriedOut), f"{name} is not erased", done)
    model.note_erasures()
    office.refresh(name)
    gone = before_files.keys() - _words(model).keys()
    must(not _about(model, debtor), f"words about {name} stay in the ledger", *_about(model, debtor))
    if isinstance(done, erasing.CarriedOut) and done.scrubbed:
        _not_in_the_files(model, [before_files[place] for place in sorted(gone)])
    return f"{name} is erased, with the words of {len(gone)} events"


def _who_asks(model: Model, chance: Random) -> str:
    """Often somebody about whom a laptop holds something, sent or not."""
    known = set(model.office.world.debtors.values())
    spoken_of = sorted({one for laptop in model.laptops for one in laptop.visits.values()} & known)
    if spoken_of and chance.random() < 0.7:
        return chance.choice(spoken_of)
    return model.office.world.debtors[chance.choice(sorted(model.office.world.debtors))]


def _forget(model: Model, debtor: str, reason: str) -> tuple[int, int]:
    office = model.office
    gone = attaching.forget(office.engine, office.shelf, debtor, reason=reason, actor="carla", now=office.now)
    return len(gone.erased), len(gone.shared)


def _words(model: Model) -> dict[tuple[str, int], tuple[bytes, bytes]]:
    """Salt and body of every event the office has the words of, by their place."""
    columns = (t.events.c.incarnation, t.events.c.n, t.events.c.salt, t.events.c.body)
    with reading(model.office.engine) as connection:
        rows = connection.execute(select(*columns).where(t.events.c.body.is_not(None)))
        return {(row.incarnation, row.n): (bytes(row.salt), bytes(row.body)) for row in rows}


def _about(model: Model, debtor: str) -> list[tuple[str, int]]:
    """The places that still say something in which this debtor is named."""
    return [place for place, (_, body) in sorted(_words(model).items()) if debtor.encode() in body]


def _not_in_the_files(model: Model, words: list[tuple[bytes, bytes]]) -> None:
    files = b"".join(path.read_bytes() for path in _files(model.office.folder))
    for salt, body in words:
        must(salt not in files, "the salt of an erased event is still in the files")
        must(body not in files, "the words of an erased event are still in the files", body[:80])


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("office.db*") if path.is_file()]


def start_again(model: Model, chance: Random) -> str | None:
    """The office starts again, with a newer program where there is one."""
    masked = model.masked
    if masked and chance.random() < 0.6:
        model.upgrade()
    done = model.office.start()
    learnt = f" and knows {masked} now" if masked and not model.masked else ""
    return f"the office starts again{learnt}; {done.applied} of {done.looked_at} that waited are applied"


UPKEEP: dict[str, tuple[float, Any]] = {
    "back_up": (2.5, back_up),
    "restore": (1.2, restore),
    "erase": (2, erase),
    "start_again": (2, start_again),
}

__all__ = ["UPKEEP"]
