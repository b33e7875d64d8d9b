"""Every error as a page that says what happened and what to do. Knows no cause; /v1 has errors of its own."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response

from sync.look import error_page
from sync.words import N_

# status → (title, what happened, what to do)
SAID: dict[int, tuple[str, str, str]] = {
    400: (
        N_("No se entendió la petición"),
        N_("Lo que llegó a la oficina está incompleto o no tiene la forma esperada."),
        N_("Vuelva atrás, cargue la página de nuevo e intente otra vez."),
    ),
    403: (
        N_("Su rol no permite abrir esta página"),
        N_("Usted entró bien, pero esta página es de otro rol."),
        N_("Si la necesita para su trabajo, pida al administrador que cambie su rol."),
    ),
    404: (
        N_("No existe, o no está en su cartera"),
        N_("La dirección no lleva a ninguna página, o lo que busca es de otra entidad, sucursal o equipo."),
        N_("Revise la dirección, o busque al deudor por su nombre o documento en Cartera."),
    ),
    405: (
        N_("Esta página no se usa así"),
        N_("La dirección existe, pero no admite esta forma de llamarla."),
        N_("Vuelva a la página anterior y use sus botones."),
    ),
    413: (
        N_("El archivo es demasiado grande"),
        N_("Lo que se envió supera el límite de la oficina."),
        N_("Divida el archivo en partes, o impórtelo en el servidor con «ronda office import»."),
    ),
    415: (
        N_("Tipo de contenido no admitido"),
        N_("Lo que llegó no es de un tipo que esta página reciba."),
        N_("Use los botones de la página para enviarlo."),
    ),
    429: (
        N_("Demasiados intentos"),
        N_("Desde este equipo se intentó muchas veces en poco tiempo."),
        N_("Espere un minuto e intente de nuevo. Si olvidó su contraseña, pida una nueva al administrador."),
    ),
    500: (
        N_("Algo falló en la oficina"),
        N_("El programa tropezó con algo que no esperaba. Nada de lo guardado se perdió."),
        N_("Intente de nuevo. Si se repite, avise al administrador con la hora en que ocurrió."),
    ),
}  # fmt: skip
CSRF = (
    N_("La página venció"),
    N_("Pasó mucho tiempo desde que la abrió, o se abrió en otra sesión. No se cambió nada."),
    N_("Vuelva atrás, cargue la página de nuevo y repita lo último que hizo."),
)


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, _told)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(RecursionError, _too_deep)


def _told(error: HTTPException) -> Response | tuple[str, int]:
    if isinstance(error, SecurityError):
        # Asked by a name that is not ours: no address can be made, so no page either.
        return f"{_('Esta oficina no atiende con ese nombre.')}\n", 400
    if error.code is None or error.code < 400 or error.response is not None:
        return error.get_response()
    return _page(error.code)


def _expired(_error: CSRFError) -> tuple[str, int]:
    return error_page(_(CSRF[0]), _(CSRF[1]), _(CSRF[2]), 400)


def _too_deep(_error: RecursionError) -> tuple[str, int]:
    return _page(400)


def _page(status: int) -> tuple[str, int]:
    known = SAID.get(status) or SAID[400 if status < 500 else 500]
    return error_page(_(known[0]), _(known[1]), _(known[2]), status)
