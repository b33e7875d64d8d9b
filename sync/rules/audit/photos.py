"""Pictures that are the same, or nearly, at visits of different places or times. Knows no files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import combinations

from ...records import Finding
from ...words import N_, Phrase
from .seen import Photo, Seen, began, door_of, metres, point_of
from .texts import ALL_COPIES

# Two doors so near are one place for a camera.
ONE_PLACE_M = 150.0
# A picture of one colour looks like any other: its hash says nothing.
FEWEST_BITS = 6
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
BITS = 64
PARTS = 4  # of the hash: two that differ in ten bits differ in two at most in one of its parts
WIDE = BITS // PARTS


@dataclass(frozen=True)
class Taken:
    """A picture with the visit that bears it."""

    photo: Photo
    visit: str
    agent: str
    debtor: str
    order: tuple[datetime, str]
    started: datetime
    place: tuple[float, float] | None
    address: str | None


@dataclass
class Album:
    """All pictures known, found again by their bytes and by their looks."""

    by_bytes: dict[str, list[Taken]] = field(default_factory=lambda: defaultdict(list))
    by_part: dict[tuple[int, int], list[Taken]] = field(default_factory=lambda: defaultdict(list))

    def add(self, taken: Taken) -> None:
        if taken.photo.sha256 and taken.photo.sha256 != EMPTY:
            self.by_bytes[taken.photo.sha256].append(taken)
        if says_something(taken.photo.looks):
            for key in parts_of(taken.photo.looks or 0):
                self.by_part[key].append(taken)

    def like(self, photo: Photo, bits: int) -> list[tuple[Taken, int]]:
        """Those with the same bytes (0) and those that look like it, with in how many bits they differ."""
        found = {id(one): (one, 0) for one in self.by_bytes.get(photo.sha256, ()) if photo.sha256}
        if says_something(photo.looks):
            for key in near_parts(photo.looks or 0, bits):
                for one in self.by_part.get(key, ()):
                    apart = ((one.photo.looks or 0) ^ (photo.looks or 0)).bit_count()
                    if apart <= bits:
                        found.setdefault(id(one), (one, apart))
        return list(found.values())


def says_something(looks: int | None) -> bool:
    return looks is not None and FEWEST_BITS <= looks.bit_count() <= BITS - FEWEST_BITS


def parts_of(looks: int) -> list[tuple[int, int]]:
    """The parts by which it is found."""
    return [(part, looks >> (part * WIDE) & ((1 << WIDE) - 1)) for part in range(PARTS)]


def near_parts(looks: int, bits: int) -> list[tuple[int, int]]:
    """The parts of which anything within so many bits has one: by the pigeonholes, a quarter of them off."""
    flips = _flips(min(bits, BITS) // PARTS)
    return [(part, value ^ flip) for part, value in parts_of(looks) for flip in flips]


@lru_cache(maxsize=8)
def _flips(most: int) -> tuple[int, ...]:
    """The words of a part's width with at most so many bits set."""
    return tuple(
        sum(1 << bit for bit in chosen)
        for count in range(most + 1)
        for chosen in combinations(range(WIDE), count)
    )


def lookalikes(pictures: Iterable[tuple[str, int]], bits: int) -> set[str]:
    """Of pictures by name and looks, those that another resembles: what a large office must look at."""
    held: dict[tuple[int, int], list[tuple[str, int]]] = defaultdict(list)
    found: set[str] = set()
    for name, looks in pictures:
        if not says_something(looks):
            continue
        for key in near_parts(looks, bits):
            for other, its in held.get(key, ()):
                if other != name and (its ^ looks).bit_count() <= bits:
                    found |= {name, other}
        for key in parts_of(looks):
            held[key].append((name, looks))
    return found


def taken_at(seen: Seen) -> list[Taken]:
    """The pictures of a visit, each once."""
    visit = seen.visit
    place = door_of(seen.address) or point_of(visit.location)
    return [
        Taken(
            photo,
            visit.id,
            visit.agent,
            visit.debtor,
            began(visit),
            visit.happened.start,
            place,
            visit.address,
        )
        for photo in dict.fromkeys(seen.photos)
    ]


def album_of(visits: Iterable[Seen]) -> Album:
    album = Album()
    for seen in visits:
        for taken in taken_at(seen):
            album.add(taken)
    return album


def reused_photos(visits: Sequence[Seen], album: Album) -> list[Finding]:
    """The visits with a picture that was taken for another before; all of them where there are many."""
    found = []
    for seen in visits:
        limits = seen.policy.audit
        shared = timedelta(minutes=limits.photo_shared_minutes)
        for taken in taken_at(seen):
            alike = [
                (other, bits)
                for other, bits in album.like(taken.photo, limits.photo_bits)
                if other.visit != seen.id and not _one_scene(taken, other, shared)
            ]
            finding = _reused(taken, alike)
            if finding is not None:
                found.append(finding)
                break
    return found


def _reused(taken: Taken, alike: Sequence[tuple[Taken, int]]) -> Finding | None:
    earlier = [each for each in alike if each[0].order < taken.order]
    many = len({other.visit for other, _ in alike}) + 1 >= ALL_COPIES
    if not earlier and not many:
        return None
    other, bits = min(earlier or alike, key=lambda each: (each[1], each[0].order))
    if bits == 0:
        because = Phrase(N_("Una foto es la misma, byte por byte o a la vista, que la de otra visita."))
    else:
        text = N_("Una foto es casi la misma que la de otra visita ({bits} de {all} señas distintas).")
        because = Phrase(text, {"bits": bits, "all": BITS})
    return Finding("audit.reused_photo", taken.visit, "serious", because, other.visit)


def _one_scene(one: Taken, other: Taken, shared: timedelta) -> bool:
    """Several debtors at one address, visited at once, may share a picture."""
    if abs(one.started - other.started) > shared:
        return False
    if one.address is not None and one.address == other.address:
        return True
    if one.place is None or other.place is None:
        return one.debtor == other.debtor
    return metres(one.place, other.place) <= ONE_PLACE_M
