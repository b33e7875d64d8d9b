"""The history of visits and the whole of one visit. Nothing here can be edited: a visit is only amended."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from flask import Blueprint, Response, abort, flash, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import Connection

from sync.ledger import ChainReport
from sync.rules.alarms import ALARMS
from sync.rules.audit import CHECKS
from sync.rules.questions import QUESTIONS
from sync.wire.fields import parse_instant

from .. import evidencing, looking, objecting
from ..shelf import Shelf
from ..store import attachments, findings, reviews
from ..store.boards import visits as boards
from ..store.engine import reading
from ..store.histories import verdict_of
from . import chains, days, here
from .maps import Point, map_document
from .paging import Page, paged
from .retold import amended, detailed, stepped
from .signs import sign_of
from .tiles import ground_of

blueprint = Blueprint("visits", __name__, url_prefix="/visits")
SHORTEST_REASON = 3
FILTERS = ("agent", "debtor", "account", "result", "evidence", "day", "until")


@blueprint.get("/")
def index() -> str:
    asked = {name: request.args.get(name, "").strip() for name in FILTERS}
    first, last = days.asked_day("day"), days.asked_day("until")
    start, end = days.span(first, last or first)
    wanted = boards.Wanted(
        agent=asked["agent"],
        debtor=asked["debtor"],
        account=asked["account"],
        result=asked["result"],
        evidence=asked["evidence"],
        start=start,
        end=end,
    )
    scope = here.scope()
    with reading(here.engine()) as connection:
        every = boards.found(connection, scope, wanted)
        on_page = paged(every, request.args.get("page"))
        rows = boards.listed(connection, scope, on_page.rows)
        agents = boards.agents_seen(connection, scope)
        missing = attachments.lacking(connection, scope) if here.may("attachments.index") else 0
    shown = [row | {"sign": sign_of(one["result"] for one in row["results"])} for row in rows]
    return render_template(
        "visits/index.html",
        page=Page(shown, on_page.number, on_page.pages, on_page.total),
        many=on_page.total >= boards.MOST_COUNTED,
        asked=asked,
        given={name: value for name, value in asked.items() if value},
        agents=agents,
        missing=missing,
    )


@blueprint.get("/<visit_id>")
def visit(visit_id: str) -> str:
    with reading(here.engine()) as connection:
        told = _found(connection, visit_id)
    if not _his_own(told):
        looking.looked(
            here.engine(),
            told["agent_id"],
            looking.VISIT,
            visit_id,
            username=here.actor(),
            day=here.today(),
            now=here.now(),
        )
    return _page(told)


@blueprint.post("/<visit_id>/verify")
def verify(visit_id: str) -> str | Response:
    """The visit's links up to what the office signed, verified now."""
    with reading(here.engine()) as connection:
        told = _found(connection, visit_id)
    office = here.office()
    try:
        report = evidencing.verdict_on(
            office.engine, office.signer, visit_id, now=here.now(), scope=here.scope()
        )
    except LookupError:
        flash(_("Lo contado de esta visita no está en el registro: no hay qué verificar."), "error")
        return _page(told)
    return _page(told, report)


@blueprint.post("/<visit_id>/evidence")
def evidence(visit_id: str) -> Response | str | tuple[str, int]:
    """The signed evidence of this visit as one file; `ronda verify` checks it anywhere."""
    with reading(here.engine()) as connection:
        told = _found(connection, visit_id)
    why = request.form.get("why", "").strip()
    if len(why) < SHORTEST_REASON:
        return _page(told, errors={"why": _("Escriba para quién es: queda en el registro.")}), 422
    office = here.office()
    with TemporaryDirectory(prefix="ronda-evidence-") as folder:
        try:
            evidencing.write_evidence(
                office.engine,
                office.signer,
                Shelf(office.config.shelf),
                visit_id,
                Path(folder) / "evidence",
                why=why,
                actor=here.actor(),
                now=here.now(),
                scope=here.scope(),
            )
        except LookupError:
            flash(_("Lo contado de esta visita no está en el registro: no hay evidencia que sacar."), "error")
            return _page(told)
        data = packed(Path(folder) / "evidence")
    response = Response(data, mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=f"evidencia-{visit_id[:8]}.zip")
    return response


def packed(folder: Path) -> bytes:
    """The folder as one ZIP file, the same bytes for the same files."""
    held = BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = ZipInfo(file.relative_to(folder).as_posix(), (1980, 1, 1, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    return held.getvalue()


def _his_own(told: dict[str, Any]) -> bool:
    """True for the agent whose visit it is: nobody looks at him then."""
    return bool(here.scope().agent_id == told["agent_id"])


def _page(
    told: dict[str, Any], report: ChainReport | None = None, *, errors: dict[str, str] | None = None
) -> str:
    scope, visit_id = here.scope(), told["id"]
    with reading(here.engine()) as connection:
        noticed = findings.listed(connection, scope, state=None, visit_id=visit_id)
        shown = {
            "promises": boards.promises_of(connection, scope, visit_id),
            "reported": boards.payments_of(connection, scope, visit_id),
            "amendments": boards.amendments_of(connection, visit_id),
            "attachments": attachments.of_visit(connection, visit_id),
            "findings": noticed,
            "link": boards.ledger_place(connection, told),
            "answers": reviews.answers_of(connection, [one["id"] for one in noticed]),
            "review": reviews.held(connection, [visit_id]).get(visit_id),
            "decisions": reviews.decisions_of(connection, visit_id),
        }
    numbers = {one["account_id"]: one["number"] for one in told["results"]}
    return render_template(
        "visits/visit.html",
        visit=told,
        checks=CHECKS,
        report=report,
        words=chains.said,
        errors=errors or {},
        sign=sign_of(one["result"] for one in told["results"]),
        verdict=verdict_of(told["verdict"]),
        detailed=detailed,
        amended=lambda replaces: amended(replaces, numbers, told["timezone"] or here.zone()),
        conduct=_conducted(told, numbers),
        where=told["lat"] is not None or told["address_lat"] is not None,
        forgotten=told["location_source"] != "none" and told["lat"] is None,
        **shown,
    )


def _conducted(told: dict[str, Any], numbers: dict[str, str]) -> dict[str, Any]:
    """How the visit was conducted, in words: of accounts the reader may not see nothing is told."""
    said = told["conduct"] or {}
    with reading(here.engine()) as connection:
        titles = {one.code: one.title for one in objecting.every(connection)}
    return {
        "steps": stepped(said.get("steps", ())) if numbers else [],
        "objections": [
            (titles.get(one["code"], one["code"]), one["version"], one.get("helped"))
            for one in (said.get("objections", ()) if numbers else ())
        ],
        "alarms": [_(ALARMS[code]) if code in ALARMS else code for code in said.get("alarms", ()) if numbers],
        "answers": [
            (numbers[one["account"]], _(QUESTIONS.get(one["question"], one["question"])), one["text"])
            for one in said.get("answers", ())
            if one["account"] in numbers
        ],
        "reviewed": parse_instant(said["reviewed"]) if "reviewed" in said else None,
    }


@blueprint.get("/<visit_id>/map")
def map(visit_id: str) -> Response:
    """Where the collector said he was, and where the address is."""
    with reading(here.engine()) as connection:
        told = _found(connection, visit_id)
        ground = ground_of(connection)
    points = []
    if told["address_lat"] is not None:
        points.append(
            Point(told["address_lat"], told["address_lon"], "pendiente", _("Dirección"), told["address_text"])
        )
    if told["lat"] is not None:
        accuracy = _("Precisión ±%(m)s m", m=round(told["accuracy_m"])) if told["accuracy_m"] else ""
        sign = sign_of(one["result"] for one in told["results"])
        points.append(Point(told["lat"], told["lon"], sign, _("Lugar de la visita"), accuracy))
    line = [(point.lat, point.lon) for point in points]
    return map_document(points, line=line, ground=ground, language=str(get_locale() or "es"))


def _found(connection: Connection, visit_id: str) -> dict[str, Any]:
    told = boards.one(connection, here.scope(), visit_id)
    if told is None:
        abort(404)
    return told
