"""The laptops: how each does, codes that let one in, wipes, recoveries, and queues on files."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from sync import invitation, marks
from sync.exchange.carrying import NotCarried
from sync.records import Refused
from sync.sealing import BrokenKey, recovery_key_from_pem
from sync.wire.errors import CATALOGUE, Problem

from .. import enrolling, fleet, leasing, recovering, wiping
from ..certifying import tls_of
from ..recovering import Person
from ..shelf import Shelf
from ..store import agents, recoveries
from ..store.boards import laptops
from ..store.engine import reading
from ..taking_in import take_in
from . import here
from .paging import paged

# Hosts of this very machine, where a trial needs no TLS.
OWN = ("localhost", "127.0.0.1", "[::1]")
blueprint = Blueprint("devices", __name__, url_prefix="/devices")


@blueprint.get("/")
def index() -> str:
    return _page()


@blueprint.post("/codes")
def issue() -> str:
    """A one-time code, shown on this answer and nowhere else."""
    chosen = request.form.get("agent", "")
    with reading(here.engine()) as connection:
        known = {agent.id: agent for agent in agents.every(connection, here.scope().agents())}
    agent = known.get(chosen)
    if agent is None:
        abort(404)
    if not agent.active:
        flash(_("%(name)s ya no trabaja aquí: no se le da un portátil.", name=agent.name), "error")
        return _page()
    code = enrolling.issue_code(here.engine(), agent.id, actor=here.actor(), now=here.now())
    return _page(code=code, code_for=agent.name, hours=int(enrolling.VALID.total_seconds() // 3600))


@blueprint.post("/<device_id>/revoke")
def revoke(device_id: str) -> Response:
    _mine(device_id)
    try:
        enrolling.revoke(here.engine(), device_id, actor=here.actor(), now=here.now())
    except Problem as problem:
        flash(here.sentence(problem.detail), "error")
        return redirect(url_for("devices.index"))
    flash(_("Portátil dado de baja. Lo que todavía envíe se guarda sellado, sin mezclarse."), "success")
    return redirect(url_for("devices.index"))


@blueprint.post("/<device_id>/wipe")
def wipe(device_id: str) -> Response:
    _mine(device_id)
    wiping.order(here.engine(), device_id, actor=here.actor(), now=here.now())
    text = _("Al próximo contacto el portátil entrega en un archivo lo que falte y se vacía.")
    flash(text, "success")
    return redirect(url_for("devices.laptop", device_id=device_id))


@blueprint.get("/<device_id>")
def laptop(device_id: str) -> str:
    return _laptop_page(_mine(device_id))


@blueprint.post("/<device_id>/extend")
def extend(device_id: str) -> str | tuple[str, int]:
    """The code for a laptop that closed itself, shown on this answer and nowhere else."""
    row = _mine(device_id)
    challenge, days = request.form.get("challenge", ""), request.form.get("days", "3", type=str)
    try:
        many = int(days) if days.isdecimal() else 0
        code = leasing.code_for(here.engine(), device_id, challenge, many, actor=here.actor(), now=here.now())
    except Problem as problem:
        return _laptop_page(row, errors={"challenge": here.sentence(problem.detail)}), 422
    return _laptop_page(row, code=code, code_title=_("Código para abrirlo %(n)s días", n=many))


@blueprint.post("/<device_id>/recoveries")
def recover(device_id: str) -> Response | tuple[str, int]:
    """Ask that the laptop be opened; someone else must agree."""
    row = _mine(device_id)
    reason = request.form.get("reason", "")
    made = recovering.start(here.engine(), device_id, reason, by=_person(), now=here.now())
    if isinstance(made, Refused):
        return _laptop_page(row, errors={"reason": here.sentence(made.reason)}, reason=reason), 422
    flash(_("Pedido. Otra persona con permiso debe aprobarlo en dos días."), "success")
    return redirect(url_for("devices.laptop", device_id=device_id))


@blueprint.post("/<device_id>/recoveries/<recovery>/approve")
def approve(device_id: str, recovery: str) -> Response:
    _of(device_id, recovery)
    done = recovering.approve(here.engine(), recovery, by=_person(), now=here.now())
    _tell(done, _("Aprobado. Quien atiende el caso ya puede hacer el archivo de recuperación."))
    return redirect(url_for("devices.laptop", device_id=device_id))


@blueprint.post("/<device_id>/recoveries/<recovery>/close")
def withdraw(device_id: str, recovery: str) -> Response:
    _of(device_id, recovery)
    _tell(recovering.close(here.engine(), recovery, by=_person(), now=here.now()), _("Retirado."))
    return redirect(url_for("devices.laptop", device_id=device_id))


@blueprint.post("/<device_id>/recoveries/<recovery>/package")
def package(device_id: str, recovery: str) -> str | Response | tuple[str, int]:
    """The one-time file and its code: the code is shown here once, the file is downloaded from here once."""
    row = _of(device_id, recovery)
    private = _private()
    if isinstance(private, str):
        return _laptop_page(row, errors={"key": private}), 422
    office = here.office()
    made = recovering.package(office.engine, office.signer, private, recovery, by=_person(), now=here.now())
    if isinstance(made, Refused):
        flash(here.sentence(made.reason), "error")
        return redirect(url_for("devices.laptop", device_id=device_id))
    title = _("Código del archivo de recuperación")
    return _laptop_page(row, code=made.code, code_title=title, package=_link(made.file))


@blueprint.post("/queues")
def queue() -> str | Response:
    """Take in a queue file that came on a stick; answers the reply file for the laptop."""
    file = request.files.get("queue")
    private = _private()
    if file is None or not file.filename or isinstance(private, str):
        flash(private if isinstance(private, str) else _("Elija el archivo que trajo el gestor."), "error")
        return redirect(url_for("devices.index"))
    office = here.office()
    try:
        taken = take_in(
            office.engine,
            office.signer,
            private,
            file.stream.read(),
            actor=here.actor(),
            now=here.now(),
            shelf=Shelf(office.config.shelf),
        )
    except NotCarried as wrong:
        flash(here.sentence(wrong.because), "error")
        return redirect(url_for("devices.index"))
    return _page(taken=taken, reply=_link(taken.reply))


def _link(file: bytes) -> str:
    """A file that is given once, with the page that speaks of it, as an address to download."""
    return "data:application/json;base64," + b64encode(file).decode("ascii")


def _mine(device_id: str) -> dict[str, Any]:
    """The laptop's row; 404 for one outside the scope."""
    with reading(here.engine()) as connection:
        rows = fleet.judged(laptops.fleet(connection, here.scope(), device_id=device_id), here.now())
        if not rows:
            abort(404)
        return rows[0] | {"received": laptops.received(connection, device_id)}


def _of(device_id: str, recovery: str) -> dict[str, Any]:
    row = _mine(device_id)
    with reading(here.engine()) as connection:
        found = recoveries.by_id(connection, recovery)
    if found is None or found.device_id != device_id:
        abort(404)
    return row


def _person() -> Person:
    return Person(here.actor(), here.roles())


def _tell(done: object, text: str) -> None:
    if isinstance(done, Refused):
        flash(here.sentence(done.reason), "error")
    else:
        flash(text, "success")


def _private() -> Any:
    """The private recovery key: uploaded where it is kept elsewhere, else the office's; or what is wrong."""
    given = request.files.get("key")
    path = here.office().config.keys / "recovery.pem"
    try:
        if given is not None and given.filename:
            return recovery_key_from_pem(given.stream.read(64 * 1024))
        return recovery_key_from_pem(path.read_bytes())
    except OSError:
        return _("La clave de recuperación se guarda fuera de esta máquina: elija su archivo.")
    except BrokenKey:
        return _("Ese archivo no es una clave de recuperación.")


def _page(**more: Any) -> str:
    scope = here.scope()
    words, sign = request.args.get("q", "").strip()[:80], request.args.get("sign", "")
    with reading(here.engine()) as connection:
        rows = fleet.judged(laptops.fleet(connection, scope), here.now())
        odd = laptops.quarantine(connection, scope)
        waiting = laptops.waiting_codes(connection, scope, here.now())
        staff = [agent for agent in agents.every(connection, scope.agents()) if agent.active]
        days = leasing.days(connection)
    tls = tls_of(here.office().config)
    pin = tls.pin if tls else ""
    reached = request.host_url.rstrip("/") if request.is_secure or request.host.startswith(OWN) else ""
    code = str(more.get("code", ""))
    line = invitation.written(reached, pin, code) if code and reached else ""
    counts = {code: sum(code in row["signs"] for row in rows) for code in fleet.SIGNS}
    titles = {name: _(kind.title) for name, kind in CATALOGUE.items()}
    return render_template(
        "devices/index.html",
        **({"code": "", "code_for": "", "taken": None, "reply": "", "hours": 0} | more),
        page=paged(fleet.chosen(rows, words=words, sign=sign), request.args.get("page")),
        all_of_them=len(rows),
        q=words,
        sign=sign,
        signs=fleet.SIGNS,
        sign_choices=[
            (code, f"{_(said[0])} ({counts[code]})") for code, said in fleet.SIGNS.items() if counts[code]
        ],
        odd=[row | {"why": titles.get(row["quarantine"], row["quarantine"])} for row in odd],
        waiting=waiting,
        staff=staff,
        lease_days=days,
        pin=pin,
        invitation=line,
        qr=Markup(marks.svg_qr(line, _("Código QR para inscribir el portátil"))) if line else "",  # noqa: S704  # of our own modules
        key_here=(here.office().config.keys / "recovery.pem").is_file(),
    )


def _laptop_page(row: dict[str, Any], **more: Any) -> str:
    now = here.now()
    with reading(here.engine()) as connection:
        odd = laptops.quarantine(connection, here.scope(), device_id=row["id"])
        held = [one for one in recoveries.listed(connection, 10_000) if one["device_id"] == row["id"]]
        states = {
            one["id"]: found.state(now) for one in held if (found := recoveries.by_id(connection, one["id"]))
        }
    titles = {name: _(kind.title) for name, kind in CATALOGUE.items()}
    return render_template(
        "devices/laptop.html",
        **({"code": "", "code_title": "", "package": "", "errors": {}, "reason": ""} | more),
        row=row,
        signs=fleet.SIGNS,
        odd=[one | {"why": titles.get(one["quarantine"], one["quarantine"])} for one in odd],
        recoveries=held,
        states=states,
        me_name=here.actor(),
        now=now,
        key_here=(here.office().config.keys / "recovery.pem").is_file(),
    )
