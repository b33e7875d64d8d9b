"""Asks for an exchange from a page, and says on a later one what became of it. Waits for nothing."""

from __future__ import annotations

from typing import Any

from flask import flash, g, session
from flask_babel import gettext as _

from sync.words import Phrase

from .. import advice
from ..background import Progress
from ..store import journal, settings
from .guard import quietly, vault

ASKED = "asked"


def ask() -> None:
    """Start an exchange and return at once; `say_result` tells of it on a page that comes later."""
    background = vault().background
    session[ASKED] = background.progress.number
    background.ask()


def ask_once() -> None:
    """The same, unless something was received before or is being received."""
    with quietly().reading() as db:
        received = settings.get(db, "complete", False)
    if not received and not vault().background.progress.working:
        ask()


def seen() -> Progress:
    """How the exchange stood before anything else of this page was read.

    So that a page read while an exchange ends is never taken for one that shows its end.
    """
    if "exchange_seen" not in g:
        g.exchange_seen = vault().background.progress
    found: Progress = g.exchange_seen
    return found


def say_result() -> None:
    """What became of the exchange this browser asked for, once, as a message on the page."""
    done = seen()
    if ASKED not in session or done.working or done.number <= session[ASKED]:
        return
    session.pop(ASKED)
    flash(sentence(done), "warning" if done.code else "success")


def sentence(done: Progress) -> str:
    """How an exchange ended and, where it did not go through, what to do."""
    if not done.code:
        return str(_("Enviado: %(sent)s. Recibido: %(got)s.", sent=done.sent, got=done.received))
    with quietly().reading() as db:
        failure: dict[str, Any] | None = settings.get(db, "last_failure")
        unsent = journal.counts(db)["unsent"]
    kept = _("%(n)s por enviar: nada se pierde.", n=unsent)
    because = ""
    if failure is not None and failure["code"] == done.code:
        because = Phrase.from_json(failure["because"]).said(_).rstrip(".") + ". "
    return f"{because}{_(advice.todo(done.code))} {kept}"
