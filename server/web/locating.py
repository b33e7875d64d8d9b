"""Places the office's addresses from a page, as work that says how far it is. Finds none itself."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.words import N_

from .. import cities
from ..cities import WrongExtract
from ..geocoding import Gazetteer
from ..geocoding.online import Online
from ..geocoding.placing import PlacedReport, place_portfolio
from ..store.gazetteers import WrongGazetteer
from . import here, job_pages, jobs

blueprint = Blueprint("locating", __name__, url_prefix="/geocoding/runs")
# The steps that placing says, in words.
STEPS = {
    "placing": N_("Buscando en el mapa de la ciudad"),
}


@blueprint.post("/")
def run() -> Response:
    """Place every address that has no better point, in the index of the city that the office uses."""
    if not here.sees_everything():
        flash(
            _("Ubicar recorre toda la cartera: lo corre quien ve todas las sucursales y entidades."), "error"
        )
        return redirect(url_for("geocoding.index"))
    engine, config = here.engine(), here.office().config
    try:
        city = cities.used(engine, config.cities)
        gazetteer = None if city is None else Gazetteer.open(city.gazetteer_file, called=city.name)
    except (WrongExtract, WrongGazetteer):
        flash(
            _("El mapa de la ciudad no se puede leer: prepárelo otra vez con «ronda office city»."), "error"
        )
        return redirect(url_for("geocoding.index"))
    if gazetteer is None:
        text = _(
            "La oficina no tiene el mapa de ninguna ciudad: prepárelo una vez con «ronda office city add»."
        )
        flash(text, "error")
        return redirect(url_for("geocoding.index"))
    actor, now, url = here.actor(), here.now(), config.geocoder_url

    def work(say: jobs.Say) -> object:
        return place_portfolio(
            engine,
            gazetteer,
            actor=actor,
            now=now,
            progress=lambda step, share: say(f"{step} {share:.0%}"),
            online=Online(engine, url) if url else None,
        )

    job = jobs.start(work, actor=actor, subject="place addresses", now=now)
    return redirect(url_for("locating.progress", job_id=job.id))


@blueprint.get("/<job_id>")
def progress(job_id: str) -> Response | str:
    """How far it is, as a page and, for the page's script, as JSON."""
    job = job_pages.asked(job_id)
    name, _space, share = job.step.partition(" ")
    step = f"{_(STEPS[name])}: {share}" if name in STEPS else job.step
    percent = int(share.rstrip("%")) if share.rstrip("%").isdigit() else 0
    if request.args.get("format") == "json":
        return jsonify(done=job.done, step=step, share=percent)
    if not job.done:
        return render_template("geocoding/progress.html", job=job, step=step, percent=percent)
    if isinstance(job.result, PlacedReport):
        placed = job.result
        told = _(
            "%(placed)s direcciones ubicadas, %(kept)s siguen como estaban y %(missing)s no se hallaron.",
            placed=placed.placed,
            kept=placed.kept + placed.unchanged,
            missing=placed.not_found,
        )
        flash(told, "success")
        if placed.online:
            flash(_("El servicio en línea no respondió y se dejó aparte."), "info")
    else:
        flash(_("No se terminó de ubicar. Lo que ya estaba sigue igual: intente de nuevo."), "error")
    return redirect(url_for("geocoding.index"))
