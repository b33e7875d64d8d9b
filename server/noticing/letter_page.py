"""Draws a letter: a cover with a name and an address alone, then the letter. Knows no rule and no store.

The cover stands in an envelope's window, or is folded outwards and closed: nobody who sees it learns what is
inside or from whom, but for a return address where the office gives one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    Spacer,
    Table,
    TableStyle,
)

from sync.stationery import Agency
from sync.writing import day_text

from . import drawing
from .drawing import INK, PLAIN, Qr, amounts, document, text

# An envelope's window (DIN 5008 / NTC 3369 alike): 20 mm from the left, 45 mm from the top.
WINDOW_LEFT, WINDOW_TOP, LINE = 24 * mm, 52 * mm, 5.2 * mm
SENDER_TOP = 47 * mm
LONG = 20
CHECK = "Compruebe quién le escribe:"


@dataclass(frozen=True)
class Letter:
    """All that a letter shows. A table's rows are (label, amount as text), the last of them the sum."""

    to: tuple[str, ...]  # name, street, place: what the cover shows
    agency: Agency
    day: date
    subject: str
    paragraphs: tuple[str, ...]
    tables: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # title and rows of each
    code: str
    address: str  # of the QR code; "" where the office said no public address
    typed: str
    signer: str
    country: str

    @property
    def head(self) -> tuple[str, ...]:
        agency = self.agency
        contact = " · ".join(one for one in (agency.phone, agency.email, agency.tax_id) if one)
        return tuple(one for one in (agency.name, agency.address, contact) if one)

    @property
    def check(self) -> str:
        typed = f" escanee el código o escriba {self.code} en {self.typed}." if self.typed else ""
        return f"{CHECK}{typed}" if typed else f"{CHECK} llámenos y díganos {self.code}."

    @property
    def texts(self) -> tuple[str, ...]:
        """Every line it shows, for the linter and for whoever looks for signs that cannot be written."""
        table = tuple(
            line
            for title, rows in self.tables
            for line in (title, *(f"{label}: {value}" for label, value in rows))
        )
        return (*self.to, *self.head, self.subject, *self.paragraphs, *table, self.signer)

    @property
    def outside(self) -> tuple[str, ...]:
        """What can be read without opening it."""
        return (*([self.agency.sender] if self.agency.sender else []), *self.to)


def drawn(letter: Letter) -> bytes:
    """The letter as PDF: the cover, then the letter itself, which stays inside."""
    size = drawing.page_size(letter.country)
    width = size[0] - 44 * mm

    cover, inside = _pages(letter, size)
    story: list[Flowable] = [NextPageTemplate("inside"), PageBreak(), *_head(letter), *_body(letter, width)]
    return document([("cover", cover), ("inside", inside)], story, size, letter.subject)


def drawn_together(letters: Sequence[Letter]) -> bytes:
    """Many letters one after another, each with its cover and its own page numbers. Not for an empty batch.

    All on the first one's paper size: a batch goes through one printer.
    """
    size = drawing.page_size(letters[0].country)
    width = size[0] - 44 * mm
    pages: list[tuple[str, Callable[[Canvas, BaseDocTemplate], None]]] = []
    story: list[Flowable] = []
    for place, letter in enumerate(letters):
        cover, inside = _pages(letter, size)
        pages += [(f"cover{place}", cover), (f"inside{place}", inside)]
        story += [NextPageTemplate(f"cover{place}"), PageBreak()] if place else []
        story += [NextPageTemplate(f"inside{place}"), PageBreak(), *_head(letter), *_body(letter, width)]
    return document(pages, story, size, f"{len(letters)} cartas")


def _pages(
    letter: Letter, size: tuple[float, float]
) -> tuple[Callable[[Canvas, BaseDocTemplate], None], Callable[[Canvas, BaseDocTemplate], None]]:
    """The cover and the page within, whose number begins at 2 whatever stands before the letter."""
    begins = [1]

    def cover(canvas: Canvas, made: BaseDocTemplate) -> None:
        begins[0] = made.page
        _cover(canvas, letter, size)

    def inside(canvas: Canvas, made: BaseDocTemplate) -> None:
        canvas.setFont(PLAIN, 8)
        canvas.setFillColor(drawing.GREY)
        page = made.page - begins[0] + 1
        canvas.drawRightString(size[0] - 22 * mm, 11 * mm, f"{letter.code} · página {page}")

    return cover, inside


def _cover(canvas: Canvas, letter: Letter, size: tuple[float, float]) -> None:
    top = size[1]
    canvas.setFillColor(INK)
    if letter.agency.sender:
        canvas.setFont(PLAIN, 7.5)
        canvas.drawString(WINDOW_LEFT, top - SENDER_TOP, letter.agency.sender)
    canvas.setFont(PLAIN, 11)
    for at, line in enumerate(letter.to):
        canvas.drawString(WINDOW_LEFT, top - WINDOW_TOP - at * LINE, line)


def _head(letter: Letter) -> list[Flowable]:
    name, *rest = letter.head or ("",)
    return [
        text(name, "head"),
        *(text(line, "small") for line in rest),
        Spacer(1, 5 * mm),
        text(day_text(letter.day), "right"),
        text("\n".join(letter.to)),
        text(letter.subject, "title"),
    ]


def _body(letter: Letter, width: float) -> Sequence[Flowable]:
    story: list[Flowable] = [text(line) for line in letter.paragraphs if line.strip()]
    for title, rows in letter.tables:
        head = text(title, bold=True)
        # A short table stays whole; a long plan goes over the page.
        table = amounts(rows, width)
        story += [KeepTogether([head, table])] if len(rows) < LONG else [head, table]
        story.append(Spacer(1, 5 * mm))
    story.append(KeepTogether([text(letter.signer), Spacer(1, 3 * mm), _checking(letter, width)]))
    return story


def _checking(letter: Letter, width: float) -> Flowable:
    said: list[Flowable] = [text(letter.check), text(letter.code, "code")]
    if not letter.address:
        return KeepTogether(said)
    code = Qr(letter.address, 0.6 * mm)
    table = Table([[code, said]], colWidths=[code.width + 3 * mm, width - code.width - 3 * mm])
    table.setStyle(
        TableStyle(
            [drawing.OWN_FONT, ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
        )
    )
    return table
