"""The telephone agent's worklist: those who may not be visited, when each may be called, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from sync.look import wording
from sync.records import Party, Refused, UserRole
from sync.rules.policy import zone_of

from ..contacting import CHANNELS, Made, record
from ..remote_working import Row, rows
from ..store import remote
from ..store.engine import reading
from . import here
from .paging import SIZE, Page, cut, paged

blueprint = Blueprint("remote", __name__, url_prefix="/remote")
WORKERS = {UserRole.TELEPHONE, UserRole.COLLECTOR}
# So many are asked one by one when each may be contacted; of a longer list, those of the page.
ASKED_ONE_BY_ONE = 2 * SIZE
# What came of it → whom was reached, and whether he who owes was.
RESULTS: dict[str, tuple[Party | None, bool]] = {
    "holder": (Party.HOLDER, True),
    "guarantor": (Party.GUARANTOR, True),
    "third": (Party.THIRD, False),
    "nobody": (None, False),
}


@dataclass(frozen=True)
class Given:
    """The form as it was sent, to be shown again."""

    debtor: str
    result: str = ""
    channel: str = ""
    at: str = ""
    note: str = ""
    promised: str = ""
    promised_on: str = ""
    why: str = ""


@blueprint.get("/")
def index() -> str:
    return _page()


@blueprint.post("/<debtor_id>")
def keep(debtor_id: str) -> Response | tuple[str, int]:
    """Record what came of a contact with a debtor of one's own list."""
    form = request.form
    names = ("result", "channel", "at", "note", "promised", "promised_on", "why")
    given = Given(debtor_id, **{name: form.get(name, "").strip() for name in names})
    with reading(here.engine()) as connection:
        row = _mine(connection, debtor_id)
    errors: dict[str, str] = {}
    made = _made(row, given, errors)
    if made is not None:
        kept = record(
            here.engine(),
            made,
            user=here.me().id,
            who=here.me().name,
            actor=here.actor(),
            now=here.now(),
        )
        if not isinstance(kept, Refused):
            flash(_("Guardado: cuenta en los límites de este deudor."), "success")
            wording.tell(given.note)
            return redirect(url_for("remote.index"))
        said = here.sentence(kept.reason)
        if kept.source:
            said = f"{said} ({kept.rule}: {kept.source})"
            errors["why"] = _("Si ya se hizo, diga por qué; queda a la vista de cumplimiento.")
        errors["result"] = said
    return _page(given, errors), 422


def _made(row: Row, given: Given, errors: dict[str, str]) -> Made | None:
    if given.result not in RESULTS:
        errors["result"] = _("Elija qué resultó.")
    if given.channel not in CHANNELS:
        errors["channel"] = _("Elija cómo fue el contacto.")
    where = zone_of(row.zone) or ZoneInfo("UTC")
    at = here.now()
    if given.at:
        try:
            at = datetime.fromisoformat(given.at).replace(tzinfo=where)
        except ValueError:
            errors["at"] = _("Escriba el día y la hora, o déjelo vacío si acaba de ser.")
    promised_on = None
    if given.promised_on:
        try:
            promised_on = date.fromisoformat(given.promised_on)
        except ValueError:
            errors["promised_on"] = _("Escriba el día del compromiso.")
    if errors:
        return None
    party, effective = RESULTS[given.result]
    return Made(
        debtor=row.debtor,
        accounts=tuple(one.id for one in row.accounts),
        channel=given.channel,
        at=at,
        effective=effective,
        party=party,
        note=given.note,
        promised=given.promised[:500],
        promised_on=promised_on,
        why=given.why,
    )


def _page(given: Given | None = None, errors: dict[str, str] | None = None) -> str:
    with reading(here.engine()) as connection:
        mine = _workers(connection)
        wanted = request.args.get("agent", "")
        people = remote.workers(connection)
        whose = remote.Whose(
            here.scope() if mine is None else None,
            tuple(mine) if mine is not None else (wanted,) if wanted else None,
        )
        counted = remote.counted(connection, whose, here.now())
        long = counted.debtors > ASKED_ONE_BY_ONE
        page, judged = _cut(connection, whose, counted.debtors)
    return render_template(
        "remote/index.html",
        page=page,
        long=long,
        total=counted.debtors,
        waiting=sum(bool(row.now) for row in judged),
        stopped=counted.stopped if long else sum(row.next is None for row in judged),
        lacking=counted.lacking,
        mine=mine is not None,
        agents=[(one.id, one.name) for one in people],
        wanted=wanted,
        given=given,
        errors=errors or {},
        summary=[(f"{name}-{given.debtor}", text) for name, text in (errors or {}).items()] if given else [],
        # A marked field agent calls debtors who are nobody's to visit: their files are not his to open.
        linked=here.may("debtors.case") and here.roles() != {UserRole.COLLECTOR},
        results=_results(),
        may_record=here.may("remote.keep"),
    )


def _results() -> list[tuple[str, str]]:
    return [
        ("holder", _("Hablé con el titular")),
        ("guarantor", _("Hablé con el aval")),
        ("third", _("Atendió otra persona: no se habló de la deuda")),
        ("nobody", _("Nadie contestó")),
    ]


def _workers(connection: Connection) -> list[str] | None:
    """As whom this person works from afar; None for who looks over all of it."""
    if here.roles() - WORKERS:
        return None
    return [one.id for one in remote.worker_of(connection, here.me().id)]


def _cut(connection: Connection, whose: remote.Whose, total: int) -> tuple[Page[Row], Sequence[Row]]:
    """The page asked for, and those who were judged. A short list is in the order in which each may be
    contacted; a long one has those first who were contacted longest ago, and each page is in that order."""
    asked, now = request.args.get("page"), here.now()

    def judged(limit: int, offset: int) -> list[Row]:
        held = remote.in_turn(connection, whose, now, limit, offset)
        return rows(connection, day=here.today(), now=now, debtors=held)

    if total > ASKED_ONE_BY_ONE:
        page = cut(asked, total, judged)
        return page, page.rows
    every = judged(total, 0)
    return paged(every, asked), every


def _mine(connection: Connection, debtor_id: str) -> Row:
    """The row of one's own list; of another's there is none."""
    mine = [one.id for one in remote.worker_of(connection, here.me().id)]
    found = rows(connection, day=here.today(), now=here.now(), workers=mine, debtors=[debtor_id])
    if not found:
        abort(404)
    return found[0]
