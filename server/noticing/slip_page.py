"""Draws the visit slip and the payment slip as PDF, from their words. Knows no rule and no store."""

from __future__ import annotations

from reportlab.lib.pagesizes import landscape
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table, TableStyle

from sync.papers import ALREADY_PAID, PAYMENT_TITLE, SLIP_TITLE, PaymentPaper, VisitSlip

from . import drawing
from .drawing import Bars, Qr, document, nothing, rows, text

MARGIN = 12 * mm
UP_TO = 170 * mm


def drawn_visit(slip: VisitSlip, country: str) -> bytes:
    """Half a sheet, to be folded and closed: the words on the left, the code on the right."""
    width, height = drawing.page_size(country)
    size = landscape((width, height / 2))
    inner = size[0] - 2 * MARGIN
    code = Qr(slip.address or slip.code, 0.7 * mm if slip.address else 1.2 * mm)
    left: list[Flowable] = [
        text(slip.house, "head"),
        text(SLIP_TITLE, "title"),
        text(slip.to, bold=True),
        text(slip.said),
        rows(slip.rows, inner - code.width - 8 * mm, 0.22),
        Spacer(1, 3 * mm),
        text(slip.how),
    ]
    right: list[Flowable] = [code, text(slip.code, "code")]
    table = Table([[left, right]], colWidths=[inner - code.width - 4 * mm, code.width + 4 * mm])
    table.setStyle(_top())
    return document([("slip", nothing)], [table], size, SLIP_TITLE, margin=MARGIN, top=MARGIN)


def drawn_payment(paper: PaymentPaper, country: str) -> bytes:
    """A sheet with what to pay, how, and both codes for a counter."""
    size = drawing.page_size(country)
    inner = size[0] - 44 * mm
    code = Qr(paper.slip.qr, 0.8 * mm)
    left: list[Flowable] = [rows(paper.rows, inner - code.width - 6 * mm)]
    table = Table([[left, code]], colWidths=[inner - code.width, code.width])
    table.setStyle(_top())
    story: list[Flowable] = [
        text(paper.creditor, "head"),
        text(PAYMENT_TITLE, "title"),
        table,
        Spacer(1, 4 * mm),
    ]
    if paper.slip.bars:
        story += [Bars(paper.slip.bars, min(inner, UP_TO)), text(paper.slip.bars_text, "small")]
    if paper.where:
        story.append(text(paper.where))
    if paper.options:
        story += [text("Cómo pagar", bold=True), *(text(f"· {line}") for line in paper.options)]
    story += [text(ALREADY_PAID, "small")]
    if paper.code:
        story.append(text(f"Código de este papel: {paper.code}", "small"))
    return document([("payment", nothing)], story, size, PAYMENT_TITLE)


def _top() -> TableStyle:
    return TableStyle(
        [
            drawing.OWN_FONT,
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ]
    )
