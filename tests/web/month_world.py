"""Two months of the small office: September, closed, and October, which somebody asked to close."""

from __future__ import annotations

from datetime import date, datetime

from server import closing_months
from server.closing_months import Closed
from server.office import Office


def closed_months(office: Office, lender: str, now: datetime) -> tuple[str, str]:
    """(the close that was made, the close that waits); Nora asks, Elena closes."""
    engine, today = office.engine, now.date()
    closed = closing_months.ask(engine, date(2026, 9, 1), None, actor="nora", now=now, today=today)
    assert isinstance(closed, str), closed
    done = closing_months.close(engine, closed, office.signer, actor="elena", now=now, today=today)
    assert isinstance(done, Closed), done
    asked = closing_months.ask(engine, date(2026, 10, 1), lender, actor="nora", now=now, today=today)
    assert isinstance(asked, str), asked
    return closed, asked
