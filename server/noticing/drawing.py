"""Draws papers as PDF: fonts, page sizes, QR codes, barcodes. Equal papers, equal bytes. Knows no account.

The fonts are embedded, as parts, with every letter of the languages served; a sign they lack is refused
rather than printed as an empty box.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Table, TableStyle

from sync import marks
from sync.records import Refused
from sync.words import N_, Phrase

PLAIN, BOLD = "Ronda", "Ronda-Bold"
ON_LETTER = frozenset({"CL", "CO", "CR", "DO", "GT", "HN", "MX", "NI", "PA", "SV", "US", "VE"})
QR_MODULE, BAR_MODULE = 0.75 * mm, 0.33 * mm
# A table sets its own font for every cell, and an unembedded one unless it is told.
OWN_FONT = ("FONTNAME", (0, 0), (-1, -1), PLAIN)
INK, GREY = colors.Color(0.1, 0.12, 0.15), colors.Color(0.38, 0.41, 0.45)


@lru_cache(maxsize=1)
def fonts() -> frozenset[int]:
    """Make the fonts known to the library; the letters that both can write."""
    folder = files("sync.look") / "vendor" / "dejavu-fonts-ttf" / "ttf"
    known: list[set[int]] = []
    for name, file in ((PLAIN, "DejaVuSansCondensed.ttf"), (BOLD, "DejaVuSansCondensed-Bold.ttf")):
        font = TTFont(name, str(folder / file))
        pdfmetrics.registerFont(font)
        known.append(set(font.face.charToGlyph))
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)
    return frozenset(known[0] & known[1])


def unwritable(texts: Iterable[str]) -> Refused | None:
    """The first sign that the papers' fonts do not have."""
    known = fonts()
    for text in texts:
        for mark in text:
            if ord(mark) not in known and mark not in "\n":
                sign = f"«{mark}» (U+{ord(mark):04X})"
                said = N_("El papel no puede escribir el signo {sign} de «{text}».")
                return Refused(Phrase(said, {"sign": sign, "text": text[:60]}), "notice.letters")
    return None


def page_size(country: str) -> tuple[float, float]:
    """Letter where people use it, A4 elsewhere."""
    width, height = LETTER if country in ON_LETTER else A4
    return float(width), float(height)


@lru_cache(maxsize=1)
def styles() -> dict[str, ParagraphStyle]:
    fonts()
    plain = ParagraphStyle("plain", fontName=PLAIN, fontSize=10.5, leading=14.5, textColor=INK, spaceAfter=6)
    return {
        "plain": plain,
        "small": ParagraphStyle("small", plain, fontSize=8.5, leading=11.5, textColor=GREY, spaceAfter=3),
        "right": ParagraphStyle("right", plain, alignment=TA_RIGHT),
        "head": ParagraphStyle("head", plain, fontName=BOLD, fontSize=12, leading=16, spaceAfter=2),
        "title": ParagraphStyle(
            "title", plain, fontName=BOLD, fontSize=13.5, leading=18, spaceBefore=8, spaceAfter=8
        ),
        "label": ParagraphStyle("label", plain, textColor=GREY, spaceAfter=0),
        "value": ParagraphStyle("value", plain, spaceAfter=0),
        "amount": ParagraphStyle("amount", plain, alignment=TA_RIGHT, spaceAfter=0),
        "code": ParagraphStyle("code", plain, fontName=BOLD, fontSize=12, leading=16, spaceAfter=2),
    }


def text(said: str, style: str = "plain", *, bold: bool = False) -> Paragraph:
    """A paragraph of plain text: what people typed is never markup."""
    safe = escape(said).replace("\n", "<br/>")
    return Paragraph(f"<b>{safe}</b>" if bold else safe, styles()[style])


def rows(pairs: Sequence[tuple[str, str]], width: float, share: float = 0.32) -> Table:
    """Labels and values in two columns."""
    made = [[text(label, "label"), text(value, "value")] for label, value in pairs]
    table = Table(made, colWidths=[width * share, width * (1 - share)])
    table.setStyle(_tight())
    return table


def amounts(pairs: Sequence[tuple[str, str]], width: float) -> Table:
    """Amounts under one another, the last of them the sum."""
    last = len(pairs) - 1
    made = [
        [text(label, "value", bold=at == last), text(value, "amount", bold=at == last)]
        for at, (label, value) in enumerate(pairs)
    ]
    table = Table(made, colWidths=[width * 0.66, width * 0.34])
    table.setStyle(_tight())
    table.setStyle(TableStyle([("LINEABOVE", (0, last), (-1, last), 0.8, INK)]))
    return table


def _tight() -> TableStyle:
    return TableStyle(
        [
            OWN_FONT,
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ]
    )


class Qr(Flowable):
    """A QR code of this text, with its quiet zone."""

    def __init__(self, said: str, module: float = QR_MODULE) -> None:
        super().__init__()
        self.matrix, self.module = marks.qr(said), module
        self.width = self.height = (len(self.matrix) + 2 * marks.QUIET) * module

    def draw(self) -> None:
        canvas: Canvas = self.canv
        canvas.setFillColor(colors.black)
        side, module = len(self.matrix), self.module
        path = canvas.beginPath()
        for y, row in enumerate(self.matrix):
            for x, length in marks.runs(row):
                left = (x + marks.QUIET) * module
                path.rect(left, (side - y - 1 + marks.QUIET) * module, length * module, module)
        canvas.drawPath(path, stroke=0, fill=1)


class Bars(Flowable):
    """A barcode's modules, no wider than `widest`."""

    def __init__(self, modules: str, widest: float, height: float = 17 * mm) -> None:
        super().__init__()
        self.modules = modules
        count = len(modules) + 2 * marks.QUIET_BARS
        self.module = min(BAR_MODULE, widest / count)
        self.width, self.height = count * self.module, height

    def draw(self) -> None:
        canvas: Canvas = self.canv
        canvas.setFillColor(colors.black)
        path = canvas.beginPath()
        for x, length in marks.runs([mark == "1" for mark in self.modules]):
            path.rect((x + marks.QUIET_BARS) * self.module, 0, length * self.module, self.height)
        canvas.drawPath(path, stroke=0, fill=1)


def document(
    pages: Sequence[tuple[str, Callable[[Canvas, BaseDocTemplate], None]]],
    story: Sequence[Flowable],
    size: tuple[float, float],
    title: str,
    *,
    margin: float = 22 * mm,
    top: float = 20 * mm,
) -> bytes:
    """The PDF. `pages` are named page templates with what is drawn on each; same input, same bytes."""
    made = BytesIO()
    frame = (margin, 18 * mm, size[0] - 2 * margin, size[1] - 18 * mm - top)
    templates = [PageTemplate(name, [Frame(*frame, 0, 0, 0, 0)], draw) for name, draw in pages]
    fonts()
    document = BaseDocTemplate(
        made,
        pagesize=size,
        pageTemplates=templates,
        title=title,
        author="",
        subject="",
        creator="Ronda",
        invariant=1,
        initialFontName=PLAIN,
        lang="es",
    )
    document.build(list(story))
    return made.getvalue()


def nothing(_canvas: Canvas, _document: BaseDocTemplate) -> None:
    """A page with nothing around its text."""
