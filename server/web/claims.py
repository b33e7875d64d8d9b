"""Complaints, disputes and requests about data: who has each, until when, its log and its last word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.records import Refused
from sync.words import N_
from sync.writing import day_text

from .. import hearing
from ..hearing.correcting import WHAT
from ..hearing.handling import BY
from ..hearing.kinds import DEPARTMENTS, KINDS, SOURCES, TOLD_BY, kinds_of
from ..hearing.opening import NewClaim
from ..hearing.resolving import may_resolve
from ..noticing.letterheads import letterhead
from ..recovering import Person
from ..store import claims as store
from ..store import erasures
from ..store.claims import CLAIMS, OPEN, RIGHTS, Wanted
from ..store.engine import reading
from . import here
from .paging import SIZE, place

blueprint = Blueprint("claims", __name__, url_prefix="/cases")

STATES = {"open": N_("Abierto"), "answered": N_("Contestado, sin resolver"), "closed": N_("Resuelto")}
STATE_TONES = {"open": "warn", "answered": "info", "closed": "good"}
URGENCY_TONES = {"late": "bad", "near": "warn", "calm": "info", "done": "neutral"}
BY_WORDS = {
    "letter": N_("Carta"),
    "email": N_("Correo electrónico"),
    "phone": N_("Teléfono"),
    "counter": N_("En persona"),
    "regulator": N_("Por la autoridad"),
}
LOGGED = {
    "opened": N_("Se abrió el caso"),
    "note": N_("Nota"),
    "moved": N_("Cambió de manos"),
    "reply": N_("Se contestó"),
    "resolved": N_("Se resolvió"),
    "reopened": N_("Se abrió de nuevo"),
    "correction": N_("Corrección"),
    "file": N_("Se escribió una carpeta"),
    "hold": N_("Se puso una retención legal"),
}
# Which field a refusal speaks of.
FIELDS = {
    "claim.kind": "kind",
    "claim.source": "source",
    "claim.told_by": "told_by",
    "claim.department": "department",
    "claim.text": "text",
    "claim.reference": "reference",
    "claim.slip": "reference",
    "claim.received": "received_on",
    "claim.account": "account",
    "claim.visit": "visit",
    "claim.owner": "owner",
    "claim.note": "text",
    "claim.reply": "text",
    "claim.by": "by",
    "claim.outcome": "outcome",
    "claim.because": "because",
    "claim.why": "why",
    "claim.until": "until",
    "correction.what": "what",
    "correction.asked": "asked",
    "correction.why": "why",
}
Given = Mapping[str, str]


@blueprint.get("/")
def index() -> str:
    return _listed(CLAIMS)


@blueprint.get("/rights")
def rights() -> str:
    """The same for what people ask of their data; who asks to be erased is on a desk beside it."""
    return _listed(RIGHTS)


def _listed(desk: str) -> str:
    asked = {name: request.args.get(name, "") for name in ("show", "department", "kind")}
    wanted = Wanted(
        desk=desk,
        state=OPEN
        if asked["show"] in ("", "mine", "late")
        else "closed"
        if asked["show"] == "closed"
        else "",
        owner=here.actor() if asked["show"] == "mine" else "",
        department=asked["department"],
        kind=asked["kind"],
        due_before=here.today() if asked["show"] == "late" else None,
    )
    scope = here.scope()
    with reading(here.engine()) as connection:
        total = store.counted(connection, scope, wanted)
        number, pages = place(request.args.get("page"), total)
        rows = store.listed(connection, scope, wanted, limit=SIZE, offset=(number - 1) * SIZE)
        waiting = {
            "open": store.counted(connection, scope, Wanted(desk, OPEN)),
            "mine": store.counted(connection, scope, Wanted(desk, OPEN, owner=here.actor())),
            "late": store.counted(connection, scope, Wanted(desk, OPEN, due_before=here.today())),
        }
        departments = store.by_department(connection, scope, desk)
        loose = store.disputes_without(connection, scope, here.now()) if desk == CLAIMS else []
        asked_erasures = (
            erasures.waiting(connection, scope) if desk == RIGHTS and here.may("erasures.index") else []
        )
    return render_template(
        "claims/index.html",
        desk=desk,
        rows=[row | shown(row) for row in rows],
        page=number,
        pages=pages,
        total=total,
        waiting=waiting,
        departments=[(code, _(word), departments.get(code, 0)) for code, word in DEPARTMENTS.items()],
        department_choices=_words(DEPARTMENTS),
        kind_choices=[(code, _(kind.word)) for code, kind in kinds_of(desk).items()],
        asked=asked,
        loose=loose,
        erasures=[row | {"urgency": _urgency("open", row["due"])} for row in asked_erasures],
    )


@blueprint.get("/new/<debtor_id>")
def new(debtor_id: str) -> str:
    given = {name: request.args.get(name, "") for name in ("kind", "visit", "account", "finding", "source")}
    if given["visit"] and not given["source"]:
        given["source"] = "phone"
    return _form(debtor_id, {}, given)


@blueprint.post("/new/<debtor_id>")
def receive(debtor_id: str) -> Response | tuple[str, int]:
    names = tuple(one.name for one in fields(NewClaim) if one.name != "department")
    given = {name: request.form.get(name, "").strip() for name in names}
    received, wrong = _day(given["received_on"])
    if wrong:
        return _form(debtor_id, {"received_on": wrong}, given), 422
    asked = NewClaim(**{name: given[name] for name in names if name != "received_on"}, received_on=received)
    try:
        outcome = hearing.open_claim(
            here.engine(), debtor_id, asked, actor=here.actor(), now=here.now(), scope=here.scope()
        )
    except LookupError:
        abort(404)
    if isinstance(outcome, Refused):
        return _form(debtor_id, {FIELDS.get(outcome.rule, ""): here.sentence(outcome.reason)}, given), 422
    said = (
        _("Caso %(number)s abierto: la cobranza queda detenida hasta que se resuelva.", number=outcome)
        if KINDS[asked.kind].stops
        else _("Caso %(number)s abierto. Su plazo está en su página.", number=outcome)
    )
    flash(said, "success")
    return redirect(url_for("claims.claim", number=outcome))


@blueprint.get("/<number>")
def claim(number: str) -> str:
    return _page(number, "", {}, {})


@blueprint.post("/<number>/note")
def note(number: str) -> Response | tuple[str, int]:
    given = _given("text")
    done = _done(hearing.note, number, text=given["text"], actor=here.actor())
    return _answered(number, "note", done, given, _("Nota guardada."))


@blueprint.post("/<number>/move")
def move(number: str) -> Response | tuple[str, int]:
    given = _given("department", "owner", "why")
    done = _done(hearing.move, number, **given, actor=here.actor())
    return _answered(number, "move", done, given, _("El caso cambió de manos."))


@blueprint.post("/<number>/reply")
def reply(number: str) -> Response | tuple[str, int]:
    given = _given("text", "by")
    done = _done(hearing.reply, number, **given, actor=here.actor())
    if not isinstance(done, Refused) and done.found:
        flash(
            _("Revise las palabras: «%(words)s».", words="», «".join(x.words for x in done.found)), "warning"
        )
    return _answered(number, "reply", done, given, _("Respuesta guardada: imprímala desde la historia."))


@blueprint.post("/<number>/resolve")
def resolve(number: str) -> Response | tuple[str, int]:
    given = _given("outcome", "because")
    channels = tuple(request.form.getlist("channels"))
    done = _done(hearing.resolve, number, **given, by=_person(), channels=channels)
    return _answered(number, "resolve", done, given, _("Caso resuelto: lo que detenía por él se levantó."))


@blueprint.post("/<number>/reopen")
def reopen(number: str) -> Response | tuple[str, int]:
    given = _given("why")
    done = _done(hearing.reopen, number, why=given["why"], by=_person())
    return _answered(number, "reopen", done, given, _("El caso está abierto de nuevo."))


@blueprint.post("/<number>/hold")
def hold(number: str) -> Response | tuple[str, int]:
    given = _given("why", "until")
    until, wrong = _day(given["until"])
    if wrong:
        return _page(number, "hold", {"until": wrong}, given), 422
    done = _done(hearing.hold, number, why=given["why"], until=until, actor=here.actor())
    return _answered(number, "hold", done, given, _("La retención quedó puesta: nada se suprime por ahora."))


@blueprint.post("/<number>/corrections")
def ask_correction(number: str) -> Response | tuple[str, int]:
    given = _given("what", "was", "asked")
    done = _done(hearing.ask_correction, number, **given, actor=here.actor())
    told = _("Anotado: espera la palabra de la oficina.")
    return _answered(number, "correct", None if isinstance(done, str) else done, given, told)


@blueprint.post("/<number>/corrections/<correction_id>/<word>")
def decide_correction(number: str, correction_id: str, word: str) -> Response | tuple[str, int]:
    if word not in ("accept", "reject"):
        abort(404)
    given = _given("why")
    done = _done(
        hearing.decide_correction,
        number,
        correction=correction_id,
        accept=word == "accept",
        why=given["why"],
        actor=here.actor(),
    )
    return _answered(number, f"decide-{correction_id}", done, given, _("Decidido y anotado."))


@blueprint.get("/<number>/replies/<entry_id>")
def letter(number: str, entry_id: str) -> str:
    """A reply as it is printed: no figure of the debt, nobody else's name."""
    held = _told(number)
    said = next((one for one in held["log"] if one["id"] == entry_id and one["kind"] == "reply"), None)
    if said is None or not said["text"]:
        abort(404)
    with reading(here.engine()) as connection:
        accounts = store.accounts_of(connection, here.scope(), held["debtor_id"])
        about = next((one for one in accounts if one["id"] == held["account_id"]), accounts[0])
        whole = letterhead(connection, about["lender_id"])
    return render_template(
        "claims/letter.html",
        row=held | shown(held),
        said=said,
        agency=whole.agency,
        day_text=day_text,
        office_zone=ZoneInfo(here.zone()),
    )


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A case in words: its state, its kind, where it came from, and how its deadline stands."""
    return {
        "kind_word": _word(row),
        "source_word": _(SOURCES.get(row["source"], row["source"])),
        "told_by_word": _(TOLD_BY.get(row["told_by"], row["told_by"])),
        "department_word": _(DEPARTMENTS.get(row["department"], row["department"])),
        "state_word": _state(row),
        "state_tone": STATE_TONES[row["state"]],
        "deadline": _urgency(row["state"], row["due"]),
    }


def of_debtor(debtor_id: str) -> list[dict[str, Any]]:
    """The cases of a debtor, for his page."""
    with reading(here.engine()) as connection:
        rows = store.of_debtor(connection, here.scope(), debtor_id)
    return [row | shown(row) for row in rows]


def of_visit(visit_id: str) -> list[dict[str, Any]]:
    """The cases about a visit, for its page."""
    with reading(here.engine()) as connection:
        rows = store.of_visit(connection, here.scope(), visit_id)
    return [row | shown(row) for row in rows]


def _urgency(state: str, due: date) -> dict[str, str]:
    found = hearing.urgency(state, due, here.today())
    if found.code == "done":
        word = _("Resuelto")
    elif found.days < 0:
        word = _("%(days)s días tarde", days=-found.days)
    elif found.days == 0:
        word = _("vence hoy")
    else:
        word = _("faltan %(days)s días", days=found.days)
    return {"word": word, "tone": URGENCY_TONES[found.code], "code": found.code}


def _form(debtor_id: str, errors: Given, given: Given) -> str:
    with reading(here.engine()) as connection:
        person = erasures.debtor(connection, debtor_id, here.scope())
        if person is None:
            abort(404)
        accounts = store.accounts_of(connection, here.scope(), debtor_id)
        visit = store.visit(connection, here.scope(), given.get("visit", "")) if given.get("visit") else None
    return render_template(
        "claims/new.html",
        person=person,
        accounts=[(row["id"], f"{row['lender']} · {row['number']}") for row in accounts],
        visit=visit,
        errors=errors,
        given=given,
        kinds=[(code, _(kind.word), _hint(code)) for code, kind in KINDS.items()],
        sources=[(code, word) for code, word in _words(SOURCES) if code != "visit" or visit is not None],
        told_by=_words(TOLD_BY),
        today=here.today(),
    )


def _hint(code: str) -> str:
    kind = KINDS[code]
    return _("Detiene la cobranza hasta que se resuelva") if kind.stops else ""


def _page(number: str, form: str, errors: Given, given: Given) -> str:
    held = _told(number)
    with reading(here.engine()) as connection:
        staff = store.owners(connection)
    return render_template(
        "claims/claim.html",
        row=held | shown(held),
        kind=KINDS[held["kind"]],
        history=[(_logged(entry), entry) for entry in held["log"]],
        departments=_words(DEPARTMENTS),
        department_words={code: _(word) for code, word in DEPARTMENTS.items()},
        staff=staff,
        by_choices=[(code, _(BY_WORDS[code])) for code in BY],
        by_words={code: _(word) for code, word in BY_WORDS.items()},
        what_choices=_words(WHAT),
        what_words={code: _(word) for code, word in WHAT.items()},
        may_resolve=here.may("claims.resolve") and may_resolve(held, here.roles(), held["stops_now"]),
        form=form,
        errors={f"{form}-{name}" if name else form: text for name, text in errors.items()},
        given=given,
    )


def _told(number: str) -> dict[str, Any]:
    try:
        return hearing.told(here.engine(), number, here.now(), here.scope())
    except LookupError:
        abort(404)


def _done(act: Any, number: str, **given: Any) -> Any:
    """What the gerund answers; a case out of this person's scope is not there."""
    try:
        return act(here.engine(), number, **given, now=here.now(), scope=here.scope())
    except LookupError:
        abort(404)


def _answered(number: str, form: str, done: Any, given: Given, told: str) -> Response | tuple[str, int]:
    if isinstance(done, Refused):
        return _page(number, form, {FIELDS.get(done.rule, ""): here.sentence(done.reason)}, given), 422
    flash(told, "success")
    return redirect(url_for("claims.claim", number=number))


def _given(*names: str) -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in names}


def _person() -> Person:
    return Person(here.actor(), here.roles())


def _words(table: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(code, _(word)) for code, word in table.items()]


def _day(text: str) -> tuple[date | None, str]:
    """The date written, and what is wrong with it; an empty one is no date."""
    if not text.strip():
        return None, ""
    try:
        return date.fromisoformat(text.strip()), ""
    except ValueError:
        return None, _("Escriba la fecha como año-mes-día, por ejemplo 2026-11-20.")


@blueprint.app_context_processor
def _asked_by_others() -> dict[str, Any]:
    """For the pages of a debtor and of a visit, which include `claims/of_debtor.html`."""
    return {"cases_of_debtor": of_debtor, "cases_of_visit": of_visit}


def _word(row: Mapping[str, Any]) -> str:
    word = KINDS[row["kind"]].word
    return str(_(word))


def _logged(entry: Mapping[str, Any]) -> str:
    word = LOGGED[entry["kind"]]
    return str(_(word))


def _state(row: Mapping[str, Any]) -> str:
    word = STATES[row["state"]]
    return str(_(word))
