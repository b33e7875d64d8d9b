"""Decides whether an .xlsx is safe to hand to a parser, by its zip directory and its cells' references alone.

A file of a kilobyte can name a cell so far away that a parser reserves half a terabyte. Nothing here is
parsed: entries are unpacked in pieces, within limits, and searched for references.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

from sync.words import N_, Phrase, Terms

from .answers import WrongFile

MOST_FILE = 200 * 2**20
MOST_ENTRIES = 2_000
MOST_UNPACKED = 1_000 * 2**20
MOST_RATIO = 200  # sheets of real figures pack 5 to 20 times
RATIO_FROM = 2**20  # a small entry may pack well and still be harmless
MOST_ROWS = 250_000
MOST_COLUMNS = 512
MOST_CELLS = 20_000_000

_PIECE = 2**20
_TAIL = 256  # a reference never straddles more than this
_REFERENCE = re.compile(rb"\s(?:r|ref)\s*=\s*[\"']([A-Za-z0-9:$]{1,64})[\"']")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PART = re.compile(r"^\$?([A-Z]{1,7})?\$?([0-9]{1,10})?$")

BOMB = N_(
    "este archivo de Excel no se puede abrir sin riesgo ({why}): guárdelo como CSV y vuelva a intentarlo"
)


def check(path: Path) -> None:
    """Raise WrongFile unless every sheet of the workbook fits within the limits."""
    if path.stat().st_size > MOST_FILE:
        raise _refuse(f"{path.stat().st_size // 2**20} MB")
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(archive)
            for entry in archive.infolist():
                _check_entry(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as broken:
        raise WrongFile(
            Phrase(
                N_("no se puede leer este libro de Excel ({why}): ábralo en Excel y guárdelo de nuevo"),
                {"why": str(broken)[:80]},
            )
        ) from broken


def _check_directory(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise _refuse(N_("demasiadas partes"), str(len(entries)))
    if not any(entry.filename.startswith("xl/") for entry in entries):
        raise WrongFile(
            Phrase(N_("este archivo no es un libro de Excel (.xlsx): guárdelo como .xlsx o como CSV"))
        )
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise _refuse(N_("demasiado grande al descomprimir"))
    for entry in entries:
        if entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * max(1, entry.compress_size):
            raise _refuse(N_("demasiado comprimido"), f"{entry.file_size // max(1, entry.compress_size)} : 1")


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack one XML part in pieces: what it holds must be what the directory says, and near enough."""
    if not entry.filename.endswith((".xml", ".rels")):
        return
    sheet = entry.filename.startswith("xl/worksheets/")
    with archive.open(entry) as stream:
        _scan(stream, entry.file_size, sheet)


def _scan(stream: IO[bytes], promised: int, sheet: bool) -> None:
    read = cells = 0
    tail = b""
    while piece := stream.read(_PIECE):
        read += len(piece)
        if read > promised:
            raise _refuse(N_("su índice no dice la verdad"))
        window = tail + piece
        if _FORBIDDEN.search(window):
            raise _refuse(N_("declara entidades XML"))
        if sheet:
            cells += len(_CELL.findall(window))
            for found in set(_REFERENCE.findall(window)):
                _check_reference(found.decode("ascii").upper())
            if cells > MOST_CELLS:
                raise _refuse(N_("demasiadas celdas"), f"> {MOST_CELLS}")
        tail = window[-_TAIL:]


def _check_reference(reference: str) -> None:
    """`B7`, `A1:AD3007`, `7`: no corner may lie beyond the limits."""
    for corner in reference.split(":"):
        part = _PART.match(corner)
        if part is None:
            continue
        column = 0
        for letter in part[1] or "":
            column = column * 26 + ord(letter) - 64
        row = int(part[2] or 0)
        if row > MOST_ROWS or column > MOST_COLUMNS:
            raise _refuse(N_("usa una celda fuera de los límites"), corner)


def _refuse(*why: str) -> WrongFile:
    return WrongFile(Phrase(BOMB, {"why": Terms(*why)}))
