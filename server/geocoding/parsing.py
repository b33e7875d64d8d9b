"""Reads a Latin American address as people write it. Pure: knows no map and guesses no place.

Colombia and Ecuador number their streets: `Cl 18A bis # 10-12 sur` is on Calle 18A bis, twelve metres from
Carrera 10. Elsewhere a street has a name and a house a number; new quarters have blocks and lots; the
country has villages and landmarks. What was not understood is kept in `rest`, word for word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum

from .words import ALONG, AREA_OF, LANDMARKS, PART_OF, QUADRANTS, RURAL_OF, folded, way_of


class Kind(StrEnum):
    GRID = "grid"  # a numbered street, the street it crosses, metres from there
    STREET = "street"  # a named street and a house number
    CORNER = "corner"  # two streets
    BLOCK = "block"  # block and lot of a quarter
    RURAL = "rural"  # a village, a farm, a road's kilometre
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Way:
    """A street: `carrera 7A bis B sur`, or `avenida insurgentes` with `name` and no number."""

    kind: str
    number: int | None = None
    letter: str = ""
    bis: str = ""  # "", "bis" or "bis" and a letter, as `bisB`
    quadrant: str = ""
    name: str = ""

    @property
    def key(self) -> str:
        """The same for every way of writing this street."""
        said = self.name or f"{self.number}{self.letter}"
        return " ".join(part for part in (self.kind, said, self.bis, self.quadrant) if part)

    @property
    def base(self) -> Way:
        """The street without letters: `carrera 7A bis` runs beside `carrera 7`."""
        return replace(self, letter="", bis="")


@dataclass(frozen=True)
class Address:
    """What an address says. `cross` is the street that a grid number counts from; its kind is implied."""

    text: str
    kind: Kind = Kind.UNKNOWN
    way: Way | None = None
    cross: Way | None = None
    metres: int | None = None
    house: str = ""
    parts: tuple[tuple[str, str], ...] = ()  # apto, piso, manzana …
    area: str = ""  # barrio, colonia, urbanización
    place: str = ""  # vereda, corregimiento, finca
    postcode: str = ""
    landmark: str = ""
    rest: str = ""
    doubts: tuple[str, ...] = field(default=())

    @property
    def normal(self) -> str:
        """The address written in one way: `Calle 18A # 10-12 sur apto 201`."""
        head = ""
        if self.way is not None:
            head = shown(self.way)
        if self.kind is Kind.GRID and self.cross is not None:
            head += f" # {_number(self.cross)}-{self.metres:02d}{self.house}"
        elif self.kind is Kind.CORNER and self.cross is not None:
            head += f" con {shown(self.cross)}"
        elif self.house:
            head += f" {self.house}"
        said = [head.strip(), *(f"{part} {value}" for part, value in self.parts)]
        said += [self.place.title(), self.area.title(), self.postcode]
        return " ".join(part for part in said if part)


_LETTER = r"(?:\s?(?P<{0}letter>[A-NP-Z](?![A-Z0-9])))?"
_BIS = r"(?:\s?(?P<{0}bis>BIS(?:\s?[A-Z](?![A-Z0-9]))?))?"
_QUADRANT = r"(?:\s?(?P<{0}quadrant>SUR|NORTE|ESTE|OESTE|(?<=\s)[SE](?![A-Z0-9])|[OW](?![A-Z0-9])))?"
_NUMBER = r"(?P<{0}number>\d{{1,3}})" + _LETTER + _BIS + _QUADRANT
_SEPARATOR = r"(?:\s*(?:#|N(?:UMERO|UM|RO|O)?\s?[.°#]{0,2}(?=[\s\d]))\s*|\s+)"
_GRID = re.compile(
    r"(?P<way>[A-Z]+(?:\s[A-Z]+)?)\.?\s*"
    + r"(?:N[O°]\.?\s*)?"
    + _NUMBER.format("w_")
    + _SEPARATOR
    + _NUMBER.format("c_")
    + r"(?:\s*-\s*|\s+)(?P<metres>\d{1,3})(?P<m_letter>[A-Z])?(?![\w])"
    + r"(?:\s*(?P<m_quadrant>SUR|NORTE|ESTE|OESTE)(?!\w))?"
)
_CORNER = re.compile(
    r"(?P<way>[A-Z]+)\.?\s*"
    + _NUMBER.format("w_")
    + r"\s*(?:CON|Y|ESQUINA|ESQ\.?|X|/|#)\s*(?:ESQUINA\s*)?(?P<cross>[A-Z]+)?\.?\s*"
    + _NUMBER.format("c_")
    + r"(?!\s*-?\s*\d)"
)
_WAY = re.compile(r"(?P<way>[A-Z]+(?:\s[A-Z]+)?)\.?\s*(?:N[O°]\.?\s*)?" + _NUMBER.format("w_") + r"(?!\w)")
_BARE = re.compile(_WAY.pattern + r"(?=\s*(?:[,;(]|$))")
_POSTCODE = re.compile(r"\bC\.?\s?P\.?\s*(\d{4,6})\b|\b(\d{5})\b(?=[^\d]*$)")
_STREET = re.compile(
    r"(?P<way>[A-Z]+)\.?\s+(?P<name>(?:[A-Z0-9.']+\s+){0,6}?[A-Z0-9.']+?)(?![A-Z0-9])\s*,?\s*"
    r"(?:#|N(?:UMERO|UM|RO|O)\.?|N°|°|,)?\s*"
    r"(?P<house>(?:[NSEO])?\d{1,5}(?:\s?-\s?\d{1,4})?(?:\s?[A-DF-XZ])?)(?![\w])"
)


def parse(text: str) -> Address:
    """Read an address. Never fails: what is not understood is UNKNOWN, with all of it in `rest`."""
    said = folded(text)
    blank = Address(text=said)
    if not said:
        return blank
    for read in (_rural, _grid, _corner, _block, _street, _bare):
        found = read(said, blank)
        if found is not None:
            return found
    return _tail(said, blank)


def parse_way(name: str) -> Way | None:
    """The street that a map's or a person's name of it means; None for an empty name."""
    said = folded(name)
    match = _WAY.fullmatch(said)
    kind = match and (way_of(match["way"]) or way_of(match["way"].split()[-1]))
    if match is not None and kind:
        return _way(match, "w_", kind)[0]
    words = said.replace(".", " ").split()
    if not words:
        return None
    kind = way_of(words[0]) if len(words) > 1 else None
    return Way(kind or "", name=" ".join(words[1:] if kind else words).lower())


def _rural(said: str, blank: Address) -> Address | None:
    match = re.match(r"(?P<word>[A-Z]+)\.?\s+(?P<name>[^,]+)(?:,\s*(?P<tail>.*))?$", said)
    if match is None or match["word"] not in RURAL_OF:
        return None
    found = replace(
        blank, kind=Kind.RURAL, place=f"{RURAL_OF[match['word']]} {match['name'].lower().strip()}"
    )
    return _tail(match["tail"] or "", found)


def _grid(said: str, blank: Address) -> Address | None:
    for match in _GRID.finditer(said):
        kind = way_of(match["way"]) or way_of(match["way"].split()[-1])
        if kind is None:
            continue
        way, doubts = _way(match, "w_", kind)
        cross, more = _way(match, "c_", _crossing(kind))
        left = f"{said[: match.start()]} {said[match.end() :]}"
        # A quadrant at the end speaks of the street, `Calle 5 # 10-12 sur` is south; of the crossing where
        # the street has its own.
        last = QUADRANTS[match["m_quadrant"]] if match["m_quadrant"] else ""
        if last and not way.quadrant:
            way = replace(way, quadrant=last)
        elif last and not cross.quadrant:
            cross = replace(cross, quadrant=last)
        elif last:
            left = f"{left} {match['m_quadrant']}"
        # A letter after the metres is of the house: `# 10-12A`.
        found = replace(
            blank,
            kind=Kind.GRID,
            way=way,
            cross=cross,
            metres=int(match["metres"]),
            house=match["m_letter"] or "",
            doubts=doubts + more,
        )
        return _tail(left, found)
    return None


def _corner(said: str, blank: Address) -> Address | None:
    match = _CORNER.match(said)
    kind = way_of(match["way"]) if match else None
    if match is None or kind is None:
        return None
    other = (way_of(match["cross"]) if match["cross"] else _crossing(kind)) or _crossing(kind)
    way, doubts = _way(match, "w_", kind)
    cross, more = _way(match, "c_", other)
    found = replace(blank, kind=Kind.CORNER, way=way, cross=cross, doubts=doubts + more)
    return _tail(said[match.end() :], found)


def _block(said: str, blank: Address) -> Address | None:
    found = _tail(said, blank)
    parts = dict(found.parts)
    if "manzana" not in parts and "lote" not in parts:
        return None
    return replace(found, kind=Kind.BLOCK, house=parts.get("casa") or parts.get("lote", ""))


def _street(said: str, blank: Address) -> Address | None:
    match = _STREET.match(said)
    kind = way_of(match["way"]) if match else None
    if match is None or kind is None:
        return None
    name = " ".join(match["name"].replace(".", " ").split()).lower()
    found = replace(blank, kind=Kind.STREET, way=Way(kind, name=name), house=match["house"].replace(" ", ""))
    return _tail(said[match.end() :], found)


def _bare(said: str, blank: Address) -> Address | None:
    """A numbered street and nothing that says where on it."""
    match = _BARE.match(said)
    kind = way_of(match["way"]) if match else None
    if match is None or kind is None:
        return None
    way, doubts = _way(match, "w_", kind)
    return _tail(said[match.end() :], replace(blank, kind=Kind.STREET, way=way, doubts=doubts))


def _way(match: re.Match[str], side: str, kind: str) -> tuple[Way, tuple[str, ...]]:
    digits = match[f"{side}number"]
    bis = (match[f"{side}bis"] or "").replace(" ", "")
    quadrant = match[f"{side}quadrant"]
    # Calle 2O is Calle 2 Oeste where there is one; else the O is a zero badly typed.
    doubts = (
        ("O",)
        if quadrant == "O" and match[0][match.start(f"{side}quadrant") - match.start() - 1].isdigit()
        else ()
    )
    return (
        Way(
            kind,
            int(digits),
            match[f"{side}letter"] or "",
            "bis" + bis[3:] if bis else "",
            QUADRANTS[quadrant] if quadrant else "",
        ),
        doubts,
    )


def _crossing(kind: str) -> str:
    return "carrera" if kind in ALONG else "calle"


_PIECES = re.compile(r"\s*[,;()]\s*|\s+-\s+")


def _tail(tail: str, found: Address) -> Address:
    """What follows the number: parts of a building, the quarter, a landmark; the rest stays as it is."""
    match = _POSTCODE.search(tail)
    if match is not None:
        found = replace(found, postcode=match[1] or match[2])
        tail = f"{tail[: match.start()]} {tail[match.end() :]}"
    parts = list(found.parts)
    rest: list[str] = []
    landmarks: list[str] = []
    area, place = found.area, found.place
    for piece in filter(None, map(str.strip, _PIECES.split(tail.strip(" ,.-")))):
        words, within = _quarter(piece.split())
        area, rest = (area, [*rest, within.upper()]) if area and within else (area or within, rest)
        piece = " ".join(words)
        if not words:
            continue
        if any(piece.startswith(sign) for sign in LANDMARKS):
            landmarks.append(piece.lower())
        elif words[0].rstrip(".") in RURAL_OF and len(words) > 1 and not place:
            place = f"{RURAL_OF[words[0].rstrip('.')]} {' '.join(words[1:]).lower()}"
        else:
            named, left, sign = _parts(words)
            parts += named
            landmarks += [sign] if sign else []
            rest += [left] if left else []
    return replace(
        found,
        parts=tuple(parts),
        area=area,
        place=place,
        landmark=", ".join(landmarks),
        rest=" ".join(rest),
    )


def _quarter(words: list[str]) -> tuple[list[str], str]:
    """(the words without it, the quarter that is named among them): `LT 12 BARRIO LA PAZ APTO 2`."""
    for at in range(len(words) - 1):
        kind = AREA_OF.get(words[at].rstrip("."))
        if kind is None or (at and kind in ("villa", "sector")):
            continue
        end = at + 1
        while end < len(words) and not _opens(words, end):
            end += 1
        if end > at + 1:
            return words[:at] + words[end:], " ".join(words[at + 1 : end]).lower()
    return words, ""


def _opens(words: list[str], at: int) -> bool:
    """Whether a part of a building or a landmark begins at this word."""
    if any(" ".join(words[at:]).startswith(sign) for sign in LANDMARKS):
        return True
    return words[at].rstrip(".") in PART_OF and at + 1 < len(words) and _is_value(words[at + 1])


def _parts(words: list[str]) -> tuple[list[tuple[str, str]], str, str]:
    """(parts with their values, words not understood, a landmark that follows) of one piece."""
    found: list[tuple[str, str]] = []
    rest: list[str] = []
    at = 0
    while at < len(words):
        left = " ".join(words[at:])
        if any(left.startswith(sign) for sign in LANDMARKS):
            return found, " ".join(rest), left.lower()
        word = re.fullmatch(r"([A-Z]+)\.?(\d+[A-Z]?)?", words[at])
        part = PART_OF.get(word[1]) if word else None
        if part and word and word[2]:
            found.append((part, word[2]))
        elif part and at + 1 < len(words) and _is_value(words[at + 1]):
            found.append((part, words[at + 1].strip(".#")))
            at += 1
        else:
            rest.append(words[at])
        at += 1
    return found, " ".join(rest), ""


def _is_value(word: str) -> bool:
    return bool(re.fullmatch(r"#?(\d+[A-Z]?|[A-Z]\d*)(-\w+)?\.?", word))


def _number(way: Way) -> str:
    said = f"{way.number}{way.letter}"
    return " ".join(part for part in (said, way.bis, way.quadrant) if part)


def shown(way: Way) -> str:
    return f"{way.kind.capitalize()} {way.name.title() if way.name else _number(way)}"
