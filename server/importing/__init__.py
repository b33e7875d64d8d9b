"""Brings in what a lender sends: its portfolio and its payments. Every row is accepted or told why not."""

from __future__ import annotations

from .answers import ImportReport, NotAgreed, Preview, Recognised, Remark, WrongFile, WrongImport
from .payments import import_payments
from .portfolio import import_portfolio
from .source import preview

__all__ = [
    "ImportReport",
    "NotAgreed",
    "Preview",
    "Recognised",
    "Remark",
    "WrongFile",
    "WrongImport",
    "import_payments",
    "import_portfolio",
    "preview",
]
