"""Reads a CSV in bounded memory: its encoding, then its records with the physical line each begins on.

Encoding is strict UTF-8 (with or without BOM), else cp1252, never a guess beyond. Knows no column.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sync.words import N_, Phrase

from .answers import WrongFile

DELIMITERS = (";", ",", "\t", "|")
LONGEST_LINE = 64 * 1024
MOST_LINES = 1_000_000
_PIECE = 2**20
# A quoted cell may hold a line break or two; a quote never closed would swallow the rest of the file.
_LONGEST_RECORD = 8


@dataclass(frozen=True, slots=True)
class Record:
    """One record; `broken` when its quotes do not close, its cells then being the plain split of the line."""

    line: int
    cells: list[str]
    broken: bool = False


@dataclass(frozen=True)
class TextFile:
    path: Path
    encoding: str  # as Python calls it
    sha256: str
    ends: int = 0  # line ends of the whole file: about how many rows it has

    @property
    def encoding_shown(self) -> str:
        return {"utf-8-sig": "UTF-8 (BOM)", "utf-8": "UTF-8"}.get(self.encoding, self.encoding)

    def lines(self) -> Iterator[str]:
        """Physical lines with their ends."""
        with self.path.open(encoding=self.encoding, newline="") as stream:
            number = 0
            while line := stream.readline(LONGEST_LINE):
                number += 1
                if len(line) >= LONGEST_LINE:
                    raise WrongFile(
                        Phrase(
                            N_("la línea {line} es demasiado larga para una fila: revise el archivo"),
                            {"line": number},
                        )
                    )
                if number > MOST_LINES:
                    raise _too_many()
                yield line

    def records(self, delimiter: str) -> Iterator[Record]:
        """Records in order; blank lines are left out, and still counted."""
        waiting: list[tuple[int, str]] = []
        for number, line in enumerate(self.lines(), start=1):
            if not waiting and line.isspace():
                continue
            waiting.append((number, line))
            yield from _complete(waiting, delimiter)
        yield from _complete(waiting, delimiter, last=True)


def open_text(path: Path, encoding: str = "") -> TextFile:
    """Find the encoding and the digest in one pass. Raises WrongFile for what is no text.

    An `encoding` that a person told is believed where the file can be read by it.
    """
    digest = hashlib.sha256()
    names = dict.fromkeys(("utf-8", "cp1252", encoding or "utf-8"))
    decoders = {name: codecs.getincrementaldecoder(name)() for name in names}
    good = dict.fromkeys(names, True)
    start, ends = b"", 0
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
            ends += piece.count(b"\n")
            if ends > MOST_LINES:
                raise _too_many()
            start = start or piece[:4]
            if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise WrongFile(Phrase(N_("el archivo está en UTF-16: guárdelo como CSV UTF-8")))
            if b"\0" in piece:
                raise WrongFile(
                    Phrase(N_("el archivo no es un CSV (tiene bytes nulos): guárdelo como CSV o .xlsx"))
                )
            for name, decoder in decoders.items():
                _feed(decoder, name, piece, good)
    for name, decoder in decoders.items():
        _feed(decoder, name, b"", good, final=True)
    if not start:
        raise WrongFile(Phrase(N_("el archivo está vacío")))
    if not any(good.values()):
        raise WrongFile(
            Phrase(N_("el archivo no está ni en UTF-8 ni en Windows (cp1252): guárdelo como CSV UTF-8"))
        )
    found = encoding or ("utf-8" if good["utf-8"] else "cp1252")
    if not good[found]:
        text = N_("el archivo no se puede leer como {encoding}: elija otra codificación")
        raise WrongFile(Phrase(text, {"encoding": found}))
    if found == "utf-8" and start[:3] == codecs.BOM_UTF8:
        found = "utf-8-sig"
    return TextFile(path, found, digest.hexdigest(), ends)


def _too_many() -> WrongFile:
    text = N_("el archivo tiene más de {most} líneas: divídalo en varios")
    return WrongFile(Phrase(text, {"most": MOST_LINES}))


def _feed(
    decoder: codecs.IncrementalDecoder, name: str, piece: bytes, good: dict[str, bool], final: bool = False
) -> None:
    if good[name]:
        try:
            decoder.decode(piece, final)
        except UnicodeDecodeError:
            good[name] = False


def _complete(waiting: list[tuple[int, str]], delimiter: str, last: bool = False) -> Iterator[Record]:
    """Take from the waiting lines the records they complete; with `last`, all of them."""
    while waiting:
        taken, cells, broken = _first(waiting, delimiter, last)
        if not taken:
            return
        number = waiting[0][0]
        del waiting[:taken]
        if any(cell.strip() for cell in cells):
            yield Record(number, cells, broken)


def _first(waiting: list[tuple[int, str]], delimiter: str, last: bool) -> tuple[int, list[str], bool]:
    """How many of the waiting lines the first record takes (0: it needs more), its cells, whether broken."""
    line = waiting[0][1]
    if '"' not in line:
        return 1, line.rstrip("\r\n").split(delimiter), False
    reader = csv.reader((part for _, part in waiting), delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
    except csv.Error as wrong:
        if "unexpected end of data" not in str(wrong):  # `"Apto" 3`: read as spreadsheets read it
            return 1, next(csv.reader([line], delimiter=delimiter)), False
        if not last and len(waiting) < _LONGEST_RECORD:
            return 0, [], False
        return 1, line.rstrip("\r\n").split(delimiter), True
    return reader.line_num, cells, False
