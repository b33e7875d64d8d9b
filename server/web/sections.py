"""The navigation: sections of the office's work and the pages of each. Knows no page's content.

A page is offered to whoever may open it. The first line leads to the first page of each section that
one may open; the second line holds the pages of the section one is in.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _
from flask_security import current_user

from sync.words import N_

from . import here

Entry = tuple[str, str]  # endpoint, its word


@dataclass(frozen=True)
class Section:
    """A word of the first line, and the pages under it in the order in which they are offered."""

    word: str
    pages: tuple[Entry, ...]


@dataclass(frozen=True)
class Link:
    """One link of a line of the navigation."""

    endpoint: str
    word: str
    current: bool


SECTIONS = (
    Section(
        N_("Hoy"),
        (("home.index", N_("Tablero")), ("oversight.manager", N_("Gerencia"))),
    ),
    Section(
        N_("Cartera"),
        (
            ("portfolio.index", N_("Antigüedad")),
            ("portfolio.accounts", N_("Cuentas")),
            ("imports.index", N_("Archivos")),
            ("geocoding.index", N_("Direcciones")),
            ("places.index", N_("Mapa")),
            ("stops.index", N_("Detenidas")),
            ("proposals.index", N_("Halladas en la calle")),
        ),
    ),
    Section(
        N_("Listas"),
        (
            ("worklists.index", N_("Listas de trabajo")),
            ("remote.index", N_("Contacto remoto")),
            ("strategy.index", N_("Estrategia")),
            ("letters.index", N_("Cartas por nivel")),
            ("messages.templates", N_("Plantillas")),
        ),
    ),
    Section(
        N_("Asignación"),
        (
            ("assignments.index", N_("Cargas")),
            ("desk.index", N_("Mesa")),
            ("desk.history", N_("Historia")),
            ("assignments.unassigned", N_("Sin asignar")),
            ("assignments.barred", N_("Vedadas por norma")),
        ),
    ),
    Section(
        N_("Rutas"),
        (("routes.index", N_("Día")), ("weeks.index", N_("Semana"))),
    ),
    Section(
        N_("Visitas"),
        (
            ("visits.index", N_("Historial")),
            ("reviews.index", N_("Revisión")),
            ("replays.index", N_("Un día")),
            ("findings.index", N_("Hallazgos")),
            ("chains.index", N_("Registro firmado")),
            ("mine.index", N_("Lo que hay de mí")),
            ("retention.index", N_("Lugares")),
            ("attachments.index", N_("Adjuntos que faltan")),
        ),
    ),
    Section(
        N_("Acuerdos"),
        (("approvals.index", N_("Aprobaciones")), ("agreements.index", N_("Convenios"))),
    ),
    Section(
        N_("Casos"),
        (
            ("claims.index", N_("Reclamos")),
            ("oversight.compliance", N_("Cumplimiento")),
            ("claims.rights", N_("Datos personales")),
            ("erasures.index", N_("Supresión")),
        ),
    ),
    Section(
        N_("Cifras"),
        (
            ("figures.index", N_("Tablero de cifras")),
            ("figures.trends", N_("Tendencias")),
            ("figures.rolls", N_("Rodamiento")),
        ),
    ),
    Section(
        N_("Mes"),
        (
            ("commissions.index", N_("Comisiones")),
            ("months.index", N_("Cierre")),
            ("returns.index", N_("Devoluciones")),
            ("cash.index", N_("Efectivo")),
        ),
    ),
    Section(
        N_("Reglas"),
        (
            ("policy.index", N_("Paquetes")),
            ("wording.index", N_("Palabras")),
            ("objections.index", N_("Objeciones")),
        ),
    ),
    Section(
        N_("Equipo"),
        (
            ("devices.index", N_("Portátiles")),
            ("safety.index", N_("Seguridad")),
            ("quarantine.index", N_("Cuarentena")),
            ("people.index", N_("Personas")),
            ("acts.index", N_("Registro")),
        ),
    ),
)
# Pages of a noun with no line of its own in SECTIONS: the page of the navigation they belong under.
UNDER = {
    "case_files": "claims.index",
    "agreements": "agreements.index",
    "debtors": "portfolio.accounts",
    "questions": "portfolio.accounts",
    "hands": "routes.index",
    "orders": "routes.index",
    "route_files": "routes.index",
    "notices": "portfolio.accounts",
    "locating": "geocoding.index",
}


def first_line() -> list[Link]:
    """The sections of which this person may open a page."""
    if not _inside():
        return []
    here_now = _section()
    found = []
    for section in SECTIONS:
        open_pages = [endpoint for endpoint, _word in section.pages if here.may(endpoint)]
        if open_pages:
            found.append(Link(open_pages[0], _(section.word), section is here_now))
    return found


def second_line() -> list[Link]:
    """The pages of the section that one is in, when there is a choice."""
    section = _section() if _inside() else None
    if section is None:
        return []
    current = _page(section)
    links = [
        Link(endpoint, _(word), endpoint == current) for endpoint, word in section.pages if here.may(endpoint)
    ]
    return links if len(links) > 1 else []


def _inside() -> bool:
    return bool(current_user.is_authenticated and not here.me().must_change_password)


def _section() -> Section | None:
    """The section of the page asked for: by its own endpoint, by the page it is under, by its noun."""
    asked = request.endpoint or ""
    noun = asked.partition(".")[0]
    for wanted in (asked, UNDER.get(asked), UNDER.get(noun)):
        for section in SECTIONS:
            if wanted in {endpoint for endpoint, _word in section.pages}:
                return section
    for section in SECTIONS:
        if noun in {endpoint.partition(".")[0] for endpoint, _word in section.pages}:
            return section
    return None


def _page(section: Section) -> str:
    """The endpoint of the section's page that is shown as the current one."""
    asked = request.endpoint or ""
    noun = asked.partition(".")[0]
    endpoints = [endpoint for endpoint, _word in section.pages]
    for wanted in (asked, UNDER.get(asked), UNDER.get(noun)):
        if wanted in endpoints:
            return str(wanted)
    return next((one for one in endpoints if one.partition(".")[0] == noun), "")
