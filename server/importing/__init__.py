"""Brings in what a lender sends: its portfolio, payments, contacts and stops.

Every row is accepted or told why not.
"""

from __future__ import annotations

from .answers import ImportReport, NotAgreed, Preview, Recognised, Remark, WrongFile, WrongImport
from .declaring import declare_source
from .outside_contacts import import_contacts
from .outside_stops import import_stops
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
    "declare_source",
    "import_contacts",
    "import_payments",
    "import_portfolio",
    "import_stops",
    "preview",
]
