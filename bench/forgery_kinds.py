"""The forgeries that are planted in honest days, a function each. Knows no check and no threshold."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from .forgery_days import Told, hexed, moved, place, place_of, stamp

Rows = list[Told]
Plant = Callable[[random.Random, Rows, int], None]


def _live(rows: Rows) -> Rows:
    return [row for row in rows if not row.kind and row.cells["known"] == "live"]


def _days(rows: Rows) -> list[Rows]:
    """The honest live visits of each collector's day, longest days first taken."""
    days: dict[tuple[str, object], Rows] = defaultdict(list)
    for row in rows:
        if row.cells["known"] == "live":
            days[row.agent.name, row.day].append(row)
    # A day in which something is planted already is left alone: each forgery stands by itself.
    return [sorted(day, key=lambda row: row.start) for day in days.values() if not any(r.kind for r in day)]


def _fix(row: Told, point: tuple[float, float], accuracy: float) -> None:
    row.cells |= {
        "source": "gnss",
        **place(point, max(5, row.agent.decimals)),
        "accuracy_m": f"{accuracy:.0f}",
    }


def _again(row: Told, start: datetime, end: datetime, written: datetime, ahead_s: float = 0.0) -> None:
    row.start, row.end = start, end
    stamp(row, written, written + timedelta(seconds=60), "live", ahead_s)


def from_home(rng: random.Random, rows: Rows, count: int) -> None:
    """Never went: the fix is his own sofa's, now here, now there in the house."""
    for row in rng.sample(_live(rows), count):
        _fix(row, moved(row.agent.home, rng.gauss(0, 15), rng.gauss(0, 15)), rng.uniform(5, 40))
        row.kind = "from_home"


def from_cafe(rng: random.Random, rows: Rows, count: int) -> None:
    """Half a day's visits from one café near the route, the position jittered a little each time."""
    days = [day for day in _days(rows) if len(day) >= 5]
    rng.shuffle(days)
    while count > 0 and days:
        day = days.pop()[1:6]
        spot = moved(day[0].person.door, rng.uniform(350, 900), rng.uniform(350, 900))
        for row in day[:count]:
            _fix(row, moved(spot, rng.gauss(0, 6), rng.gauss(0, 6)), rng.uniform(5, 30))
            row.kind = "from_cafe"
        count -= len(day)


def address_copied(rng: random.Random, rows: Rows, count: int) -> None:
    """The fix is the address's own coordinate, to the last figure."""
    for row in rng.sample(_live(rows), count):
        cells = place_of(row.person)
        row.cells |= {
            "source": "gnss",
            "lat": cells["address_lat"],
            "lon": cells["address_lon"],
            "accuracy_m": f"{rng.uniform(4, 25):.0f}",
            "address_precision": rng.choice(("door", "block")),
        }
        row.kind = "address_copied"


def fix_repeated(rng: random.Random, rows: Rows, count: int) -> None:
    """An honest fix of the day serves for the next doors too."""
    days = [day for day in _days(rows) if len(day) >= 5]
    rng.shuffle(days)
    while count > 0 and days:
        located = [row for row in days.pop() if row.cells.get("lat")]
        if not located or located[0].cells["source"] != "gnss":
            continue
        first, *rest = located
        _fix(first, moved(first.person.door, rng.gauss(0, 20), rng.gauss(0, 20)), 15)
        others = [row for row in rest if row.person.door != first.person.door][:3]
        for row in others[:count]:
            row.cells |= {name: first.cells[name] for name in ("source", "lat", "lon", "accuracy_m")}
            row.kind = "fix_repeated"
        count -= len(others)


def teleport(rng: random.Random, rows: Rows, count: int) -> None:
    """A visit out of town squeezed between two in town, with the position of its own address."""
    days = [day for day in _days(rows) if len(day) >= 5]
    rng.shuffle(days)
    for day in days[:count]:
        at = rng.randrange(1, len(day) - 1)
        before, row = day[at - 1], day[at]
        seconds = max(0.0, (row.start - before.end).total_seconds())
        away = 60.0 * seconds + rng.uniform(10e3, 50e3)  # 216 km/h and more
        far = moved(before.person.door, rng.choice((-1, 1)) * away, rng.uniform(-2e4, 2e4))
        _fix(before, moved(before.person.door, 12, -9), 15)
        _fix(row, moved(far, rng.gauss(0, 15), rng.gauss(0, 15)), rng.uniform(5, 40))
        row.cells |= {"address_lat": f"{far[0]:.6f}", "address_lon": f"{far[1]:.6f}"}
        row.kind = "teleport"


def overlapping(rng: random.Random, rows: Rows, count: int) -> None:
    """Begun elsewhere before the one before it was over."""
    days = [day for day in _days(rows) if len(day) >= 5]
    rng.shuffle(days)
    for day in days:
        pairs = [
            (a, b)
            for a, b in pairwise(day)
            if a.person.door != b.person.door and a.end - a.start > timedelta(minutes=5)
        ]
        if not pairs or count == 0:
            continue
        before, row = rng.choice(pairs)
        start = before.end - timedelta(minutes=rng.uniform(2, 4.9))
        end = max(start + (row.end - row.start), before.end + timedelta(minutes=1))
        _again(row, start, end, end + timedelta(seconds=30), row.agent.drift_s)
        row.kind, count = "overlapping", count - 1


def burst(rng: random.Random, rows: Rows, count: int) -> None:
    """A whole afternoon typed at night within minutes, each claimed to have been written at the door."""
    days = [day for day in _days(rows) if len(day) >= 5]
    rng.shuffle(days)
    while count > 0 and days:
        day = days.pop()[-7:]
        if day[-1].end - day[0].start < timedelta(hours=2):
            continue
        clock = max(row.end for row in day) + timedelta(hours=rng.uniform(1, 4))
        day = day[:: 1 if count >= len(day) else 2]
        for row in day:
            clock += timedelta(seconds=rng.uniform(20, 110))
            _again(row, row.start, row.end, clock, row.agent.drift_s)
            row.kind = "burst"
        count -= len(day)


def too_short(rng: random.Random, rows: Rows, count: int) -> None:
    """A promise agreed with the debtor in the time it takes to type it."""
    for row in rng.sample(_live(rows), count):
        _again(row, row.start, row.start + timedelta(seconds=rng.uniform(3, 45)), row.end, row.agent.drift_s)
        row.cells |= {"party": "TIT", "result": "PTP", "note": "promete pagar"}
        row.kind = "too_short"


def photo_reused(rng: random.Random, rows: Rows, count: int) -> None:
    """The picture of another debtor's door."""
    _photo(rng, rows, count, "photo_reused", 0)


def photo_reencoded(rng: random.Random, rows: Rows, count: int) -> None:
    """The same picture cropped or saved again: other bytes, nearly the same looks."""
    _photo(rng, rows, count, "photo_reencoded", 8)


def _photo(rng: random.Random, rows: Rows, count: int, kind: str, bits: int) -> None:
    givers = [row for row in rows if not row.kind and row.cells.get("photo_hash")]
    takers = [row for row in _live(rows) if not row.cells.get("photo_hash")]
    for row in rng.sample(takers, count):
        earlier = [one for one in givers if one.start < row.start and one.person is not row.person]
        if not earlier:
            continue
        giver = rng.choice(earlier)
        looks = int(giver.cells["photo_phash"].split(";")[0], 16)
        for bit in rng.sample(range(64), rng.randint(1, bits)) if bits else ():
            looks ^= 1 << bit
        row.cells["photo_hash"] = hexed(rng, 256) if bits else giver.cells["photo_hash"].split(";")[0]
        row.cells["photo_phash"] = f"{looks:016x}"
        row.kind = kind


def note_copied(rng: random.Random, rows: Rows, count: int) -> None:
    """His own note on another debtor, word for word, now and then with other marks."""
    for row in rng.sample(_live(rows), count):
        own = [
            one
            for one in rows
            if one.agent is row.agent
            and one.cells["recorded"] < row.cells["recorded"]
            and len(one.cells["note"].split()) > 8
            if not one.kind and one.person is not row.person and one.cells["party"] == "TIT"
        ]
        if own:
            text = rng.choice(own).cells["note"]
            row.cells["note"] = rng.choice((text, text.upper(), text.replace(" y ", ", y ") + " ."))
            row.kind = "note_copied"


def clock_set_back(rng: random.Random, rows: Rows, count: int) -> None:
    """At half past nine at night the laptop's clock is set to a decent hour for one visit."""
    for row in rng.sample(_live(rows), count):
        lasted, local = row.end - row.start, row.start.astimezone(ZoneInfo(row.agent.zone))
        start = local.replace(hour=21, minute=rng.randrange(60)).astimezone(row.start.tzinfo)
        back = -rng.uniform(2.2, 5) * 3600
        _again(row, start, start + lasted, start + lasted + timedelta(seconds=20), back)
        row.kind = "clock_set_back"


def outside_hours(rng: random.Random, rows: Rows, count: int) -> None:
    """Knocked at night or before dawn, and said so."""
    for row in rng.sample(_live(rows), count):
        lasted, local = row.end - row.start, row.start.astimezone(ZoneInfo(row.agent.zone))
        hour = rng.choice((5, 20, 21, 22))
        start = local.replace(hour=hour, minute=rng.randint(20, 50)).astimezone(row.start.tzinfo)
        _again(row, start, start + lasted, start + lasted + timedelta(seconds=20), row.agent.drift_s)
        row.kind = "outside_hours"


def amended(rng: random.Random, rows: Rows, count: int) -> None:
    """What came of it is changed when the bonus is reckoned."""
    for row in rng.sample(_live(rows), count):
        row.cells["amended_at"] = (row.end + timedelta(hours=rng.uniform(26, 400))).isoformat()
        row.kind = "amended"


def backfilled(rng: random.Random, rows: Rows, count: int) -> None:
    """Told weeks later as if the laptop had kept it all the while."""
    for row in rng.sample(_live(rows), count):
        row.cells["received"] = (row.end + timedelta(days=rng.uniform(12, 40))).isoformat()
        row.kind = "backfilled"


def third_party(rng: random.Random, rows: Rows, count: int) -> None:
    """A promise made by the brother-in-law at the door."""
    for row in rng.sample(_live(rows), count):
        row.cells |= {"party": rng.choice(("FAM", "TER")), "result": rng.choice(("PTP", "REC"))}
        row.kind = "third_party"


def chained(rng: random.Random, rows: Rows) -> None:
    """Give each laptop's rows their places and hashes, in the order in which they were written."""
    chains: dict[str, Rows] = defaultdict(list)
    for row in rows:
        chains[row.agent.name].append(row)
    for name, chain in chains.items():
        before = "0" * 64
        # True time: a clock that was set back does not change what was written first.
        chain.sort(key=_truly_written)
        for n, row in enumerate(chain, start=1):
            own = hexed(rng, 256)
            row.cells |= {"incarnation": f"chain-{name}", "seq": str(n), "prev_hash": before, "hash": own}
            before = own


def _truly_written(row: Told) -> datetime:
    written = datetime.fromisoformat(row.cells["recorded"])
    return written - timedelta(seconds=float(row.cells["clock_offset_s"] or row.agent.drift_s))


def deleted(rng: random.Random, rows: Rows, count: int) -> None:
    """A link is taken out; what followed it now follows nothing."""
    for row in rng.sample([row for row in _live(rows) if row.cells["seq"] != "1"], count):
        gone = next((one for one in rows if one.cells["hash"] == row.cells["prev_hash"]), None)
        if gone is not None and not gone.kind and any(one is row for one in rows):
            rows[:] = [one for one in rows if one is not gone]
            row.kind = "deleted"


def forked(rng: random.Random, rows: Rows, count: int) -> None:
    """The laptop's disk is put back and the same place of the chain written again, otherwise."""
    for row in rng.sample(_live(rows), count):
        copy = Told(dict(row.cells), row.agent, row.person, row.start, row.end, "forked", row.day)
        person = rng.choice([one for one in row.agent.people if one is not row.person])
        copy.cells |= {"account": person.account, "note": "se acordó pago", "hash": hexed(rng, 256)}
        copy.cells |= place_of(person) | {"source": "none", "lat": "", "lon": "", "photo_hash": ""}
        written = datetime.fromisoformat(row.cells["recorded"]) + timedelta(minutes=rng.uniform(1, 9))
        copy.cells |= {"recorded": written.isoformat(), "known": "later", "photo_phash": ""}
        rows.append(copy)


# Each with the check that was made for it; the last two need the chains, which are made before them.
KINDS: dict[str, tuple[Plant, str]] = {
    "from_home": (from_home, "audit.far_from_address"),
    "from_cafe": (from_cafe, "audit.far_from_address"),
    "address_copied": (address_copied, "audit.too_exact"),
    "fix_repeated": (fix_repeated, "audit.same_fix"),
    "teleport": (teleport, "audit.impossible_speed"),
    "overlapping": (overlapping, "audit.overlap"),
    "burst": (burst, "audit.burst_entry"),
    "too_short": (too_short, "audit.too_short"),
    "photo_reused": (photo_reused, "audit.reused_photo"),
    "photo_reencoded": (photo_reencoded, "audit.reused_photo"),
    "note_copied": (note_copied, "audit.copied_text"),
    "clock_set_back": (clock_set_back, "audit.clock_moved"),
    "outside_hours": (outside_hours, "audit.outside_hours"),
    "amended": (amended, "audit.amended_late"),
    "backfilled": (backfilled, "audit.late_sync"),
    "third_party": (third_party, "audit.third_party_told"),
    "deleted": (deleted, "audit.chain_gap"),
    "forked": (forked, "audit.chain_fork"),
}
OF_CHAINS = ("deleted", "forked")
