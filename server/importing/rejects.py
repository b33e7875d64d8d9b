"""Writes the rejected rows as a CSV that a person mends and imports again. Knows no store.

The original columns come first and unchanged, then Ronda's own: line, column, reason, and the file's decimal
mark, without which a few rows taken out of a large file could be read otherwise. Columns that begin with
`ronda` are left out when the file comes back. A cell that a spreadsheet would run gets an apostrophe, which
the import takes away again (`sync.cells`).
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from sync.cells import safe
from sync.words import N_, Phrase

from .answers import Remark, WrongImport

OWN_HEADERS = ("ronda: línea", "ronda: columna", "ronda: motivo")
DECIMAL_HEADERS = {",": "ronda: decimal coma", ".": "ronda: decimal punto"}
SUFFIX = ".rechazos"
_MOST_NAMES = 1000


def text_of(
    headers: Sequence[str],
    rejected: Mapping[int, Sequence[Remark]],
    raws: Mapping[int, Sequence[str]],
    decimal: str,
    delimiter: str = ";",
) -> str:
    """The whole file. Cells to spare are kept after Ronda's columns, where they shift nothing."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    own = [*OWN_HEADERS, *([DECIMAL_HEADERS[decimal]] if decimal in DECIMAL_HEADERS else [])]
    kept = [place for place, header in enumerate(headers) if not header.casefold().startswith("ronda:")]
    writer.writerow([*(safe(headers[place]) for place in kept), *own])
    for line, remarks in rejected.items():
        cells = list(raws.get(line, ()))
        cells += [""] * (len(headers) - len(cells))
        columns = " | ".join(dict.fromkeys(remark.column for remark in remarks if remark.column))
        reasons = " | ".join(str(remark.because) for remark in remarks)
        told = [str(line), safe(columns), safe(reasons), *([""] if len(own) > len(OWN_HEADERS) else [])]
        writer.writerow([*(safe(cells[place]) for place in kept), *told, *map(safe, cells[len(headers) :])])
    return out.getvalue()


def path_beside(source: Path, text: str) -> Path:
    """`cartera.rechazos.csv` beside the input; never over a file that holds something else.

    A person may have mended the earlier one and not imported it yet.
    """
    stem = source.name.rsplit(".", 1)[0] + SUFFIX
    for number in range(1, _MOST_NAMES):
        path = source.with_name(f"{stem}.csv" if number == 1 else f"{stem}.{number}.csv")
        if _is_free(path, text):
            return path
    raise WrongImport(Phrase(N_("hay demasiados archivos de rechazos junto a {file}"), {"file": source.name}))


def free(path: Path, text: str) -> Path:
    """The path a person asked for, unless it holds something else."""
    if not path.is_dir() and not _is_free(path, text):
        sentence = N_("{file} ya existe con otro contenido: indique otro lugar para los rechazos, o bórrelo")
        raise WrongImport(Phrase(sentence, {"file": str(path)}))
    return path


def _is_free(path: Path, text: str) -> bool:
    return not path.exists() or path.read_bytes() == _encoded(text)


def write(path: Path, text: str) -> None:
    """All of it or nothing: an interrupted import leaves no half file."""
    waiting = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        waiting.write_bytes(_encoded(text))
        waiting.replace(path)
    except OSError as wrong:
        waiting.unlink(missing_ok=True)
        sentence = N_(
            "no se puede escribir el archivo de rechazos {file} ({why}): indique otro lugar para él"
        )
        values = {"file": str(path), "why": wrong.strerror or "error"}
        raise WrongImport(Phrase(sentence, values)) from wrong


def _encoded(text: str) -> bytes:
    return text.encode("utf-8-sig")
